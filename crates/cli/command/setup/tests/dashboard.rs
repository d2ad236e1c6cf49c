use std::collections::HashSet;

use serde_json::Value;

use super::{PANELS, WIDTH, dashboards};

fn objects() -> Vec<Value> {
    let text = dashboards(&["logs-a.*-*".to_owned(), "logs-b-c".to_owned()]);
    let lines = text.lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// The JSON in a text of an object.
fn inner(object: &Value, place: &str) -> Value {
    let text = object.pointer(place).and_then(Value::as_str);
    serde_json::from_str(text.unwrap_or_else(|| panic!("{place}"))).expect("JSON")
}

fn pictures(objects: &[Value]) -> impl Iterator<Item = (&Value, Value)> {
    let pictures = objects.iter().filter(|o| o["type"] == "visualization");
    pictures.map(|object| (object, inner(object, "/attributes/visState")))
}

#[test]
fn every_object_has_what_an_import_asks_for() {
    let objects = objects();
    let name = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut names = HashSet::new();
    for object in &objects {
        let kind = name(&object["type"]);
        assert!(
            names.insert((kind.clone(), name(&object["id"]))),
            "{object}"
        );
        assert!(object["attributes"]["title"].is_string(), "{object}");
        // Newer than what both products know, and one of them refuses it.
        let version = match kind.as_str() {
            "index-pattern" => "7.6.0",
            "visualization" => "7.10.0",
            "search" | "dashboard" => "7.9.3",
            other => panic!("{other}"),
        };
        assert_eq!(object["migrationVersion"][&kind], version);
        if kind != "index-pattern" {
            inner(object, "/attributes/kibanaSavedObjectMeta/searchSourceJSON");
        }
    }
    for object in &objects {
        for reference in object["references"].as_array().expect("references") {
            let to = (name(&reference["type"]), name(&reference["id"]));
            assert!(names.contains(&to), "{reference}");
        }
    }
}

#[test]
fn the_pattern_is_that_of_the_data_streams() {
    let pattern = &objects()[0];
    assert_eq!(pattern["attributes"]["title"], "logs-a.*-*,logs-b-c");
    assert_eq!(pattern["attributes"]["timeFieldName"], "@timestamp");
}

#[test]
fn what_looks_at_events_refers_to_the_pattern_by_name() {
    for object in objects() {
        let kind = object["type"].as_str().expect("a type");
        if kind == "visualization" || kind == "search" {
            let place = "/attributes/kibanaSavedObjectMeta/searchSourceJSON";
            let source = inner(&object, place);
            assert_eq!(source["indexRefName"], object["references"][0]["name"]);
            assert_eq!(object["references"][0]["type"], "index-pattern");
        }
    }
}

#[test]
fn pictures_count_and_order_by_what_they_count() {
    let objects = objects();
    assert_eq!(pictures(&objects).count(), PANELS.len());
    for (object, state) in pictures(&objects) {
        let aggs = state["aggs"].as_array().expect("aggregations");
        let ids: Vec<_> = aggs.iter().map(|agg| agg["id"].clone()).collect();
        let numbers = (1..=aggs.len()).map(|id| Value::from(id.to_string()));
        assert!(ids.into_iter().eq(numbers), "{object}");
        for agg in aggs.iter().filter(|agg| agg["type"] == "terms") {
            let by = agg["params"]["orderBy"].as_str().expect("an order");
            let metric = aggs.iter().find(|agg| agg["id"] == by).expect("a metric");
            assert_eq!(metric["schema"], "metric");
        }
    }
}

#[test]
fn every_field_that_is_shown_has_a_type() {
    let mappings: Value =
        serde_json::from_str(include_str!("../../../setup/mapping.json")).expect("JSON");
    let objects = objects();
    let mut shown: Vec<String> = Vec::new();
    for (_, state) in pictures(&objects) {
        for agg in state["aggs"].as_array().expect("aggregations") {
            shown.extend(agg["params"]["field"].as_str().map(str::to_owned));
        }
    }
    for object in &objects {
        for column in object["attributes"]["columns"]
            .as_array()
            .into_iter()
            .flatten()
        {
            shown.extend(column.as_str().map(str::to_owned));
        }
    }
    assert!(shown.len() > 10);
    // Windows' own names are not listed; a text of theirs becomes a keyword by itself.
    shown.retain(|field| !field.starts_with("winlog.event_data."));
    for field in shown {
        let place = field.replace('.', "/properties/");
        let place = format!("/template/mappings/properties/{place}/type");
        assert!(mappings.pointer(&place).is_some(), "{field}");
    }
}

#[test]
fn the_dashboard_has_every_picture_once_and_none_over_another() {
    let objects = objects();
    let dashboard = objects.last().expect("a dashboard");
    inner(dashboard, "/attributes/optionsJSON");
    let panels = inner(dashboard, "/attributes/panelsJSON");
    let panels = panels.as_array().expect("panels");
    let references = dashboard["references"].as_array().expect("references");
    assert_eq!(panels.len(), PANELS.len());
    let mut seen: HashSet<(u64, u64)> = HashSet::new();
    for (panel, reference) in panels.iter().zip(references) {
        assert_eq!(panel["panelRefName"], reference["name"]);
        assert_eq!(panel["panelIndex"], panel["gridData"]["i"]);
        let side = |name: &str| panel["gridData"][name].as_u64().expect("a number");
        let (x, y, w, h) = (side("x"), side("y"), side("w"), side("h"));
        assert!(x + w <= u64::from(WIDTH));
        for column in x..x + w {
            for row in y..y + h {
                assert!(seen.insert((column, row)), "{panel}");
            }
        }
    }
    let ids: HashSet<_> = references.iter().map(|one| one["id"].to_string()).collect();
    assert_eq!(ids.len(), PANELS.len());
}
