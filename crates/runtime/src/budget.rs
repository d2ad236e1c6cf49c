//! One bound on the bytes in flight, over all sources.
//!
//! - What is granted never exceeds the bound, except that a request larger than it is granted
//!   alone.
//! - First come, first served: a stream of small requests cannot starve a large one.
//! - A batch is charged when its size is known, right after it was read, so beside what is granted
//!   each source may hold one batch that waits here. Charging before the read instead would let a
//!   source that waits for input keep room that another could use.
//! - No deadlock: whoever waits here holds no turn that a granted batch needs.
//! - What turns out to need more than was granted gets it at once, even beyond the bound; who comes next
//!   waits for it.
//! - Once it is closed nobody waits.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};

pub(crate) struct Budget {
    bound: usize,
    state: Mutex<State>,
    changed: Condvar,
    shown: metrics::Gauge,
}

#[derive(Default)]
struct State {
    used: usize,
    asked: u64,
    served: u64,
    closed: bool,
}

/// Bytes granted, given back on drop.
pub(crate) struct Permit {
    budget: Arc<Budget>,
    bytes: AtomicUsize,
}

impl Budget {
    /// A budget of `bound` bytes.
    pub fn new(bound: usize) -> Budget {
        Budget {
            bound,
            state: Mutex::default(),
            changed: Condvar::new(),
            shown: metrics::gauge!("knownet_in_flight_bytes"),
        }
    }

    /// Waits until `bytes` fit, or until nothing else is in flight.
    pub fn take(self: &Arc<Budget>, bytes: usize) -> Permit {
        let mut state = self.lock();
        let mine = state.asked;
        state.asked += 1;
        let full = |state: &mut State| {
            !state.closed
                && (state.served != mine
                    || (state.used > 0 && state.used.saturating_add(bytes) > self.bound))
        };
        let mut state = self
            .changed
            .wait_while(state, full)
            .unwrap_or_else(|e| e.into_inner());
        state.served += 1;
        state.used += bytes;
        self.shown.set(state.used as f64);
        if state.asked != state.served {
            self.changed.notify_all();
        }
        Permit {
            budget: self.clone(),
            bytes: AtomicUsize::new(bytes),
        }
    }

    /// So many bytes are in flight from now on, even beyond the bound; who comes next waits for them.
    pub fn claim(self: &Arc<Budget>, bytes: usize) -> Permit {
        let permit = Permit {
            budget: self.clone(),
            bytes: AtomicUsize::new(0),
        };
        permit.grow(bytes);
        permit
    }

    /// Lets everybody through: what is read from now on goes nowhere.
    pub fn close(&self) {
        self.lock().closed = true;
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Permit {
    /// So many bytes more are in flight.
    pub fn grow(&self, bytes: usize) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let mut state = self.budget.lock();
        state.used += bytes;
        self.budget.shown.set(state.used as f64);
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut state = self.budget.lock();
        state.used -= *self.bytes.get_mut();
        self.budget.shown.set(state.used as f64);
        if state.asked != state.served {
            self.budget.changed.notify_all();
        }
    }
}

#[cfg(test)]
#[path = "tests/budget.rs"]
mod tests;
