use super::*;

const NOW: &str = "2026-11-21T08:26:04.123Z";

fn written(target: Target, event: &str, id: Option<Id>) -> (String, String) {
    let mut out = b"before\n".to_vec();
    let Line { start, added, .. } = Writer::new(target).write(event.as_bytes(), id, NOW, &mut out);
    let text = String::from_utf8(out).unwrap();
    let (action, line) = text.split_at(start);
    let undone = added.map(|added| added.undo(line.as_bytes()));
    let undone = undone.unwrap_or_else(|| line.into());
    assert_eq!(String::from_utf8(undone).unwrap(), format!("{event}\n"));
    (action["before\n".len()..].to_owned(), line.to_owned())
}

fn stream() -> Target {
    Target::data_stream("logs-a-b").unwrap()
}

#[test]
fn an_event_is_written_as_it_is_with_its_id() {
    let event = r#" {"@timestamp" : "2026-01-01" , "a":1}"#;
    let (action, line) = written(stream(), event, Some(Id([0xfb; 16])));
    assert_eq!(
        action,
        "{\"create\":{\"_index\":\"logs-a-b\",\"_id\":\"-_v7-_v7-_v7-_v7-_v7-w\"}}\n"
    );
    assert_eq!(line, format!("{event}\n"));
    let (action, _) = written(Target::index("i-%{[a]}").unwrap(), event, None);
    assert_eq!(action, "{\"create\":{\"_index\":\"i-1\"}}\n");
}

#[test]
fn a_data_stream_gets_a_time_for_each_event() {
    for (event, line) in [
        ("{}", format!("{{\"@timestamp\":\"{NOW}\"}}")),
        (" { }", format!(" {{\"@timestamp\":\"{NOW}\" }}")),
        (
            r#"{"a":1}"#,
            format!("{{\"@timestamp\":\"{NOW}\",\"a\":1}}"),
        ),
        (
            r#"{"a":{"@timestamp":1}}"#,
            format!("{{\"@timestamp\":\"{NOW}\",\"a\":{{\"@timestamp\":1}}}}"),
        ),
        (
            r#"{"a":1,"@timestamp" : null }"#,
            format!("{{\"a\":1,\"@timestamp\" : \"{NOW}\" }}"),
        ),
        (
            r#"{"\u0040timestamp":null,"b":null}"#,
            format!("{{\"\\u0040timestamp\":\"{NOW}\",\"b\":null}}"),
        ),
        // What has one keeps it, whatever it is; what is no object stays that.
        (
            r#"{"a":1,"@timestamp":"null"}"#,
            r#"{"a":1,"@timestamp":"null"}"#.to_owned(),
        ),
        (
            r#"{"a":1,"\u0040time\u0073tamp":1}"#,
            r#"{"a":1,"\u0040time\u0073tamp":1}"#.to_owned(),
        ),
        ("[1]", "[1]".to_owned()),
        ("", String::new()),
    ] {
        assert_eq!(written(stream(), event, None).1, format!("{line}\n"));
    }
}

#[test]
fn an_index_takes_what_there_is() {
    let target = Target::index("a").unwrap();
    assert_eq!(written(target, "{\"a\":1}", None).1, "{\"a\":1}\n");
}
