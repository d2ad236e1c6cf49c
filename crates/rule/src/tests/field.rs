use knownet_flow::{Format, Path, Value, Work};

use super::scene::{Json, matching, rule, rules, run};
use crate::Action;

/// Whether a rule that counts such events counts this one.
fn holds(wanted: &str, event: &str) -> bool {
    let work = run(
        &[event],
        &mut [&mut rules(vec![rule(wanted, Action::Count)])],
    );
    work.counts.rules == [1]
}

#[test]
fn keys_are_and_and_lists_are_or() {
    let wanted = r#"{"a": ["x", "y"], "b": "z"}"#;
    assert!(holds(wanted, r#"{"a":"Y","b":"z"}"#));
    assert!(!holds(wanted, r#"{"a":"y"}"#));
    assert!(!holds(wanted, r#"{"a":"z","b":"z"}"#));
    assert!(holds("{}", "{}"));
}

#[test]
fn text_has_wildcards_and_no_case() {
    assert!(holds(
        r#"{"p": "*\\WinWord.exe"}"#,
        r#"{"p":"C:\\Office\\winword.EXE"}"#
    ));
    assert!(!holds(
        r#"{"p": "winword.exe"}"#,
        r#"{"p":"C:\\Office\\winword.exe"}"#
    ));
    assert!(holds(
        r#"{"p|contains": "office"}"#,
        r#"{"p":"C:\\Office\\winword.exe"}"#
    ));
    assert!(holds(
        r#"{"p|startswith": "c:\\"}"#,
        r#"{"p":"C:\\Office\\winword.exe"}"#
    ));
    assert!(!holds(
        r#"{"p|startswith": "office"}"#,
        r#"{"p":"C:\\Office\\winword.exe"}"#
    ));
    assert!(holds(
        r#"{"p|endswith": "\\winword.exe"}"#,
        r#"{"p":"C:\\Office\\winword.exe"}"#
    ));
    assert!(!holds(
        r#"{"p|endswith": "office"}"#,
        r#"{"p":"C:\\Office\\winword.exe"}"#
    ));
    assert!(holds(
        r#"{"p|contains": "o?f*exe"}"#,
        r#"{"p":"C:\\Office\\winword.exe."}"#
    ));
}

#[test]
fn any_element_of_an_array_suffices() {
    assert!(holds(r#"{"a": "y"}"#, r#"{"a":["x","y"]}"#));
    assert!(!holds(r#"{"a": "z"}"#, r#"{"a":["x","y"]}"#));
    assert!(!holds(r#"{"a": "*"}"#, r#"{"a":[]}"#));
    assert!(!holds(r#"{"a": "*"}"#, r#"{"a":{}}"#));
}

#[test]
fn numbers_compare_by_value_with_numbers_and_their_spelling() {
    assert!(holds(r#"{"port": 443}"#, r#"{"port":443}"#));
    assert!(holds(r#"{"port": 443}"#, r#"{"port":"443"}"#));
    assert!(holds(r#"{"port": 443}"#, r#"{"port":443.0}"#));
    assert!(holds(r#"{"port": "443"}"#, r#"{"port":443}"#));
    assert!(holds(r#"{"port": "44*"}"#, r#"{"port":443}"#));
    assert!(!holds(r#"{"port": 443}"#, r#"{"port":4430}"#));
    assert!(!holds(r#"{"port": 1}"#, r#"{"port":true}"#));
    assert!(holds(r#"{"share": 0.5}"#, r#"{"share":5e-1}"#));
}

#[test]
fn order_is_strict_or_not() {
    let under = |key: &str, value: &str| {
        holds(
            &format!(r#"{{"{key}": 1024}}"#),
            &format!(r#"{{"n":{value}}}"#),
        )
    };
    for (key, values) in [
        ("n|gt", [false, false, true]),
        ("n|gte", [false, true, true]),
        ("n|lt", [true, false, false]),
        ("n|lte", [true, true, false]),
    ] {
        assert_eq!(
            ["1023", "1024", "1025"].map(|v| under(key, v)),
            values,
            "{key}"
        );
        assert_eq!(
            ["\"1023\"", "1024.0", "1e4"].map(|v| under(key, v)),
            values,
            "{key}"
        );
        assert!(!under(key, "\"many\""));
        assert!(!under(key, "null"));
    }
    assert!(
        holds(r#"{"n|gt": "1024"}"#, r#"{"n":1025}"#),
        "a variable is text"
    );
    assert!(holds(r#"{"n|gt": 1.5}"#, r#"{"n":2}"#));
}

#[test]
fn booleans_and_nulls() {
    assert!(holds(r#"{"b": true}"#, r#"{"b":true}"#));
    assert!(holds(r#"{"b": true}"#, r#"{"b":"True"}"#));
    assert!(!holds(r#"{"b": true}"#, r#"{"b":false}"#));
    assert!(!holds(r#"{"b": true}"#, r#"{"b":1}"#));
    assert!(holds(r#"{"b": "true"}"#, r#"{"b":true}"#));
    assert!(holds(r#"{"b": null}"#, r#"{"b":null}"#));
    assert!(holds(r#"{"b": null}"#, "{}"));
    assert!(!holds(r#"{"b": null}"#, r#"{"b":""}"#));
    assert!(!holds(r#"{"b": "*"}"#, r#"{"b":null}"#));
}

#[test]
fn exists_asks_for_the_field_whatever_it_holds() {
    for event in [
        r#"{"a":{"b":""}}"#,
        r#"{"a":{"b":null}}"#,
        r#"{"a":{"b":[]}}"#,
    ] {
        assert!(holds(r#"{"a.b|exists": true}"#, event), "{event}");
        assert!(!holds(r#"{"a.b|exists": false}"#, event), "{event}");
    }
    assert!(holds(r#"{"a.b|exists": false}"#, r#"{"a":{}}"#));
}

#[test]
fn cidr_reads_addresses_as_logs_write_them() {
    let wanted = r#"{"ip|cidr": ["10.0.0.0/8", "2001:db8::/32"]}"#;
    for (ip, inside) in [
        ("10.1.2.3", true),
        ("::ffff:10.1.2.3", true),
        ("10.1.2.3:443", true),
        ("[2001:db8::1]", true),
        ("11.1.2.3", false),
        ("10.1.2", false),
        ("-", false),
    ] {
        assert_eq!(
            holds(wanted, &format!(r#"{{"ip":"{ip}"}}"#)),
            inside,
            "{ip}"
        );
    }
}

#[test]
fn expressions_are_searched_for_and_mind_the_case() {
    assert!(holds(r#"{"a|re": "b+c$"}"#, r#"{"a":"abbc"}"#));
    assert!(!holds(r#"{"a|re": "b+c$"}"#, r#"{"a":"ABBC"}"#));
    assert!(holds(r#"{"a|re": "(?i)^ABB"}"#, r#"{"a":"abbc"}"#));
    assert!(holds(r#"{"a|re": "^\\d+$"}"#, r#"{"a":4711}"#));
}

#[test]
fn bytes_that_are_no_text_never_panic() {
    struct Stray;
    impl Format for Stray {
        fn scan(&mut self, _: &[u8], _: &mut Work) {}
        fn values(&mut self, _: &[u8], _: &Path, each: &mut dyn FnMut(Value<'_>)) -> bool {
            each(Value::Text(b"\xffevil\xc3"));
            each(Value::Number(b"\x80"));
            true
        }
        fn strings(&mut self, _: &[u8], _: &mut dyn FnMut(&[u8])) {}
        fn assign(&mut self, _: &[u8], _: &mut Work, _: usize) {}
    }
    use knownet_flow::{Event, Stage};
    for (wanted, expected) in [
        (r#"{"a": "?EVIL?"}"#, true),
        (r#"{"a|contains": "evil"}"#, true),
        (r#"{"a|re": "evil"}"#, true),
        (r#"{"a": 1}"#, false),
        (r#"{"a|cidr": "10.0.0.0/8"}"#, false),
    ] {
        let mut work = Work::default();
        work.events.push(Event::default());
        rules(vec![rule(wanted, Action::Count)]).apply(b"", &mut work, &mut Stray);
        assert_eq!(work.counts.rules == [1], expected, "{wanted}");
    }
}

#[test]
fn fields_are_located_only_where_the_labels_hold() {
    use knownet_flow::Stage;
    let mut format = Json { asked: 0 };
    let both = matching(r#"{"name": "x", "IPDestination": "Microsoft"}"#).unwrap();
    let both = crate::Rule {
        matches: both,
        action: Action::Count,
        even_threats: false,
    };
    let mut stage = rules(vec![both]);
    for (event, asked) in [
        (r#"{"name":"x"}"#, 0),
        (r#"{"dst":"10.0.0.1","name":"x"}"#, 0),
        (r#"{"dst":"13.64.0.1","name":"x"}"#, 1),
    ] {
        let mut work = run(&[event], &mut []);
        format.asked = 0;
        stage.apply(event.as_bytes(), &mut work, &mut format);
        assert_eq!(format.asked, asked, "{event}");
    }
}
