use crate::rig::{Folder, PRIVATE, Ran, event, labelled, lines, objects};

/// Two sinks, and room for events of so many bytes.
fn config(max_event: &str) -> String {
    format!(
        r#"
max_event = "{max_event}"
dead_letter = "dead.ndjson"
[sources.in]
type = "file"
paths = ["in.ndjson"]
[labels.Private]
feeds = ["builtin:private"]
[[tags]]
from = ["DestinationIp"]
into = "IPDestination"
[sinks.a]
type = "file"
path = "a.ndjson"
[sinks.b]
type = "file"
path = "b.ndjson"
"#
    )
}

fn letter(sink: &str, event: &str) -> String {
    format!(
        r#"{{"@timestamp":"2026-01-01T00:00:00Z","labels":{{"source":"in","sink":"{sink}"}},"error":{{"message":"no"}},"event":{{"kind":"pipeline_error","original":{}}}}}"#,
        serde_json::Value::from(event)
    )
}

fn replay(folder: &Folder, args: &[&str]) -> Ran {
    folder.knownet(&[&["replay"], args].concat()).ran()
}

#[test]
fn what_was_too_long_comes_with_its_tags_once_there_is_room() {
    let folder = Folder::new();
    let long = event(PRIVATE).replacen('{', &format!("{{\"x\":\"{}\",", "x".repeat(2000)), 1);
    folder.file("in.ndjson", lines([&*event(PRIVATE), &long]));
    folder.run(&config("1KiB")).ended(1);
    assert_eq!(objects(&folder.text("dead.ndjson")).len(), 1);
    folder.file("knownet.toml", config("1MiB"));
    replay(&folder, &["dead.ndjson"]).succeeded();
    let tagged = long.replacen('}', ",\"IPDestination\":\"Private\"}", 1);
    let expected = lines([&*labelled(PRIVATE, "Private"), &tagged]);
    for sink in ["a.ndjson", "b.ndjson"] {
        assert_eq!(folder.text(sink), expected, "{sink}");
    }
    assert_eq!(
        folder.text("dead.ndjson"),
        "",
        "the letters are still there"
    );
}

#[test]
fn what_a_sink_refused_goes_to_that_sink_as_it_was() {
    let folder = Folder::new();
    folder.file("knownet.toml", config("1MiB"));
    folder.file("in.ndjson", "");
    let bytes =
        r#"{"labels":{"source":"in","sink":"b"},"event":{"original":"\\xFF\n","bytes":"/w=="}}"#;
    let letters = [
        letter("b", "{\"n\":1}"),
        letter("a", "text"),
        bytes.to_owned(),
    ];
    let letters = lines(letters);
    folder.file("dead.ndjson", &letters);
    replay(&folder, &["--keep", "dead.ndjson"]).succeeded();
    assert_eq!(folder.text("a.ndjson"), "text\n");
    let b = std::fs::read(folder.path("b.ndjson")).expect("a file");
    assert_eq!(b, b"{\"n\":1}\n\xff\n");
    assert_eq!(folder.text("dead.ndjson"), letters);
}

