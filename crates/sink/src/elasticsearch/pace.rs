//! How much is asked of the servers at once: less when they say that it is too much, slowly more
//! when they do not.
//!
//! First the number of requests is halved, down to one, then their size; after a round of requests
//! that went well the size grows by an eighth, and once it is whole the number by one (additive
//! increase, multiplicative decrease: Chiu and Jain, 1989).

use std::time::{Duration, Instant};

use super::Pauses;

/// The least that a request is cut down to.
const LEAST: usize = 64 << 10;

/// What is allowed now.
pub(super) struct Pace {
    requests: usize,
    most_requests: usize,
    bytes: usize,
    most_bytes: usize,
    /// Requests that went well since the last change.
    good: usize,
    round: Round,
    until: Option<Instant>,
    pause: Duration,
    pauses: Pauses,
}

/// When a request was sent, counted in the changes for the worse before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub(super) struct Round(u64);

impl Pace {
    /// At most so many requests of so many bytes.
    pub fn new(requests: usize, bytes: usize, pauses: Pauses) -> Pace {
        Pace {
            requests,
            most_requests: requests,
            bytes,
            most_bytes: bytes,
            good: 0,
            round: Round::default(),
            until: None,
            pause: pauses.first,
            pauses,
        }
    }

    /// How many requests may be on their way.
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// How large one may be.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What a request that begins now has to remember.
    pub fn round(&self) -> Round {
        self.round
    }

    /// Until when none is to be sent.
    pub fn until(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }

    /// The servers said that it is too much, or took too long. Requests that were on their way
    /// together count as one.
    pub fn refused(&mut self, round: Round, now: Instant) {
        if round < self.round {
            return;
        }
        self.round.0 += 1;
        self.good = 0;
        match self.requests {
            1 => self.bytes = (self.bytes / 2).max(LEAST).min(self.most_bytes),
            _ => self.requests /= 2,
        }
        self.until = Some(now + self.pause);
        self.pause = self.pauses.after(self.pause);
    }

    /// A request went well. One that was sent before the last change for the worse says nothing
    /// about now.
    pub fn succeeded(&mut self, round: Round) {
        if round < self.round {
            return;
        }
        self.pause = self.pauses.first;
        self.until = None;
        self.good += 1;
        if self.good < self.requests {
            return;
        }
        self.good = 0;
        if self.bytes < self.most_bytes {
            self.bytes = (self.bytes + (self.most_bytes / 8).max(1)).min(self.most_bytes);
        } else if self.requests < self.most_requests {
            self.requests += 1;
        }
    }

    /// A request of so many bytes was larger than the servers take: none will be again.
    pub fn too_large(&mut self, bytes: usize) {
        let half = (bytes / 2).max(LEAST);
        self.most_bytes = self.most_bytes.min(half);
        self.bytes = self.bytes.min(half);
    }
}

#[cfg(test)]
#[path = "../tests/elasticsearch/pace.rs"]
mod tests;
