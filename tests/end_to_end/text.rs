//! Text in, JSON in ECS out; what is found in it is explained.

use serde_json::{Value, json};

use crate::rig::{Folder, objects, tag, tagged};

const CEF: &str =
    "CEF:0|Acme|Wall|1.0|100|blocked|5|src=192.0.2.7 spt=51000 dst=13.107.4.50 dpt=443 proto=TCP";
const NETFILTER: &str = "Mar  1 10:00:00 gate kernel: [1.5] DROP IN=eth0 OUT= SRC=192.0.2.9 DST=10.1.2.3 LEN=60 TTL=64 PROTO=UDP SPT=5353 DPT=53";
const XML: &str = "<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\">\n  <System><Provider Name=\"Microsoft-Windows-Sysmon\"/><EventID>3</EventID><Computer>pc</Computer></System>\n  <EventData><Data Name=\"SourceIp\">10.0.0.7</Data><Data Name=\"SourcePort\">50000</Data><Data Name=\"DestinationIp\">13.107.4.52</Data><Data Name=\"DestinationPort\">443</Data></EventData>\n</Event>";

#[test]
fn every_record_is_read_in_its_own_format() {
    let json = r#"{"DestinationIp":"10.0.0.1"}"#;
    let input = format!("{CEF}\n{json}\r\n{NETFILTER}\r\n\n{XML}\nhello world\n{{\"cut\":\n");
    let ran = tag(&["--stats"], input).succeeded();
    let events = objects(&ran.out);
    assert_eq!(events.len(), 6, "{}", ran.out);
    assert_eq!(
        events[0]["destination"],
        json!({"ip": "13.107.4.50", "port": 443})
    );
    assert_eq!(events[0]["IPDestination"], "Microsoft");
    assert_eq!(events[0]["message"], CEF);
    let line = "\n{\"DestinationIp\":\"10.0.0.1\",\"IPDestination\":\"Private\"}\r\n";
    assert!(ran.out.contains(line), "{}", ran.out);
    assert_eq!(events[2]["source"]["ip"], "192.0.2.9");
    assert_eq!(events[2]["network"]["transport"], "udp");
    assert_eq!(events[2]["host"]["name"], "gate");
    assert_eq!(events[2]["IPDestination"], "Private");
    assert_eq!(
        events[3]["winlog"]["event_data"]["DestinationIp"],
        "13.107.4.52"
    );
    assert_eq!(events[3]["IPDestination"], "Microsoft");
    assert_eq!(events[3]["IPSource"], "Private");
    assert_eq!(events[3]["message"], XML);
    assert_eq!(events[4]["message"], "hello world");
    assert_eq!(events[4]["tags"], json!(["_noformat"]));
    assert!(events[4]["@timestamp"].is_string());
    assert_eq!(
        events[5],
        json!({"message": "{\"cut\":", "tags": ["_jsonparsefailure"]})
    );
    ran.said("  formats      ");
    ran.said("  no format    1 (");
    ran.said("  unparsed     1 (");
}

