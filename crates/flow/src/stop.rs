//! The wish to stop reading, which also wakes a read that waits for input.

use std::io::{self, PipeReader, PipeWriter};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once, seen by every source.
///
/// A source that blocks on a descriptor polls [`Stop::waker`] beside it: the pipe reaches its end
/// when the stop is set.
pub struct Stop {
    set: AtomicBool,
    waker: PipeReader,
    open: Mutex<Option<PipeWriter>>,
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
        })
    }

    /// Asks everyone to stop.
    pub fn set(&self) {
        self.set.store(true, Ordering::Release);
        self.open.lock().unwrap_or_else(|e| e.into_inner()).take();
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
}
