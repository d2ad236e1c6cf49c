//! What becomes of a load that came back.
//!
//! It is sent again for ever, in whole or in parts, unless its events were answered one by one.

use std::time::Instant;

use super::State;
use crate::elasticsearch::load::{Fate, Load};
use crate::elasticsearch::pace::{LEAST, Round};

/// A load that failed as a whole so many times is suspected: it no longer goes before others, and is
/// halved until the event that is to blame is alone.
pub(super) const FAILURES: u32 = 3;
/// So many events that were refused alone, each as a whole request and with nothing taken in between, are
/// the last: it is not they who are to blame.
const ALONE: u32 = 10;

impl State {
    /// Sends a load again that never came to the server, and says nothing about it: before the others,
    /// unless it has waited.
    pub fn repeat(&mut self, mut load: Load, now: Instant) {
        load.past.seen.get_or_insert(self.good);
        match load.past.waits {
            0 => self.ready.push_front(load),
            _ => self.waiting.park(load, now),
        }
    }

    /// Sends a load again after a pause of its own.
    pub fn park(&mut self, mut load: Load, now: Instant) {
        load.past.seen.get_or_insert(self.good);
        self.waiting.park(load, now);
    }

    /// Sends a load again that was too much at once: less is sent from now on, unless others are taken
    /// and it is not. Then it waits, and is smaller.
    pub fn busy(&mut self, load: Load, round: Round, now: Instant) {
        if self.speaks(&load) {
            self.pace.refused(round, 1, 1, now);
            return self.repeat(load, now);
        }
        match load.body().len() > LEAST {
            true => self.halve(load, now),
            false => self.park(load, now),
        }
    }

    /// Sends a load that failed as a whole again: at once as long as nothing is known against it; else
    /// after a pause of its own, and in halves where others went well since or it failed too often.
    ///
    /// Halves are given twice the patience, so that a long outage, in which everything fails, leaves
    /// requests of a sensible size.
    pub fn failed(&mut self, mut load: Load, now: Instant) {
        let past = &mut load.past;
        past.seen.get_or_insert(self.good);
        past.failed += 1;
        let others = self.good > std::mem::replace(&mut past.last, self.good);
        if past.failed < FAILURES && past.waits == 0 {
            return self.ready.push_front(load);
        }
        let patience = FAILURES.saturating_mul(2 << past.cuts.min(16));
        let others = others && past.failed > FAILURES;
        match others || past.failed >= patience {
            true => {
                past.failed = FAILURES;
                past.cuts += 1;
                self.halve(load, now);
            }
            false => self.waiting.park(load, now),
        }
    }

    /// Sends a load again in halves, each after its first pause; what is alone after its next one.
    fn halve(&mut self, mut load: Load, now: Instant) {
        load.past.seen.get_or_insert(self.good);
        if load.len() > 1 {
            load.past.waits = 0;
        }
        let (first, second) = load.halves();
        self.waiting.park(first, now);
        if let Some(second) = second {
            self.waiting.park(second, now);
        }
    }

    /// Whether events were refused alone for so long that whole requests say nothing of their events.
    pub fn refuses_all(&self) -> bool {
        self.alone >= ALONE
    }

    /// An event was refused alone.
    pub fn refused_alone(&mut self) {
        self.alone += 1;
    }

    /// Cuts a load in two, each to be sent; gives back what cannot be cut.
    pub fn cut(&mut self, load: Load) -> Option<Load> {
        match load.halves() {
            (first, Some(second)) => {
                self.ready.push_front(second);
                self.ready.push_front(first);
                None
            }
            (whole, None) => Some(whole),
        }
    }

    /// Takes from a load that was answered event by event what is to be sent again, whose pause begins
    /// now; `settled` if that is not all of it.
    pub fn take_back(
        &mut self,
        load: &Load,
        others: &[(usize, Fate)],
        settled: bool,
        now: Instant,
    ) {
        // The others of the same request count as others.
        let seen = load.past.seen.unwrap_or(self.good);
        if settled {
            self.good += 1;
            self.alone = 0;
        }
        if others.iter().any(|(_, fate)| *fate == Fate::Again) {
            let bytes = self.pace.bytes();
            self.waiting.gather(load, others, seen, bytes, now);
        }
    }
}
