use std::fs;
use std::process::Command;

use crate::rig::{Folder, UNKNOWN, event, lines, skipped};

/// How often the data of a file was made safe while an event went through; `None` without strace.
fn syncs(sync: bool) -> Option<usize> {
    let folder = Folder::new();
    folder.file("in.ndjson", lines([&*event(UNKNOWN)]));
    folder.file(
        "knownet.toml",
        format!(
            "[sources.in]\ntype = \"file\"\npaths = [\"in.ndjson\"]\n\
             [sinks.out]\ntype = \"file\"\npath = \"out.ndjson\"\nsync = {sync}\n"
        ),
    );
    let ran = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=fdatasync", "-o"])
        .arg(folder.path("calls"))
        .arg(env!("CARGO_BIN_EXE_knownet"))
        .arg("run")
        .arg(folder.path("knownet.toml"))
        .output();
    // It may be missing, or not allowed to trace.
    let ran = ran.ok().filter(|ran| ran.status.success())?;
    assert_eq!(String::from_utf8_lossy(&ran.stdout), "");
    assert_eq!(folder.text("out.ndjson"), lines([&*event(UNKNOWN)]));
    let calls = fs::read_to_string(folder.path("calls")).expect("its output");
    Some(calls.lines().filter(|c| c.contains("fdatasync(")).count())
}

#[test]
fn a_batch_is_on_the_disk_where_that_is_wanted() {
    match (syncs(true), syncs(false)) {
        (Some(wanted), Some(unwanted)) => {
            assert!(wanted > 0);
            assert_eq!(unwanted, 0);
        }
        _ => skipped("strace cannot trace here"),
    }
}
