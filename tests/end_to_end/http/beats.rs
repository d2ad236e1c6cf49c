//! The requests that Beats make of an Elasticsearch, in their order and with what they look at in the
//! answers, as libbeat 7.17.28 has them: `esleg/eslegclient/connection.go`, `licenser`,
//! `idxmgmt/ilm/client_handler.go`, `template/load.go`, `monitoring/report/elasticsearch/client.go`,
//! `outputs/elasticsearch/{client,bulk}.go`, and filebeat's `fileset/{modules,pipelines}.go`. Since 8.0
//! data streams and index templates come in place of aliases and templates.

use super::{gzip, start};
use crate::rig::{Folder, PRIVATE, event, labelled, lines};

const AGENT: (&str, &str) = (
    "User-Agent",
    "Elastic-filebeat/7.17.28 (linux; amd64; x; y)",
);

#[test]
fn beats_find_what_they_look_for_before_they_send() {
    let folder = Folder::new();
    let (_daemon, mut client) = start(&folder, "");
    let mut get = |path: &str| {
        let headers = [AGENT, ("Accept", "application/json")];
        let answer = client.ask("GET", path, &headers, "");
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.header("x-elastic-product"), Some("Elasticsearch"));
        answer.json()
    };
    let root = get("/");
    assert!(root["version"]["number"].as_str() > Some("7.17.28"));
    assert_eq!(root["version"]["build_flavor"], "default");
    assert!(root["cluster_uuid"].is_string());
    let license = &get("/_license?human=false")["license"];
    assert_eq!(
        (&license["type"], &license["status"]),
        (&"basic".into(), &"active".into())
    );
    let features = &get("/_xpack")["features"];
    assert_eq!(features["ilm"]["available"], true);
    assert_eq!(features["ilm"]["enabled"], true);
    let features = &get("/_xpack?filter_path=features.monitoring.enabled")["features"];
    assert_eq!(features["monitoring"]["enabled"], true);
    get("/_ilm/policy/filebeat");
    get("/_alias/filebeat-7.17.28");
    get("/_data_stream/filebeat-8.17.0");
    get("/_ingest/pipeline/filebeat-7.17.28-nginx-access-pipeline");
    assert!(get("/_nodes/ingest")["nodes"].is_object());
    for path in [
        "/_template/filebeat-7.17.28",
        "/_index_template/filebeat-8.17.0",
    ] {
        let answer = client.ask("HEAD", path, &[AGENT], "");
        assert_eq!((answer.status, &*answer.body), (200, ""), "{path}");
    }
}

#[test]
fn beats_that_are_told_to_overwrite_may() {
    let folder = Folder::new();
    let (_daemon, mut client) = start(&folder, "");
    let large = format!("{{\"mappings\":\"{}\"}}", "x".repeat(2 << 20));
    for path in [
        "/_template/filebeat-7.17.28",
        "/_index_template/filebeat-8.17.0",
        "/_ilm/policy/filebeat",
        "/_data_stream/filebeat-8.17.0",
        "/_ingest/pipeline/filebeat-7.17.28-nginx-access-pipeline",
        "/%3Cfilebeat-7.17.28-%7Bnow%2Fd%7D-000001%3E",
    ] {
        let answer = client.ask("PUT", path, &[AGENT], &large);
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(answer.json()["acknowledged"], true, "{path}");
    }
    let metrics = "{\"index\":{\"_type\":\"beats_stats\"}}\n{\"beat\":{}}\n";
    let monitoring = client.post("/_monitoring/bulk?interval=10s&system_id=beats", metrics);
    assert_eq!(monitoring.status, 200);
    assert_eq!(monitoring.json()["errors"], false);
    assert_eq!(folder.text("out.ndjson"), "", "none of it is an event");
}

#[test]
fn a_beat_s_events_are_answered_one_by_one() {
    let folder = Folder::new();
    let (_daemon, mut client) = start(&folder, "");
    let action = r#"{"create":{"_index":"filebeat-7.17.28"}}"#.to_owned();
    let body = lines([action.clone(), event(PRIVATE), action, event(PRIVATE)]);
    let headers = [
        AGENT,
        ("Content-Type", "application/json; charset=UTF-8"),
        ("Content-Encoding", "gzip"),
    ];
    let answer = client.ask("POST", "/_bulk", &headers, gzip(body.as_bytes()));
    assert_eq!(answer.status, 200);
    let items = answer.json();
    let items = items["items"].as_array().expect("items");
    assert_eq!(items.len(), 2);
    for item in items {
        // The first member is what Beats look at.
        let (action, result) = item.as_object().and_then(|o| o.iter().next()).expect("one");
        assert_eq!((&**action, &result["status"]), ("create", &201.into()));
    }
    let tagged = labelled(PRIVATE, "Private");
    assert_eq!(folder.text("out.ndjson"), lines([&tagged, &tagged]));

    let path = "/_bulk?filter_path=errors%2Citems.%2A.error%2Citems.%2A.status";
    let body = format!("{{\"create\":{{}}}}\n{}\n", event(PRIVATE));
    let answer = client.post(path, body);
    assert!(
        answer
            .body
            .ends_with(r#""errors":false,"items":[{"create":{"status":201}}]}"#)
    );
}

#[test]
fn the_version_is_the_one_of_the_configuration() {
    let folder = Folder::new();
    let (_daemon, mut client) = start(&folder, "version = \"7.17.0\"");
    let headers = [(
        "Accept",
        "application/vnd.elasticsearch+json; compatible-with=8",
    )];
    let answer = client.ask("GET", "/", &headers, "");
    assert_eq!(answer.json()["version"]["number"], "7.17.0");
    assert_eq!(answer.header("content-type"), Some(headers[0].1));
}
