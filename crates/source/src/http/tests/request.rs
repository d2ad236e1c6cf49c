use super::{is_lines, is_terse};

#[test]
fn media_types_of_lines() {
    for media in [
        "text/plain; charset=utf-8",
        "application/x-ndjson",
        "application/jsonl",
    ] {
        assert!(is_lines(media), "{media}");
    }
    for media in ["", "application/json", "application/x-www-form-urlencoded"] {
        assert!(!is_lines(media), "{media}");
    }
}

#[test]
fn answers_are_terse_where_no_more_is_asked_for() {
    assert!(is_terse(
        "filter_path=errors%2Citems.%2A.error%2Citems.%2A.status"
    ));
    assert!(is_terse("a=b&filter_path=took,errors,items.*.error.type"));
    assert!(!is_terse("filter_path=errors,items.*._id"));
    assert!(!is_terse("filter_path="));
    assert!(!is_terse(""));
}
