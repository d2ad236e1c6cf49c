//! The files that are there: which are read next, which are in work, and how much room is left.
//!
//! - A file leaves the disk when every batch of it is confirmed, and not before.
//! - What was just written may be kept in memory as well, as long as that is little, so that reading
//!   it back costs nothing; the file is what counts.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::{io, mem};

use knownet_flow::{Commit, SourceError};
use metrics::{Counter, Gauge};

use super::folder::{self, FileState, Folder};
use super::look::look;
use super::{Spool, WhenFull};

/// Bytes of written files kept in memory for who reads next.
const IN_MEMORY: usize = 4 << 20;

pub(super) struct Queue {
    pub name: String,
    pub folder: Folder,
    spool: Spool,
    state: Mutex<State>,
    changed: Condvar,
    bytes: Gauge,
    files: Gauge,
    damaged: Counter,
    damaged_bytes: Gauge,
    dropped: Counter,
    retries: Counter,
    blocked: Gauge,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Entry>,
    work: VecDeque<Work>,
    /// What all of them take of the disk.
    on_disk: u64,
    in_memory: usize,
    /// Everything up to here is confirmed.
    confirmed: u64,
    next_number: u64,
    errors: VecDeque<SourceError>,
    /// Nothing more is written.
    ended: bool,
    stopping: bool,
    /// What was handed out last is a piece of a line that goes on: none of it can be confirmed yet.
    within_line: bool,
    /// Events dropped since it was full.
    dropping: Option<u64>,
}

/// A file to be read.
#[cfg_attr(test, derive(Clone))]
pub(super) struct Entry {
    pub number: u64,
    pub state: FileState,
    size: u64,
    /// Unknown for one that was there before.
    events: Option<u64>,
    /// What it holds, decompressed.
    pub content: Option<Vec<u8>>,
}

/// A file that is read, or was and is not confirmed.
struct Work {
    number: u64,
    state: FileState,
    size: u64,
    /// The position of its last batch, and whether all of it could be read.
    read: Option<(u64, bool)>,
}

/// What there is to do for a reader.
pub(super) enum Next {
    Read(Entry),
    Say(SourceError),
    End,
}

impl Queue {
    /// The queue of what a run before has left.
    pub fn open(name: &str, folder: Folder, spool: Spool) -> io::Result<Queue> {
        let mut state = State {
            next_number: 1,
            ..State::default()
        };
        let (mut unfinished, mut aside, mut aside_bytes) = (0, 0, 0);
        for file in folder::files(folder.path())? {
            state.next_number = file.number + 1;
            match file.state {
                FileState::Damaged => {
                    aside += 1;
                    aside_bytes += folder::on_disk(file.size);
                    continue;
                }
                FileState::Unfinished => unfinished += 1,
                FileState::Waiting => {}
            }
            state.on_disk += folder::on_disk(file.size);
            state.waiting.push_back(Entry {
                number: file.number,
                state: file.state,
                size: file.size,
                events: None,
                content: None,
            });
        }
        let shown = folder.path().display();
        if !state.waiting.is_empty() {
            let count = state.waiting.len();
            tracing::info!(source = name, "{count} files wait in {shown}");
        }
        if unfinished > 0 {
            tracing::info!(
                source = name,
                "{unfinished} of them unfinished: what is whole in them is read"
            );
        }
        if aside > 0 {
            tracing::warn!(
                source = name,
                "{aside} damaged files are kept in {shown}; `knownet spool verify` looks into them"
            );
        }
        let label = || [("source", name.to_owned())];
        let queue = Queue {
            name: name.to_owned(),
            folder,
            spool,
            state: Mutex::new(state),
            changed: Condvar::new(),
            bytes: metrics::gauge!("knownet_spool_bytes", &label()),
            files: metrics::gauge!("knownet_spool_files", &label()),
            damaged: metrics::counter!("knownet_spool_damaged_total", &label()),
            damaged_bytes: metrics::gauge!("knownet_spool_damaged_bytes", &label()),
            dropped: metrics::counter!("knownet_spool_dropped_events_total", &label()),
            retries: metrics::counter!("knownet_spool_retries_total", &label()),
            blocked: metrics::gauge!("knownet_spool_blocked", &label()),
        };
        queue.damaged_bytes.set(aside_bytes as f64);
        queue.block(false);
        queue.measure(&queue.lock());
        Ok(queue)
    }

