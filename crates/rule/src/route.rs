//! Routes: which sinks take an event that the rules kept.
//!
//! A sink without a match takes every event. A match reads labels as the tags write them. An event
//! too long to be looked at has no labels, but its fields are read like any other's.

use std::sync::Arc;

use knownet_flow::{Format, MAX_SINKS, Stage, Verdict, Work};
use knownet_label::Table;

use crate::Match;
use crate::label::Reading;

/// Every sink's match, as a step of the flow.
///
/// Each worker takes a clone of its own, as with [`crate::Rules`].
#[derive(Clone)]
pub struct Routes {
    /// The sinks that take everything, a bit each.
    always: u64,
    /// The bit of each other sink, and what it takes.
    matches: Box<[(u64, Match)]>,
    /// The same, without those that need an address.
    without_answers: Box<[usize]>,
    table: Arc<Table>,
}

impl Routes {
    /// Routes to these sinks: `None` takes every event.
    ///
    /// # Panics
    /// If there are more than [`MAX_SINKS`].
    pub fn new(sinks: Vec<Option<Match>>, table: Arc<Table>) -> Routes {
        assert!(sinks.len() <= MAX_SINKS, "at most {MAX_SINKS} sinks");
        let mut always = 0;
        let mut matches = Vec::new();
        for (sink, wanted) in sinks.into_iter().enumerate() {
            match wanted.filter(|wanted| !wanted.is_empty()) {
                None => always |= 1 << sink,
                Some(wanted) => matches.push((1 << sink, wanted)),
            }
        }
        Routes {
            always,
            without_answers: (0..matches.len())
                .filter(|&index| matches[index].1.may_hold_without_answers())
                .collect(),
            matches: matches.into(),
            table,
        }
    }

    /// Keeps every event from the sink at this place.
    pub fn without(mut self, sink: usize) -> Routes {
        let bit = 1 << sink;
        self.always &= !bit;
        let matches = std::mem::take(&mut self.matches).into_iter();
        self.matches = matches.filter(|(other, _)| *other != bit).collect();
        self.without_answers = (0..self.matches.len())
            .filter(|&index| self.matches[index].1.may_hold_without_answers())
            .collect();
        self
    }
}

impl Stage for Routes {
    fn apply(&mut self, bytes: &[u8], work: &mut Work, format: &mut dyn Format) {
        let (mut passed, mut unrouted) = (0, 0);
        for index in 0..work.events.len() {
            let event = &work.events[index];
            if event.verdict != Verdict::Keep {
                continue;
            }
            let mut sinks = self.always;
            let mut ask = |(bit, wanted): &(u64, Match)| {
                if wanted.holds(bytes, work, event, format, &self.table, Reading::Written) {
                    sinks |= bit;
                }
            };
            if event.answers.is_empty() {
                self.without_answers
                    .iter()
                    .for_each(|&index| ask(&self.matches[index]));
            } else {
                self.matches.iter().for_each(ask);
            }
            work.events[index].sinks = sinks;
            if sinks == 0 {
                unrouted += 1;
            } else {
                passed += 1;
            }
        }
        work.counts.passed += passed;
        work.counts.unrouted += unrouted;
    }
}
