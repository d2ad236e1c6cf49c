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
    /// Where it begins, if somebody has to commit that: 0 is such a position, too.
    began: Option<u64>,
    /// What was sent to the brokers last.
    committed: Option<u64>,
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
            began: None,
            committed: None,
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

    /// Reading begins at `position`, which nobody has committed: it is due whatever comes, so that the
    /// next one that reads does not begin further on.
    pub fn begin(&mut self, position: u64) {
        self.began = Some(position);
        self.passed = position;
    }

    /// Everything before this is safe.
    pub fn safe(&self) -> u64 {
        match self.is_drained() {
            true => self.confirmed.max(self.passed),
            false => self.confirmed.max(self.began.unwrap_or(0)),
        }
    }

    /// What is to be committed, if that is news.
    pub fn due(&self) -> Option<u64> {
        let safe = self.safe();
        let is_known = safe > 0 || self.began.is_some();
        let is_news = self.committed.is_none_or(|committed| safe > committed);
        (is_known && is_news).then_some(safe)
    }

    /// The same where somebody else commits what is confirmed: of that nothing, and nothing before it.
    pub fn due_beyond(&self) -> Option<u64> {
        let known = self.confirmed.max(self.committed.unwrap_or(0));
        let begins = self.began.is_some() && self.committed.is_none() && self.confirmed == 0;
        (self.is_drained() && (self.passed > known || begins)).then_some(self.passed)
    }

    /// `position` was sent to the brokers.
    pub fn sent(&mut self, position: u64) {
        self.committed = Some(position);
    }

    /// The brokers did not take it.
    pub fn failed(&mut self) {
        self.committed = None;
    }
}

#[cfg(test)]
#[path = "../tests/place.rs"]
mod tests;
