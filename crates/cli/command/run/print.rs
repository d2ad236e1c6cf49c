//! Files that may change: whether they did, and have come to rest since.
//!
//! What is looked at is identity, size and time of change, again and again: that works on network
//! shares and through links, too, which give no events.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// How often in a row files must look the same before a change of theirs is taken, for they may be
/// in the middle of being written.
const REST: u32 = 2;

#[derive(Default)]
pub struct Files {
    paths: Vec<PathBuf>,
    /// As they were when they were taken.
    taken: Vec<Option<Print>>,
    /// As they are now, and how often they were seen so.
    pending: Option<(Vec<Option<Print>>, u32)>,
}

/// What tells a file from the one that was there before.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Print {
    length: u64,
    changed: Option<SystemTime>,
    identity: u64,
}

impl Files {
    /// From now on, changes of these files count against how they are now.
    pub fn take(&mut self, paths: Vec<PathBuf>) {
        self.taken = prints(&paths);
        self.paths = paths;
        self.pending = None;
    }

    /// Looks at them: whether they have changed since they were taken, and are at rest. That is said
    /// once; then they count as taken.
    pub fn look(&mut self) -> bool {
        let now = prints(&self.paths);
        if now == self.taken {
            self.pending = None;
            return false;
        }
        let seen = match self.pending.take() {
            Some((pending, seen)) if pending == now => seen + 1,
            _ => 0,
        };
        if seen < REST {
            self.pending = Some((now, seen));
            return false;
        }
        self.taken = now;
        true
    }
}

fn prints(paths: &[PathBuf]) -> Vec<Option<Print>> {
    paths.iter().map(|path| print(path)).collect()
}

fn print(path: &Path) -> Option<Print> {
    let file = fs::metadata(path).ok()?;
    Some(Print {
        length: file.len(),
        changed: file.modified().ok(),
        identity: identity(&file),
    })
}

#[cfg(unix)]
fn identity(file: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(file)
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> u64 {
    0
}

#[cfg(test)]
#[path = "tests/print.rs"]
mod tests;
