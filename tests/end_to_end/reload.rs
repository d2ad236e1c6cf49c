use std::io::Write;
use std::net::TcpStream;
use std::process::ChildStdin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::Value;

use crate::rig::{Folder, UNKNOWN, event, labelled, lines};

/// Labels the unknown address with this name, by standard input and output.
fn config(label: &str) -> String {
    format!(
        "[sources.pipe]\ntype = \"stdin\"\n[labels.{label}]\nfeeds = [\"feed.txt\"]\n[[tags]]\n\
         from = [\"DestinationIp\"]\ninto = \"IPDestination\"\n[sinks.out]\ntype = \"stdout\"\n"
    )
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("feed.txt", "192.0.2.0/24\n");
    folder
}

fn send(input: &mut ChildStdin) {
    let sent = input.write_all(lines([event(UNKNOWN)]).as_bytes());
    sent.expect("a reader");
}

#[test]
fn a_hangup_takes_the_new_configuration_and_its_feeds() {
    let folder = folder();
    let (mut daemon, mut input) = folder.piped(&config("A"));
    send(&mut input);
    assert_eq!(daemon.line(), labelled(UNKNOWN, "A"));

    folder.file("knownet.toml", config("B"));
    daemon.signal("HUP");
    daemon.said("reloaded knownet.toml prefixes=\"B 1\"");
    send(&mut input);
    assert_eq!(daemon.line(), labelled(UNKNOWN, "B"));

    folder.file("feed.txt", "10.0.0.0/8\n198.51.100.0/24\n");
    daemon.signal("HUP");
    daemon.said("reloaded knownet.toml prefixes=\"B 2\"");
    send(&mut input);
    assert_eq!(daemon.line(), event(UNKNOWN));

    // Rules and what a sink takes, too.
    let rule = "[[rules]]\nname = \"all\"\nmatch = { }\naction = \"drop\"\n";
    folder.file("knownet.toml", config("B") + rule);
    daemon.signal("HUP");
    daemon.said("reloaded knownet.toml");
    send(&mut input);
    drop(input);
    let ran = daemon.ended().succeeded();
    ran.said("knownet: 4 events in, 3 out");
    ran.said("labelled     2 events: A 1, B 1\n");
    ran.said("rule         all: 1 event\n");
}

#[test]
fn with_a_mistake_in_it_every_mistake_is_said_and_the_old_one_stays() {
    let folder = folder();
    let (mut daemon, mut input) = folder.piped(&config("A"));
    send(&mut input);
    assert_eq!(daemon.line(), labelled(UNKNOWN, "A"));
    let wrong = format!("workers = 0\n{}color = 1\n", config("B"));
    folder.file("knownet.toml", wrong);
    folder.file("feed.txt", "no prefix\n");
    daemon.signal("HUP");
    for mistake in [
        "knownet.toml:1: workers: 0 is out of bounds",
        "knownet.toml:5: labels.B.feeds",
        "knownet.toml:11: sinks.out.color: unknown key",
        "knownet.toml was not reloaded; what ran before runs on",
    ] {
        daemon.said(mistake);
    }
    send(&mut input);
    assert_eq!(daemon.line(), labelled(UNKNOWN, "A"));

    folder.file("knownet.toml", config("B"));
    folder.file("feed.txt", "192.0.2.0/24\n");
    daemon.signal("HUP");
    daemon.said("reloaded knownet.toml");
    send(&mut input);
    assert_eq!(daemon.line(), labelled(UNKNOWN, "B"));
    drop(input);
    daemon.ended().succeeded();
}

#[test]
fn what_cannot_change_is_refused_by_name_and_nothing_is_half_taken() {
    let folder = folder();
    let (mut daemon, mut input) = folder.piped(&config("A"));
    send(&mut input);
    assert_eq!(daemon.line(), labelled(UNKNOWN, "A"));
    let more = "[sinks.more]\ntype = \"file\"\npath = \"more.ndjson\"\n[admin]\n";
    folder.file(
        "knownet.toml",
        format!("workers = 7\n{}{more}", config("B")),
    );
    daemon.signal("HUP");
    for reason in [
        "knownet.toml:1: workers: was changed, which a run cannot take; restart it",
        "knownet.toml:14: admin: was changed, which a run cannot take; restart it",
        "knownet.toml:11: sinks.more: was added, which a run cannot take; restart it",
        "knownet.toml was not reloaded; what ran before runs on",
    ] {
        daemon.said(reason);
    }
    send(&mut input);
    assert_eq!(daemon.line(), labelled(UNKNOWN, "A"));
    drop(input);
    daemon.ended().succeeded();
    assert!(!folder.path("more.ndjson").exists());
}

