use proptest::prelude::*;

use super::bulk::{Bulk, Ids, Options};
use super::json::Json;
use super::line::Lines;
use super::{Malformed, Out, Parse};

/// What came out: whole lines, and long ones between `<` and `>`.
fn shown(out: &Out) -> String {
    let mut text = String::new();
    let mut long = false;
    for (bytes, oversized) in out.runs() {
        let bytes = String::from_utf8_lossy(bytes);
        if oversized && !long {
            text.push('<');
        }
        if !oversized && long {
            text.push_str(">\n");
        }
        long = oversized;
        text.push_str(&bytes);
    }
    if long {
        text.push_str(">\n");
    }
    text
}

fn parsed<P: Parse>(mut parser: P, pieces: &[&[u8]]) -> (String, Result<P, Malformed>) {
    let mut out = Out::new(1 << 10);
    let mut all = String::new();
    for piece in pieces {
        if let Err(error) = parser.push(piece, &mut out) {
            return (all, Err(error));
        }
        if !out.runs().any(|(_, oversized)| oversized) {
            all.push_str(&shown(&out));
            out.clear(0);
        }
    }
    let ended = parser.end(&mut out);
    all.push_str(&shown(&out));
    (all, ended.map(|()| parser))
}

fn json(body: &str) -> String {
    let (whole, ended) = parsed(Json::default(), &[body.as_bytes()]);
    assert!(ended.is_ok());
    for at in 0..body.len() {
        let (first, second) = body.as_bytes().split_at(at);
        let cut = parsed(Json::default(), &[first, second]).0;
        assert_eq!(cut, whole, "cut at {at}");
    }
    let bytes: Vec<&[u8]> = body.as_bytes().chunks(1).collect();
    assert_eq!(parsed(Json::default(), &bytes).0, whole, "byte by byte");
    whole
}

fn bulk() -> Bulk {
    Bulk::new(Options::default(), Ids::new(0))
}

/// The lines, and the statuses in the answer.
fn statuses(body: &str) -> (String, Vec<u64>) {
    let (lines, ended) = parsed(bulk(), &[body.as_bytes()]);
    let answer = ended.expect("a bulk request").answer(0);
    for at in 0..body.len() {
        let (first, second) = body.as_bytes().split_at(at);
        let (cut, ended) = parsed(bulk(), &[first, second]);
        assert_eq!(cut, lines, "cut at {at}");
        assert_eq!(ended.expect("the same").answer(0), answer, "cut at {at}");
    }
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    let items = answer["items"].as_array().expect("items");
    let status = |item: &serde_json::Value| {
        let (_, result) = item.as_object().expect("an object").iter().next()?;
        result["status"].as_u64()
    };
    let all: Vec<u64> = items
        .iter()
        .map(|item| status(item).expect("a status"))
        .collect();
    assert_eq!(answer["errors"], all.iter().any(|status| *status > 299));
    (lines, all)
}

#[test]
fn lines_are_cut_at_line_feeds_and_blank_ones_left_out() {
    let body = "one\n\n  \ntwo\r\nthree";
    for at in 0..body.len() {
        let (first, second) = body.as_bytes().split_at(at);
        assert_eq!(parsed(Lines, &[first, second]).0, "one\ntwo\r\nthree\n");
    }
}

#[test]
fn an_array_s_elements_are_events_on_one_line_each() {
    assert_eq!(json("[]"), "");
    assert_eq!(
        json(" [ {\"a\":1} , {\"b\":[2,\n 3]}\n]\n"),
        "{\"a\":1}\n{\"b\":[2,  3]}\n"
    );
    assert_eq!(
        json("[\"x\\\"]\", [1], 2, null]"),
        "\"x\\\"]\"\n[1]\n2\nnull\n"
    );
    assert_eq!(json("[{\"a\":\"}]\\\\\"},{}]"), "{\"a\":\"}]\\\\\"}\n{}\n");
    // A line feed in a string is no JSON; what the sender means is plain.
    assert_eq!(json("[{\"a\":\"x\ny\"}]"), "{\"a\":\"x\\ny\"}\n");
    assert_eq!(json("[{\"a\":\"x\\\ny\"}]"), "{\"a\":\"x\\ny\"}\n");
    assert_eq!(
        json("[{}][{\"b\":2}]\n{\"c\":3}"),
        "{}\n{\"b\":2}\n{\"c\":3}\n"
    );
}