#[test]
fn each_flow_of_a_record_is_an_event() {
    let flows = r#"{"time":"2026-03-01T12:00:35Z","macAddress":"000D3AF87856","category":"NetworkSecurityGroupFlowEvent","properties":{"Version":2,"flows":[{"rule":"Web","flows":[{"mac":"000D3AF87856","flowTuples":["1772366402,203.0.113.7,10.0.0.4,28746,443,T,I,D,B,,,,","1772366424,10.0.0.4,13.107.4.50,59831,443,T,O,A,E,25,4591,30,7600"]}]}]}}"#;
    let beat = r#"{"@timestamp":"2026-03-01T12:00:35Z","winlog":{"event_data":{"SourceIp":"10.0.0.7","DestinationIp":"13.107.4.52"}}}"#;
    // Alone among objects, and beside text.
    for (text, others) in [(String::new(), 0), (format!("{CEF}\n"), 1)] {
        let out = tagged(&[], format!("{flows}\n{beat}\n{text}"));
        let events = objects(&out);
        assert_eq!(events.len(), 3 + others, "{out}");
        assert_eq!(
            events[0]["source"],
            json!({"ip": "203.0.113.7", "port": 28746})
        );
        assert_eq!(events[0]["IPDestination"], "Private");
        assert_eq!(events[0]["rule"]["name"], "Web");
        assert_eq!(events[1]["destination"]["ip"], "13.107.4.50");
        assert_eq!(events[1]["destination"]["bytes"], 7600);
        assert_eq!(events[1]["IPSource"], "Private");
        assert_eq!(events[1]["IPDestination"], "Microsoft");
        assert_eq!(events[2]["@timestamp"], "2026-03-01T12:00:35Z");
        assert_eq!(events[2]["IPSource"], "Private");
        assert_eq!(events[2]["IPDestination"], "Microsoft");
    }
    // What can not be read stays as it is, whatever is around it.
    let strange = r#"{"a":"b","flowTuples":["1,2"]}"#;
    for text in ["", CEF] {
        let out = tagged(&[], format!("{strange}\n{beat}\n{text}\n"));
        assert!(out.starts_with(&format!("{strange}\n")), "{out}");
    }
}

#[test]
fn a_format_that_is_named_is_the_only_one() {
    let out = tagged(&["--format", "cef"], format!("{CEF}\n{NETFILTER}\n"));
    let events = objects(&out);
    assert_eq!(events[0]["IPDestination"], "Microsoft");
    assert_eq!(events[1]["tags"], json!(["_cefparsefailure"]));
    assert_eq!(events[1]["message"], NETFILTER);
    let ran = tag(&["--format", "cff"], "").ended(1);
    ran.said("\"cff\" is not a format; did you mean cef? known: auto, json, ");
}

#[test]
fn columns_follow_the_heading_of_their_own_file() {
    let folder = Folder::new();
    let rows = |a: &str, b: &str| format!("{a} {b}\n").repeat(40_000);
    let first = format!(
        "#Version: 1.0\n#Fields: c-ip s-ip\n{}",
        rows("192.0.2.1", "10.0.0.1")
    );
    let second = format!(
        "#Version: 1.0\n#Fields: s-ip c-ip\n{}",
        rows("10.0.0.2", "192.0.2.2")
    );
    folder.file("a.log", first);
    folder.file("b.log", second);
    folder.file("c.log", "src_ip,dst_ip\n192.0.2.3,10.0.0.3\n");
    folder.file("d.log", "192.0.2.3,10.0.0.3\n");
    let ran = folder
        .knownet(&["tag", "a.log", "b.log", "c.log", "d.log"])
        .ran()
        .succeeded();
    let mut seen = std::collections::BTreeMap::new();
    for event in objects(&ran.out) {
        let ip = |end: &str| event[end]["ip"].as_str().unwrap_or("-").to_owned();
        *seen.entry((ip("source"), ip("destination"))).or_insert(0) += 1;
    }
    let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
    let expected = [
        // Headings, and a line whose columns nobody named.
        (pair("-", "-"), 6),
        (pair("192.0.2.1", "10.0.0.1"), 40_000),
        (pair("192.0.2.2", "10.0.0.2"), 40_000),
        (pair("192.0.2.3", "10.0.0.3"), 1),
    ];
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), expected);
}

#[test]
fn records_of_several_lines_are_whole_across_batches() {
    let count = 4_000;
    let ran = tag(&[], format!("{XML}\n").repeat(count)).succeeded();
    let events = objects(&ran.out);
    assert_eq!(events.len(), count);
    assert!(
        events
            .iter()
            .all(|event| event["IPDestination"] == "Microsoft")
    );
    let pretty = "{\n  \"DestinationIp\": \"10.0.0.1\"\n}\n".repeat(20_000);
    let ran = tag(&[], pretty).succeeded();
    let events = objects(&ran.out);
    assert_eq!(events.len(), 20_000);
    assert!(
        events
            .iter()
            .all(|event| event["IPDestination"] == "Private")
    );
}

