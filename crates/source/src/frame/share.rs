//! The memory that all connections of a source share for lines that have not ended yet.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// So many bytes, over all connections of a source.
pub(crate) struct Bound {
    most: usize,
    used: AtomicUsize,
}

/// What one connection has of it; given back when it is dropped.
pub(crate) struct Share {
    bound: Arc<Bound>,
    taken: usize,
}

impl Bound {
    /// At most `most` bytes at once.
    pub fn new(most: usize) -> Arc<Bound> {
        Arc::new(Bound {
            most,
            used: AtomicUsize::new(0),
        })
    }

    /// A share, empty yet.
    pub fn share(self: &Arc<Bound>) -> Share {
        Share {
            bound: self.clone(),
            taken: 0,
        }
    }
}

impl Share {
    /// Takes so many bytes more, unless there are not that many left.
    pub fn take(&mut self, bytes: usize) -> bool {
        self.take_of(bytes, self.bound.most)
    }

    /// As [`Share::take`], for what is only convenient: the other half stays for what is needed.
    pub fn take_spare(&mut self, bytes: usize) -> bool {
        self.take_of(bytes, self.bound.most / 2)
    }

    fn take_of(&mut self, bytes: usize, most: usize) -> bool {
        let add = |used: usize| used.checked_add(bytes).filter(|&sum| sum <= most);
        let used = &self.bound.used;
        let taken = used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
        if taken.is_ok() {
            self.taken += bytes;
        }
        taken.is_ok()
    }

    /// Gives all but so many bytes back.
    pub fn keep(&mut self, bytes: usize) {
        let back = self.taken.saturating_sub(bytes);
        self.taken -= back;
        self.bound.used.fetch_sub(back, Ordering::Relaxed);
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.keep(0);
    }
}
