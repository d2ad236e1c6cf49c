use super::*;

fn item(status: u16, kind: &str) -> Verdict {
    let body = format!(
        "{{\"items\":[{{\"create\":{{\"status\":{status},\"error\":{{\"type\":\"{kind}\"}}}}}}]}}"
    );
    judge(200, body.as_bytes(), 1, |_| true)
}

fn only(verdict: Verdict) -> (Fate, usize) {
    let Verdict::Items(items) = verdict else {
        panic!("{verdict:?}");
    };
    assert_eq!((items.created, items.duplicates), (0, 0));
    assert_eq!(items.others.len(), 1);
    (items.others[0].1.clone(), items.too_much)
}

#[test]
fn each_item_by_itself() {
    for (status, kind, fate) in [
        (429, "es_rejected_execution_exception", None),
        (500, "x", None),
        (503, "unavailable_shards_exception", None),
        (403, "cluster_block_exception", None),
        (429, "cluster_block_exception", None),
        (403, "security_exception", None),
        (400, "index_closed_exception", None),
        (400, "validation_exception", None),
        (409, "index_primary_shard_not_allocated_exception", None),
        (201, "riddle", None),
        (
            400,
            "mapper_parsing_exception",
            Some("refused with 400: mapper_parsing_exception"),
        ),
        (404, "index_not_found_exception", None),
        (
            400,
            "illegal_argument_exception",
            Some("refused with 400: illegal_argument_exception"),
        ),
    ] {
        let fate = fate.map_or(Fate::Again, |reason| Fate::Refused(reason.to_owned()));
        assert_eq!(
            only(item(status, kind)),
            (
                fate,
                usize::from(status == 429 && kind != "cluster_block_exception")
            ),
            "{status} {kind}"
        );
    }
    let there = Items {
        duplicates: 1,
        ..Items::default()
    };
    assert_eq!(
        item(409, "version_conflict_engine_exception"),
        Verdict::Items(there)
    );
}

#[test]
fn what_the_cluster_lacks_is_not_the_events_fault() {
    for (reason, again) in [
        ("pipeline with id [x] does not exist", true),
        ("no write index is defined for alias [x]. The write", true),
        (
            "Number of documents in the index can't exceed [2147483519]",
            true,
        ),
        ("explicit index in bulk is not allowed", true),
        ("field name cannot be an empty string", false),
    ] {
        let error = format!(
            "{{\"type\":\"illegal_argument_exception\",\"reason\":\"{reason}\"}},\"status\":400"
        );
        let items = format!("{{\"items\":[{{\"create\":{{\"error\":{error}}}}}]}}");
        let (fate, _) = only(judge(200, items.as_bytes(), 1, |_| true));
        assert_eq!(fate == Fate::Again, again, "{reason}");
        let whole = judge(400, format!("{{\"error\":{error}}}").as_bytes(), 1, |_| {
            true
        });
        assert_eq!(matches!(whole, Verdict::Failed(_)), again, "{reason}");
    }
}

#[test]
fn an_answer_about_others_is_none() {
    let body = br#"{"items":[{"create":{"status":201}}]}"#;
    assert!(matches!(judge(200, body, 1, |_| true), Verdict::Items(_)));
    assert_eq!(
        judge(200, body, 2, |_| true),
        Verdict::Failed(
            "its answer is about 1 events and not about the 2 that it was sent".to_owned()
        )
    );
    assert!(matches!(
        judge(200, b"garbage", 2, |_| true),
        Verdict::Failed(_)
    ));
}

#[test]
fn whole_requests() {
    let own = br#"{"error":{"type":"parse_exception","reason":"no"},"status":400}"#;
    let passing = br#"{"error":{"type":"validation_exception","reason":"no"},"status":400}"#;
    let said = |status: u16| format!("it answered {status}: parse_exception: no");
    assert_eq!(judge(400, own, 2, |_| true), Verdict::Spoiled(said(400)));
    assert_eq!(
        judge(413, b"", 2, |_| true),
        Verdict::TooLarge("it answered 413".to_owned())
    );
    assert_eq!(judge(429, own, 2, |_| true), Verdict::TooMuch(said(429)));
    // A proxy's 400 is not about the events.
    assert_eq!(
        judge(400, b"<html>\n plain HTTP", 2, |_| true),
        Verdict::Failed("it answered 400: <html>  plain HTTP".to_owned())
    );
    for (status, body) in [
        (400, &passing[..]),
        (401, own),
        (403, own),
        (404, own),
        (500, own),
        (503, b""),
        (301, b""),
    ] {
        assert!(
            matches!(judge(status, body, 2, |_| true), Verdict::Failed(_)),
            "{status}"
        );
    }
}

#[test]
fn only_an_id_of_its_own_says_that_an_event_is_there_already() {
    let conflict =
        r#"{"create":{"status":409,"error":{"type":"version_conflict_engine_exception"}}}"#;
    let body = format!("{{\"items\":[{conflict},{conflict}]}}");
    let Verdict::Items(items) = judge(200, body.as_bytes(), 2, |index| index == 0) else {
        panic!("no items");
    };
    assert_eq!(items.duplicates, 1);
    let reason = "refused with 409: version_conflict_engine_exception";
    assert_eq!(items.others, [(1, Fate::Refused(reason.to_owned()))]);
}

#[test]
fn what_lies_in_the_failure_store_is_refused() {
    for (more, said) in [
        ("", ""),
        (r#","error":{"type":"t","reason":"r"}"#, ": t: r"),
    ] {
        let item = format!(r#"{{"create":{{"status":201,"failure_store":"used"{more}}}}}"#);
        let body = format!("{{\"items\":[{item}]}}");
        let (fate, _) = only(judge(200, body.as_bytes(), 1, |_| true));
        let reason = format!("it lies in the failure store of its data stream as well{said}");
        assert_eq!(fate, Fate::Refused(reason));
    }
}
