//! What is confirmed of every file, shared by who reads and who confirms.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard};

use knownet_flow::{Commit, Heading};

use super::journal::{Journal, Record};
use super::print::{Key, Print};
use super::watch::Wake;

/// A place that reading has reached, to be written down once it is confirmed.
#[derive(Debug)]
pub(super) struct Mark {
    pub offset: u64,
    pub head: Print,
    pub tail: Print,
    /// If it is another one than at the mark before.
    pub heading: Option<Heading>,
}

#[derive(Clone)]
pub(super) struct Ledger(Arc<Mutex<Inner>>);

struct Inner {
    source: String,
    entries: BTreeMap<u32, Entry>,
    journal: Journal,
    /// Who syncs it.
    wake: Arc<Wake>,
    /// Whether the last write failed.
    failing: bool,
}

struct Entry {
    confirmed: Record,
    /// Handed out and not confirmed.
    marks: VecDeque<Mark>,
}

impl Ledger {
    pub fn new(
        source: &str,
        journal: Journal,
        records: BTreeMap<u32, Record>,
        wake: Arc<Wake>,
    ) -> Ledger {
        let entry = |(id, confirmed)| {
            let marks = VecDeque::new();
            (id, Entry { confirmed, marks })
        };
        Ledger(Arc::new(Mutex::new(Inner {
            source: source.to_owned(),
            entries: records.into_iter().map(entry).collect(),
            journal,
            wake,
            failing: false,
        })))
    }

    /// Begins with a file; written down at once, so that it is looked for after a crash wherever it
    /// went until then.
    pub fn add(&self, id: u32, record: Record) {
        let mut inner = self.lock();
        let entry = Entry {
            confirmed: record,
            marks: VecDeque::new(),
        };
        inner.entries.insert(id, entry);
        inner.write(id, true);
    }

    /// The file is found there from now on; without a key, it is known by its content alone.
    pub fn moved(&self, id: u32, path: PathBuf, key: Option<Key>) {
        let mut inner = self.lock();
        let Some(entry) = inner.entries.get_mut(&id) else {
            return;
        };
        entry.confirmed.path = path;
        entry.confirmed.key = key;
        inner.write(id, false);
    }

    /// Takes note of what is handed out. The first bytes of a file are written down at once: after a
    /// crash they tell whether it is still the one whose name they were handed out under.
    pub fn hand_out(&self, id: u32, mark: Mark) {
        let mut inner = self.lock();
        let Some(entry) = inner.entries.get_mut(&id) else {
            return;
        };
        let first = entry.confirmed.head.len == 0;
        if first {
            entry.confirmed.head = mark.head;
        }
        entry.marks.push_back(mark);
        if first {
            inner.write(id, false);
        }
    }

    /// How much of the file is confirmed, and whether that is all that was handed out.
    pub fn confirmed(&self, id: u32) -> Option<(u64, bool)> {
        let inner = self.lock();
        let entry = inner.entries.get(&id)?;
        Some((entry.confirmed.offset, entry.marks.is_empty()))
    }

    pub fn forget(&self, id: u32) {
        let mut inner = self.lock();
        if inner.entries.remove(&id).is_some() {
            let done = inner.journal.forget(id);
            inner.said(done);
        }
    }

    /// Writes everything anew if that is due.
    pub fn tidy(&self) {
        let mut inner = self.lock();
        if inner.journal.is_due() {
            inner.rewrite();
        }
    }

    /// Makes what is written safe from a loss of power. Returns whether there was anything.
    pub fn sync(&self) -> bool {
        let file: Option<Arc<File>> = {
            let mut inner = self.lock();
            if inner.failing && inner.journal.is_due() {
                inner.rewrite();
            }
            inner.journal.take_unsynced()
        };
        let Some(file) = file else {
            return self.lock().failing;
        };
        // Without the lock: nobody who confirms has to wait for the disk.
        if let Err(error) = file.sync_data() {
            let mut inner = self.lock();
            inner.journal.distrust(&file);
            inner.said(Err(error));
        }
        true
    }

    pub fn is_unsynced(&self) -> bool {
        let inner = self.lock();
        inner.journal.is_unsynced() || inner.failing
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Inner {
    fn write(&mut self, id: u32, heading: bool) {
        if self.journal.is_due() {
            return self.rewrite();
        }
        let Some(entry) = self.entries.get(&id) else {
            return;
        };
        let done = self.journal.add(id, &entry.confirmed, heading);
        self.said(done);
    }

    fn rewrite(&mut self) {
        let entries = self.entries.iter();
        let done = self
            .journal
            .rewrite(entries.map(|(id, entry)| (*id, &entry.confirmed)));
        self.said(done);
    }

    /// Says so when writing begins to fail, and when it works again.
    fn said(&mut self, done: io::Result<()>) {
        let path = self.journal.path().display();
        match done {
            Ok(()) if self.failing => {
                tracing::info!(source = self.source, "{path} can be written again");
                self.failing = false;
            }
            Err(error) if !self.failing => {
                tracing::error!(
                    source = self.source,
                    "{path} cannot be written: {error}; after a restart events come again"
                );
                self.failing = true;
            }
            _ => {}
        }
    }
}

/// Writes down what is confirmed.
pub(super) struct Confirmed(pub Ledger);

impl Commit for Confirmed {
    fn commit(&mut self, partition: u32, position: u64) {
        let mut inner = self.0.lock();
        let Some(entry) = inner.entries.get_mut(&partition) else {
            return;
        };
        let mut heading = false;
        let mut moved = false;
        while let Some(mark) = entry.marks.front()
            && mark.offset <= position
        {
            let Some(mark) = entry.marks.pop_front() else {
                break;
            };
            entry.confirmed.offset = mark.offset;
            entry.confirmed.head = mark.head;
            entry.confirmed.tail = mark.tail;
            if let Some(next) = mark.heading {
                entry.confirmed.heading = next;
                heading = true;
            }
            moved = true;
        }
        if moved {
            let synced = !inner.journal.is_unsynced();
            inner.write(partition, heading);
            if synced {
                inner.wake.nudge();
            }
        }
    }
}

impl Drop for Confirmed {
    fn drop(&mut self) {
        self.0.sync();
    }
}
