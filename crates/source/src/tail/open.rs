//! The few files that are open: the one used longest ago is closed for the next.

use std::time::{Duration, Instant};

use super::content::Content;

/// How many are open at most; only files that nothing else leads to any more may make it more.
const MOST: usize = 64;
/// A file that was not read for so long is closed: it may be on a share that is to be unmounted.
const IDLE: Duration = Duration::from_secs(60);

#[derive(Default)]
pub(super) struct Open {
    /// Used longest ago first.
    list: Vec<Opened>,
}

struct Opened {
    id: u32,
    content: Content,
    used: Instant,
    /// It is deleted: closed, it could not be opened again.
    deleted: bool,
}

impl Open {
    /// Takes the file out; it stays open while somebody has it.
    pub fn take(&mut self, id: u32) -> Option<Content> {
        let at = self.list.iter().position(|open| open.id == id)?;
        Some(self.list.remove(at).content)
    }

    pub fn put(&mut self, id: u32, content: Content, deleted: bool, now: Instant) {
        self.list.push(Opened {
            id,
            content,
            used: now,
            deleted,
        });
        let most = match self.list.iter().all(|open| open.deleted) {
            true => 16 * MOST,
            false => MOST,
        };
        if self.list.len() > most {
            let oldest = self.list.iter().position(|open| !open.deleted);
            self.list.remove(oldest.unwrap_or(0));
        }
    }

    pub fn has(&self, id: u32) -> bool {
        self.list.iter().any(|open| open.id == id)
    }

    /// Keeps the file open while it is read to its end.
    pub fn deleted(&mut self, id: u32) {
        if let Some(open) = self.list.iter_mut().find(|open| open.id == id) {
            open.deleted = true;
        }
    }

    pub fn close_idle(&mut self, now: Instant) {
        self.list
            .retain(|open| open.deleted || now.saturating_duration_since(open.used) < IDLE);
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }
}
