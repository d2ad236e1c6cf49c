//! Waiting for what changes by itself, as long as it goes on at all.

use std::thread;
use std::time::{Duration, Instant};

/// How long nothing may change. Reaching it is a failure, never a way to go on.
const PATIENCE: Duration = Duration::from_secs(120);

/// Looks until there is an answer; what is there instead says how far it is.
#[track_caller]
pub fn until<T, P: PartialEq + std::fmt::Debug>(
    what: &str,
    mut look: impl FnMut() -> Result<T, P>,
) -> T {
    let mut last = None;
    let mut changed = Instant::now();
    loop {
        match look() {
            Ok(found) => return found,
            Err(progress) => {
                if last.as_ref() != Some(&progress) {
                    (last, changed) = (Some(progress), Instant::now());
                }
            }
        }
        assert!(changed.elapsed() < PATIENCE, "{what}: stands at {last:?}");
        thread::sleep(Duration::from_millis(50));
    }
}
