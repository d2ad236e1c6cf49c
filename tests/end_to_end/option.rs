use crate::rig::{Folder, MICROSOFT, PRIVATE, RELAY, UNKNOWN, event, labelled, lines, tag, tagged};

const OFFICE: &str = "Head office=192.0.2.0/24,2001:db8::/32";

#[test]
fn a_label_of_ones_own_replaces_the_builtin_ones() {
    let input = lines([UNKNOWN, "2001:db8:0:0:0:0:0:7", PRIVATE].map(event));
    let expected = lines([
        labelled(UNKNOWN, "Head office"),
        labelled("2001:db8:0:0:0:0:0:7", "Head office"),
        event(PRIVATE),
    ]);
    assert_eq!(tagged(&["--label", OFFICE], input), expected);
}

#[test]
fn a_label_may_be_given_again_and_beside_others() {
    let args = [
        "--label",
        "Head office=192.0.2.1",
        "--label",
        "Vendor=builtin:microsoft",
        "--label",
        "Head office=10.0.0.0/8",
    ];
    let input = lines([UNKNOWN, PRIVATE, MICROSOFT, RELAY].map(event));
    let expected = lines([
        labelled(UNKNOWN, "Head office"),
        labelled(PRIVATE, "Head office"),
        labelled(MICROSOFT, "Vendor"),
        event(RELAY),
    ]);
    assert_eq!(tagged(&args, input), expected);
}

#[test]
fn a_labels_name_ends_at_the_first_equals_sign() {
    let folder = Folder::new();
    folder.file("b=c.txt", "10.0.0.0/8\n");
    let call = folder.knownet(&["tag", "--label", "a=b=c.txt"]);
    let ran = call.input(event(PRIVATE)).ran().succeeded();
    assert_eq!(ran.out, lines([labelled(PRIVATE, "a")]));
}

#[test]
fn a_labels_name_is_escaped_where_json_needs_it() {
    let out = tagged(&["--label", "the \"lab\" \\ ü=10.0.0.0/8"], event(PRIVATE));
    let expected = r#"{"DestinationIp":"10.0.0.1","IPDestination":"the \"lab\" \\ ü"}"#;
    assert_eq!(out, lines([expected]));
}

#[test]
fn a_part_that_is_no_prefix_makes_the_feed_a_path() {
    let folder = Folder::new();
    folder.file("10.0.0.0,x", "10.0.0.0/8\n");
    let call = folder.knownet(&["tag", "--label", "A=10.0.0.0,x"]);
    let ran = call.input(event(PRIVATE)).ran().succeeded();
    assert_eq!(ran.out, lines([labelled(PRIVATE, "A")]));
    tag(&["--label", "A=10.0.0.0/33"], "")
        .ended(1)
        .said("--label A: 10.0.0.0/33: ");
}

#[test]
fn a_label_that_cannot_be_read_ends_it_with_every_reason() {
    let args = ["--label", "A=a.txt", "--label", "B=b.txt"];
    let ran = tag(&args, event(PRIVATE)).ended(1);
    ran.said("knownet: --label A: a.txt: ");
    ran.said("knownet: --label B: b.txt: ");
    assert_eq!(ran.out, "");
    for wrong in ["A", "=10.0.0.0/8", "A=", " =10.0.0.0/8"] {
        tag(&["--label", wrong], "")
            .ended(1)
            .said("is not NAME=FEED, such as ");
    }
    let ran = tag(&["--label", "A=builtin:apple"], "").ended(1);
    ran.said("known ones are ");
    ran.said("apple-relay");
}

#[test]
fn host_bits_are_masked_with_a_warning() {
    let ran = tag(&["--label", "A=10.9.8.7/8"], event(PRIVATE)).succeeded();
    ran.said("--label A: host bits are set; it is read as 10.0.0.0/8");
    assert_eq!(ran.out, lines([labelled(PRIVATE, "A")]));
}

