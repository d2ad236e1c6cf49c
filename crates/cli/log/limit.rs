//! How often the same is said.
//!
//! A message is the same if it comes from the same place in the program with the same text and the
//! same source or sink; who sent what (`peer`) makes no difference. Beside that, one place in the
//! program has a bound for whatever it says. What is kept to tell has a bound, too.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use tracing::callsite::Identifier;

use super::line::Line;

/// The time over which messages are counted.
const WINDOW: Duration = Duration::from_secs(10);
/// How often the same message is said in that time.
const SAME: u32 = 5;
/// How many messages of one place in the program are said in that time.
const PLACE: u32 = 50;
/// Messages that are kept apart.
const MOST: usize = 1024;

#[derive(Default)]
pub(super) struct Limit {
    hasher: RandomState,
    same: HashMap<u64, Run>,
    place: HashMap<Identifier, Run>,
}

/// Messages since a moment.
struct Run {
    since: Instant,
    said: u32,
    left_out: u64,
    /// The last of those that were left out.
    last: Option<Line>,
}

/// Whether a message is to be written.
#[derive(Debug, PartialEq)]
pub(super) enum Said {
    /// After these, which say what was left out before.
    Yes(Vec<Line>),
    No,
}

impl Limit {
    pub(super) fn say(&mut self, place: &Identifier, line: &Line, now: Instant) -> Said {
        if self.same.len() >= MOST {
            self.same
                .retain(|_, run| run.left_out > 0 || now < run.since + WINDOW);
        }
        let part = line
            .fields
            .iter()
            .find(|(name, _)| ["source", "sink"].contains(name));
        let part = part.map(|(_, value)| value.to_string());
        // When even that does not help, all further ones are one.
        let text = (self.same.len() < MOST).then_some(&line.message);
        let key = self.hasher.hash_one((place, text, part));
        let mut before = Vec::new();
        let same = self.same.entry(key).or_insert_with(|| Run::new(now));
        let place = self
            .place
            .entry(place.clone())
            .or_insert_with(|| Run::new(now));
        for run in [&mut *same, &mut *place] {
            if now >= run.since + WINDOW {
                before.extend(run.told());
                *run = Run::new(now);
            }
        }
        if same.said >= SAME {
            same.leave_out(line);
            return Said::No;
        }
        if place.said >= PLACE {
            place.leave_out(line);
            return Said::No;
        }
        same.said += 1;
        place.said += 1;
        Said::Yes(before)
    }

    /// What was left out in times that are over, or at all.
    pub(super) fn over(&mut self, now: Instant, all: bool) -> Vec<Line> {
        let mut told = Vec::new();
        let mut keep = |run: &mut Run| {
            let over = all || now >= run.since + WINDOW;
            if over {
                told.extend(run.told());
            }
            !over
        };
        self.same.retain(|_, run| keep(run));
        self.place.retain(|_, run| keep(run));
        told
    }
}

impl Run {
    fn new(since: Instant) -> Run {
        Run {
            since,
            said: 0,
            left_out: 0,
            last: None,
        }
    }

    fn leave_out(&mut self, line: &Line) {
        self.left_out += 1;
        self.last = Some(line.clone());
    }

    fn told(&mut self) -> Option<Line> {
        let mut line = self.last.take()?;
        line.fields
            .retain(|(name, _)| ["source", "sink"].contains(name));
        line.fields.push(("left_out", self.left_out.into()));
        line.message.insert_str(0, "left out, the last one was: ");
        self.left_out = 0;
        Some(line)
    }
}

#[cfg(test)]
#[path = "tests/limit.rs"]
mod tests;
