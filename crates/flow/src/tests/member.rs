use super::*;

#[test]
fn fields_are_found_however_they_are_nested() {
    let event =
        br#" { "x" : [1,{"a.b":0}], "a" : {"c":2, "b.d" : "nested"} , "a.e":{"f":4},"s":"}\"" } "#;
    let found = |path: &str| find(event, path).map(|v| String::from_utf8_lossy(v).into_owned());
    for (path, value) in [
        ("x", Some(r#"[1,{"a.b":0}]"#)),
        ("a.c", Some("2")),
        ("a.b.d", Some(r#""nested""#)),
        ("a.e.f", Some("4")),
        ("s", Some(r#""}\"""#)),
        ("a.b", None),
        ("b.d", None),
        ("", None),
    ] {
        assert_eq!(found(path).as_deref(), value, "{path}");
    }
}

#[test]
fn a_name_may_be_spelled_with_escapes() {
    let event = br#"{"a\"b":1,"\u0061":{"\u0062":2},"\x":3}"#;
    assert_eq!(find(event, "a.b"), Some(&b"2"[..]));
    assert_eq!(find(event, "x"), None);
}

#[test]
fn a_name_that_says_nothing_hides_no_other() {
    for name in [r"\ud800", r"\udc00x", r"\x", r"a\ud800"] {
        let event = format!(r#"{{"{name}":0,"o":{{"{name}":{{}},"a":1}},"a":2}}"#);
        let found = |path| find(event.as_bytes(), path);
        assert_eq!(found("a"), Some(&b"2"[..]), "{name}");
        assert_eq!(found("o.a"), Some(&b"1"[..]), "{name}");
        assert_eq!(found("x"), None, "{name}");
    }
}

#[test]
fn what_is_no_json_has_none() {
    for text in [
        "",
        "{",
        "[]",
        "{}",
        "{\"a\"",
        "{\"a\":",
        "{\"a\" 1}",
        "{a:1}",
        "{\"b\":1 \"a\":2}",
    ] {
        assert_eq!(find(text.as_bytes(), "a"), None, "{text}");
    }
}
