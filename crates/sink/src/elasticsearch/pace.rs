//! How much is asked of the servers at once: less when they say that it is too much, slowly more
//! when they do not.
//!
//! What is halved when they take nothing is cut in proportion when they take a part. First that is the
//! number of requests, down to one, then their size; after a round of requests in which nothing was too
//! much the size grows by an eighth, and once it is whole the number by one (additive increase,
//! multiplicative decrease: Chiu and Jain, 1989).

use std::time::{Duration, Instant};

use super::Pauses;

/// The least that a request is cut down to.
pub(super) const LEAST: usize = 64 << 10;

/// What is allowed now.
pub(super) struct Pace {
    /// Whole requests at once; below one, the part of a whole one.
    room: f64,
    most_requests: usize,
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
            room: requests as f64,
            most_requests: requests,
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
        (self.room.round() as usize).max(1)
    }

    /// How large one may be.
    pub fn bytes(&self) -> usize {
        let part = self.room.min(1.0) * self.most_bytes as f64;
        (part as usize).max(LEAST).min(self.most_bytes)
    }

    /// What a request that begins now has to remember.
    pub fn round(&self) -> Round {
        self.round
    }

    /// Until when none is to be sent.
    pub fn until(&self, now: Instant) -> Option<Instant> {
        self.until.filter(|until| *until > now)
    }

    /// The servers said of `refused` of `events` that they are too much, or took too long for all.
    /// Requests that were on their way together count as one.
    pub fn refused(&mut self, round: Round, refused: usize, events: usize, now: Instant) {
        if round < self.round || refused == 0 {
            return;
        }
        let share = refused as f64 / events.max(refused) as f64;
        self.round.0 += 1;
        self.good = 0;
        let least = (LEAST as f64 / self.most_bytes.max(1) as f64).min(1.0);
        self.room = (self.room * (1.0 - share / 2.0)).max(least);
        self.until = Some(now + self.pause.mul_f64(share));
        self.pause = self.pause.mul_f64(1.0 + share).min(self.pauses.longest);
    }

    /// Nothing in a request was too much. One that was sent before the last change for the worse says
    /// nothing about now.
    pub fn succeeded(&mut self, round: Round) {
        if round < self.round {
            return;
        }
        self.pause = self.pauses.first;
        self.until = None;
        self.good += 1;
        if self.good < self.requests() {
            return;
        }
        self.good = 0;
        self.room = match self.room < 1.0 {
            true => (self.room + 0.125).min(1.0),
            false => (self.room + 1.0).min(self.most_requests as f64),
        };
    }

    /// A request of so many bytes was larger than the servers take: none will be again.
    pub fn too_large(&mut self, bytes: usize) {
        self.most_bytes = self.most_bytes.min((bytes / 2).max(LEAST));
    }
}

#[cfg(test)]
#[path = "../tests/elasticsearch/pace.rs"]
mod tests;