    /// The number of the next file. Numbers only grow, whatever the clock does.
    pub fn number(&self) -> u64 {
        let mut state = self.lock();
        state.next_number += 1;
        state.next_number - 1
    }

    /// Whether files wait that nobody reads yet.
    pub fn lags(&self) -> bool {
        self.lock().waiting.len() > 8
    }

    /// Waits until a file of `size` bytes has room, or makes some, as the configuration says. After
    /// a stop there is always room: it is for what is in memory, and that has a bound.
    pub fn make_room(&self, size: u64) {
        let size = folder::on_disk(size);
        let fits = |state: &State| {
            state.on_disk == 0
                || state.on_disk.saturating_add(size) <= self.spool.max_size
                || state.stopping
                || (state.within_line && state.waiting.is_empty())
        };
        let mut state = self.lock();
        let mut blocked = false;
        while !fits(&state) {
            if self.spool.when_full == WhenFull::DropOldest
                && let Some(entry) = state.waiting.pop_front()
            {
                state.forget(&entry);
                let first = state.dropping.is_none();
                self.measure(&state);
                drop(state);
                let events = self.drop_file(&entry, first);
                state = self.lock();
                *state.dropping.get_or_insert(0) += events;
                continue;
            }
            if !mem::replace(&mut blocked, true) {
                self.block(true);
                tracing::warn!(
                    source = self.name,
                    "the spool {} is full ({} bytes): nothing is received until there is room",
                    self.folder.path().display(),
                    self.spool.max_size
                );
            }
            state = self.wait(state);
        }
        if blocked {
            self.block(false);
            tracing::info!(source = self.name, "the spool has room again");
        }
        let half = state.on_disk <= self.spool.max_size / 2;
        if half && let Some(events) = state.dropping.take() {
            tracing::info!(
                source = self.name,
                "the spool has room again; {events} events were dropped"
            );
        }
    }

    fn drop_file(&self, entry: &Entry, first: bool) -> u64 {
        let path = self.folder.file(entry.number, entry.state);
        let events = entry.events.unwrap_or_else(|| {
            let Ok(content) = look::<std::convert::Infallible>(&path, |_| Ok(()));
            content.events
        });
        if first {
            tracing::warn!(
                source = self.name,
                "the spool {} is full ({} bytes): the oldest events are dropped",
                self.folder.path().display(),
                self.spool.max_size
            );
        }
        self.dropped.increment(events);
        self.remove(entry.number, entry.state);
        events
    }

    /// A file was written.
    pub fn push(&self, number: u64, size: u64, events: u64, content: &mut Vec<u8>) {
        let mut state = self.lock();
        let room = state.in_memory + content.len() <= IN_MEMORY;
        // Behind one that has to be read from the disk, it would only wait here.
        let next = state.waiting.back().is_none_or(|e| e.content.is_some());
        let kept = (room && next).then(|| mem::take(content));
        state.in_memory += kept.as_ref().map_or(0, Vec::len);
        state.on_disk += folder::on_disk(size);
        state.waiting.push_back(Entry {
            number,
            state: FileState::Waiting,
            size,
            events: Some(events),
            content: kept,
        });
        self.measure(&state);
        self.changed.notify_all();
    }

    /// Tells whether nothing is received, as nothing can be written.
    pub fn block(&self, blocked: bool) {
        self.blocked.set(f64::from(u8::from(blocked)));
    }

    /// The disk is tried once more.
    pub fn retry(&self) {
        self.retries.increment(1);
    }

    /// The source said that it could not read something.
    pub fn say(&self, error: SourceError) {
        self.lock().errors.push_back(error);
        self.changed.notify_all();
    }

    /// What the source said, if nobody took it yet.
    pub fn error(&self) -> Option<SourceError> {
        self.lock().errors.pop_front()
    }

    /// Nothing more will be written.
    pub fn end(&self) {
        self.lock().ended = true;
        self.changed.notify_all();
    }

    /// The run is to end.
    pub fn stop(&self) {
        self.lock().stopping = true;
        self.changed.notify_all();
    }

