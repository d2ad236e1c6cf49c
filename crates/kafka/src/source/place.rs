//! What is known of one partition that is assigned to us.

use std::sync::Arc;

/// A partition of a topic for as long as one assignment lasts.
#[derive(Debug)]
pub(crate) struct Assigned {
    pub topic: Arc<str>,
    pub partition: i32,
    /// The name of the stream, the same in every run. No path begins like that.
    pub stream: Arc<str>,
    /// Positions are offsets of the message to be read next; 0 says none.
    handed: u64,
    confirmed: u64,
    /// Behind messages without an event, of which no batch will tell.
    passed: u64,
    /// What was sent to the brokers last.
    committed: u64,
}

impl Assigned {
    pub fn new(topic: &str, partition: i32) -> Assigned {
        Assigned {
            topic: topic.into(),
            partition,
            stream: format!("kafka:{topic}/{partition}").into(),
            handed: 0,
            confirmed: 0,
            passed: 0,
            committed: 0,
        }
    }

    /// A batch up to `position` was handed out.
    pub fn hand(&mut self, position: u64) {
        self.handed = position;
    }

    /// Everything up to `position` is confirmed.
    pub fn confirm(&mut self, position: u64) {
        self.confirmed = self.confirmed.max(position);
    }

    /// Messages up to `position` have no event, and nothing before them waits to be handed out.
    pub fn pass(&mut self, position: u64) {
        self.passed = position;
    }

    /// Whether all that was handed out is confirmed.
    pub fn is_drained(&self) -> bool {
        self.confirmed >= self.handed
    }

    /// What is to be committed, if that is news.
    pub fn due(&self) -> Option<u64> {
        let safe = match self.is_drained() {
            true => self.confirmed.max(self.passed),
            false => self.confirmed,
        };
        (safe > self.committed).then_some(safe)
    }

    /// `position` was sent to the brokers.
    pub fn sent(&mut self, position: u64) {
        self.committed = position;
    }

    /// The brokers did not take it.
    pub fn failed(&mut self) {
        self.committed = 0;
    }
}

#[cfg(test)]
#[path = "../tests/place.rs"]
mod tests;
