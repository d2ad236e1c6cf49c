//! How many receipts are open, and waiting for the last of them.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use knownet_flow::WriteError;

/// Counts receipts that are not settled.
#[derive(Default)]
pub(super) struct Open {
    count: Mutex<usize>,
    /// The last one was settled.
    none: Condvar,
}

impl Open {
    /// One more was taken.
    pub fn add(&self) {
        *self.lock() += 1;
    }

    /// One is settled.
    pub fn close(&self) {
        let mut count = self.lock();
        // All may have been let go of meanwhile.
        *count = count.saturating_sub(1);
        if *count == 0 {
            self.none.notify_all();
        }
    }

    /// All were let go of.
    pub fn clear(&self) {
        *self.lock() = 0;
        self.none.notify_all();
    }

    pub fn is_any(&self) -> bool {
        *self.lock() > 0
    }

    /// Waits, for `time` at most, until there is none.
    pub fn wait(&self, topic: &str, time: Duration) -> Result<(), WriteError> {
        let waited = self
            .none
            .wait_timeout_while(self.lock(), time, |count| *count > 0);
        match *waited.unwrap_or_else(PoisonError::into_inner).0 {
            0 => Ok(()),
            open => Err(WriteError::Unreachable(format!(
                "topic {topic}: {open} batches are not safe yet"
            ))),
        }
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
