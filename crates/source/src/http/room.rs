//! Memory for the bodies of one source: what each of them holds has a bound together.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Bytes that all bodies may hold.
const BOUND: usize = 64 << 20;
/// Bytes that are taken and given back at once.
const STEP: usize = 16 << 10;

/// Where bodies take memory from.
#[derive(Clone)]
pub(super) struct Room(Arc<Semaphore>);

/// What one body has taken, given back when it is dropped.
pub(super) struct Held {
    room: Room,
    permits: Option<OwnedSemaphorePermit>,
}

impl Room {
    pub fn new() -> Room {
        Room(Arc::new(Semaphore::new(BOUND / STEP)))
    }

    /// Nothing yet.
    pub fn hold(&self) -> Held {
        Held {
            room: self.clone(),
            permits: None,
        }
    }
}

impl Held {
    /// Whether so many bytes are more than it has. Gives back what it has beyond them.
    pub fn lacks(&mut self, bytes: usize) -> bool {
        let wanted = bytes.div_ceil(STEP);
        let has = self.has();
        if let Some(permits) = &mut self.permits
            && wanted < has
        {
            drop(permits.split(has - wanted));
        }
        wanted > has
    }

    /// Takes what lacks of so many bytes, and waits until others have given them back.
    pub async fn grow(&mut self, bytes: usize) {
        // No body can have more than there is.
        let wanted = bytes.div_ceil(STEP).min(BOUND / STEP);
        let lacking = wanted.saturating_sub(self.has());
        let more = self.room.0.clone().acquire_many_owned(lacking as u32).await;
        // The room is never closed.
        let Ok(more) = more else { return };
        match &mut self.permits {
            Some(permits) => permits.merge(more),
            None => self.permits = Some(more),
        }
    }

    fn has(&self) -> usize {
        self.permits.as_ref().map_or(0, |held| held.num_permits())
    }
}

#[cfg(test)]
#[path = "tests/room.rs"]
mod tests;
