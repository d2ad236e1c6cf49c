//! Sources whose senders hear nothing: what is spooled comes out, and what reaches a run that is not
//! killed. What a socket held at a kill is gone, and counted.

use crate::ledger::event;
use crate::round::Delivery;
use crate::sender::Sender;

fn new(name: &'static str, source: &str) -> Delivery {
    let mut delivery = Delivery::new(name, source);
    delivery.is_spooled = true;
    // As many bytes as may be in flight, and as one file of the spool holds, which is read again
    // from its beginning.
    delivery.in_flight = Some((2 << 20) / event(0, 0).len() as u64);
    delivery
}

fn run(delivery: Delivery, senders: Vec<Box<dyn Sender>>) {
    let ended = delivery.run(senders, |delivery, sent, found| {
        let came = |(stream, n): &(usize, u64)| found.has(*stream, *n);
        delivery.due(sent).iter().all(came) && delivery.spooled().is_empty()
    });
    let Delivery { name, promised, .. } = &ended.delivery;
    println!(
        "delivery: {name}: {} events lay in the spool at kills",
        promised.len()
    );
    ended.what_was_promised().judge();
}

mod tcp {
    use crate::round::Delivery;
    use crate::sender::lines::Lines;

    fn new(name: &'static str) -> Delivery {
        let source = "[sources.in]\ntype = \"tcp\"\nlisten = \"127.0.0.1:0\"\n";
        super::new(name, source)
    }

    fn run(delivery: Delivery) {
        super::run(
            delivery,
            vec![Box::new(Lines::tcp(100)), Box::new(Lines::tcp(1))],
        );
    }

    each_trouble!("tcp", new, run);
}

mod udp {
    use crate::round::Delivery;
    use crate::sender::udp::Udp;

    fn new(name: &'static str) -> Delivery {
        let source = "[sources.in]\ntype = \"udp\"\nlisten = \"127.0.0.1:0\"\n";
        super::new(name, source)
    }

    fn run(delivery: Delivery) {
        super::run(
            delivery,
            vec![Box::new(Udp::new(50)), Box::new(Udp::new(1))],
        );
    }

    each_trouble!("udp", new, run);
}

#[cfg(unix)]
mod unix_stream {
    use crate::round::{Arrival, Delivery};
    use crate::sender::lines::Lines;

    fn new(name: &'static str) -> Delivery {
        let source = "[sources.in]\ntype = \"unix\"\npath = \"in.sock\"\n";
        let mut delivery = super::new(name, source);
        delivery.arrival = Arrival::Socket;
        delivery
    }

    fn run(delivery: Delivery) {
        let sender = |at_once| Box::new(Lines::unix(delivery.folder.path("in.sock"), at_once));
        let senders = vec![sender(100) as _, sender(1) as _];
        super::run(delivery, senders);
    }

    each_trouble!("unix", new, run);
}

#[cfg(unix)]
mod unix_datagram {
    use crate::round::{Arrival, Delivery};
    use crate::sender::unix::Datagrams;

    fn new(name: &'static str) -> Delivery {
        let source = "[sources.in]\ntype = \"unix\"\npath = \"in.sock\"\nmode = \"datagram\"\n";
        let mut delivery = super::new(name, source);
        delivery.arrival = Arrival::Socket;
        delivery
    }

    fn run(delivery: Delivery) {
        let sender = |at_once| Box::new(Datagrams::new(delivery.folder.path("in.sock"), at_once));
        let senders = vec![sender(50) as _, sender(1) as _];
        super::run(delivery, senders);
    }

    each_trouble!("unix datagrams", new, run);
}