#[test]
fn an_object_over_several_lines_is_one_event() {
    let pretty = "{\n  \"a\": \"}\",\n  \"b\": {}\n}\n{\"c\":\n3}";
    assert_eq!(
        json(pretty),
        "{   \"a\": \"}\",   \"b\": {} }\n{\"c\": 3}\n"
    );
}

#[test]
fn objects_on_lines_are_read_line_by_line_and_a_broken_one_breaks_no_other() {
    assert_eq!(
        json("{\"a\":1}\n{\"b\":\n{\"c\":3}\n"),
        "{\"a\":1}\n{\"b\":\n{\"c\":3}\n"
    );
    assert_eq!(json("{\"a\":\"x\n{\"b\":2}\n"), "{\"a\":\"x\n{\"b\":2}\n");
    assert_eq!(
        json("{\"a\":1} rest\n{\"b\":2}\n"),
        "{\"a\":1} rest\n{\"b\":2}\n"
    );
    assert_eq!(
        json("{\"a\":1} {\"b\":2}\n{\"c\":\n3}"),
        "{\"a\":1} \n{\"b\":2}\n{\"c\": 3}\n"
    );
}

#[test]
fn text_is_read_line_by_line_even_if_it_begins_with_a_bracket() {
    assert_eq!(json("<13>one\ntwo"), "<13>one\ntwo\n");
    assert_eq!(
        json("[2024-01-01] one\n[x] two"),
        "[2024-01-01] one\n[x] two\n"
    );
    assert_eq!(json("  \n"), "");
    assert_eq!(json("["), "[\n");
}

#[test]
fn what_is_cut_short_goes_on_as_far_as_it_came() {
    let body = "[{\"a\":\"x\"},{\"b\":[1,2]}]";
    let whole = "{\"a\":\"x\"}\n{\"b\":[1,2]}\n";
    for end in 2..body.len() {
        let lines = json(&body[..end]);
        assert!(lines.is_empty() || lines.ends_with('\n'));
        assert!(whole.starts_with(lines.trim_end_matches('\n')), "{lines}");
    }
}

#[test]
fn hostile_values_are_one_event_or_parts_of_one() {
    let deep = "[".repeat(1 << 16);
    let string = format!("[{{\"a\":\"{}", "\\\\".repeat(1 << 16));
    for body in [&deep, &string] {
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(1 << 12).collect();
        let mut out = Out::new(1 << 10);
        let mut json = Json::default();
        let mut sum = 0;
        for piece in pieces {
            json.push(piece, &mut out).expect("no limit");
            assert!(
                out.runs()
                    .all(|(part, oversized)| oversized && part.len() < 1 << 13)
            );
            sum += out.finished();
            out.clear(0);
        }
        json.end(&mut out).expect("an end");
        assert_eq!(sum + out.finished() + 1, body.len());
        assert_eq!(out.events(), 1);
    }
}

#[test]
fn a_long_event_comes_in_parts_and_those_around_it_whole() {
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(1 << 10));
    let body = format!("{{}}\n{long}\n{{\"b\":2}}\n");
    let expected = format!("{{}}\n<{long}>\n{{\"b\":2}}\n");
    for size in [1, 7, 1 << 12] {
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(size).collect();
        let mut out = Out::new(1 << 10);
        let mut lines = Lines;
        for piece in pieces {
            lines.push(piece, &mut out).expect("no error");
        }
        lines.end(&mut out).expect("an end");
        assert_eq!(shown(&out), expected, "{size}");
        assert_eq!(out.events(), 3);
    }
}

#[test]
fn actions_bring_events_and_each_is_answered_in_its_place() {
    let body = "{\"index\":{\"_index\":\"a\",\"_id\":\"\\\"1\"}}\n{\"x\":1}\n\
                {\"delete\":{\"_id\":2}}\n{\"update\":{\"_id\":\"3\"}}\n{\"doc\":{}}\n\
                {\"create\":{\"pipeline\":\"p\"}}\r\nno JSON\n\n\
                {\"create\":{}}\n\n{\"index\":{}}\n{\"y\":2}";
    let (lines, statuses) = statuses(body);
    assert_eq!(lines, "{\"x\":1}\nno JSON\n{\"y\":2}\n");
    assert_eq!(statuses, [201, 400, 400, 201, 400, 201]);
}