#[test]
fn from_replaces_the_usual_fields_and_keeps_its_order() {
    let line = r#"{"a":{"b":"10.0.0.1"},"c":"13.107.4.50","DestinationIp":"172.225.76.1","SourceIp":"10.0.0.1"}"#;
    let tagged = |args: &[&str]| tagged(args, line);
    let with = |label| {
        line.replace('}', &format!(r#","IPDestination":"{label}"}}"#))
            .replacen(&format!(r#","IPDestination":"{label}"}}"#), "}", 1)
    };
    assert_eq!(tagged(&["--from", "a.b"]), lines([with("Private")]));
    assert_eq!(
        tagged(&["--from", "c", "--from", "a.b"]),
        lines([with("Microsoft")])
    );
    assert_eq!(
        tagged(&["--from", "nowhere", "--from", "a.b"]),
        lines([with("Private")])
    );
    assert_eq!(tagged(&["--from", "nowhere"]), lines([line]));
}

#[test]
fn into_names_the_field_that_takes_the_label() {
    let line = r#"{"DestinationIp":"10.0.0.1","SourceIp":"10.0.0.1"}"#;
    let expected = r#"{"DestinationIp":"10.0.0.1","SourceIp":"10.0.0.1","net":"Private"}"#;
    assert_eq!(tagged(&["--into", "net"], line), lines([expected]));
}

#[test]
fn into_may_be_a_path() {
    for (line, expected) in [
        (
            r#"{"DestinationIp":"10.0.0.1"}"#,
            r#"{"DestinationIp":"10.0.0.1","a":{"b":"Private"}}"#,
        ),
        (
            r#"{"a":{},"DestinationIp":"10.0.0.1"}"#,
            r#"{"a":{"b":"Private"},"DestinationIp":"10.0.0.1"}"#,
        ),
        (
            r#"{"a":{"c":1},"DestinationIp":"10.0.0.1"}"#,
            r#"{"a":{"c":1,"b":"Private"},"DestinationIp":"10.0.0.1"}"#,
        ),
        (
            r#"{"a":{"b":[1],"c":1},"DestinationIp":"10.0.0.1"}"#,
            r#"{"a":{"b":"Private","c":1},"DestinationIp":"10.0.0.1"}"#,
        ),
        (
            r#"{"a.b":1,"DestinationIp":"10.0.0.1"}"#,
            r#"{"a.b":"Private","DestinationIp":"10.0.0.1"}"#,
        ),
    ] {
        assert_eq!(tagged(&["--into", "a.b"], line), lines([expected]));
    }
}

#[test]
fn what_cannot_be_written_is_noted_in_tags() {
    for (line, expected) in [
        (
            r#"{"DestinationIp":"10.0.0.1","a":5}"#,
            r#"{"DestinationIp":"10.0.0.1","a":5,"tags":["_enrichfailure"]}"#,
        ),
        (
            r#"{"tags":["x"],"a":"y","DestinationIp":"10.0.0.1"}"#,
            r#"{"tags":["x","_enrichfailure"],"a":"y","DestinationIp":"10.0.0.1"}"#,
        ),
        (
            r#"{"tags":[],"a":null,"DestinationIp":"10.0.0.1"}"#,
            r#"{"tags":["_enrichfailure"],"a":null,"DestinationIp":"10.0.0.1"}"#,
        ),
        (
            r#"{"tags":"x","a":[],"DestinationIp":"10.0.0.1"}"#,
            r#"{"tags":["x","_enrichfailure"],"a":[],"DestinationIp":"10.0.0.1"}"#,
        ),
    ] {
        let ran = tag(&["--into", "a.b", "--stats"], line).succeeded();
        assert_eq!(ran.out, lines([expected]));
        ran.said("not written  1 (");
    }
    // Without a label there is nothing to write.
    let line = r#"{"DestinationIp":"192.0.2.1","a":5}"#;
    assert_eq!(tagged(&["--into", "a.b"], line), lines([line]));
    tag(&["--into", "tags.x"], "")
        .ended(1)
        .said("choose another field");
}

#[test]
fn drop_leaves_out_events_to_a_label() {
    let input = lines([MICROSOFT, RELAY, PRIVATE, UNKNOWN].map(event));
    let rest = [
        labelled(RELAY, "Apple Relay"),
        labelled(PRIVATE, "Private"),
        event(UNKNOWN),
    ];
    assert_eq!(tagged(&["--drop", "Microsoft"], &*input), lines(&rest));
    assert_eq!(tagged(&["--drop", "microsoft"], &*input), lines(&rest));
    let args = ["--drop", "Microsoft", "--drop", "Apple Relay"];
    assert_eq!(tagged(&args, &*input), lines(&rest[1..]));
}

#[test]
fn drop_needs_every_address() {
    for kept in [
        r#"{"DestinationIp":["13.107.4.50","192.0.2.1"]}"#,
        r#"{"DestinationIp":["192.0.2.1","13.107.4.50"]}"#,
        r#"{"DestinationIp":["13.107.4.50","10.0.0.1"]}"#,
        r#"{"DestinationIp":["13.107.4.50","what?"]}"#,
        r#"{"SourceIp":"13.107.4.50"}"#,
        r#"{"a":1}"#,
        "noise",
    ] {
        assert_ne!(tagged(&["--drop", "Microsoft"], kept), "", "{kept}");
    }
    let all = r#"{"DestinationIp":["13.107.4.50","2603:1000::1"]}"#;
    assert_eq!(tagged(&["--drop", "Microsoft"], all), "");
}

#[test]
fn a_label_that_the_sender_wrote_drops_nothing_and_selects_nothing() {
    for forged in [
        r#"{"DestinationIp":"192.0.2.1","IPDestination":"Microsoft"}"#,
        r#"{"IPDestination":"Microsoft"}"#,
        r#"{"IPDestination":["Microsoft"],"DestinationIp":""}"#,
    ] {
        assert_eq!(tagged(&["--drop", "Microsoft"], forged), lines([forged]));
        assert_eq!(tagged(&["--only", "Microsoft"], forged), "");
    }
}

#[test]
fn only_passes_one_label_or_the_unknown() {
    let input = lines([MICROSOFT, PRIVATE, UNKNOWN, "-"].map(event));
    let only = |name| tagged(&["--only", name], &*input);
    assert_eq!(only("Microsoft"), lines([labelled(MICROSOFT, "Microsoft")]));
    assert_eq!(only("private"), lines([labelled(PRIVATE, "Private")]));
    assert_eq!(only("unknown"), lines([event(UNKNOWN)]));
    let mixed = r#"{"DestinationIp":["13.107.4.50","192.0.2.1"]}"#;
    assert_ne!(tagged(&["--only", "unknown"], mixed), "");
    assert_ne!(tagged(&["--only", "Microsoft"], mixed), "");
    assert_eq!(tagged(&["--only", "Private"], mixed), "");
}

#[test]
fn a_name_that_no_label_has_lists_the_labels() {
    for option in ["--drop", "--only"] {
        let ran = tag(&[option, "Micro"], event(PRIVATE)).ended(1);
        let known = "no label has that name; known: Microsoft, Apple Relay, Private";
        assert_eq!(ran.err, format!("knownet: {option} Micro: {known}\n"));
        assert_eq!(ran.out, "");
    }
}

#[test]
fn stats_say_what_was_done() {
    let input = lines([MICROSOFT, MICROSOFT, PRIVATE, UNKNOWN].map(event));
    let ran = tag(&["--stats", "--drop", "Microsoft"], input).succeeded();
    ran.said("knownet: 4 events in, 2 out in ");
    ran.said("  labelled     3 events: Microsoft 2, Private 1\n");
    ran.said("  dropped      2 events\n");
    ran.said("  rule         --drop Microsoft: 2 events\n");
}
