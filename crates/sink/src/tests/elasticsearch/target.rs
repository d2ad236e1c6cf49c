use super::*;

const EVENT: &[u8] =
    br#"{"@timestamp":"2026-03-04T23:30:00-02:00","host":{"name":"Web 01/\u00e9"},"n":7,"o":{}}"#;

fn name(pattern: &str, event: &[u8]) -> String {
    let mut out = Vec::new();
    Target::index(pattern).unwrap().write(event, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn dates_and_fields_of_the_event_are_filled_in() {
    for (pattern, filled) in [
        ("plain", "plain"),
        ("knownet-%{+yyyy.MM.dd}", "knownet-2026.03.05"),
        ("a-%{+YYYY-MM}-%{+HH}", "a-2026-03-01"),
        ("a-%{[host.name]}-b", "a-web_01__u00e9-b"),
        ("a-%{[host][name]}", "a-web_01__u00e9"),
        ("a-%{[n]}", "a-7"),
        ("a-%{[o]}-%{[none]}", "a-unknown-unknown"),
    ] {
        assert_eq!(name(pattern, EVENT), filled, "{pattern}");
    }
}

#[test]
fn an_event_without_a_time_has_today() {
    let today = Moment::now();
    let filled = name("a-%{+yyyy}", b"{}");
    // The year may end in between.
    assert!(
        [today.year, Moment::now().year]
            .map(|y| format!("a-{y}"))
            .contains(&filled)
    );
}

#[test]
fn a_field_cannot_make_a_name_too_long() {
    let event = format!("{{\"n\":\"{}\"}}", "x".repeat(1000));
    assert_eq!(name("a-%{[n]}", event.as_bytes()).len(), 2 + FIELD);
}

#[test]
fn what_the_syntax_does_not_know_is_told() {
    for (pattern, told) in [
        (
            "a-%{+yyyy.ww}",
            "\"%{+yyyy.ww}\" has \"ww\", which is no part of a date here; known: yyyy, MM, dd, HH",
        ),
        (
            "a-%{host}",
            "\"%{host}\" is not known; write a date such as %{+yyyy.MM.dd} or a field such as %{[host.name]}",
        ),
        ("a-%{[a", "\"a-%{[a\" has a %{ without its }"),
        (
            "a-%{[]}",
            "\"\" has an empty segment; write a path such as destination.ip",
        ),
        (
            "%{[a]}",
            "\"%{[a]}\" begins with no text, so that events could go to any index; write one such as \"knownet-%{+yyyy.MM.dd}\"",
        ),
        (
            "",
            "\"\" begins with no text, so that events could go to any index; write one such as \"knownet-%{+yyyy.MM.dd}\"",
        ),
        (
            ".a",
            "\".a\" is no name; one begins with a small letter or a digit",
        ),
        (
            "aB",
            "\"aB\" is no name, as it has 'B' in it; small letters, digits and - _ . + may be",
        ),
    ] {
        assert_eq!(Target::index(pattern).unwrap_err(), told);
    }
    let long = format!("{}%{{[a]}}", "a".repeat(192));
    assert!(Target::index(&long).unwrap_err().contains("255 bytes"));
    assert!(Target::index(&long[1..]).is_ok());
}

#[test]
fn a_data_stream_has_one_name() {
    assert!(
        Target::data_stream("logs-knownet.event-default")
            .unwrap()
            .is_stream()
    );
    for wrong in ["", "Logs", "logs-%{+yyyy}", ".ds-logs", "a,b"] {
        assert!(Target::data_stream(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn an_index_that_would_become_a_data_stream_is_known() {
    for (name, pattern) in [
        ("logs-a-b", Some("logs-*-*")),
        ("logs-%{[host.name]}", Some("logs-*-*")),
        ("metrics-%{+yyyy}-%{+MM}", Some("metrics-*-*")),
        ("synthetics-x-%{+yyyy}", Some("synthetics-*-*")),
        ("logs-%{+yyyy.MM.dd}", None),
        ("logs", None),
        ("knownet-a-b", None),
    ] {
        let target = Target::index(name).unwrap();
        assert_eq!(
            (target.builtin(), target.stream()),
            (pattern, None),
            "{name}"
        );
    }
    let stream = Target::data_stream("logs-a-b").unwrap();
    assert_eq!(
        (stream.builtin(), stream.stream()),
        (None, Some("logs-a-b"))
    );
}
