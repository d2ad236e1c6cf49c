//! Trying again for ever, with pauses that double up to a cap.
//!
//! The trouble is said once when it begins and once when it is over, not at every attempt. Who
//! asks for a stop meanwhile is told what the run still waits for, and the next attempt comes at
//! once.

use std::time::Duration;

use crate::dead_letter::NAME;
use crate::halt::{Cause, Halted};
use crate::message::Message;
use crate::shared::Shared;

/// The attempts at one thing.
pub(crate) struct Retry<'a> {
    shared: &'a Shared,
    part: &'a str,
    pause: Duration,
    failed: u64,
    /// The last attempt began after a stop.
    stopping: bool,
}

impl<'a> Retry<'a> {
    /// Attempts at writing to `part`.
    pub fn new(shared: &'a Shared, part: &'a str) -> Retry<'a> {
        Retry {
            shared,
            part,
            pause: shared.options.first_pause,
            failed: 0,
            stopping: shared.halt.is_stopping(),
        }
    }

    /// An attempt failed: waits until the next one, unless the pipeline gives up.
    pub fn failed(&mut self, reason: String) -> Result<(), Halted> {
        let (shared, part) = (self.shared, self.part);
        shared.halt.check()?;
        if shared.options.give_up {
            let part = part.to_owned();
            shared.halt.raise(Cause::GaveUp { part, reason });
            return Err(Halted);
        }
        shared.vitals.unreachable(part, &reason);
        metrics::counter!("knownet_sink_retries_total", "sink" => part.to_owned()).increment(1);
        if self.failed == 0 {
            (shared.log)(&self.message(&format!("{reason}; trying again until it works")));
        }
        self.failed += 1;
        shared.totals().retries += 1;
        self.say_stopping();
        shared.halt.pause(self.pause, self.stopping)?;
        self.stopping = self.say_stopping();
        self.pause = (self.pause * 2).min(shared.options.longest_pause);
        Ok(())
    }

    /// Says what still has to be done if the run is stopping, and whether it is.
    fn say_stopping(&self) -> bool {
        if !self.shared.halt.is_stopping() {
            return false;
        }
        let them = match self.part {
            NAME => "them",
            _ => "it",
        };
        self.shared.log_once(self.message(&format!(
            "stopping, but events still wait for {them}; a second signal ends now and leaves them \
             unconfirmed"
        )));
        true
    }

    /// About the part.
    fn message(&self, text: &str) -> Message {
        match self.part {
            NAME => Message::trouble(format!("{NAME}: {text}")),
            sink => Message::of_sink(sink, text),
        }
    }

    /// An attempt succeeded.
    pub fn succeeded(&self) {
        if self.failed > 0 {
            let times = self.failed;
            let message = self.message(&format!("works again after {times} failed attempts"));
            (self.shared.log)(&Message {
                good: true,
                ..message
            });
        }
    }
}

impl Drop for Retry<'_> {
    /// Whatever came of it, nobody waits for it any more.
    fn drop(&mut self) {
        if self.failed > 0 {
            self.shared.vitals.reached(self.part);
        }
    }
}
