use crate::rig::{Folder, MICROSOFT, PRIVATE, event, labelled, lines, objects, tag, tagged};

/// An event of `length` bytes, its address at the end.
fn long(length: usize) -> String {
    let bare = r#"{"x":"","DestinationIp":"10.0.0.1"}"#;
    bare.replacen(
        "\"\"",
        &format!("\"{}\"", "x".repeat(length - bare.len())),
        1,
    )
}

#[test]
fn a_line_of_one_mebibyte_is_tagged() {
    let line = long(1 << 20);
    let expected = line.replace("1\"}", "1\",\"IPDestination\":\"Private\"}");
    assert!(tagged(&[], line) == lines([expected]));
}

#[test]
fn a_longer_line_passes_untouched_and_is_counted() {
    let line = long((1 << 20) + 1);
    let input = lines([&*event(PRIVATE), &line, &event(MICROSOFT)]);
    let ran = tag(&["--stats", "--drop", "Private"], input).succeeded();
    assert!(ran.out == lines([&*line, &labelled(MICROSOFT, "Microsoft")]));
    ran.said("  long         1 (over 1 MiB, not looked at)\n");
}

#[test]
fn a_longer_line_is_not_hidden_from_only() {
    let line = long((1 << 20) + 1);
    let input = lines([&*event(PRIVATE), &line]);
    let ran = tag(&["--only", "unknown"], input).succeeded();
    assert!(ran.out == lines([&*line]));
}

const SMALL: &str = r#"
max_event = 1024
dead_letter = "dead.ndjson"
[sources.in]
type = "file"
paths = ["in.ndjson"]
[labels.Private]
feeds = ["builtin:private"]
[[tags]]
from = ["DestinationIp"]
into = "IPDestination"
[sinks.out]
type = "stdout"
"#;

#[test]
fn a_line_over_max_event_goes_to_the_dead_letters() {
    let folder = Folder::new();
    let (fits, over, huge) = (long(1024), long(1025), long(3 << 20));
    let input = lines([&*event(PRIVATE), &over, &fits, &huge, &event(PRIVATE)]);
    folder.file("in.ndjson", input.trim_end());
    let ran = folder.run(SMALL).ended(1);
    let one = labelled(PRIVATE, "Private");
    let fits = fits.replace("1\"}", "1\",\"IPDestination\":\"Private\"}");
    assert!(ran.out == lines([&one, &fits, &one]));
    ran.said("  dead letters 2 (");
    let said = "events go to the dead letters: ";
    assert_eq!(ran.err.matches(said).count(), 1, "{}", ran.err);
    ran.said("dead.ndjson\n");
    let letters = objects(&folder.text("dead.ndjson"));
    assert_eq!(letters.len(), 2);
    for (letter, event) in letters.iter().zip([&over, &huge]) {
        assert_eq!(letter["labels"]["source"], "in");
        assert_eq!(
            letter["error"]["message"],
            "the line is longer than an event may be"
        );
        assert!(letter["event"]["original"] == **event);
        let time = letter["@timestamp"].as_str().expect("a time");
        assert!(time.starts_with("20") && time.ends_with('Z'), "{time}");
    }
    assert_eq!(folder.names(), ["dead.ndjson", "in.ndjson", "knownet.toml"]);
}

#[test]
fn dead_letters_gather_over_runs() {
    let folder = Folder::new();
    folder.file("in.ndjson", long(1025));
    folder.run(SMALL).ended(1);
    folder.run(SMALL).ended(1);
    assert_eq!(objects(&folder.text("dead.ndjson")).len(), 2);
}

#[test]
fn without_a_name_dead_letters_lie_beside_the_configuration() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("etc")).expect("a folder");
    folder.file(
        "etc/a.toml",
        SMALL.replace("dead_letter = \"dead.ndjson\"", ""),
    );
    folder.file("etc/in.ndjson", long(1025));
    folder.knownet(&["run", "etc/a.toml"]).ran().ended(1);
    assert_eq!(
        objects(&folder.text("etc/knownet-dead-letters.ndjson")).len(),
        1
    );
    assert_eq!(folder.names(), ["etc"]);
}

#[test]
fn a_run_without_dead_letters_leaves_no_file() {
    let folder = Folder::new();
    folder.file("in.ndjson", event(PRIVATE));
    folder.run(SMALL).succeeded();
    assert_eq!(folder.names(), ["in.ndjson", "knownet.toml"]);
}

#[test]
fn only_valid_json_passes_as_json_where_that_is_asked() {
    let folder = Folder::new();
    let broken = [
        r#"{"a":01,"DestinationIp":"10.0.0.1"}"#,
        r#"{"a" 1}"#,
        r#"{"a":1}}"#,
        r#"{"a":tru}"#,
    ];
    folder.file(
        "in.ndjson",
        lines(broken.iter().copied().chain([&*event(PRIVATE)])),
    );
    let validated = SMALL.replace("max_event = 1024", "validate = true");
    let ran = folder.run(&validated).succeeded();
    let out = ran.objects();
    assert_eq!(out.len(), 5);
    for (event, line) in out.iter().zip(broken) {
        assert_eq!(event["message"], line);
        assert_eq!(event["tags"][0], "_jsonparsefailure");
    }
    assert_eq!(ran.lines()[4], labelled(PRIVATE, "Private"));
    ran.said("unparsed     4 (");
    // Otherwise they pass: braces around them are enough.
    let trusting = SMALL.replace("max_event = 1024", "");
    let ran = folder.run(&trusting).succeeded();
    assert_eq!(ran.lines()[1..4], broken[1..]);
    assert!(!ran.err.contains("unparsed"), "{}", ran.err);
}
