//! Keeps the books of a courier: what it has safe is counted and confirmed, what it refused becomes
//! dead letters first, and its troubles are told as those of every sink.

use std::sync::{Arc, Mutex, MutexGuard, Weak};

use knownet_flow::{Desk, Heading, Refused, Settled};
use metrics::{Counter, counter};

use crate::clerk::wait;
use crate::dead_letter::Letter;
use crate::halt::Cause;
use crate::retry::Trouble;
use crate::shared::Shared;

/// The desk of one courier.
pub(crate) struct Front {
    books: Arc<Books>,
}

pub(crate) struct Books {
    name: String,
    /// Gone when the run is over: then nothing is confirmed any more.
    shared: Weak<Shared>,
    trouble: Mutex<Trouble>,
    events: Counter,
    bytes: Counter,
}

impl Front {
    /// The desk of the courier `name`.
    pub fn new(name: &str, shared: Weak<Shared>) -> Front {
        let label = || [("sink", name.to_owned())];
        let books = Arc::new(Books {
            name: name.to_owned(),
            shared,
            trouble: Mutex::default(),
            events: counter!("knownet_events_out_total", &label()),
            bytes: counter!("knownet_bytes_out_total", &label()),
        });
        Front { books }
    }
}

impl Desk for Front {
    fn settle(&self, mut settled: Settled) {
        let Some(shared) = self.books.shared.upgrade() else {
            return;
        };
        if settled.refused.is_empty() {
            return self.books.confirm(&shared, settled);
        }
        let letters = self.books.letters(&mut settled);
        let (source, books) = (settled.source.clone(), self.books.clone());
        let then = move |shared: &Shared| books.confirm(shared, settled);
        // Without a clerk the run is over, and the batch fails.
        if shared.letters.send(&shared, source, letters, then).is_err() {
            self.lost();
        }
    }

    fn bury(&self, source: &str, refused: Vec<Refused>) -> bool {
        let Some(shared) = self.books.shared.upgrade() else {
            return false;
        };
        let letters = self.books.of(refused);
        wait(|then| shared.letters.send(&shared, source.into(), letters, then)).is_ok()
    }

    fn lost(&self) {
        if let Some(shared) = self.books.shared.upgrade()
            && shared.halt.check().is_ok()
        {
            let name = &self.books.name;
            let reason = format!("sink {name} lost a batch, so that its position cannot move");
            shared.halt.lost(Cause::Worker(reason));
        }
    }

    fn failed(&self, reason: &str) {
        if let Some(shared) = self.books.shared.upgrade() {
            // Whoever asks is told that it has halted.
            let _ = lock(&self.books.trouble).failed(&shared, &self.books.name, reason);
        }
    }

    fn succeeded(&self) {
        let mut trouble = lock(&self.books.trouble);
        if trouble.is_there()
            && let Some(shared) = self.books.shared.upgrade()
        {
            trouble.over(&shared, &self.books.name, true);
        }
    }

    fn is_halted(&self) -> bool {
        let shared = self.books.shared.upgrade();
        shared.is_none_or(|shared| shared.halt.check().is_err())
    }
}

impl Books {
    /// Counts what is safe, then confirms it.
    fn confirm(&self, shared: &Shared, settled: Settled) {
        self.events.increment(settled.events);
        self.bytes.increment(settled.bytes);
        shared.totals().bytes_out += settled.bytes;
        settled.ack.confirm();
    }

    /// Takes what was refused.
    fn letters(&self, settled: &mut Settled) -> Vec<Letter> {
        let letters = self.of(std::mem::take(&mut settled.refused));
        settled.events = settled.events.saturating_sub(letters.len() as u64);
        let refused = letters.iter().map(|letter| letter.event.len() as u64 + 1);
        settled.bytes = settled.bytes.saturating_sub(refused.sum());
        letters
    }

    fn of(&self, refused: Vec<Refused>) -> Vec<Letter> {
        let letter = |refused: Refused| Letter {
            sink: Some(self.name.clone()),
            reason: refused.reason,
            event: refused.event,
            id: refused.id,
            heading: Heading::None,
        };
        refused.into_iter().map(letter).collect()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}
