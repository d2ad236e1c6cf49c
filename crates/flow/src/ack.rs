//! A batch's promise to its source.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What became of a batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Every holder of the ack confirmed it.
    Confirmed,
    /// At least one holder gave it up, and none was lost: somebody else reads it again.
    GivenUp,
    /// At least one holder was lost without a word.
    Failed,
}

/// Confirmed only when every clone is; a clone that is dropped instead fails the batch, and one that is
/// given up leaves it to somebody else.
///
/// A panic, a lost handle and a closed channel all drop, so none of them can confirm by mistake.
/// The outcome is told exactly once, when the last clone is gone.
pub struct Ack(Option<Arc<Pending>>);

struct Pending {
    failed: AtomicBool,
    given_up: AtomicBool,
    done: Option<Box<dyn FnOnce(Outcome) + Send + Sync>>,
}

impl Ack {
    /// An ack that calls `done` once all its clones are confirmed or one of them was lost.
    pub fn new(done: impl FnOnce(Outcome) + Send + Sync + 'static) -> Ack {
        Ack(Some(Arc::new(Pending {
            failed: AtomicBool::new(false),
            given_up: AtomicBool::new(false),
            done: Some(Box::new(done)),
        })))
    }

    /// Says that this holder has the batch safe.
    pub fn confirm(mut self) {
        self.0.take();
    }

    /// Says that the batch is somebody else's by now, who reads it again: it is not safe, and that is no
    /// fault.
    pub fn give_up(mut self) {
        if let Some(pending) = self.0.take() {
            pending.given_up.store(true, Ordering::Release);
        }
    }
}

impl Clone for Ack {
    fn clone(&self) -> Ack {
        Ack(self.0.clone())
    }
}

impl Drop for Ack {
    fn drop(&mut self) {
        if let Some(pending) = self.0.take() {
            pending.failed.store(true, Ordering::Release);
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        let outcome = match (*self.failed.get_mut(), *self.given_up.get_mut()) {
            (true, _) => Outcome::Failed,
            (false, true) => Outcome::GivenUp,
            (false, false) => Outcome::Confirmed,
        };
        if let Some(done) = self.done.take() {
            done(outcome);
        }
    }
}
