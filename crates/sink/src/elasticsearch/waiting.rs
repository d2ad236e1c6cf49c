//! What is sent again after a pause: whole requests, and events that the server left out of others.
//!
//! - Each has a pause of its own, twice as long each time. Events that were left out as often as others
//!   share a request with them.
//! - Nothing but what waits is kept in memory: none holds on to the request that it came from.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Pauses;
use super::load::{Fate, Gather, Load, Past};

/// Pauses are counted up to here: many times the longest.
const MOST: u32 = 8;

/// Of one sink.
pub(super) struct Waiting {
    /// Each not before its time; the number tells those of the same time apart.
    parked: BTreeMap<(Instant, u64), Load>,
    parkings: u64,
    /// Events one by one, by how many pauses they have had.
    single: [Single; MOST as usize],
    pauses: Pauses,
}

#[derive(Default)]
struct Single {
    events: Gather,
    due: Option<Instant>,
    /// As the oldest of them has it.
    seen: u64,
}

impl Waiting {
    pub fn new(pauses: Pauses) -> Waiting {
        Waiting {
            parked: BTreeMap::new(),
            parkings: 0,
            single: Default::default(),
            pauses,
        }
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.parked.is_empty() && self.single.iter().all(|single| single.due.is_none())
    }

    /// How many events wait.
    pub fn events(&self) -> usize {
        let parked = self.parked.values().map(Load::len);
        let single = self.single.iter().map(|single| single.events.len());
        parked.chain(single).sum()
    }

    /// Gives away everything.
    pub fn clear(&mut self) -> impl Iterator<Item = Load> + use<> {
        let parked = std::mem::take(&mut self.parked).into_values();
        let single = std::mem::take(&mut self.single);
        parked.chain(single.into_iter().map(|mut single| single.events.take()))
    }

    /// Keeps a load for its next pause, which begins now.
    pub fn park(&mut self, mut load: Load, now: Instant) {
        let due = now + self.pause(load.past.waits);
        load.past.waits = (load.past.waits + 1).min(MOST);
        self.insert(load, due);
    }

    /// Keeps a load until then.
    pub fn insert(&mut self, mut load: Load, due: Instant) {
        load.own();
        self.parkings += 1;
        self.parked.insert((due, self.parkings), load);
    }

    /// Copies events of a load that are sent again, in requests of at most about so many bytes; `seen` as
    /// [`Past`] has it.
    pub fn gather(
        &mut self,
        load: &Load,
        others: &[(usize, Fate)],
        seen: u64,
        bytes: usize,
        now: Instant,
    ) {
        let waits = load.past.waits.min(MOST - 1);
        let pause = self.pause(waits);
        let single = &mut self.single[waits as usize];
        single.seen = match single.due {
            Some(_) => single.seen.min(seen),
            None => seen,
        };
        let due = *single.due.get_or_insert(now + pause);
        load.repeat(others, &mut single.events);
        if single.events.bytes() >= bytes {
            self.close(waits, due);
        }
    }

    /// When the first is to be sent.
    pub fn due(&self) -> Option<Instant> {
        let parked = self.parked.first_key_value().map(|((due, _), _)| *due);
        let single = self.single.iter().filter_map(|single| single.due);
        single.chain(parked).min()
    }

    /// Takes the first, if it is time.
    pub fn take(&mut self, now: Instant) -> Option<Load> {
        for waits in 0..MOST {
            let due = self.single[waits as usize].due;
            if let Some(due) = due.filter(|due| *due <= now) {
                self.close(waits, due);
            }
        }
        let first = self.parked.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    fn close(&mut self, waits: u32, due: Instant) {
        let mut single = std::mem::take(&mut self.single[waits as usize]);
        let mut load = single.events.take();
        load.past = Past {
            seen: Some(single.seen),
            waits: waits + 1,
            ..Past::default()
        };
        self.insert(load, due);
    }

    fn pause(&self, waits: u32) -> Duration {
        let pause = self.pauses.first.saturating_mul(1 << waits);
        pause.min(self.pauses.longest)
    }
}

#[cfg(test)]
#[path = "../tests/elasticsearch/waiting.rs"]
pub(super) mod tests;
