//! TCP and UDP: what is spooled comes out. What a socket held at a kill is gone, and counted.

use crate::ledger::event;
use crate::round::Delivery;
#[cfg(target_os = "linux")]
use crate::round::kills;
use crate::sender::Sender;
use crate::sender::tcp::Tcp;
use crate::sender::udp::Udp;
use crate::trouble::Trouble;

fn new(name: &'static str, kind: &str) -> Delivery {
    let source = format!("[sources.in]\ntype = \"{kind}\"\nlisten = \"127.0.0.1:0\"\n");
    let mut delivery = Delivery::new(name, &source);
    delivery.is_spooled = true;
    // As many bytes as may be in flight, and as one file of the spool holds, which is read again
    // from its beginning.
    delivery.in_flight = Some((2 << 20) / event(0, 0).len() as u64);
    delivery
}

fn run(delivery: Delivery, senders: Vec<Box<dyn Sender>>) {
    let ended = delivery.run(senders, |delivery, _, found| {
        let came = |(stream, n): &(usize, u64)| found.has(*stream, *n);
        delivery.promised.iter().all(came) && delivery.spooled().is_empty()
    });
    let Delivery { name, promised, .. } = &ended.delivery;
    println!(
        "delivery: {name}: {} events lay in the spool at kills",
        promised.len()
    );
    ended.what_was_promised().judge();
}

fn tcp() -> Vec<Box<dyn Sender>> {
    vec![Box::new(Tcp::new(100)), Box::new(Tcp::new(1))]
}

fn udp() -> Vec<Box<dyn Sender>> {
    vec![Box::new(Udp::new(50)), Box::new(Udp::new(1))]
}

#[test]
fn killed_over_tcp() {
    run(new("tcp", "tcp"), tcp());
}

#[test]
fn killed_over_udp() {
    run(new("udp", "udp"), udp());
}

#[test]
fn killed_over_tcp_while_the_sink_comes_and_goes() {
    let mut delivery = new("tcp, sink away", "tcp");
    delivery.trouble = Trouble::SinkAway;
    run(delivery, tcp());
}

#[test]
fn killed_over_udp_while_the_clock_jumps() {
    let mut delivery = new("udp, clock", "udp");
    let Some(trouble) = Trouble::clock(&delivery.folder) else {
        return;
    };
    delivery.trouble = trouble;
    delivery.sink = "rotate = { size = \"64KiB\", compress = \"gzip\" }";
    run(delivery, udp());
}

#[cfg(target_os = "linux")]
#[test]
fn killed_over_tcp_while_the_disk_is_full() {
    let mut delivery = new("tcp, full disk", "tcp");
    let Some(trouble) = Trouble::full_disk(&delivery.folder, kills()) else {
        return;
    };
    delivery.trouble = trouble;
    delivery.sink = "rotate = { size = \"256KiB\", compress = \"zstd\" }";
    run(delivery, tcp());
}
