//! Makes Winlogbeat 8 events as Sysmon produces them, one JSON object a line.
//!
//! Only `std` is used and nothing of this crate, so that a benchmark elsewhere can take the file in
//! with `#[path = "…/generate.rs"] mod generate;`. The same seed and mix give the same bytes. The
//! keys of every object come in a new order in every event, because Beats writes Go maps.
//! `winlog.record_id` counts up by one an event, so that outputs can be matched event by event.

#[path = "generate/address.rs"]
pub mod address;
#[path = "generate/event.rs"]
mod event;
#[path = "generate/host.rs"]
mod host;
#[path = "generate/kind.rs"]
mod kind;
#[path = "generate/object.rs"]
mod object;
#[path = "generate/random.rs"]
pub mod random;

use std::str::FromStr;

use address::Destinations;
use event::Writer;
use host::Host;
use random::Random;

/// `winlog.record_id` of the first event.
pub const FIRST_RECORD: u64 = 10_000_000;

const HOSTS: usize = 500;

/// Which events a stream is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mix {
    /// Every event is a network connection (Sysmon event 3).
    Network,
    /// 99 of 100 events are process, file, registry and module events without any address.
    Rare,
}

impl FromStr for Mix {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "network" => Ok(Mix::Network),
            "rare" => Ok(Mix::Rare),
            _ => Err(format!("unknown mix {name:?}: take network or rare")),
        }
    }
}

/// An endless stream of events.
pub struct Generator {
    random: Random,
    mix: Mix,
    hosts: Vec<Host>,
    destinations: Destinations,
    writer: Writer,
    record: u64,
    milliseconds: u64,
}

impl Generator {
    /// A stream that `seed` and `mix` determine.
    pub fn new(seed: u64, mix: Mix) -> Self {
        let mut random = Random::new(seed);
        Generator {
            mix,
            hosts: (0..HOSTS).map(|_| Host::new(&mut random)).collect(),
            destinations: Destinations::new(&mut random),
            writer: Writer::default(),
            record: FIRST_RECORD,
            milliseconds: 8 * 3_600_000,
            random,
        }
    }

    /// Appends the next event and a newline to `out`.
    pub fn event(&mut self, out: &mut Vec<u8>) {
        self.milliseconds += self.random.below(40);
        let host = &self.hosts[self.random.below(HOSTS as u64) as usize];
        let writer = &mut self.writer;
        writer.begin(&mut self.random, host, self.record, self.milliseconds);
        self.record += 1;
        if self.mix == Mix::Network || self.random.one_in(100) {
            let destination = self.destinations.pick(&mut self.random);
            writer.connection(&mut self.random, host, destination);
        } else {
            match self.random.below(100) {
                0..40 => writer.process(&mut self.random, host),
                40..65 => writer.file(&mut self.random, host),
                65..85 => writer.registry(&mut self.random, host),
                _ => writer.module(&mut self.random, host),
            }
        }
        writer.end(&mut self.random, out);
    }
}
