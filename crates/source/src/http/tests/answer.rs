use super::{beat, root};

#[test]
fn the_version_is_as_new_as_the_beat_that_asks() {
    let number = |version: Option<&str>, client: &str| {
        let root: serde_json::Value = serde_json::from_str(&root(version, client)).expect("JSON");
        root["version"]["number"].as_str().expect("text").to_owned()
    };
    assert_eq!(number(None, ""), "8.19.0");
    assert_eq!(
        number(None, "Elastic-filebeat/7.17.0 (linux; amd64)"),
        "8.19.0"
    );
    assert_eq!(number(None, "Elastic-Winlogbeat/9.2.1 (windows)"), "9.2.1");
    assert_eq!(number(None, "curl/99.0.0"), "8.19.0");
    assert_eq!(number(Some("7.17.28"), "Elastic-filebeat/9.0.0"), "7.17.28");
}

#[test]
fn clients_that_are_no_beats_have_no_version() {
    assert_eq!(beat("Elastic-filebeat/8.6.0 (linux)"), Some((8, 6, 0)));
    assert_eq!(beat("filebeat/8.6.0"), Some((8, 6, 0)));
    for client in [
        "",
        "/",
        "Elastic-filebeat/",
        "Elastic-filebeat/8.6",
        "elasticsearch-py/8",
    ] {
        assert_eq!(beat(client), None, "{client}");
    }
}
