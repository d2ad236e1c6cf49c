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
    calls: Mutex<Vec<Call>>,
}

type Call = Box<dyn FnOnce() + Send>;

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
            calls: Mutex::default(),
        })
    }

    /// Asks everyone to stop.
    pub fn set(&self) {
        self.set.store(true, Ordering::Release);
        self.lock().take();
        self.closed.notify_all();
        let calls = std::mem::take(&mut *self.calls());
        calls.into_iter().for_each(|call| call());
    }

    /// Has `call` made when the stop is set; at once if it is. It must be short and must not set
    /// the stop itself.
    pub fn on_set(&self, call: impl FnOnce() + Send + 'static) {
        let mut calls = self.calls();
        if !self.is_set() {
            calls.push(Box::new(call));
            return;
        }
        drop(calls);
        call();
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

    fn calls(&self) -> MutexGuard<'_, Vec<Call>> {
        self.calls.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn lock(&self) -> MutexGuard<'_, Option<PipeWriter>> {
        self.open.lock().unwrap_or_else(|e| e.into_inner())
    }
}
