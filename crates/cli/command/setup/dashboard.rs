//! Dashboards for Kibana and OpenSearch Dashboards: saved objects, one a line.
//!
//! - One file for both: they are of the kinds and versions that both have kept since Kibana 7.10, which
//!   newer ones bring up to date when they import them (Kibana's guide, "Import objects").
//! - An import again replaces what is there, since every object's name is fixed.
//!
//! An address is *unknown* if no label covers it: then the tag is not there.

use serde_json::{Value, json};

use super::aggregation::{count, counts, over_time, rows, terms};
use super::look::{axes, numbers, table};

const PATTERN: &str = "knownet-events";
const UNKNOWN: &str = "destination.ip:* and not IPDestination:*";
/// The name of the reference to the pattern, as Kibana gives it.
const INDEX: &str = "kibanaSavedObjectMeta.searchSourceJSON.index";
/// How wide a dashboard is.
const WIDTH: u32 = 48;

/// One picture.
struct Panel {
    id: &'static str,
    title: &'static str,
    query: &'static str,
    shows: Shows,
    /// Columns and rows.
    size: (u32, u32),
}

/// What a picture shows.
enum Shows {
    /// How many events, and how many values of these fields: a field and what its number is called.
    Numbers(&'static [(&'static str, &'static str)]),
    /// How many events over time, by a field; and what those without it are called.
    Time(&'static str, &'static str),
    /// How many events for each value of a field: bars.
    Top(&'static str),
    /// How many events for each combination of values, the most frequent ones: a table.
    Table(&'static [&'static str]),
}

/// In the order in which they are laid out, from left to right.
const PANELS: &[Panel] = &[
    Panel {
        id: "knownet-label-time",
        title: "Events by network",
        query: "destination.ip:*",
        shows: Shows::Time("IPDestination", "unknown"),
        size: (32, 14),
    },
    Panel {
        id: "knownet-unknown-numbers",
        title: "To unknown networks",
        query: UNKNOWN,
        shows: Shows::Numbers(&[
            ("destination.ip", "addresses"),
            ("host.name", "hosts"),
            ("process.executable", "programs"),
        ]),
        size: (16, 14),
    },
    Panel {
        id: "knownet-unknown-host",
        title: "Unknown networks, by host",
        query: UNKNOWN,
        shows: Shows::Top("host.name"),
        size: (16, 16),
    },
    Panel {
        id: "knownet-unknown-process",
        title: "Unknown networks, by process",
        query: UNKNOWN,
        shows: Shows::Top("process.executable"),
        size: (16, 16),
    },
    Panel {
        id: "knownet-unknown-image",
        title: "Unknown networks, by process (events of Sysmon as they came)",
        query: UNKNOWN,
        shows: Shows::Top("winlog.event_data.Image"),
        size: (16, 16),
    },
    Panel {
        id: "knownet-unknown-destination",
        title: "Unknown destinations",
        query: UNKNOWN,
        shows: Shows::Table(&["destination.ip", "destination.port"]),
        size: (24, 18),
    },
    Panel {
        id: "knownet-unknown-talker",
        title: "Who talks to unknown networks",
        query: UNKNOWN,
        shows: Shows::Table(&["source.ip", "destination.ip"]),
        size: (24, 18),
    },
];

/// What is to be imported: lines of JSON. `patterns` are the data streams.
pub fn dashboards(patterns: &[String]) -> String {
    let objects = [pattern(patterns), search()]
        .into_iter()
        .chain(PANELS.iter().map(picture))
        .chain([dashboard()]);
    objects.map(|object| format!("{object}\n")).collect()
}

fn pattern(patterns: &[String]) -> Value {
    object(
        "index-pattern",
        "7.6.0",
        PATTERN,
        json!({ "title": patterns.join(","), "timeFieldName": "@timestamp" }),
        json!([]),
    )
}

/// A saved object; `version` is that of its kind's shape.
fn object(kind: &str, version: &str, id: &str, attributes: Value, references: Value) -> Value {
    json!({
        "id": id,
        "type": kind,
        "migrationVersion": { kind: version },
        "attributes": attributes,
        "references": references,
    })
}

/// What an object looks for. Such texts are JSON within JSON.
fn source(query: &str, index: bool) -> Value {
    let mut source = json!({ "query": { "query": query, "language": "kuery" }, "filter": [] });
    if index {
        source["indexRefName"] = INDEX.into();
    }
    json!({ "searchSourceJSON": source.to_string() })
}

fn reference() -> Value {
    json!([{ "name": INDEX, "type": "index-pattern", "id": PATTERN }])
}

fn search() -> Value {
    let attributes = json!({
        "title": "knownet: events to unknown networks",
        "description": "",
        "hits": 0,
        "columns": ["host.name", "process.executable", "source.ip", "destination.ip",
            "destination.port", "message"],
        "sort": [["@timestamp", "desc"]],
        "version": 1,
        "kibanaSavedObjectMeta": source(UNKNOWN, true),
    });
    object(
        "search",
        "7.9.3",
        "knownet-unknown-events",
        attributes,
        reference(),
    )
}

fn picture(panel: &Panel) -> Value {
    let (kind, params, aggs) = match &panel.shows {
        Shows::Numbers(fields) => ("metric", numbers(), counts(fields)),
        Shows::Time(field, none) => ("histogram", axes("bottom", "left"), over_time(field, none)),
        Shows::Top(field) => {
            let aggs = vec![count(), terms("2", "segment", field, 20)];
            ("horizontal_bar", axes("left", "bottom"), aggs)
        }
        Shows::Table(fields) => ("table", table(), rows(fields)),
    };
    let title = format!("knownet: {}", panel.title);
    let state = json!({ "title": title, "type": kind, "params": params, "aggs": aggs });
    let attributes = json!({
        "title": title,
        "description": "",
        "version": 1,
        "uiStateJSON": "{}",
        "visState": state.to_string(),
        "kibanaSavedObjectMeta": source(panel.query, true),
    });
    object("visualization", "7.10.0", panel.id, attributes, reference())
}

fn dashboard() -> Value {
    let (mut panels, mut references) = (Vec::new(), Vec::new());
    // Left to right; a row is as high as the first picture in it.
    let (mut x, mut y, mut below) = (0, 0, 0);
    for (index, panel) in PANELS.iter().enumerate() {
        let (width, height) = panel.size;
        if x + width > WIDTH {
            (x, y) = (0, below);
        }
        let name = format!("panel_{index}");
        panels.push(json!({
            "version": "7.9.3",
            "panelIndex": index.to_string(),
            "gridData": { "x": x, "y": y, "w": width, "h": height, "i": index.to_string() },
            "embeddableConfig": { "title": panel.title },
            "panelRefName": name,
        }));
        references.push(json!({ "name": name, "type": "visualization", "id": panel.id }));
        (x, below) = (x + width, y + height);
    }
    let attributes = json!({
        "title": "knownet: who talks to unknown networks",
        "description": "Events whose destination no label covers, by host, process and address.",
        "hits": 0,
        "version": 1,
        "panelsJSON": Value::from(panels).to_string(),
        "optionsJSON": json!({ "useMargins": true, "hidePanelTitles": false }).to_string(),
        "timeRestore": true,
        "timeFrom": "now-24h",
        "timeTo": "now",
        "kibanaSavedObjectMeta": source("", false),
    });
    object(
        "dashboard",
        "7.9.3",
        "knownet-unknown",
        attributes,
        references.into(),
    )
}

#[cfg(test)]
#[path = "tests/dashboard.rs"]
mod tests;
