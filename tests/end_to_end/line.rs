use serde_json::json;

use crate::rig::{MICROSOFT, PRIVATE, UNKNOWN, event, labelled, lines, objects, tag, tagged};

/// Asserts what becomes of one line.
#[track_caller]
fn becomes(line: &str, expected: &str) {
    assert_eq!(tagged(&[], format!("{line}\n")), format!("{expected}\n"));
}

/// Asserts that a line stays as it is.
#[track_caller]
fn stays(line: &str) {
    becomes(line, line);
}

#[test]
fn every_usual_field_is_known() {
    for (line, field) in [
        (r#"{"destination":{"ip":"10.0.0.1"}}"#, "IPDestination"),
        (
            r#"{"winlog":{"event_data":{"DestinationIp":"10.0.0.1"}}}"#,
            "IPDestination",
        ),
        (
            r#"{"event_data":{"DestinationIp":"10.0.0.1"}}"#,
            "IPDestination",
        ),
        (r#"{"DestinationIp":"10.0.0.1"}"#, "IPDestination"),
        (r#"{"source":{"ip":"10.0.0.1"}}"#, "IPSource"),
        (
            r#"{"winlog":{"event_data":{"SourceIp":"10.0.0.1"}}}"#,
            "IPSource",
        ),
        (r#"{"event_data":{"SourceIp":"10.0.0.1"}}"#, "IPSource"),
        (r#"{"SourceIp":"10.0.0.1"}"#, "IPSource"),
    ] {
        let open = line.strip_suffix('}').unwrap();
        becomes(line, &format!(r#"{open},"{field}":"Private"}}"#));
    }
}

#[test]
fn both_ends_are_tagged() {
    let out = tagged(
        &[],
        r#"{"source":{"ip":"10.0.0.1"},"destination":{"ip":"13.107.4.50"}}"#,
    );
    let event = &objects(&out)[0];
    assert_eq!(event["IPSource"], "Private");
    assert_eq!(event["IPDestination"], "Microsoft");
}

#[test]
fn every_byte_around_the_tag_stays() {
    becomes(
        "\t{ \"a\" : 1.50e+3 ,\"ü\\u00fc\" :\"\\/ \" , \"DestinationIp\":\"10.0.0.1\"}  ",
        "\t{ \"a\" : 1.50e+3 ,\"ü\\u00fc\" :\"\\/ \" , \"DestinationIp\":\"10.0.0.1\",\"IPDestination\":\"Private\"}  ",
    );
}

#[test]
fn v6_is_read_in_every_spelling() {
    for address in [
        "fe80:0:0:0:1:2:3:4",
        "FE80::1:2:3:4",
        "fe80:0000:0000:0000:0001:0002:0003:0004",
        "::1",
        "0:0:0:0:0:0:0:1",
        "::ffff:10.0.0.1",
        "::ffff:a00:1",
        "fe80::1%eth0",
        "[fe80::1]:443",
        "10.0.0.1:443",
        " 10.0.0.1 ",
    ] {
        becomes(&event(address), &labelled(address, "Private"));
    }
    stays(&event("2001:db8::1"));
}

#[test]
fn what_is_no_address_stays() {
    for value in [
        r#""""#,
        r#""-""#,
        "null",
        "5",
        "1.5",
        "true",
        "{}",
        "[]",
        r#""10.0.0""#,
        r#""010.0.0.1""#,
    ] {
        stays(&format!(r#"{{"DestinationIp":{value}}}"#));
    }
    stays(r#"{}"#);
    stays(r#"{"a":"10.0.0.1"}"#);
}

#[test]
fn the_same_name_elsewhere_is_another_field() {
    stays(r#"{"a":{"DestinationIp":"10.0.0.1"}}"#);
    stays(r#"{"message":"\"DestinationIp\":\"10.0.0.1\""}"#);
    stays(r#"{"message":"{\"DestinationIp\":\"10.0.0.1\"}","x":"DestinationIp"}"#);
    stays(r#"{"winlog":{"DestinationIp":"10.0.0.1"}}"#);
}

#[test]
fn the_first_field_that_holds_an_address_counts() {
    let line =
        |ecs: &str| format!(r#"{{"DestinationIp":"10.0.0.1","destination":{{"ip":{ecs}}}}}"#);
    assert_eq!(
        objects(&tagged(&[], line("\"13.107.4.50\"")))[0]["IPDestination"],
        "Microsoft"
    );
    assert_eq!(
        objects(&tagged(&[], line("\"-\"")))[0]["IPDestination"],
        "Private"
    );
    assert_eq!(
        objects(&tagged(&[], line("null")))[0]["IPDestination"],
        "Private"
    );
    let unknown = &objects(&tagged(&[], line("\"192.0.2.1\"")))[0];
    assert_eq!(unknown.get("IPDestination"), None);
}

#[test]
fn every_address_of_an_array_is_looked_up() {
    becomes(
        r#"{"DestinationIp":["192.0.2.1","13.107.4.50","10.0.0.1"]}"#,
        r#"{"DestinationIp":["192.0.2.1","13.107.4.50","10.0.0.1"],"IPDestination":"Microsoft"}"#,
    );
    // A path steps through arrays of objects.
    becomes(
        r#"{"destination":[{"port":1},{"ip":"10.0.0.1"}]}"#,
        r#"{"destination":[{"port":1},{"ip":"10.0.0.1"}],"IPDestination":"Private"}"#,
    );
}

#[test]
fn of_duplicate_keys_the_last_counts() {
    becomes(
        r#"{"DestinationIp":"13.107.4.50","DestinationIp":"10.0.0.1"}"#,
        r#"{"DestinationIp":"13.107.4.50","DestinationIp":"10.0.0.1","IPDestination":"Private"}"#,
    );
    // The last parent replaces the one before it, with all that it held.
    stays(r#"{"destination":{"ip":"10.0.0.1"},"destination":{"port":443}}"#);
}

#[test]
fn keys_and_values_may_be_spelled_with_escapes() {
    becomes(
        r#"{"Destination\u0049p":"10.0.0.1"}"#,
        r#"{"Destination\u0049p":"10.0.0.1","IPDestination":"Private"}"#,
    );
    becomes(
        r#"{"DestinationIp":"10\u002e0.0.1"}"#,
        r#"{"DestinationIp":"10\u002e0.0.1","IPDestination":"Private"}"#,
    );
}

#[test]
fn a_flat_key_is_the_path_too() {
    becomes(
        r#"{"destination.ip":"10.0.0.1"}"#,
        r#"{"destination.ip":"10.0.0.1","IPDestination":"Private"}"#,
    );
    becomes(
        r#"{"winlog":{"event_data.DestinationIp":"10.0.0.1"}}"#,
        r#"{"winlog":{"event_data.DestinationIp":"10.0.0.1"},"IPDestination":"Private"}"#,
    );
}

#[test]
fn a_target_that_is_there_is_replaced() {
    for old in [r#""Microsoft""#, "null", r#"{"a":[1]}"#, r#"["\"}"]"#] {
        becomes(
            &format!(r#"{{"IPDestination":{old},"DestinationIp":"10.0.0.1"}}"#),
            r#"{"IPDestination":"Private","DestinationIp":"10.0.0.1"}"#,
        );
    }
    // However it is spelled.
    let out = tagged(
        &[],
        r#"{"IPDestin\u0061tion":"x","DestinationIp":"10.0.0.1"}"#,
    );
    let expected = json!({"IPDestination": "Private", "DestinationIp": "10.0.0.1"});
    assert_eq!(objects(&out)[0], expected);
}

#[test]
fn a_target_without_an_answer_stays() {
    stays(r#"{"DestinationIp":"192.0.2.1","IPDestination":"Microsoft"}"#);
    stays(r#"{"IPDestination":"Microsoft"}"#);
}

#[test]
fn what_is_no_object_becomes_a_message() {
    for line in [
        "plain text",
        "[1,2]",
        "\"text\"",
        "{\"a\":1",
        "<13>Mar 18 host app: {x} ",
        "\ttab",
    ] {
        let out = tagged(&["--format", "json"], format!("{line}\n"));
        let expected = json!({"message": line, "tags": ["_jsonparsefailure"]});
        assert_eq!(objects(&out), [expected]);
    }
    let out = tagged(&["--format", "json"], "say \"hi\" \\o/\r\n");
    let expected = r#"{"message":"say \"hi\" \\o/","tags":["_jsonparsefailure"]}"#;
    assert_eq!(out.trim_end(), expected);
}

#[test]
fn bytes_that_are_not_utf_8_are_spelled_out() {
    let out = tagged(&["--format", "json"], b"caf\xe9 \xff\xfe \xe2\x82".to_vec());
    let expected = json!({"message": r"caf\xE9 \xFF\xFE \xE2\x82", "tags": ["_jsonparsefailure"]});
    assert_eq!(objects(&out), [expected]);
}

#[test]
fn a_failure_takes_no_neighbour_along() {
    let input = lines([
        &*event(PRIVATE),
        "noise",
        &event(MICROSOFT),
        "{",
        &event(UNKNOWN),
    ]);
    let ran = tag(&["--stats", "--format", "json"], input).succeeded();
    let out = ran.lines();
    assert_eq!(out.len(), 5);
    assert_eq!(out[0], labelled(PRIVATE, "Private"));
    assert_eq!(out[2], labelled(MICROSOFT, "Microsoft"));
    assert_eq!(out[4], event(UNKNOWN));
    ran.said("unparsed     2 (");
}
