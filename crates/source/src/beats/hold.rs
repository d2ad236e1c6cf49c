//! The memory that half-received windows of one source hold together.
//!
//! - Every connection has a little for itself, so that usual events always pass.
//! - More comes from a common store. Whoever finds it empty hands on the whole lines of its window
//!   before the window is whole, and waits only in the middle of an event.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::codec::Lines;

/// What a connection has for itself, and the least that is taken from the store.
const OWN: usize = 16 << 10;
/// How long the store may be empty.
const PATIENCE: Duration = Duration::from_secs(10);

/// A common store, in bytes.
#[derive(Debug, Clone)]
pub(super) struct Store {
    free: Arc<Semaphore>,
    size: usize,
}

/// One connection's part of it.
pub(super) struct Hold {
    store: Store,
    held: usize,
}

impl Store {
    pub fn new(size: usize) -> Store {
        Store {
            free: Arc::new(Semaphore::new(size)),
            size,
        }
    }

    /// Nothing yet, and empty lines with the room that every connection has.
    pub fn hold(&self) -> (Hold, Lines) {
        let hold = Hold {
            store: self.clone(),
            held: 0,
        };
        let lines = Lines {
            room: OWN,
            ..Lines::default()
        };
        (hold, lines)
    }
}

impl Hold {
    /// Makes more room if the store has it.
    pub fn grow(&mut self, lines: &mut Lines) -> bool {
        for more in [lines.room, OWN] {
            let wanted = u32::try_from(more).unwrap_or(u32::MAX);
            if let Ok(permits) = self.store.free.try_acquire_many(wanted) {
                self.held += permits.num_permits();
                permits.forget();
                self.show(lines);
                return true;
            }
        }
        false
    }

    /// Waits until the store has more; `false` if that takes too long.
    pub async fn wait(&mut self, lines: &mut Lines) -> bool {
        match timeout(PATIENCE, self.store.free.acquire_many(OWN as u32)).await {
            Ok(Ok(permits)) => {
                self.held += permits.num_permits();
                permits.forget();
                self.show(lines);
                true
            }
            _ => false,
        }
    }

    /// Forgets everything; memory is kept for the next window while there is enough of it.
    pub fn clear(&mut self, lines: &mut Lines) {
        lines.bytes.clear();
        lines.whole = 0;
        if self.store.free.available_permits() < self.store.size / 2 {
            self.store.free.add_permits(std::mem::take(&mut self.held));
            self.show(lines);
        }
        lines.bytes.shrink_to(lines.room);
    }

    fn show(&self, lines: &mut Lines) {
        lines.room = OWN + self.held;
        if lines.room > lines.bytes.len() {
            lines.bytes.reserve_exact(lines.room - lines.bytes.len());
        }
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.store.free.add_permits(self.held);
    }
}
