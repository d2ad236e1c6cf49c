//! Beats: what is acknowledged is there.

use crate::round::Delivery;
use crate::sender::Sender;
use crate::sender::beats::Beats;

fn new(name: &'static str) -> Delivery {
    let source = "[sources.in]\ntype = \"beats\"\nlisten = \"127.0.0.1:0\"\n";
    Delivery::new(name, source)
}

fn run(delivery: Delivery) {
    let senders: Vec<Box<dyn Sender>> = vec![
        Box::new(Beats::new(200)),
        Box::new(Beats::new(50)),
        Box::new(Beats::new(1)),
    ];
    let ended = delivery.run(senders, |_, _, _| true);
    ended.all_of_it().judge();
}

each_trouble!("beats", new, run);
