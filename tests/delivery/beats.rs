//! Beats: what is acknowledged is there.

use crate::round::{Delivery, kills};
use crate::sender::Sender;
use crate::sender::beats::Beats;
use crate::trouble::Trouble;

const SOURCE: &str = "[sources.in]\ntype = \"beats\"\nlisten = \"127.0.0.1:0\"\n";

fn run(delivery: Delivery) {
    let senders: Vec<Box<dyn Sender>> = vec![
        Box::new(Beats::new(200)),
        Box::new(Beats::new(50)),
        Box::new(Beats::new(1)),
    ];
    let ended = delivery.run(senders, |_, _, _| true);
    ended.all_of_it().judge();
}

#[test]
fn killed() {
    run(Delivery::new("beats", SOURCE));
}

#[test]
fn killed_while_files_are_rotated() {
    let mut delivery = Delivery::new("beats, rotation", SOURCE);
    delivery.sink = "rotate = { size = \"64KiB\", compress = \"zstd\" }";
    run(delivery);
}

#[test]
fn killed_while_the_sink_comes_and_goes() {
    let mut delivery = Delivery::new("beats, sink away", SOURCE);
    delivery.trouble = Trouble::SinkAway;
    run(delivery);
}

#[test]
fn killed_while_the_clock_jumps() {
    let mut delivery = Delivery::new("beats, clock", SOURCE);
    let Some(trouble) = Trouble::clock(&delivery.folder) else {
        return;
    };
    delivery.trouble = trouble;
    delivery.sink = "rotate = { size = \"1MiB\", age = \"1h\", compress = \"gzip\" }";
    run(delivery);
}

#[cfg(target_os = "linux")]
#[test]
fn killed_while_the_disk_is_full() {
    let mut delivery = Delivery::new("beats, full disk", SOURCE);
    let Some(trouble) = Trouble::full_disk(&delivery.folder, kills()) else {
        return;
    };
    delivery.trouble = trouble;
    delivery.sink = "rotate = { size = \"256KiB\", compress = \"zstd\" }";
    run(delivery);
}
