//! Who may write next: the batches of a source take their turns in the order of their tickets.
//!
//! A place that is dropped, by a panic too, waits for its turn and passes it on, so that no later
//! batch hangs and none overtakes.

use std::sync::{Condvar, Mutex};

#[derive(Default)]
pub(crate) struct Turns {
    now: Mutex<u64>,
    changed: Condvar,
}

/// A batch's place in the queue.
pub(crate) struct Place<'a> {
    turns: &'a Turns,
    ticket: u64,
    come: bool,
}

impl Turns {
    /// The place of `ticket`; tickets count up from 0 without a gap.
    pub fn place(&self, ticket: u64) -> Place<'_> {
        Place {
            turns: self,
            ticket,
            come: false,
        }
    }
}

impl Place<'_> {
    /// Waits until every earlier ticket has passed.
    pub fn wait(&mut self) {
        if self.come {
            return;
        }
        let now = self.turns.now.lock().unwrap_or_else(|e| e.into_inner());
        let waited = self.turns.changed.wait_while(now, |n| *n != self.ticket);
        drop(waited.unwrap_or_else(|e| e.into_inner()));
        self.come = true;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.wait();
        *self.turns.now.lock().unwrap_or_else(|e| e.into_inner()) += 1;
        self.turns.changed.notify_all();
    }
}

#[cfg(test)]
#[path = "tests/turn.rs"]
mod tests;
