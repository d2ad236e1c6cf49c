//! Files that grow: every line that was written comes out, however they are rotated.

use std::fs;

use crate::ledger::event;
use crate::round::{Arrival, Delivery};
use crate::sender::Sender;
use crate::sender::tail::{Rotation, Tail};

const SOURCE: &str = "[sources.in]\ntype = \"file\"\npaths = [\"logs/*.log*\"]\nfollow = true\n";

fn new(name: &'static str) -> Delivery {
    let mut delivery = Delivery::new(name, SOURCE);
    delivery.arrival = Arrival::Files;
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

/// Renamed by its writer, as most are.
fn renamed(delivery: Delivery) {
    run(delivery, Rotation::Rename);
}

each_trouble!("files", new, renamed);

#[test]
fn killed_while_they_only_grow() {
    run(new("files, growing"), Rotation::Off);
}

#[test]
fn killed_while_they_are_copied_and_truncated() {
    run(new("files, copytruncate"), Rotation::CopyTruncate);
}
