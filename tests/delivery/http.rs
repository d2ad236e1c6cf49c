//! HTTP: what is answered is there, whether it came as lines or as a bulk request.

use crate::round::Delivery;
use crate::sender::Sender;
use crate::sender::http::{Body, Http};
use crate::trouble::Trouble;

const SOURCE: &str = "[sources.in]\ntype = \"http\"\nlisten = \"127.0.0.1:0\"\n";

fn run(delivery: Delivery) {
    let senders: Vec<Box<dyn Sender>> = vec![
        Box::new(Http::new(Body::Lines, 200)),
        Box::new(Http::new(Body::Bulk, 100)),
        Box::new(Http::new(Body::Lines, 1)),
    ];
    let ended = delivery.run(senders, |_, _, _| true);
    ended.all_of_it().judge();
}

#[test]
fn killed() {
    run(Delivery::new("http", SOURCE));
}

#[test]
fn killed_while_files_are_rotated() {
    let mut delivery = Delivery::new("http, rotation", SOURCE);
    delivery.sink = "rotate = { size = \"64KiB\", compress = \"gzip\" }";
    run(delivery);
}

#[test]
fn killed_while_the_sink_comes_and_goes() {
    let mut delivery = Delivery::new("http, sink away", SOURCE);
    delivery.trouble = Trouble::SinkAway;
    run(delivery);
}
