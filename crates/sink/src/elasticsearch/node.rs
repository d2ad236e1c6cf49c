//! Which node is asked next: round robin over those that work.
//!
//! A node that failed is left alone for a pause that doubles up to a bound. Then one request tries
//! it, and the others come only after that one succeeded. None is ever given up.

use std::time::{Duration, Instant};

use super::Pauses;

/// The nodes, by their places in the list of hosts.
pub(super) struct Nodes {
    all: Vec<Health>,
    /// Whether the last that was told of each was an answer.
    good: Vec<bool>,
    next: usize,
    pauses: Pauses,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Health {
    Works,
    /// Not before then; the next pause.
    Failed(Instant, Duration),
    /// One request finds out; the pause if it fails.
    Tried(Duration),
}

/// Which node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Choice {
    /// This one.
    Node(usize),
    /// None before then.
    Later(Instant),
    /// None before a request that is on its way has come back.
    Wait,
}

impl Nodes {
    /// So many, of which nothing is known yet.
    pub fn new(count: usize, pauses: Pauses) -> Nodes {
        Nodes {
            all: vec![Health::Works; count],
            good: vec![false; count],
            next: 0,
            pauses,
        }
    }

    /// The one to ask now. What comes of it is told by [`Nodes::answered`] or [`Nodes::failed`].
    pub fn choose(&mut self, now: Instant) -> Choice {
        let count = self.all.len();
        let mut soonest: Option<Instant> = None;
        for step in 0..count {
            let at = (self.next + step) % count;
            match self.all[at] {
                Health::Works => {}
                Health::Failed(until, pause) if until <= now => self.all[at] = Health::Tried(pause),
                Health::Failed(until, _) => {
                    soonest = Some(soonest.map_or(until, |other| other.min(until)));
                    continue;
                }
                Health::Tried(_) => continue,
            }
            self.next = at + 1;
            return Choice::Node(at);
        }
        soonest.map_or(Choice::Wait, Choice::Later)
    }

    /// It answered: whatever it said, it works.
    pub fn answered(&mut self, node: usize) {
        self.all[node] = Health::Works;
        self.good[node] = true;
    }

    /// As [`Nodes::failed`], for a request that fails wherever it is sent: as long as others go well
    /// it says nothing about the node.
    pub fn doubted(&mut self, node: usize, now: Instant) {
        if !std::mem::take(&mut self.good[node]) {
            self.failed(node, now);
        }
    }

    /// It did not answer, or cannot do its work.
    pub fn failed(&mut self, node: usize, now: Instant) {
        self.good[node] = false;
        let pause = match self.all[node] {
            Health::Works => self.pauses.first,
            Health::Tried(pause) => pause,
            // Another request that began before said so already.
            Health::Failed(..) => return,
        };
        self.all[node] = Health::Failed(now + pause, self.pauses.after(pause));
    }
}

#[cfg(test)]
#[path = "../tests/elasticsearch/node.rs"]
mod tests;