#[test]
fn under_load_no_event_is_lost_and_each_change_happens_at_one_point() {
    let folder = folder();
    let of = |round: u32| format!("workers = 4\n{}", config(&format!("L{round}")));
    let (mut daemon, mut input) = folder.piped(&of(0));
    let done = Arc::new(AtomicBool::new(false));
    let enough = done.clone();
    let writer = thread::spawn(move || {
        let mut sent = 0;
        while !enough.load(Ordering::Relaxed) {
            let event = |n: u32| format!("{{\"n\":{n},\"DestinationIp\":\"{UNKNOWN}\"}}\n");
            let some: String = (sent..sent + 100).map(event).collect();
            input.write_all(some.as_bytes()).expect("a reader");
            sent += 100;
        }
        sent
    });
    // From here on it takes signals.
    let mut label = check(&daemon.line(), 0, 0);
    let mut seen = 1;
    for round in 1..=5 {
        folder.file("knownet.toml", of(round));
        daemon.signal("HUP");
        daemon.said("reloaded knownet.toml");
        while label < round {
            label = check(&daemon.line(), seen, label);
            seen += 1;
        }
    }
    done.store(true, Ordering::Relaxed);
    let sent = writer.join().expect("the writer");
    while seen < sent {
        label = check(&daemon.line(), seen, label);
        seen += 1;
    }
    let ran = daemon.ended().succeeded();
    assert_eq!(ran.out.lines().count(), sent as usize);
}

#[test]
fn a_changed_file_is_taken_by_itself_and_no_connection_notices() {
    let folder = folder();
    let of = |label: &str| {
        let live = "type = \"tcp\"\nlisten = \"127.0.0.1:0\"";
        config(label).replace("type = \"stdin\"", live)
    };
    let mut daemon = folder.daemon(&of("A"));
    let address = daemon.address("pipe");
    let mut stream = TcpStream::connect(address).expect("a listener");
    let mut send = || {
        let sent = stream.write_all(lines([event(UNKNOWN)]).as_bytes());
        sent.expect("a reader");
    };
    send();
    assert_eq!(daemon.line(), labelled(UNKNOWN, "A"));

    folder.file("knownet.toml", of("B"));
    daemon.said("reloaded knownet.toml");
    send();
    assert_eq!(daemon.line(), labelled(UNKNOWN, "B"));

    // A file that cannot be read changes nothing until it can.
    folder.file("knownet.toml", &of("C")[..20]);
    daemon.said("was not reloaded");
    send();
    assert_eq!(daemon.line(), labelled(UNKNOWN, "B"));
    folder.file("knownet.toml", of("C"));
    daemon.said("reloaded knownet.toml");

    // A feed alone, put in its place at once as downloads should be.
    folder.file("new.txt", "192.0.2.0/24\n10.0.0.0/8\n");
    std::fs::rename(folder.path("new.txt"), folder.path("feed.txt")).expect("the same folder");
    daemon.said("\"prefixes\":\"C 2\"");
    send();
    assert_eq!(daemon.line(), labelled(UNKNOWN, "C"));

    // One that suddenly holds nothing is a fault, unless a person says otherwise.
    folder.file("feed.txt", "# nothing\n");
    daemon.said("label C: 0 prefixes, but there were 2; if that is meant, send SIGHUP or restart");
    send();
    assert_eq!(daemon.line(), labelled(UNKNOWN, "C"));
    daemon.signal("HUP");
    daemon.said("\"prefixes\":\"C 0\"");
    send();
    assert_eq!(daemon.line(), event(UNKNOWN));
    let ran = daemon.stop().succeeded();
    let last: Value =
        serde_json::from_str(ran.err.lines().last().expect("a summary")).expect("JSON");
    assert_eq!(last["message"], "stopped by a signal");
    assert_eq!(last["events_in"], 6);
}

/// The number of the label of event `n`, which must be that before or a later one.
fn check(line: &str, n: u32, before: u32) -> u32 {
    let start = format!("{{\"n\":{n},\"DestinationIp\":\"{UNKNOWN}\",\"IPDestination\":\"L");
    let rest = line.strip_prefix(&start);
    let label = rest.and_then(|rest| rest.strip_suffix("\"}")?.parse().ok());
    let label = label.unwrap_or_else(|| panic!("event {n} as {line}"));
    assert!(label >= before, "L{before} before {line}");
    label
}
