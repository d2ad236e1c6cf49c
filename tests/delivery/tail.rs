//! Files that grow: every line that was written comes out, however they are rotated.

use std::fs;

use crate::ledger::event;
use crate::round::Delivery;
#[cfg(target_os = "linux")]
use crate::round::kills;
use crate::sender::Sender;
use crate::sender::tail::{Rotation, Tail};
use crate::trouble::Trouble;

const SOURCE: &str = "[sources.in]\ntype = \"file\"\npaths = [\"logs/*.log*\"]\nfollow = true\n";

fn new(name: &'static str) -> Delivery {
    let mut delivery = Delivery::new(name, SOURCE);
    delivery.listens = false;
    // Events for as many bytes as may be in flight.
    delivery.in_flight = Some((1 << 20) / event(0, 0).len() as u64);
    delivery
}

fn run(mut delivery: Delivery, rotation: Rotation) {
    fs::create_dir(delivery.folder.path("logs")).expect("a folder");
    let mut sender = |name: &str| -> Box<dyn Sender> {
        let path = delivery.folder.path("logs").join(name);
        Box::new(Tail::new(path, rotation, delivery.random()))
    };
    let senders = vec![sender("a.log"), sender("b.log")];
    let ended = delivery.run(senders, |_, sent, found| {
        let mut streams = sent.iter().enumerate();
        streams.all(|(stream, sent)| found.missing(stream, *sent).is_empty())
    });
    let logs = fs::read_dir(ended.delivery.folder.path("logs")).expect("the folder");
    let rotations = logs.count().saturating_sub(2);
    println!("delivery: {}: {rotations} rotations", ended.delivery.name);
    ended.all_of_it().judge();
}

#[test]
fn killed() {
    run(new("files"), Rotation::Off);
}

#[test]
fn killed_while_they_are_renamed() {
    let mut delivery = new("files, renamed");
    delivery.sink = "rotate = { size = \"64KiB\", compress = \"zstd\" }";
    run(delivery, Rotation::Rename);
}

#[test]
fn killed_while_they_are_copied_and_truncated() {
    run(new("files, copytruncate"), Rotation::CopyTruncate);
}

#[test]
fn killed_while_the_clock_jumps() {
    let mut delivery = new("files, clock");
    let Some(trouble) = Trouble::clock(&delivery.folder) else {
        return;
    };
    delivery.trouble = trouble;
    run(delivery, Rotation::Rename);
}

#[cfg(target_os = "linux")]
#[test]
fn killed_while_the_disk_is_full() {
    let mut delivery = new("files, full disk");
    let Some(trouble) = Trouble::full_disk(&delivery.folder, kills()) else {
        return;
    };
    delivery.trouble = trouble;
    delivery.sink = "rotate = { size = \"256KiB\", compress = \"zstd\" }";
    run(delivery, Rotation::Rename);
}
