//! Things worth a word, but not every time.

use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How long it is silent after a word.
const SILENCE: Duration = Duration::from_secs(60);

/// Says when it is time for a word again.
#[derive(Default)]
pub(super) struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    /// Whether the last word is long ago; if so, this is one.
    pub fn is_due(&self) -> bool {
        let mut last = self.0.lock().unwrap_or_else(|e| e.into_inner());
        let due = last.is_none_or(|last| last.elapsed() >= SILENCE);
        if due {
            *last = Some(Instant::now());
        }
        due
    }
}