#[test]
fn formats_of_ones_own() {
    for (format, line) in [
        (
            r"{ regex = '^(?P<from>\S+) to (?P<destination_ip>\S+)$', fields = { from = 'source.ip' } }",
            "192.0.2.7 to 10.0.0.1",
        ),
        (
            "{ grok = '%{IP:source_ip} %{WORD:what} %{IP:destination_ip}' }",
            "192.0.2.7 to 10.0.0.1",
        ),
        ("{ csv = ['src', '-', 'dst'] }", "192.0.2.7,to,10.0.0.1"),
        (
            "{ kv = { pair = '~', value = '>' } }",
            "src>192.0.2.7~x>1~dst>10.0.0.1",
        ),
    ] {
        let folder = Folder::new();
        let ran = folder
            .run(&format!(
                "[sources.in]\ntype = \"stdin\"\nformat = {format}\n[sinks.out]\ntype = \"stdout\"\n"
            ))
            .succeeded();
        assert_eq!(ran.out, "");
        let run = folder.knownet(&["run"]);
        let ran = run
            .input(format!("{line}\nnothing of the kind\n"))
            .ran()
            .succeeded();
        let events = objects(&ran.out);
        assert_eq!(events[0]["source"]["ip"], "192.0.2.7", "{format}");
        assert_eq!(events[0]["destination"]["ip"], "10.0.0.1", "{format}");
        let tag = events[1]["tags"][0].as_str().expect("a tag");
        assert!(tag.ends_with("parsefailure"), "{format}: {tag}");
    }
}

#[test]
fn names_of_ones_own_and_ecs_fields() {
    let folder = Folder::new();
    folder.file(
        "in",
        "{\"wan\":\"192.0.2.7:55\",\"x\":1}\nwan=192.0.2.7 lan=10.0.0.1 proto=tcp dpt=53\n",
    );
    let ran = folder
        .run(
            "ecs = true\n[aliases]\nwan = \"source.ip\"\nlan = \"destination.ip\"\n\
             [sources.in]\ntype = \"file\"\npaths = \"in\"\n[sinks.out]\ntype = \"stdout\"\n",
        )
        .succeeded();
    let events = objects(&ran.out);
    let expected = json!({"wan": "192.0.2.7:55", "x": 1, "source": {"ip": "192.0.2.7"}});
    assert_eq!(events[0]["source"]["ip"], expected["source"]["ip"]);
    assert_eq!(events[0]["wan"], expected["wan"]);
    assert_eq!(events[1]["source"]["ip"], "192.0.2.7");
    assert_eq!(events[1]["destination"]["ip"], "10.0.0.1");
    let ran = folder.check("[aliases]\nwan = \"source.ipp\"\n").ended(1);
    ran.said("aliases.wan: \"source.ipp\" is not an ECS field");
}

#[test]
fn explain_says_one_object_a_record() {
    let input = format!("{CEF}\n\n{{\"DestinationIp\":\"10.0.0.1\"}}\nnoise\n{XML}\n");
    let folder = Folder::new();
    let ran = folder
        .knownet(&["explain", "--json"])
        .input(input)
        .ran()
        .succeeded();
    let said: Vec<Value> = objects(&ran.out);
    let expected = [
        json!({"n": 1, "format": "cef", "fields": {"source.ip": "192.0.2.7", "source.port": 51000, "destination.ip": "13.107.4.50", "destination.port": 443}, "tags": [], "labels": {"IPDestination": "Microsoft"}}),
        json!({"n": 2, "format": "json", "fields": {"destination.ip": "10.0.0.1"}, "tags": [], "labels": {"IPDestination": "Private"}}),
        json!({"n": 3, "format": null, "fields": {}, "tags": ["_noformat"], "labels": {}}),
        json!({"n": 4, "format": "xml", "fields": {"source.ip": "10.0.0.7", "source.port": 50000, "destination.ip": "13.107.4.52", "destination.port": 443}, "tags": [], "labels": {"IPDestination": "Microsoft", "IPSource": "Private"}}),
    ];
    assert_eq!(said, expected);
}

