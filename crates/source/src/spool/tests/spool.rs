mod crash;
mod damage;
mod full;
mod identity;
mod rig;
mod speed;

use std::fs;
use std::sync::atomic::Ordering;
use std::time::{Duration, UNIX_EPOCH};

use knownet_flow::{Heading, Piece, Read};

use super::{FileState, files};
use rig::{Given, Rig};

#[test]
fn lines_come_out_as_they_went_in_and_leave_the_disk_when_confirmed() {
    let rig = Rig::new();
    let mut spooled = rig.open([Given::lines("one\ntwo\n"), Given::lines("three\n")]);
    let all = spooled.rest();
    assert_eq!(all.text(), "one\ntwo\nthree\n");
    assert!(!files(&rig.folder()).expect("files").is_empty());
    spooled.confirm();
    assert_eq!(files(&rig.folder()).expect("files"), []);
}

#[test]
fn senders_and_times_survive() {
    let rig = Rig::new();
    let peer = "[2001:db8::1]:514".parse().expect("an address");
    let time = UNIX_EPOCH + Duration::from_millis(1_795_249_564_123);
    let given = Given::lines("one\ntwo\n").from(&[(4, Some(peer), time), (8, None, time)]);
    drop(rig.open([given]).rest());
    // From the disk this time.
    let all = rig.open([]).rest();
    let origins: Vec<_> = all.0[0]
        .origins
        .iter()
        .map(|o| (o.end, o.peer, o.time))
        .collect();
    assert_eq!(origins, [(4, Some(peer), time), (8, None, time)]);
}

#[test]
fn headings_and_pieces_of_long_lines_survive() {
    let rig = Rig::new();
    let heading = Heading::Lines((*b"#Fields: a b\n").into());
    let piece = |first, last| Read::Oversized(Piece { first, last });
    let given = || {
        [
            Given::lines("#Fields: a b\n").under(Heading::Start),
            Given::lines("1 2\n").under(heading.clone()),
            Given::lines("3 4\n").under(heading.clone()),
            Given::lines("none\n"),
            Given::read(piece(true, false), "begin"),
            Given::read(piece(false, false), "\nmiddle"),
            Given::read(piece(false, true), ""),
            Given::lines("none again\n"),
        ]
    };
    let fresh = rig.open(given()).rest();
    let again = rig.open([]).rest();
    for all in [fresh, again] {
        let expected: Vec<_> = given()
            .into_iter()
            .map(|g| (g.read, g.heading, g.bytes))
            .collect();
        let pieces_have_none = |(read, heading, bytes)| match read {
            Read::Lines => (read, heading, bytes),
            _ => (read, Heading::None, bytes),
        };
        let found = all.0.into_iter().map(|g| (g.read, g.heading, g.bytes));
        assert_eq!(found.map(pieces_have_none).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn the_source_is_told_after_the_disk_has_it_and_before_a_sink_has() {
    let rig = Rig::new();
    let mut spooled = rig.open([
        Given::lines("one\n").at(3, 40),
        Given::lines("two\n").at(3, 44),
    ]);
    assert_eq!(spooled.rest().text(), "one\ntwo\n");
    assert_eq!(rig.committed.lock().expect("a lock").last(), Some(&(3, 44)));
}

#[test]
fn what_was_not_confirmed_is_read_again_first_and_in_order() {
    let rig = Rig::new();
    for round in 0..3 {
        let mut spooled = rig.open([Given::lines(&format!("{round}\n"))]);
        let expected: String = (0..=round).map(|n| format!("{n}\n")).collect();
        assert_eq!(spooled.rest().text(), expected);
    }
    let numbers: Vec<_> = files(&rig.folder())
        .expect("files")
        .iter()
        .map(|f| f.number)
        .collect();
    assert_eq!(numbers, [1, 2, 3]);
}

#[test]
fn numbers_go_on_behind_everything_that_is_there() {
    let rig = Rig::new();
    fs::create_dir_all(rig.folder()).expect("a folder");
    let aside = rig.folder().join("00000000000000000041.damaged");
    fs::write(&aside, b"x").expect("a file");
    rig.open([Given::lines("one\n")]).rest();
    let all = files(&rig.folder()).expect("files");
    assert_eq!((all[1].number, all[1].state), (42, FileState::Waiting));
    assert!(aside.exists());
}

#[test]
fn a_file_goes_when_its_last_batch_is_confirmed_and_not_before() {
    let rig = Rig::new();
    let time = UNIX_EPOCH;
    let origins: Vec<_> = (1..=20).map(|n| (n * 11_000, None, time)).collect();
    let lines = "0123456789\n".repeat(20_000);
    let mut spooled = rig.open([Given::lines(&lines).from(&origins)]);
    let mut count = 0;
    while let Some(batch) = spooled.next() {
        assert!(batch.bytes.len() <= rig::BATCH);
        assert_eq!(files(&rig.folder()).expect("files").len(), 1);
        count += 1;
        spooled.confirm();
    }
    assert_eq!(count, 4);
    assert_eq!(files(&rig.folder()).expect("files").len(), 0);
}

#[test]
fn after_a_stop_everything_received_is_on_disk_and_little_is_still_handed_on() {
    let rig = Rig::new();
    let line = "x".repeat(1023) + "\n";
    let batches: Vec<_> = (0..40).map(|_| Given::lines(&line.repeat(1024))).collect();
    let mut spooled = rig.open(batches);
    let first = spooled.next().expect("a batch").bytes.len();
    rig.wait_for_files_of(40 << 20);
    spooled.stop.set();
    let all = spooled.rest();
    let handed: usize = all.0.iter().map(|given| given.bytes.len()).sum();
    assert!((16 << 20..=18 << 20).contains(&handed), "{handed}");
    assert!(first + handed < 40 << 20);
    drop(spooled);
    assert_eq!(rig.open([]).rest().text().len(), 40 << 20);
}

#[test]
fn errors_and_faults_of_the_source_are_passed_on() {
    let rig = Rig::new();
    let mut spooled = rig.open([
        Given::lines("one\n"),
        Given::error(),
        Given::lines("two\n"),
        Given::fault(),
    ]);
    let all = spooled.rest();
    assert_eq!(all.text(), "one\ntwo\n");
    assert_eq!(spooled.errors, ["broken", "a fault while reading"]);
}

#[test]
fn a_source_is_read_only_when_the_run_reads() {
    let rig = Rig::new();
    let spooled = rig.open([Given::lines("one\n")]);
    assert_eq!(rig.reads.load(Ordering::SeqCst), 0);
    drop(spooled);
}
