//! The wish to stop reading, which also wakes who waits for input or for a time.

use std::io::{self, PipeReader, PipeWriter};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

/// Set once, seen by every source.
///
/// A source that blocks on a descriptor polls [`Stop::waker`] beside it: the pipe reaches its end
/// when the stop is set.
pub struct Stop {
    set: AtomicBool,
    waker: PipeReader,
    open: Mutex<Option<PipeWriter>>,
    closed: Condvar,
}

impl Stop {
    /// A stop that is not set.
    ///
    /// # Errors
    /// If the system has no pipe left.
    pub fn new() -> io::Result<Stop> {
        let (waker, open) = io::pipe()?;
        Ok(Stop {
            set: AtomicBool::new(false),
            waker,
            open: Mutex::new(Some(open)),
            closed: Condvar::new(),
        })
    }

    /// Asks everyone to stop.
    pub fn set(&self) {
        self.set.store(true, Ordering::Release);
        self.lock().take();
        self.closed.notify_all();
    }

    /// Whether somebody asked.
    #[inline]
    pub fn is_set(&self) -> bool {
        self.set.load(Ordering::Acquire)
    }

    /// A pipe that never carries a byte and ends when the stop is set.
    pub fn waker(&self) -> &PipeReader {
        &self.waker
    }

    /// Waits until the stop is set, for `time` at most.
    pub fn wait(&self, time: Duration) {
        let open = self.lock();
        drop(self.closed.wait_timeout_while(open, time, |o| o.is_some()));
    }

    fn lock(&self) -> MutexGuard<'_, Option<PipeWriter>> {
        self.open.lock().unwrap_or_else(|e| e.into_inner())
    }
}
