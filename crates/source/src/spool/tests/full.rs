//! A spool that has no room, and a disk that has none.

use std::sync::atomic::Ordering;
use std::thread;
use std::time::Duration;

use knownet_flow::{Piece, Read};

use super::rig::{Given, Rig};
use crate::spool::{Spool, WhenFull, files};

/// A file of its own each: they do not fit together and cannot be compressed.
fn large(count: usize) -> Vec<Given> {
    let mut state = 1_u64;
    let mut random = || {
        state = state
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        state >> 33
    };
    let line = |n: usize, random: &mut dyn FnMut() -> u64| {
        let mut line = format!("{n} ");
        while line.len() < 1 << 20 {
            line.push_str(&format!("{:08x}", random()));
        }
        line + "\n"
    };
    (0..count)
        .map(|n| Given::lines(&line(n, &mut random)))
        .collect()
}

fn spool(when_full: WhenFull) -> Rig {
    let mut rig = Rig::new();
    rig.spool = Spool {
        max_size: 2 << 20,
        when_full,
    };
    rig
}

fn numbers(text: &str) -> Vec<usize> {
    let first = |line: &str| line.split(' ').next().and_then(|n| n.parse().ok());
    text.lines()
        .map(|line| first(line).expect("a number"))
        .collect()
}

#[test]
fn a_full_spool_blocks_its_source_and_loses_nothing() {
    let rig = spool(WhenFull::Block);
    let mut spooled = rig.open(large(12));
    let mut all = String::new();
    while let Some(batch) = spooled.next() {
        all += &String::from_utf8(batch.bytes).expect("text");
        let size: u64 = files(&rig.folder())
            .expect("files")
            .iter()
            .map(|f| f.size)
            .sum();
        assert!(size <= 2 << 20, "{size}");
        // Four are on disk or in memory, one is read: the source waits with the others.
        assert!(rig.reads.load(Ordering::SeqCst) <= numbers(&all).len() + 8);
        spooled.confirm();
    }
    assert_eq!(numbers(&all), (0..12).collect::<Vec<_>>());
}

#[test]
fn a_full_spool_drops_its_oldest_and_keeps_the_order() {
    let rig = spool(WhenFull::DropOldest);
    let mut spooled = rig.open(large(12));
    let first = spooled.next().expect("a batch");
    let first = numbers(&String::from_utf8(first.bytes).expect("text"));
    // The first is in work and stays; the source ends although nobody reads on.
    while rig.reads.load(Ordering::SeqCst) < 13 {
        thread::sleep(Duration::from_millis(1));
    }
    let mut rest = first;
    while let Some(batch) = spooled.next() {
        rest.extend(numbers(&String::from_utf8(batch.bytes).expect("text")));
        spooled.confirm();
    }
    assert_eq!((rest[0], rest[rest.len() - 1]), (0, 11));
    assert!(rest.is_sorted() && rest.len() < 12, "{rest:?}");
}

#[test]
fn a_full_spool_is_no_hindrance_to_a_stop() {
    let rig = spool(WhenFull::Block);
    let mut spooled = rig.open(large(3));
    let first = spooled.next().expect("a batch");
    spooled.stop.set();
    let mut all = numbers(&String::from_utf8(first.bytes).expect("text"));
    all.extend(numbers(&spooled.rest().text()));
    assert_eq!(all, [0, 1, 2]);
}

#[test]
fn a_disk_that_takes_nothing_for_a_while_loses_nothing() {
    let rig = Rig::new();
    rig.full.store(3, Ordering::SeqCst);
    let mut spooled = rig.open([Given::lines("one\n"), Given::lines("two\n")]);
    assert_eq!(spooled.rest().text(), "one\ntwo\n");
    assert_eq!(rig.full.load(Ordering::SeqCst), 0);
    assert_eq!(
        rig.committed.lock().expect("a lock").len(),
        files(&rig.folder()).expect("files").len()
    );
}

#[test]
fn a_line_longer_than_the_spool_gets_through() {
    let rig = spool(WhenFull::Block);
    let piece = |first, last| Read::Oversized(Piece { first, last });
    let mut given = large(8);
    for (n, given) in given.iter_mut().enumerate() {
        given.read = piece(n == 0, n == 7);
    }
    // No piece is confirmed before the last one is there.
    let mut spooled = rig.open(given);
    assert_eq!(spooled.rest().0.len(), 8);
    spooled.confirm();
    assert_eq!(files(&rig.folder()).expect("files"), []);
}
