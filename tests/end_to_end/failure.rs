use std::io::{BufRead, BufReader, Write};

use crate::input::gzip;
use crate::rig::{Folder, PRIVATE, event, labelled, lines, tag};

#[test]
fn a_file_that_is_missing_stops_no_other() {
    let folder = Folder::new();
    folder.file("a.ndjson", event(PRIVATE));
    let ran = folder
        .knownet(&["tag", "a.ndjson", "nowhere.ndjson", ".", "a.ndjson"])
        .ran();
    let ran = ran.ended(1);
    let one = labelled(PRIVATE, "Private");
    assert_eq!(ran.out, lines([&one, &one]));
    ran.said("nowhere.ndjson cannot be read: No such file");
    ran.said(". cannot be read: it is a folder; name the files in it");
}

#[test]
fn a_cut_gzip_file_gives_what_it_holds_and_says_so() {
    let folder = Folder::new();
    let events = lines((0..9999).map(|n| event(&format!("10.0.{}.{}", n / 251, n % 251))));
    let whole = gzip(&events);
    folder.file("cut.gz", &whole[..whole.len() / 2]);
    folder.file("b.ndjson", event(PRIVATE));
    let ran = folder
        .knownet(&["tag", "cut.gz", "b.ndjson"])
        .ran()
        .ended(1);
    ran.said("cut.gz cannot be read: the gzip data is cut short");
    let expected: Vec<_> = events
        .lines()
        .map(|line| line.replace('}', r#","IPDestination":"Private"}"#))
        .collect();
    let lines = ran.lines();
    // What the next file holds, then perhaps half a line before it, and whole lines before that.
    let (last, before) = lines.split_last().expect("the next file");
    assert_eq!(*last, labelled(PRIVATE, "Private"));
    assert!(before.len() > 100, "{} lines", before.len());
    assert_eq!(before[..before.len() - 1], expected[..before.len() - 1]);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    let folder = Folder::new();
    folder.file("many.ndjson", lines(vec![event(PRIVATE); 200_000]));
    for args in [
        &["tag", "many.ndjson"][..],
        &["tag", "--stats", "many.ndjson"],
    ] {
        let mut child = folder.knownet(args).start();
        let mut reader = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut first = String::new();
        reader.read_line(&mut first).expect("a line");
        assert_eq!(first, lines([labelled(PRIVATE, "Private")]));
        drop(reader);
        let output = child.wait_with_output().expect("the end");
        assert_eq!(output.status.code(), Some(0));
        let err = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!err.contains("ipe"), "{err}");
        assert_eq!(err.is_empty(), args.len() == 2, "{err}");
    }
}

#[test]
fn lookup_minds_no_reader_that_leaves() {
    let folder = Folder::new();
    let mut child = folder.knownet(&["lookup"]).start();
    let mut input = child.stdin.take().expect("a pipe");
    drop(child.stdout.take());
    // More than any buffer between the two holds.
    let _ = input.write_all("10.0.0.1\n".repeat(100_000).as_bytes());
    drop(input);
    let output = child.wait_with_output().expect("the end");
    assert_eq!((output.status.code(), output.stderr), (Some(0), Vec::new()));
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_failure_with_a_reason() {
    let full = || {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).open("/dev/full").expect("the device")
    };
    let folder = Folder::new();
    folder.file("a.ndjson", lines([event(PRIVATE)]));
    folder.file(
        "knownet.toml",
        "[sources.in]\ntype = \"stdin\"\n[sinks.out]\ntype = \"stdout\"\n",
    );
    for args in [
        &["tag", "a.ndjson"][..],
        &["lookup", "10.0.0.1"],
        &["check"],
    ] {
        let ran = folder.knownet(args).output(full()).ran().ended(1);
        ran.said("standard output cannot be written: No space left on device");
    }
}

#[test]
fn a_wrong_command_line_is_told_with_code_2() {
    for args in [
        &[][..],
        &["tga"],
        &["tag", "--frm", "a"],
        &["tag", "--from", "a..b"],
        &["tag", "--into", ""],
        &["lookup", "--config", "a.toml", "--label", "A=10.0.0.0/8"],
    ] {
        let ran = Folder::new().knownet(args).ran().ended(2);
        assert!(!ran.err.is_empty(), "{args:?}");
        assert_eq!(ran.out, "", "{args:?}");
    }
    tag(&["--from", "a..b"], "").said("write a path such as destination.ip");
}

#[test]
#[cfg(unix)]
fn a_file_is_not_tagged_into_itself() {
    let folder = Folder::new();
    folder.file("in.ndjson", event(PRIVATE));
    let file = folder.path("in.ndjson");
    for (args, name) in [
        (&["in.ndjson"][..], "in.ndjson"),
        (&[], "standard input"),
        (&["other.ndjson", "-"], "standard input"),
    ] {
        let out = std::fs::OpenOptions::new()
            .append(true)
            .open(&file)
            .unwrap();
        let ran = std::process::Command::new(env!("CARGO_BIN_EXE_knownet"))
            .current_dir(folder.path(""))
            .arg("tag")
            .args(args)
            .stdin(std::fs::File::open(&file).unwrap())
            .stdout(out)
            .output()
            .unwrap();
        assert_eq!(ran.status.code(), Some(1));
        let err = String::from_utf8(ran.stderr).unwrap();
        let expected = format!("{name} is both input and output");
        assert!(err.contains(&expected), "{err}");
        assert_eq!(folder.text("in.ndjson"), event(PRIVATE));
    }
}