#[test]
fn explain_shows_the_first_twenty_to_people() {
    let input = format!("{CEF}\n").repeat(30);
    let folder = Folder::new();
    let ran = folder
        .knownet(&["explain"])
        .input(input.clone())
        .ran()
        .succeeded();
    assert_eq!(ran.out.matches(": cef\n").count(), 20);
    assert!(ran.out.contains("source.ip"), "{}", ran.out);
    assert!(!ran.out.contains('\x1b'));
    let ran = folder
        .knownet(&["explain", "-n", "3", "-"])
        .input(input)
        .ran()
        .succeeded();
    assert_eq!(ran.out.matches(": cef\n").count(), 3);
}

#[test]
fn formats_are_listed_with_examples_that_are_read_as_such() {
    let ran = Folder::new().knownet(&["formats"]).ran().succeeded();
    let asked = Folder::new()
        .knownet(&["tag", "--format", "?"])
        .ran()
        .ended(1)
        .err;
    let known = asked
        .trim_end()
        .rsplit("known: ")
        .next()
        .unwrap()
        .to_owned();
    assert!(
        known.contains("auto, json, ") && known.contains(", w3c"),
        "{asked}"
    );
    for name in known.split(", ") {
        let begins = format!("{name} ");
        assert!(
            ran.out.lines().any(|line| line.starts_with(&begins)),
            "{name}: {}",
            ran.out
        );
    }
}

#[test]
fn a_record_that_is_cut_takes_no_other_along() {
    let cut = "<Event><System><Provider Name='P'/><EventID>3</EventID></System><EventData><Data Name='SourceIp'>192.0.2.5</Data><Da";
    let pair = "src=192.0.2.7 dst=10.0.0.1 proto=tcp";
    let object = "{\n\"a\": [\n";
    let out = tagged(
        &[],
        format!("{cut}\n{pair}\n{XML}\n{object}{pair}\n]}}\n{CEF}\n"),
    );
    let events = objects(&out);
    assert_eq!(events.len(), 8, "{out}");
    assert_eq!(events[0]["message"], cut);
    assert!(events[0]["destination"].is_null());
    assert_eq!(events[1]["source"]["ip"], "192.0.2.7");
    assert_eq!(events[2]["message"], XML);
    assert_eq!(events[5]["source"]["ip"], "192.0.2.7");
    assert_eq!(events[7]["source"]["ip"], "192.0.2.7");
}

#[test]
fn a_heading_counts_wherever_its_stream_begins() {
    let rows = "192.0.2.1 10.0.0.1\n".repeat(30_000);
    for begin in [
        "",
        "\u{feff}",
        "\n\n",
        "{\"a\":1}\n",
        "192.0.2.9 10.0.0.9\n",
    ] {
        let out = tagged(
            &[],
            format!("{begin}#Version: 1.0\n#Fields: c-ip s-ip\n{rows}"),
        );
        let found = out.matches("\"ip\":\"192.0.2.1\"").count();
        assert_eq!(found, 30_000, "{begin:?}");
    }
}

#[test]
fn explain_cannot_steer_a_terminal() {
    let folder = Folder::new();
    let input =
        "{\"src_ip\":\"192.0.2.1\",\"tags\":[\"a\\u001b[31m\\u202e\"]}\n\u{1b}[2J\u{202e}x\n";
    let ran = folder.knownet(&["explain"]).input(input).ran().succeeded();
    assert!(!ran.out.contains(['\u{1b}', '\u{202e}']), "{:?}", ran.out);
}

#[test]
fn a_name_that_names_nothing_is_told() {
    let folder = Folder::new();
    let ran = folder
        .check(
            "[aliases]\n\".\" = \"source.ip\"\nSRC = \"source.ip\"\ns_r_c = \"destination.ip\"\n",
        )
        .ended(1);
    ran.said("aliases.\".\": a name has 1 to 48 ");
    ran.said("aliases.s_r_c: is the same name as SRC");
}
