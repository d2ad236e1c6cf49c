use crate::rig::{Folder, lines};

/// A source and labels; the sinks follow.
const HEAD: &str = r#"
format = "json"
[sources.in]
type = "file"
paths = ["in.ndjson"]
[labels.Cloud]
cidrs = ["198.51.100.0/24"]
[labels.Home]
cidrs = ["10.0.0.0/8"]
[[tags]]
from = ["dst"]
into = "net"
"#;

const EVENTS: [&str; 5] = [
    r#"{"dst":"198.51.100.1","n":0}"#,
    r#"{"dst":"10.0.0.1","n":1}"#,
    r#"{"dst":"192.0.2.1","n":2,"net":"Cloud"}"#,
    r#"{"n":3,"net":"Home"}"#,
    "noise",
];

const TAGGED: [&str; 5] = [
    r#"{"dst":"198.51.100.1","n":0,"net":"Cloud"}"#,
    r#"{"dst":"10.0.0.1","n":1,"net":"Home"}"#,
    EVENTS[2],
    EVENTS[3],
    r#"{"message":"noise","tags":["_jsonparsefailure"]}"#,
];

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("in.ndjson", lines(EVENTS));
    folder
}

#[test]
fn each_sink_gets_the_events_that_it_matches() {
    let folder = folder();
    let ran = folder.run(&format!(
        "{HEAD}[sinks.all]\ntype = \"file\"\npath = \"all.ndjson\"\n\
         [sinks.out]\ntype = \"stdout\"\nmatch = {{ net = \"Home\" }}\n\
         [sinks.known]\ntype = \"file\"\npath = \"known.ndjson\"\nmatch = {{ \"net|exists\" = true }}\n\
         [sinks.rest]\ntype = \"file\"\npath = \"rest.ndjson\"\nmatch = {{ \"net|exists\" = false }}\n"
    ));
    let ran = ran.succeeded();
    assert_eq!(folder.text("all.ndjson"), lines(TAGGED));
    assert_eq!(ran.out, lines([TAGGED[1]]));
    assert_eq!(folder.text("known.ndjson"), lines(&TAGGED[..2]));
    assert_eq!(folder.text("rest.ndjson"), lines(&TAGGED[2..]));
    ran.said("knownet: 5 events in, 5 out in ");
    assert!(!ran.err.contains("unrouted"), "{}", ran.err);
}

#[test]
fn a_file_gets_everything_though_the_reader_of_standard_output_has_gone() {
    let folder = folder();
    // More than one batch.
    let events: String = (0..100_000).map(|n| format!("{{\"n\":{n}}}\n")).collect();
    folder.file("in.ndjson", &events);
    folder.file(
        "knownet.toml",
        format!(
            "{HEAD}[sinks.out]\ntype = \"stdout\"\n\
             [sinks.all]\ntype = \"file\"\npath = \"all.ndjson\"\n"
        ),
    );
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let ran = folder.knownet(&["run"]).output(writer).ran().succeeded();
    assert!(folder.text("all.ndjson") == events);
    let said = "sink out: the reader has gone; going on without it\n";
    assert_eq!(ran.err.matches(said).count(), 1, "{}", ran.err);
}

#[test]
fn what_no_sink_takes_is_counted() {
    let folder = folder();
    let config = format!("{HEAD}[sinks.out]\ntype = \"stdout\"\nmatch = {{ net = \"Cloud\" }}\n");
    let ran = folder.run(&config).succeeded();
    assert_eq!(ran.out, lines([TAGGED[0]]));
    ran.said("warning: sinks: every sink has a match");
    ran.said("knownet: 5 events in, 1 out in ");
    ran.said("  unrouted     4 (no sink takes them)\n");
}

#[test]
fn a_match_may_read_fields_of_the_event() {
    let folder = folder();
    let config = format!("{HEAD}[sinks.out]\ntype = \"stdout\"\nmatch = {{ \"n|gt\" = 1 }}\n");
    assert_eq!(folder.run(&config).succeeded().out, lines(&EVENTS[2..4]));
}

#[test]
fn a_file_is_appended_to() {
    let folder = folder();
    let config = format!("{HEAD}[sinks.out]\ntype = \"file\"\npath = \"out.ndjson\"\n");
    // Somebody was interrupted in the middle of a line.
    folder.file("out.ndjson", "{\"half\":");
    assert_eq!(folder.run(&config).succeeded().out, "");
    folder.run(&config).succeeded();
    let expected = format!("{{\"half\":\n{}", lines(TAGGED).repeat(2));
    assert_eq!(folder.text("out.ndjson"), expected);
}

#[test]
fn several_sources_reach_one_sink() {
    let folder = folder();
    folder.file("b.ndjson", EVENTS[1]);
    let config = format!(
        "{HEAD}[sources.b]\ntype = \"file\"\npaths = [\"b.ndjson\", \"b.ndjson\"]\n\
         [sources.pipe]\ntype = \"stdin\"\n[sinks.out]\ntype = \"stdout\"\n"
    );
    folder.file("knownet.toml", config);
    let ran = folder.knownet(&["run"]).input(EVENTS[0]).ran().succeeded();
    let mut out = ran.lines();
    out.sort_unstable();
    let (one, two) = (TAGGED[0], TAGGED[1]);
    let mut expected = [&TAGGED[..], &[one, two, two]].concat();
    expected.sort_unstable();
    assert_eq!(out, expected);
}
