//! Files that are not what was written.

use std::fs;
use std::time::SystemTime;

use knownet_flow::{Batch, Source};

use super::rig::{Given, Rig};
use crate::spool::{FileState, files};

/// Three files, a line each.
fn three(rig: &Rig) {
    for line in ["one\n", "two\n", "three\n"] {
        rig.open([Given::lines(line)]).next();
    }
}

#[test]
fn a_damaged_file_is_set_aside_and_the_rest_goes_on() {
    for damage in ["flip", "empty", "garbage", "behind"] {
        let rig = Rig::new();
        three(&rig);
        let path = files(&rig.folder()).expect("files")[1].path.clone();
        let mut bytes = fs::read(&path).expect("bytes");
        let middle = bytes.len() / 2;
        match damage {
            "flip" => bytes[middle] ^= 4,
            "empty" => bytes.clear(),
            "garbage" => bytes.fill(b'x'),
            _ => bytes.extend(b"what nobody wrote"),
        }
        fs::write(&path, &bytes).expect("written");
        let mut spooled = rig.open([]);
        let text = spooled.rest().text();
        let expected = match damage {
            // The line itself is whole.
            "behind" => "one\ntwo\nthree\n",
            _ => "one\nthree\n",
        };
        assert_eq!(text, expected, "{damage}");
        assert!(path.exists(), "{damage}: not before it is confirmed");
        spooled.confirm();
        let left = files(&rig.folder()).expect("files");
        let states: Vec<_> = left.iter().map(|file| (file.number, file.state)).collect();
        assert_eq!(states, [(2, FileState::Damaged)], "{damage}");
        assert_eq!(fs::read(&left[0].path).expect("bytes"), bytes);
        // It stays there and is not read again.
        assert_eq!(rig.open([]).rest().text(), "");
    }
}

#[test]
fn every_flipped_byte_is_noticed_and_what_comes_out_is_right() {
    let rig = Rig::new();
    let time = SystemTime::now();
    let given = Given::lines("one\ntwo\nthree\n");
    let peer = |port| Some(([192, 0, 2, 1], port).into());
    let origins = [(4, peer(1), time), (8, peer(2), time), (14, peer(3), time)];
    rig.open([given.from(&origins)]).next();
    let path = files(&rig.folder()).expect("files")[0].path.clone();
    let whole = fs::read(&path).expect("bytes");
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        fs::write(&path, &bytes).expect("written");
        let mut spooled = rig.open([]);
        let text = spooled.rest().text();
        let known = |line: &str| ["one", "two", "three"].contains(&line);
        assert!(text.lines().all(known), "byte {at}: {text}");
        spooled.confirm();
        let aside = path.with_extension("damaged");
        // Unless the byte means nothing to the decoder, and then nothing is missing.
        match aside.exists() {
            true => fs::remove_file(aside).expect("it is there"),
            false => assert_eq!(text, "one\ntwo\nthree\n", "byte {at}"),
        }
    }
}

#[test]
fn a_file_that_vanishes_costs_only_itself() {
    let rig = Rig::new();
    three(&rig);
    let mut spooled = rig.open([]);
    fs::remove_file(&files(&rig.folder()).expect("files")[1].path).expect("it is there");
    assert_eq!(spooled.rest().text(), "one\nthree\n");
    spooled.confirm();
    assert_eq!(files(&rig.folder()).expect("files"), []);
}

#[test]
fn a_file_that_the_disk_does_not_let_be_read_keeps_its_place_over_a_stop() {
    let rig = Rig::new();
    three(&rig);
    let path = files(&rig.folder()).expect("files")[1].path.clone();
    let aside = rig.folder().join("aside");
    let mut spooled = rig.open([Given::lines("four\n")]);
    fs::rename(&path, &aside).expect("it is there");
    fs::create_dir(&path).expect("a folder cannot be read as a file");
    spooled.stop.set();
    assert_eq!(spooled.rest().text(), "one\n");
    spooled.confirm();
    drop(spooled);
    fs::remove_dir(&path).expect("it has its name");
    fs::rename(&aside, &path).expect("it is there");
    let left = files(&rig.folder()).expect("files");
    let states: Vec<_> = left.iter().map(|file| (file.number, file.state)).collect();
    assert_eq!(states, [2, 3, 4].map(|n| (n, FileState::Waiting)));
    assert_eq!(rig.open([]).rest().text(), "two\nthree\nfour\n");
}

#[test]
fn what_the_source_says_is_passed_on_while_the_disk_lets_nothing_be_read() {
    let rig = Rig::new();
    three(&rig);
    let path = files(&rig.folder()).expect("files")[0].path.clone();
    let mut spooled = rig.open([Given::error()]);
    fs::remove_file(&path).expect("it is there");
    fs::create_dir(&path).expect("a folder cannot be read as a file");
    let mut batch = Batch::default();
    let said = spooled.spooled.read(&mut batch, &spooled.stop);
    assert_eq!(said.expect_err("an error").to_string(), "broken");
}
