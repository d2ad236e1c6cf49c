use std::io::{BufRead, BufReader, Read, Write};

use crate::rig::{Folder, PRIVATE, Ran, UNKNOWN, event, labelled, lines, signal};

const CONFIG: &str = r#"
[sources.pipe]
type = "stdin"
[labels.Private]
feeds = ["builtin:private"]
[[tags]]
from = ["DestinationIp"]
into = "IPDestination"
[sinks.out]
type = "stdout"
"#;

/// Gives `first` to the command, waits for its answer, stops it with the pipe still open, and
/// returns all that it wrote.
fn stopped(args: &[&str], signal: &str) -> Ran {
    let folder = Folder::new();
    folder.file("knownet.toml", CONFIG);
    let (mut daemon, mut input) = folder.knownet(args).piped();
    input
        .write_all(lines([event(PRIVATE)]).as_bytes())
        .expect("a reader");
    assert_eq!(daemon.line(), labelled(PRIVATE, "Private"));
    daemon.signal(signal);
    let ran = daemon.ended().succeeded();
    drop(input);
    ran
}

#[test]
fn a_signal_stops_a_run_that_waits_for_input() {
    for signal in ["TERM", "INT"] {
        let Ran { out, err, .. } = stopped(&["run"], signal);
        assert_eq!(out, lines([labelled(PRIVATE, "Private")]));
        assert!(err.starts_with("knownet: 1 event in, 1 out in "), "{err}");
        assert!(err.contains("; stopped by a signal\n"), "{err}");
    }
}

#[test]
fn a_signal_stops_the_filter_too() {
    let ran = stopped(&["tag"], "TERM");
    assert_eq!(
        (&*ran.out, &*ran.err),
        (&*lines([labelled(PRIVATE, "Private")]), "")
    );
}

#[test]
fn what_was_read_before_the_signal_is_finished() {
    let folder = Folder::new();
    folder.file("knownet.toml", CONFIG);
    let mut child = folder.knownet(&["run"]).start();
    let mut input = child.stdin.take().expect("a pipe");
    // More than the pipe to the test holds, so that the command cannot have written all of it when
    // the signal comes: whoever reads slowly must still get whole lines, in order, without a gap.
    let many = 60_000;
    let writer = std::thread::spawn(move || {
        let event = |n| format!("{{\"n\":{n},\"DestinationIp\":\"{UNKNOWN}\"}}\n");
        let events: String = (0..many).map(event).collect();
        // It stops reading before the end.
        let _ = input.write_all(events.as_bytes());
        input
    });
    let mut output = BufReader::new(child.stdout.take().expect("a pipe"));
    let mut out = String::new();
    output.read_line(&mut out).expect("an answer");
    signal(child.id(), "TERM");
    output.read_to_string(&mut out).expect("the rest");
    let ended = child.wait_with_output().expect("its end");
    drop(writer.join().expect("the writer"));
    let err = String::from_utf8(ended.stderr).expect("UTF-8");
    assert_eq!(ended.status.code(), Some(0), "{err}");
    let count = out.lines().count();
    let expected = (0..count).map(|n| format!("{{\"n\":{n},\"DestinationIp\":\"{UNKNOWN}\"}}"));
    // Only the last line may be cut, for the signal may have come in the middle of its writing.
    let whole: Vec<_> = expected.collect();
    assert!(
        out.lines()
            .take(count - 1)
            .eq(whole[..count - 1].iter().map(String::as_str))
    );
    let grouped = |n: usize| match n / 1000 {
        0 => n.to_string(),
        thousands => format!("{thousands},{:03}", n % 1000),
    };
    let said = format!("knownet: {0} events in, {0} out in ", grouped(count));
    assert!(err.starts_with(&said), "{said}: {err}");
}

#[test]
#[cfg(target_os = "linux")]
fn the_first_signal_says_what_the_run_waits_for_and_the_second_ends_it() {
    let folder = Folder::new();
    let full = CONFIG.replace("type = \"stdout\"", "type = \"file\"\npath = \"/dev/full\"");
    let (mut daemon, mut input) = folder.piped(&full);
    input
        .write_all(lines([event(PRIVATE)]).as_bytes())
        .expect("a reader");
    daemon.said("trying again until it works");
    daemon.signal("TERM");
    daemon.said(
        "sink out: stopping, but events still wait for it; a second signal ends now and leaves \
         them unconfirmed",
    );
    daemon.signal("TERM");
    daemon.ended().ended(128 + 15);
    drop(input);
}
