//! How many files and connections may be open at once: as many as the system lets.
//!
//! What is usual, 1024, is for programs that use `select`, and less than the connections a source may
//! have; nothing here does.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// As many as a system that names no bound takes: macOS' `OPEN_MAX`.
const UNBOUNDED: u64 = 10_240;

/// Lets this process open as many as it may.
pub fn allow() {
    let limit = getrlimit(Resource::Nofile);
    let Some((before, most)) = more(limit) else {
        return;
    };
    let current = Some(most);
    match setrlimit(Resource::Nofile, Rlimit { current, ..limit }) {
        Ok(()) => tracing::debug!("{most} files may be open at once, not {before}"),
        Err(error) => tracing::debug!("no more than {before} files may be open at once: {error}"),
    }
}

/// How many may be open, and how many could be if that is more.
fn more(limit: Rlimit) -> Option<(u64, u64)> {
    let before = limit.current?;
    let most = limit.maximum.unwrap_or(UNBOUNDED);
    (most > before).then_some((before, most))
}

#[cfg(test)]
#[path = "tests/descriptor.rs"]
mod tests;
