//! Who may write next: the batches of a source take their turns in the order of their tickets.
//!
//! A place that is dropped, by a panic too, waits for its turn and passes it on, so that no later
//! batch hangs and none overtakes.

use std::sync::{Condvar, Mutex, MutexGuard};

#[derive(Default)]
pub(crate) struct Turns {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    now: u64,
    /// Without a waiter nothing is notified: that would be a system call for each batch.
    waiting: usize,
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

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Place<'_> {
    /// Waits until every earlier ticket has passed.
    pub fn wait(&mut self) {
        if self.come {
            return;
        }
        let mut state = self.turns.lock();
        if state.now != self.ticket {
            state.waiting += 1;
            let changed = &self.turns.changed;
            let waited = changed.wait_while(state, |s| s.now != self.ticket);
            waited.unwrap_or_else(|e| e.into_inner()).waiting -= 1;
        }
        self.come = true;
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.wait();
        let mut state = self.turns.lock();
        state.now += 1;
        if state.waiting > 0 {
            self.turns.changed.notify_all();
        }
    }
}

#[cfg(test)]
#[path = "tests/turn.rs"]
mod tests;