#[test]
fn what_cannot_be_sent_stays_in_the_file() {
    let folder = Folder::new();
    folder.file("knownet.toml", config("1KiB"));
    folder.file("in.ndjson", "");
    let good = letter("a", "1");
    let source = letter("a", "1")
        .replace("\"in\"", "\"out\"")
        .replace(r#","sink":"a""#, "");
    let lossy = letter("a", "\\\\xFF").replace("}}", ",\"lossy\":true}}");
    let bad = [
        "{\"a\":1}".to_owned(),
        letter("c", "1"),
        source,
        lossy,
        letter("a", &"x".repeat(2000)),
        "{\"labels\":{\"source\":\"in\"},\"ev".to_owned(),
    ];
    for with in [true, false] {
        let mut lines: Vec<&str> = bad.iter().map(String::as_str).collect();
        if with {
            lines.insert(3, &good);
        }
        folder.file("dead.ndjson", self::lines(lines));
        let ran = replay(&folder, &["dead.ndjson"]).ended(1);
        for said in [
            "dead.ndjson:1: is no dead letter: missing field `labels`",
            "dead.ndjson:2: is of sink c, which knownet.toml does not have (known: a, b); it stays",
            "dead.ndjson:3: is of source out, which knownet.toml does not have (known: in); it stays",
            "does not hold the event as it was",
            "is of an event longer than max_event; it stays",
        ] {
            ran.said(said);
        }
        assert_eq!(folder.text("dead.ndjson"), self::lines(&bad));
        assert_eq!(folder.text("a.ndjson"), "1\n");
    }
    folder.file("dead.ndjson", "");
    let ran = replay(&folder, &["dead.ndjson"]).succeeded();
    ran.said("knownet: dead.ndjson holds no letter\n");
    replay(&folder, &["none.ndjson"])
        .ended(1)
        .said("none.ndjson cannot be read");
}

#[test]
fn a_line_is_sent_with_the_heading_that_it_stood_behind() {
    let folder = Folder::new();
    let fields = |first: &str| format!("#Software: x\n#Fields: date time {first} cs-method\n");
    let line = |method: &str| format!("2026-01-01 00:00:00 192.0.2.1 {method}\n");
    let long = line(&"G".repeat(2000));
    let text = [
        fields("c-ip"),
        line("GET"),
        fields("s-ip"),
        line("PUT"),
        long,
    ]
    .concat();
    folder.file("in.ndjson", text);
    folder.run(&config("1KiB")).ended(1);
    let before = folder.text("a.ndjson");
    folder.file("knownet.toml", config("1MiB"));
    replay(&folder, &["dead.ndjson"]).succeeded();
    let after = folder.text("a.ndjson");
    let sent = objects(&after).pop().expect("an event");
    let put = objects(&before).pop().expect("an event");
    assert_eq!(sent["http"]["request"]["method"], "G".repeat(2000));
    assert_eq!(sent["destination"], put["destination"]);
    assert_eq!(sent["destination"]["ip"], "192.0.2.1");
    assert!(!after.contains("_noformat"), "{after}");
}

#[test]
fn what_the_sink_for_letters_refused_stays() {
    let folder = Folder::new();
    let text = config("1MiB").replace("\"dead.ndjson\"", "\"b\"");
    folder.file("knownet.toml", text);
    folder.file("in.ndjson", "");
    let letters = lines([letter("a", "1"), letter("b", "2")]);
    folder.file("dead.ndjson", letters);
    let ran = replay(&folder, &["dead.ndjson"]).ended(1);
    ran.said(
        "dead.ndjson:2: is of sink b, which takes the dead letters themselves; name another \
         dead_letter in knownet.toml to have it sent; it stays",
    );
    assert_eq!(folder.text("a.ndjson"), "1\n");
    assert_eq!(folder.text("dead.ndjson"), lines([letter("b", "2")]));
}

#[test]
fn one_replay_at_a_time_has_a_folder_of_state() {
    let folder = Folder::new();
    folder.file("knownet.toml", config("1MiB"));
    folder.file("in.ndjson", "");
    let letters = lines([letter("a", "1")]);
    folder.file("dead.ndjson", &letters);
    let path = folder.path("knownet-state/replay");
    std::fs::create_dir_all(&path).expect("a folder");
    let lock = std::fs::File::create(path.join("lock")).expect("a file");
    lock.lock().expect("the lock");
    let ran = replay(&folder, &["dead.ndjson"]).ended(1);
    ran.said("is used by another process already");
    assert_eq!(folder.text("dead.ndjson"), letters);
    drop(lock);
    replay(&folder, &["dead.ndjson"]).succeeded();
}

#[test]
fn letters_are_sent_though_nobody_reads_what_is_said() {
    let folder = Folder::new();
    folder.file("knownet.toml", config("1MiB"));
    folder.file("in.ndjson", "");
    folder.file("dead.ndjson", lines([letter("c", "0"), letter("a", "1")]));
    let (nobody, said) = std::io::pipe().expect("a pipe");
    drop(nobody);
    let call = folder.knownet(&["replay", "dead.ndjson"]);
    let ended = call.errors(said).start().wait().expect("it ends");
    assert_eq!(ended.code(), Some(1));
    assert_eq!(folder.text("a.ndjson"), "1\n");
    assert_eq!(folder.text("dead.ndjson"), lines([letter("c", "0")]));
}

#[test]
fn letters_stay_where_a_reader_goes_away() {
    let folder = Folder::new();
    folder.file("in.ndjson", "");
    let pipe = config("1MiB").replace("type = \"file\"\npath = \"a.ndjson\"", "type = \"stdout\"");
    folder.file("knownet.toml", pipe);
    let letters = lines((0..50_000).map(|n| letter("a", &format!("{{\"n\":{n}}}"))));
    folder.file("dead.ndjson", &letters);
    let mut child = folder.knownet(&["replay", "dead.ndjson"]).start();
    drop(child.stdout.take());
    let ended = child.wait().expect("it ends");
    assert_eq!(ended.code(), Some(1));
    assert!(folder.text("dead.ndjson") == letters, "letters are gone");
}