    /// Whether a line that is too long goes on behind what was handed out.
    pub fn within_line(&self, within: bool) {
        let mut state = self.lock();
        if mem::replace(&mut state.within_line, within) != within {
            self.changed.notify_all();
        }
    }

    /// Whether the run is to end and all that was received is written.
    pub fn is_done(&self) -> bool {
        let state = self.lock();
        state.stopping && state.ended
    }

    /// Waits until all that was received is written, for `time` at most.
    pub fn wait_for_end(&self, time: std::time::Duration) {
        let going = |state: &mut State| !state.ended;
        drop(self.changed.wait_timeout_while(self.lock(), time, going));
    }

    /// Waits for the next file; it is in work from here on.
    pub fn next(&self) -> Next {
        let mut state = self.lock();
        loop {
            if let Some(error) = state.errors.pop_front() {
                return Next::Say(error);
            }
            if let Some(entry) = state.waiting.pop_front() {
                state.in_memory -= entry.content.as_ref().map_or(0, Vec::len);
                state.work.push_back(Work {
                    number: entry.number,
                    state: entry.state,
                    size: entry.size,
                    read: None,
                });
                return Next::Read(entry);
            }
            // Whoever waits for room may look again whether it gets any.
            if state.within_line {
                self.changed.notify_all();
            }
            if state.ended {
                return Next::End;
            }
            state = self.wait(state);
        }
    }

    /// The file was read to its end, or as far as it can be: `last` is the position of its last
    /// batch, or of the one before it where it had none.
    pub fn read(&self, number: u64, last: u64, whole: bool) {
        let mut state = self.lock();
        let mut all = state.work.iter_mut();
        if let Some(work) = all.find(|work| work.number == number) {
            work.read = Some((last, whole));
        }
        if !whole {
            self.damaged.increment(1);
        }
        self.settle(state);
    }

    /// Everything up to `position` is confirmed.
    fn confirm(&self, position: u64) {
        let mut state = self.lock();
        state.confirmed = state.confirmed.max(position);
        self.settle(state);
    }

    fn settle(&self, mut state: MutexGuard<'_, State>) {
        let mut done = Vec::new();
        while let Some((last, whole)) = state.work.front().and_then(|work| work.read)
            && last <= state.confirmed
            && let Some(work) = state.work.pop_front()
        {
            state.on_disk -= folder::on_disk(work.size);
            done.push((work, whole));
        }
        if done.is_empty() {
            return;
        }
        self.measure(&state);
        // The room counts when the files are gone.
        drop(state);
        for (work, whole) in done {
            match whole {
                true => self.remove(work.number, work.state),
                false => self.set_aside(&work),
            }
        }
        self.changed.notify_all();
    }

    fn remove(&self, number: u64, state: FileState) {
        if let Err(error) = self.folder.remove(number, state) {
            let path = self.folder.file(number, state);
            tracing::warn!(
                source = self.name,
                "{} cannot be removed, and is read again at the next start: {error}",
                path.display()
            );
        }
    }

    fn set_aside(&self, work: &Work) {
        let (number, state) = (work.number, work.state);
        match self.folder.set_aside(number, state) {
            Ok(()) => self
                .damaged_bytes
                .increment(folder::on_disk(work.size) as f64),
            // There is nothing to keep.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                let path = self.folder.file(number, state);
                tracing::warn!(
                    source = self.name,
                    "{} cannot be set aside, and is read again at the next start: {error}",
                    path.display()
                );
            }
        }
    }

    fn measure(&self, state: &State) {
        self.bytes.set(state.on_disk as f64);
        self.files
            .set((state.waiting.len() + state.work.len()) as f64);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(|e| e.into_inner())
    }
}

impl State {
    fn forget(&mut self, entry: &Entry) {
        self.in_memory -= entry.content.as_ref().map_or(0, Vec::len);
        self.on_disk -= folder::on_disk(entry.size);
    }
}

/// Tells a queue what is confirmed.
pub(super) struct Confirmed(pub std::sync::Arc<Queue>);

impl Commit for Confirmed {
    fn commit(&mut self, _: u32, position: u64) {
        self.0.confirm(position);
    }
}