#[test]
fn items_repeat_what_the_action_says() {
    let body = "{\"index\":{\"_index\":\"a\\\"b\",\"_id\":\"1\"}}\n{}\n{\"create\":{}}\n{}\n{\"create\":{}}\n{}\n";
    let options = Options {
        index: "path".to_owned(),
        terse: false,
    };
    let bulk = Bulk::new(options, Ids::new(u64::MAX));
    let answer = parsed(bulk, &[body.as_bytes()])
        .1
        .expect("a request")
        .answer(7);
    assert!(
        answer.starts_with(r#"{"took":7,"errors":false,"items":[{"#),
        "{answer}"
    );
    let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
    let items = &answer["items"];
    assert_eq!(items[0]["index"]["_index"], "a\"b");
    assert_eq!(items[0]["index"]["_id"], "1");
    assert_eq!(items[1]["create"]["_index"], "path");
    assert_eq!(items[1]["create"]["_id"], "ffffffffffff00000000");
    assert_eq!(items[2]["create"]["_id"], "ffffffffffff00000001");
    assert_eq!(items[2]["create"]["result"], "created");
}

#[test]
fn a_terse_answer_has_statuses_and_errors_alone() {
    let body = "{\"create\":{}}\n{}\n{\"delete\":{}}\n";
    let options = Options {
        index: String::new(),
        terse: true,
    };
    let bulk = Bulk::new(options, Ids::new(0));
    let answer = parsed(bulk, &[body.as_bytes()])
        .1
        .expect("a request")
        .answer(0);
    let expected = "{\"took\":0,\"errors\":true,\"items\":[{\"create\":{\"status\":201}},\
                    {\"delete\":{\"status\":400,\"error\":{\"type\":\"illegal_argument_exception\",\
                    \"reason\":\"documents are passed on, so none can be deleted\"}}}]}";
    assert_eq!(answer, expected);
}

#[test]
fn what_is_no_action_is_told_with_its_line() {
    for (body, place) in [
        ("{\"x\":1}\n", "line 1 "),
        ("{\"index\":{}}\n{}\n[]\n", "line 3 "),
        (
            "{\"index\":{}}\n{}\n{\"index\":{},\"create\":{}}\n",
            "line 3 ",
        ),
        ("{\"index\":{\"_id\":{}}}\n{}\n", "line 1 "),
        ("{\"index\":", "line 1 "),
    ] {
        match parsed(bulk(), &[body.as_bytes()]).1 {
            Err(Malformed::Syntax(message)) => assert!(message.starts_with(place), "{message}"),
            other => panic!("{body}: {}", other.is_ok()),
        }
    }
    let long = vec![b' '; 1 << 20];
    assert!(matches!(
        parsed(bulk(), &[&long]).1,
        Err(Malformed::Syntax(_))
    ));
}

#[test]
fn too_many_actions_are_too_large_for_an_answer() {
    let body = "{\"delete\":{}}\n".repeat(1 << 18);
    assert!(matches!(
        parsed(bulk(), &[body.as_bytes()]).1,
        Err(Malformed::Large(_))
    ));
}

/// The definition: every value's bytes, with white space between tokens as it is.
fn value() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<i32>().prop_map(Into::into),
        "[a-z\\\\\"{}\\[\\],\n ]{0,6}".prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::btree_map("[a-z\"\\\\]{0,3}", inner, 0..4)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_array_of_objects_comes_out_as_serde_reads_it(
        values in prop::collection::vec(
            prop::collection::btree_map("[a-z\"\\\\]{0,3}", value(), 0..4), 0..5),
        pretty: bool,
        size in 1_usize..40,
    ) {
        let body = match pretty {
            true => serde_json::to_string_pretty(&values).expect("JSON"),
            false => serde_json::to_string(&values).expect("JSON"),
        };
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(size).collect();
        let lines = parsed(Json::default(), &pieces).0;
        let got: Vec<serde_json::Value> = lines
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let expected: Vec<serde_json::Value> =
            serde_json::from_str(&body).expect("what serde wrote");
        prop_assert_eq!(got, expected);
    }

    #[test]
    fn any_bytes_are_cut_the_same_in_any_pieces(
        body in "[{}\\[\\]\",:\\\\\n a-b1]{0,60}", size in 1_usize..9,
    ) {
        let whole = parsed(Json::default(), &[body.as_bytes()]).0;
        let pieces: Vec<&[u8]> = body.as_bytes().chunks(size).collect();
        prop_assert_eq!(&parsed(Json::default(), &pieces).0, &whole);
        // Nothing is lost but what stands between events.
        let kept = |c: &char| !" \n,[]".contains(*c);
        let before: String = body.chars().filter(kept).collect();
        let after: String = whole.replace("\\n", "").chars().filter(kept).collect();
        if !body.contains('\\') && !body.contains('n') {
            prop_assert_eq!(after, before);
        }
    }
}
