//! Keeps the books of a courier: what it has safe is counted and confirmed, what it refused becomes
//! dead letters first, and its troubles are told as those of every sink.
//!
//! Dead letters are written by a thread of their own, the clerk, so that a courier never waits for a
//! disk.

use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, Mutex, MutexGuard, Weak};

use knownet_flow::{Desk, Refused, Settled};
use metrics::{Counter, counter};

use crate::dead_letter::{Letter, write_entries};
use crate::halt::Cause;
use crate::retry::Trouble;
use crate::shared::Shared;

/// So many bytes of letters are made safe at once.
const ENOUGH: usize = 8 << 20;

/// What there is for the clerk to do.
pub(crate) enum Errand {
    /// Make the refused events safe, then confirm.
    Settle(Arc<Books>, Settled),
    /// Nothing any more.
    End,
}

/// The desk of one courier.
pub(crate) struct Front {
    books: Arc<Books>,
    clerk: Mutex<Sender<Errand>>,
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
    pub fn new(name: &str, shared: Weak<Shared>, clerk: Sender<Errand>) -> Front {
        let label = || [("sink", name.to_owned())];
        let books = Arc::new(Books {
            name: name.to_owned(),
            shared,
            trouble: Mutex::default(),
            events: counter!("knownet_events_out_total", &label()),
            bytes: counter!("knownet_bytes_out_total", &label()),
        });
        Front {
            books,
            clerk: Mutex::new(clerk),
        }
    }
}

impl Desk for Front {
    fn settle(&self, settled: Settled) {
        if settled.refused.is_empty() {
            return self.books.confirm(settled);
        }
        let errand = Errand::Settle(self.books.clone(), settled);
        // Without a clerk the run is over, and the batch fails.
        if lock(&self.clerk).send(errand).is_err() {
            self.lost();
        }
    }

    fn bury(&self, source: &str, refused: Vec<Refused>) -> bool {
        let Some(shared) = self.books.shared.upgrade() else {
            return false;
        };
        let letters = &shared.letters;
        letters
            .bury(&shared, source, &mut self.books.letters(refused))
            .is_ok()
    }

    fn lost(&self) {
        if let Some(shared) = self.books.shared.upgrade()
            && shared.halt.check().is_ok()
        {
            let name = &self.books.name;
            let reason = format!("sink {name} lost a batch, so that its position cannot move");
            shared.halt.raise(Cause::Worker(reason));
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
    fn confirm(&self, settled: Settled) {
        let Some(shared) = self.shared.upgrade() else {
            return;
        };
        self.events.increment(settled.events);
        self.bytes.increment(settled.bytes);
        shared.totals().bytes_out += settled.bytes;
        settled.ack.confirm();
    }

    fn letters(&self, refused: Vec<Refused>) -> Vec<Letter> {
        let letter = |refused: Refused| Letter {
            sink: Some(self.name.clone()),
            reason: refused.reason,
            event: refused.event,
        };
        refused.into_iter().map(letter).collect()
    }

    /// Appends the entries of what was refused; how many there are.
    fn write(&self, settled: &mut Settled, entries: &mut Vec<u8>) -> usize {
        let letters = self.letters(std::mem::take(&mut settled.refused));
        settled.events = settled.events.saturating_sub(letters.len() as u64);
        let refused = letters.iter().map(|letter| letter.event.len() as u64 + 1);
        settled.bytes = settled.bytes.saturating_sub(refused.sum());
        write_entries(&settled.source, &letters, entries);
        letters.len()
    }
}

/// Works as the clerk until there is nothing to do any more.
///
/// What waits is done at once: where it takes a second to make letters safe, it takes a second for all
/// of them.
pub(crate) fn clerk(shared: &Shared, errands: &Receiver<Errand>) {
    while let Ok(first) = errands.recv() {
        let (mut entries, mut letters, mut done, mut ended) = (Vec::new(), 0, Vec::new(), false);
        let mut next = Some(first);
        while let Some(errand) = next.take() {
            match errand {
                Errand::Settle(books, mut settled) => {
                    letters += books.write(&mut settled, &mut entries);
                    done.push((books, settled));
                }
                Errand::End => {
                    ended = true;
                    break;
                }
            }
            if entries.len() < ENOUGH {
                next = errands.try_recv().ok();
            }
        }
        // Halted: these batches have failed, and so will the next ones.
        if letters == 0
            || shared
                .letters
                .bury_entries(shared, &entries, letters)
                .is_ok()
        {
            done.into_iter()
                .for_each(|(books, settled)| books.confirm(settled));
        }
        if ended {
            return;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}
