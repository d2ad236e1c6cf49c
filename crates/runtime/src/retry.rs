//! Trying again for ever, with pauses that double up to a cap.
//!
//! The trouble is said once when it begins and once when it is over, not at every attempt; while it
//! lasts, a reason that was not said yet is: who mended one has to hear of the next. Who asks for a stop
//! meanwhile is told what the run still waits for, and the next attempt comes at once.

use std::time::Duration;

use crate::dead_letter::NAME;
use crate::halt::{Cause, Halted};
use crate::message::Message;
use crate::shared::Shared;

/// So many reasons are said of one trouble: they come from outside, and may be as many as they like.
const REASONS: usize = 8;

/// Attempts at one thing that failed since the last one that did not.
#[derive(Default)]
pub(crate) struct Trouble {
    failed: u64,
    /// The reasons that were said, bare.
    said: Vec<String>,
}

impl Trouble {
    pub fn is_there(&self) -> bool {
        self.failed > 0
    }

    /// An attempt at reaching `part` failed. An error if nobody wants another one.
    pub fn failed(&mut self, shared: &Shared, part: &str, reason: &str) -> Result<(), Halted> {
        shared.halt.check()?;
        if shared.options.give_up {
            let (part, reason) = (part.to_owned(), reason.to_owned());
            shared.halt.raise(Cause::GaveUp { part, reason });
            return Err(Halted);
        }
        shared.vitals.unreachable(part, reason);
        metrics::counter!("knownet_sink_retries_total", "sink" => part.to_owned()).increment(1);
        if self.is_news(reason) {
            let text = format!("{reason}; trying again until it works");
            (shared.log)(&message(part, &text));
        }
        self.failed += 1;
        shared.totals().retries += 1;
        say_stopping(shared, part);
        Ok(())
    }

    /// Notes a reason; whether it is to be said. How many events or milliseconds it is about is no news.
    fn is_news(&mut self, reason: &str) -> bool {
        if self.said.len() >= REASONS {
            return false;
        }
        let bare: String = reason.chars().filter(|c| !c.is_ascii_digit()).collect();
        let news = !self.said.contains(&bare);
        if news {
            self.said.push(bare);
        }
        news
    }

    /// Whatever came of it, nobody waits any more; `good` if it works again.
    pub fn over(&mut self, shared: &Shared, part: &str, good: bool) {
        if self.failed == 0 {
            return;
        }
        shared.vitals.reached(part);
        if good {
            let times = self.failed;
            let message = message(part, &format!("works again after {times} failed attempts"));
            (shared.log)(&Message {
                good: true,
                ..message
            });
        }
        *self = Trouble::default();
    }
}

/// The attempts at one thing, each after a pause.
pub(crate) struct Retry<'a> {
    shared: &'a Shared,
    part: &'a str,
    trouble: Trouble,
    pause: Duration,
    /// The last attempt began after a stop.
    stopping: bool,
}

impl<'a> Retry<'a> {
    /// Attempts at writing to `part`.
    pub fn new(shared: &'a Shared, part: &'a str) -> Retry<'a> {
        Retry {
            shared,
            part,
            trouble: Trouble::default(),
            pause: shared.options.first_pause,
            stopping: shared.halt.is_stopping(),
        }
    }

    /// An attempt failed: waits until the next one, unless the pipeline gives up.
    pub fn failed(&mut self, reason: &str) -> Result<(), Halted> {
        self.trouble.failed(self.shared, self.part, reason)?;
        self.shared.halt.pause(self.pause, self.stopping)?;
        self.stopping = say_stopping(self.shared, self.part);
        self.pause = (self.pause * 2).min(self.shared.options.longest_pause);
        Ok(())
    }

    /// An attempt succeeded.
    pub fn succeeded(&mut self) {
        self.trouble.over(self.shared, self.part, true);
    }
}

impl Drop for Retry<'_> {
    fn drop(&mut self) {
        self.trouble.over(self.shared, self.part, false);
    }
}

/// Says what still has to be done if the run is stopping, and whether it is.
pub(crate) fn say_stopping(shared: &Shared, part: &str) -> bool {
    if !shared.halt.is_stopping() {
        return false;
    }
    let them = match part {
        NAME => "them",
        _ => "it",
    };
    shared.log_once(message(
        part,
        &format!(
            "stopping, but events still wait for {them}; a second signal ends now and leaves them \
             unconfirmed"
        ),
    ));
    true
}

/// About the part.
fn message(part: &str, text: &str) -> Message {
    match part {
        NAME => Message::trouble(format!("{NAME}: {text}")),
        sink => Message::of_sink(sink, text),
    }
}
