use proptest::prelude::*;
use serde_json::{Map, Value};

use super::*;

fn found(line: &str, path: &str) -> Option<String> {
    let path = Path::parse(path).expect("a path");
    find(line.as_bytes(), &path).map(|key| String::from_utf8_lossy(&key).into_owned())
}

#[test]
fn a_field_is_found_by_any_spelling_of_its_path() {
    for (line, expected) in [
        ("{\"a\":{\"b\":\"x\"}}", Some("x")),
        ("{\"a.b\":\"x\"}", Some("x")),
        (" { \"z\" : [1,{}] , \"a\" : { \"b\" : 17 } }", Some("17")),
        ("{\"a\":1,\"a.b\":true}", Some("true")),
        ("{\"a\":{\"b\":\"\\u00e9\\n\"}}", Some("é\n")),
        ("{\"a\":{\"b\":{\"c\":1}}}", Some("{\"c\":1}")),
        ("{\"a\":{\"b\":null}}", None),
        ("{\"a\":{\"c\":1},\"b\":2}", None),
        ("{\"ab\":1,\"a\":\"b\"}", None),
        ("{\"a\":{\"b\":", None),
        ("text", None),
        ("", None),
        ("{\"a\" \"b\"}", None),
    ] {
        assert_eq!(found(line, "a.b").as_deref(), expected, "{line}");
    }
}

#[test]
fn a_deep_line_does_no_harm() {
    let line = "{\"a\":".repeat(100_000);
    assert_eq!(found(&line, &vec!["a"; 1000].join(".")), None);
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[ab\"\\\\\u{e9}\n]{0,5}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 20, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::btree_map("[abc]", inner, 0..4)
                .prop_map(|map| Value::Object(Map::from_iter(map))),
        ]
    })
}

proptest! {
    #[test]
    fn it_finds_what_a_tree_holds(tree in tree(), path in "[abc](\\.[abc]){0,3}") {
        let mut value = Some(&tree);
        for name in path.split('.') {
            value = value.and_then(|value| value.get(name));
        }
        let expected = match value {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(other) => Some(other.to_string()),
        };
        prop_assert_eq!(found(&tree.to_string(), &path), expected);
    }

    #[test]
    fn bytes_of_any_kind_do_no_harm(line in prop::collection::vec(any::<u8>(), 0..60)) {
        let path = Path::parse("a.b").expect("a path");
        let _ = find(&line, &path);
    }
}
