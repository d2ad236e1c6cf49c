use super::scene::{matching, tags};
use crate::{Match, Scalar};

fn errors(json: &str) -> Vec<String> {
    match matching(json) {
        Ok(_) => panic!("{json} is taken"),
        Err(errors) => errors.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn every_mistake_is_told_with_its_key_and_what_is_allowed() {
    for (json, message) in [
        (
            r#"{"a|contain": "x"}"#,
            "a|contain: \"|contain\" is not a modifier; known: contains, startswith, endswith, \
             cidr, exists, re, gt, gte, lt, lte",
        ),
        (
            r#"{"a|contains|re": "x"}"#,
            "a|contains|re: \"|re\" is one modifier too many; a key takes one of contains, \
             startswith, endswith, cidr, exists, re, gt, gte, lt, lte",
        ),
        (
            r#"{"a..b": "x"}"#,
            "a..b: \"a..b\" has an empty segment; write a path such as destination.ip",
        ),
        (
            r#"{"a": []}"#,
            "a: an empty list matches nothing; give a value or leave the key out",
        ),
        (r#"{"a|gt": "many"}"#, "a|gt: \"many\" is not a number"),
        (r#"{"a|lt": true}"#, "a|lt: true is not a number"),
        (
            r#"{"a|contains": 5}"#,
            "a|contains: 5 is not text; put it in quotes",
        ),
        (
            r#"{"a|exists": "yes"}"#,
            "a|exists: takes one value, true or false",
        ),
        (
            r#"{"a|exists": [true, false]}"#,
            "a|exists: takes one value, true or false",
        ),
        (
            r#"{"a|cidr": 10}"#,
            "a|cidr: 10 is not a prefix such as \"10.0.0.0/8\"",
        ),
        (
            r#"{"a|re": 10}"#,
            "a|re: 10 is not text, as an expression must be",
        ),
        (
            r#"{"a|re": "a(b"}"#,
            "a|re: \"a(b\" is not a regular expression: unclosed group",
        ),
        (
            r#"{"a|re": "(a{1000}){1000}"}"#,
            "a|re: \"(a{1000}){1000}\" takes more than 1 MiB of memory; write it shorter",
        ),
        (
            r#"{"IPDestination": "Microsft"}"#,
            "IPDestination: \"Microsft\" names no label; labels: Microsoft, Office, Cloud, \
             Private, Bad",
        ),
        (
            r#"{"net.labels|startswith": "x"}"#,
            "net.labels|startswith: \"x\" names no label; labels: Microsoft, Office, Cloud, \
             Private, Bad",
        ),
        (
            r#"{"IPDestination": 5}"#,
            "IPDestination: 5 is not text, as a label's name is",
        ),
        (
            r#"{"IPDestination|cidr": "10.0.0.0/8"}"#,
            "IPDestination|cidr: this is a label's name, which takes contains, startswith, \
             endswith, exists or re",
        ),
        (
            r#"{"ipdestination": "Microsoft"}"#,
            "ipdestination: \"ipdestination\" is spelled IPDestination by the tag that writes it",
        ),
    ] {
        assert_eq!(errors(json), [message], "{json}");
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let errors = errors(r#"{"a|x": 1, "b|gt": ["p", "q", 3], "c|cidr": "10.0.0.0/33"}"#);
    assert_eq!(errors.len(), 4, "{errors:?}");
    assert!(errors[3].starts_with("c|cidr: "), "{errors:?}");
    assert!(errors[3].contains("33"), "{errors:?}");
}

#[test]
fn a_separator_before_a_wildcard_is_doubted_where_wildcards_are_known() {
    let values = [r"C:\Temp\*", r"C:\Temp\\*", r"C:\?.exe"].map(|v| Scalar::Text(v.to_owned()));
    for key in ["a", "a|contains", "a|startswith", "a.b|endswith"] {
        assert_eq!(
            Match::doubts(key, &values, &tags()),
            [
                r#""C:\Temp\*" has \*, which is the character * and no wildcard; for a backslash and then a wildcard write \\*, in single quotes"#,
                r#""C:\?.exe" has \?, which is the character ? and no wildcard; for a backslash and then a wildcard write \\?, in single quotes"#,
            ],
            "{key}"
        );
    }
    for key in ["a|re", "a|cidr", "a|gt", "a|exists", "IPDestination"] {
        assert_eq!(Match::doubts(key, &values, &tags()), [""; 0], "{key}");
    }
}
