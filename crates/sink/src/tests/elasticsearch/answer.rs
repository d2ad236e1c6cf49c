use super::*;

fn other(status: u16, kind: &str, reason: &str) -> Other {
    Other {
        status,
        kind: kind.to_owned(),
        reason: reason.to_owned(),
        aside: false,
    }
}

#[test]
fn only_what_was_not_created_is_kept() {
    let body = br#"{"took":2,"errors":true,"items":[
        {"create":{"_index":"a","_id":"1","_shards":{"total":1},"status":201}},
        {"create":{"status":400,"error":{"type":"mapper_parsing_exception","reason":"failed to parse",
         "caused_by":{"type":"x","reason":"Duplicate field 'n'\n at","caused_by":{"reason":"deep"}}}}},
        {"index":{"status":200}},
        {"create":{"error":{"type":"t"},"status":429}}]}"#;
    let answer = read(body).unwrap();
    assert_eq!((answer.created, answer.items()), (2, 4));
    let reason = "failed to parse: Duplicate field 'n'  at";
    assert_eq!(
        answer.others,
        [
            (1, other(400, "mapper_parsing_exception", reason)),
            (3, other(429, "t", "")),
        ]
    );
    assert_eq!(
        answer.others[0].1.to_string(),
        format!("mapper_parsing_exception: {reason}")
    );
}

#[test]
fn a_filtered_answer_is_one_too() {
    let answer = read(br#"{"errors":false,"items":[{"create":{"status":201}}]}"#).unwrap();
    assert_eq!(
        answer,
        Answer {
            created: 1,
            others: Vec::new()
        }
    );
}

#[test]
fn what_is_no_answer_is_an_error() {
    for body in [
        "",
        "<html>",
        "[]",
        "{}",
        r#"{"errors":false}"#,
        r#"{"items":{}}"#,
        r#"{"items":[{}]}"#,
        r#"{"items":[{"create":{}}]}"#,
        r#"{"items":[{"create":{"status":"201"}}]}"#,
        r#"{"items":[{"create":{"status":201},"index":{"status":201}}]}"#,
        r#"{"items":[],"items":[]}"#,
        r#"{"items":[{"create":{"status":201}}]"#,
        r#"{"items":[]} {"items":[]}"#,
    ] {
        assert!(read(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn an_error_beside_a_good_status_was_not_created() {
    let answer = read(br#"{"items":[{"create":{"status":201,"error":{"type":"t"}}}]}"#).unwrap();
    assert_eq!(answer.others, [(0, other(201, "t", ""))]);
}

#[test]
fn the_words_of_a_refusal_are_read() {
    let body = br#"{"error":{"root_cause":[],"type":"parse_exception","reason":"request body is required"},"status":400}"#;
    assert_eq!(
        error(body),
        Some(other(400, "parse_exception", "request body is required"))
    );
    for body in ["", "no", "{}", r#"{"error":"text"}"#, r#"{"error":{}}"#] {
        assert_eq!(error(body.as_bytes()), None, "{body}");
    }
}

#[test]
fn words_are_cut_and_stay_on_one_line() {
    let long = "é\n".repeat(LONGEST);
    let cut = excerpt(&long);
    assert_eq!(cut.chars().count(), LONGEST + 1);
    assert!(cut.ends_with('…') && !cut.contains('\n'));
    assert_eq!(excerpt("short"), "short");
}

#[test]
fn what_lies_in_the_failure_store_was_not_created() {
    let body = br#"{"items":[{"create":{"status":201,"failure_store":"used"}},
        {"create":{"status":201,"failure_store":"not_applicable_or_unknown"}},
        {"create":{"status":201,"failure_store":"failed","error":{"type":"t","reason":"r"}}},
        {"create":{"status":400,"failure_store":"not_enabled","error":{"type":"t"}}}]}"#;
    let answer = read(body).unwrap();
    let aside = |other| Other {
        aside: true,
        ..other
    };
    assert_eq!(
        answer.others,
        [
            (0, aside(other(201, "", ""))),
            (2, aside(other(201, "t", "r"))),
            (3, other(400, "t", "")),
        ]
    );
}
