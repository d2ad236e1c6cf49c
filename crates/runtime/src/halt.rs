//! The end that nobody asked for: why the pipeline stops before its input ends.
//!
//! The first cause counts, but what a panic says is more than that its batch was lost by it. Raising it stops the sources and wakes every retry that waits; a lane
//! that notices drops its batch unconfirmed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::Duration;

use knownet_flow::Stop;

/// Why a run ended early.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// The reader of the last sink that had one went away.
    #[error("the reader of sink {0} has gone")]
    Closed(String),
    /// A sink could not be reached and nobody wanted to wait.
    #[error("{part}: {reason}")]
    GaveUp {
        /// The sink, or the dead letters.
        part: String,
        /// What it said.
        reason: String,
    },
    /// The caller did not want to wait any longer.
    #[error("ended while a sink could not be reached")]
    Abandoned,
    /// A thread of the runtime itself failed.
    #[error("a worker failed: {0}")]
    Worker(String),
    /// More sinks than an event has bits for.
    #[error("{0} sinks, but one pipeline has at most 64; split the configuration")]
    TooManySinks(usize),
}

pub(crate) struct Halt {
    raised: AtomicBool,
    cause: Mutex<Option<Cause>>,
    /// The cause only says that a batch was lost.
    lost: AtomicBool,
    woken: Condvar,
    stop: Mutex<Option<Arc<Stop>>>,
    calls: Mutex<Vec<Box<dyn FnOnce() + Send>>>,
}

/// The pipeline has halted: let go of everything.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Halted;

impl Halt {
    pub fn new() -> Halt {
        Halt {
            raised: AtomicBool::new(false),
            cause: Mutex::new(None),
            lost: AtomicBool::new(false),
            woken: Condvar::new(),
            stop: Mutex::new(None),
            calls: Mutex::default(),
        }
    }

    /// The stop that a halt sets; set at once where the halt came first.
    pub fn attach(&self, stop: &Arc<Stop>) {
        *self.stop() = Some(stop.clone());
        if self.raised.load(Ordering::Acquire) {
            stop.set();
        }
    }

    /// A batch was lost, for a reason that is still to be told, if ever.
    pub fn lost(&self, cause: Cause) {
        let mut known = self.lock();
        if known.is_none() {
            self.lost.store(true, Ordering::Release);
            *known = Some(cause);
        }
        drop(known);
        self.spread();
    }

    /// A panic on its way up may have lost batches first.
    pub fn panicked(&self, cause: Cause) {
        let mut known = self.lock();
        if known.is_none() || self.lost.swap(false, Ordering::AcqRel) {
            *known = Some(cause);
        }
        drop(known);
        self.spread();
    }

    pub fn raise(&self, cause: Cause) {
        self.lock().get_or_insert(cause);
        self.spread();
    }

    fn spread(&self) {
        self.raised.store(true, Ordering::Release);
        self.woken.notify_all();
        for call in std::mem::take(&mut *self.calls()) {
            call();
        }
        // Not held while others are told, who may ask for it.
        let stop = self.stop().clone();
        if let Some(stop) = stop {
            stop.set();
        }
    }

    /// Has `call` made when the pipeline halts; at once if it has. It must be short.
    pub fn on_raise(&self, call: impl FnOnce() + Send + 'static) {
        let mut calls = self.calls();
        if self.check().is_ok() {
            calls.push(Box::new(call));
            return;
        }
        drop(calls);
        call();
    }

    /// Whether somebody asked for a stop that the run still takes its time for.
    pub fn is_stopping(&self) -> bool {
        let set = self.stop().as_ref().is_some_and(|stop| stop.is_set());
        set && self.check().is_ok()
    }

    pub fn check(&self) -> Result<(), Halted> {
        match self.raised.load(Ordering::Acquire) {
            true => Err(Halted),
            false => Ok(()),
        }
    }

    /// Waits for `time`, less if the pipeline halts, or if somebody asks for a stop and the caller
    /// is not `stopping` yet.
    pub fn pause(&self, time: Duration, stopping: bool) -> Result<(), Halted> {
        let stop = self.stop().clone();
        match stop.filter(|_| !stopping) {
            // A halt sets it, too.
            Some(stop) => stop.wait(time),
            None => drop(
                self.woken
                    .wait_timeout_while(self.lock(), time, |cause| cause.is_none()),
            ),
        }
        self.check()
    }

    pub fn cause(&self) -> Option<Cause> {
        self.lock().clone()
    }

    fn calls(&self) -> MutexGuard<'_, Vec<Box<dyn FnOnce() + Send>>> {
        self.calls.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn stop(&self) -> MutexGuard<'_, Option<Arc<Stop>>> {
        self.stop.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn lock(&self) -> MutexGuard<'_, Option<Cause>> {
        self.cause.lock().unwrap_or_else(|e| e.into_inner())
    }
}
