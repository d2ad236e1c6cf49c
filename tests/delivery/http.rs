//! HTTP: what is answered is there, whether it came as lines or as a bulk request.

use crate::round::Delivery;
use crate::sender::Sender;
use crate::sender::http::{Body, Http};

fn new(name: &'static str) -> Delivery {
    let source = "[sources.in]\ntype = \"http\"\nlisten = \"127.0.0.1:0\"\n";
    Delivery::new(name, source)
}

fn run(delivery: Delivery) {
    let senders: Vec<Box<dyn Sender>> = vec![
        Box::new(Http::new(Body::Lines, 200)),
        Box::new(Http::new(Body::Bulk, 100)),
        Box::new(Http::new(Body::Lines, 1)),
    ];
    let ended = delivery.run(senders, |_, _, _| true);
    ended.all_of_it().judge();
}

each_trouble!("http", new, run);
