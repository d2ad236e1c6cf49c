//! What a run did.

use std::collections::BTreeMap;
use std::time::Duration;

use knownet_flow::{Counts, Names};

/// How many messages of sources are kept.
const KEPT_MESSAGES: usize = 100;

/// Why a run came to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ended {
    /// Every source came to its end.
    #[default]
    Input,
    /// Somebody asked it to stop; what had been read was finished.
    Stopped,
    /// The reader of every sink went away.
    Closed,
    /// See the error's cause.
    Failed,
}

/// What a run did. Counts cover the batches that every sink has safe, or answers for.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// What the steps counted. An event that a sink refused, or whose sink's reader has gone, is counted
    /// here as passed, too.
    pub counts: Counts,
    /// What the places in `counts` stand for, over every plan there was.
    pub names: Names,
    /// Bytes of batches read, line feeds included.
    pub bytes_in: u64,
    /// Bytes written, over all sinks.
    pub bytes_out: u64,
    /// Lines longer than an event may be.
    pub oversized: u64,
    /// Events in the dead letters, oversized lines included.
    pub dead_letters: u64,
    /// Where dead letters go: a file, which is not there before the first one, or a sink; both, with how
    /// many are in the file, where the sink did not take all.
    pub dead_letter: String,
    /// Dead letters in the file.
    pub(crate) filed: u64,
    /// What sources could not read: the first hundred messages, each with its source's name.
    pub source_errors: Vec<String>,
    /// How many such messages there were.
    pub source_error_count: u64,
    /// Attempts at writing that failed and were repeated.
    pub retries: u64,
    /// Batches that were never confirmed, but for those that were given up to somebody else.
    pub failed_batches: u64,
    /// The sinks whose readers went away before the end.
    pub gone: Vec<String>,
    /// What sinks said when they were closed.
    pub sink_errors: Vec<String>,
    /// The committed position of each source and partition.
    pub positions: BTreeMap<(String, u32), u64>,
    /// How long it took.
    pub elapsed: Duration,
    /// Why it ended.
    pub ended: Ended,
}

impl Summary {
    /// Whether all that was read could be passed on, and all could be read.
    ///
    /// A reader that went away is no fault: it wanted no more.
    pub fn is_complete(&self) -> bool {
        self.is_settled() && self.dead_letters + self.source_error_count == 0
    }

    /// Whether everything is safe somewhere, if only in the dead letters.
    pub fn is_settled(&self) -> bool {
        let lost = match self.ended {
            Ended::Closed => 0,
            _ => self.failed_batches,
        };
        self.ended != Ended::Failed && lost == 0 && self.sink_errors.is_empty()
    }

    pub(crate) fn source_error(&mut self, message: String) {
        self.source_error_count += 1;
        if self.source_errors.len() < KEPT_MESSAGES {
            self.source_errors.push(message);
        }
    }
}
