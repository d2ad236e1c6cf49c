use memchr::memmem::Finder;
use proptest::prelude::*;
use serde_json::Value;

use super::{KEY, remove};

fn removed(event: &str) -> String {
    let mut bytes = b"before\n".to_vec();
    bytes.extend(event.as_bytes());
    remove(&mut bytes, 7, &Finder::new(KEY), &mut Vec::new());
    assert!(bytes.starts_with(b"before\n"));
    String::from_utf8(bytes.split_off(7)).expect("UTF-8")
}

#[test]
fn the_field_goes_with_one_comma() {
    for (event, left) in [
        (r#"{"@metadata":{"a":1},"b":2}"#, r#"{"b":2}"#),
        (r#"{"b":2,"@metadata":{"a":1}}"#, r#"{"b":2}"#),
        (r#"{"b":2,"@metadata":[],"c":3}"#, r#"{"b":2,"c":3}"#),
        (r#"{"@metadata":"x"}"#, r#"{}"#),
        (r#" { "@metadata" : null , "b" : 2 } "#, r#" { "b" : 2 } "#),
        (r#"{ "b" : 2 , "@metadata" : true }"#, r#"{ "b" : 2  }"#),
        (r#"{ "@metadata" : -1.5e+9 }"#, r#"{  }"#),
        (r#"{"@metadata":1,"@metadata":2}"#, r#"{}"#),
        (r#"{ "@metadata":1, "@metadata":2, "a":3}"#, r#"{ "a":3}"#),
        (r#"{"a":0,"@metadata":1,"@metadata":2}"#, r#"{"a":0}"#),
        (
            r#"{"@metadata":1,"a":0,"@metadata":2,"@metadata":3,"b":{"@metadata":4}}"#,
            r#"{"a":0,"b":{"@metadata":4}}"#,
        ),
        (
            r#"{"@metadata":{"s":"}\"},{","n":[{"x":{}}]},"b":2}"#,
            r#"{"b":2}"#,
        ),
    ] {
        assert_eq!(removed(event), left, "{event}");
    }
}

#[test]
fn everything_else_stays() {
    for event in [
        "",
        "{}",
        r#"{"a":1}"#,
        r#"{"metadata":1,"@metadatas":2,"x@metadata":3}"#,
        r#"{"a":{"@metadata":1}}"#,
        r#"{"a":["@metadata",{"@metadata":1}],"b":"@metadata"}"#,
        r#"{"a":"\"@metadata\":1,"}"#,
        r#"{"\"@metadata":1}"#,
        r#"[{"@metadata":1}]"#,
        r#"text with "@metadata":1"#,
        r#"{"@metadata""#,
        r#"{"@metadata":"#,
        r#"{"@metadata":{"a"#,
        r#"{"@metadata":{]"#,
        r#"{"@metadata":]}"#,
        r#"{"@metadata":1"#,
        r#"{"@metadata" 1}"#,
        r#"{,"@metadata":1}"#,
        r#"{"a" "@metadata":1}"#,
        r#"{"a":"@metadata""#,
        "{\"@metadata\":\"\\",
    ] {
        assert_eq!(removed(event), event);
    }
}

#[test]
fn many_of_them_go_in_one_walk() {
    let many = r#""@metadata":1,"#.repeat(300_000);
    assert_eq!(
        removed(&format!("{{{many}\"a\":1,{many}\"@metadata\":0}}")),
        r#"{"a":1}"#
    );
}

/// JSON as text, with blanks anywhere.
fn json() -> impl Strategy<Value = String> {
    let blank = proptest::sample::select(vec!["", "", "", " ", "\t ", "\n"]);
    let name = proptest::sample::select(vec![
        r#""@metadata""#,
        r#""@metadata""#,
        r#""a""#,
        r#""b\"@metadata""#,
        r#""}""#,
        r#""ü[""#,
        r#""""#,
    ]);
    let leaf = proptest::sample::select(vec![
        "1",
        "-0.5e3",
        "true",
        "null",
        "{}",
        "[]",
        r#""@metadata""#,
        r#""\"@metadata\":{""#,
        r#""\\""#,
        r#""x]}\u0041""#,
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(4, 30, 5, move |inner| {
        let (blank, name) = (blank.clone(), name.clone());
        let member = (blank.clone(), name, blank.clone(), blank.clone(), inner.clone(), blank.clone())
            .prop_map(|(a, name, b, c, value, d)| format!("{a}{name}{b}:{c}{value}{d}"));
        prop_oneof![
            4 => proptest::collection::vec(member, 0..6).prop_map(|all| format!("{{{}}}", all.join(","))),
            1 => proptest::collection::vec(inner, 0..4).prop_map(|all| format!("[{}]", all.join(" ,"))),
        ]
    })
}

/// Whether `part` is `whole` with bytes left out.
fn is_part(part: &[u8], whole: &[u8]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|byte| whole.any(|other| other == byte))
}

proptest! {
    #[test]
    fn it_is_what_a_parser_would_leave(event in json()) {
        let mut expected: Value = serde_json::from_str(&event).expect("JSON");
        if let Value::Object(fields) = &mut expected {
            fields.remove("@metadata");
        }
        let left = removed(&event);
        let got: Value = serde_json::from_str(&left).expect(&left);
        prop_assert_eq!(got, expected);
        prop_assert!(is_part(left.as_bytes(), event.as_bytes()));
    }

    #[test]
    fn any_text_is_left_whole_or_in_part(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![r#""@metadata""#, ":", "{", "}", "[", "]", ",", "\"", "\\", "1", " "]),
            0..30,
        ),
    ) {
        let event = parts.concat();
        prop_assert!(is_part(removed(&event).as_bytes(), event.as_bytes()));
    }
}
