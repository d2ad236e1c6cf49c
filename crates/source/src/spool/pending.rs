//! What was received and is not written yet: the next file, in memory, while the last one is synced.

use std::mem;
use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime};

use knownet_flow::{Batch, Heading, Origin, Read};

use super::run::{self, Kind};

/// Bytes after which a file is closed, give or take one batch.
pub(super) const FULL: usize = 1 << 20;

/// The content of the next file.
#[derive(Default)]
pub(super) struct Content {
    /// Runs, as they are written.
    pub bytes: Vec<u8>,
    /// Events in them.
    pub events: u64,
    /// How far the source came in each partition.
    pub positions: Vec<(u32, u64)>,
    /// Whether something stands before the last lines.
    headed: bool,
}

impl Content {
    pub fn clear(&mut self) {
        self.bytes.clear();
        // Memory for a huge event is not kept for usual ones.
        self.bytes.shrink_to(4 * FULL);
        self.positions.clear();
        self.events = 0;
        self.headed = false;
    }

    /// Appends what a read brought.
    pub fn add(&mut self, batch: &Batch, read: Read) {
        let bytes = batch.bytes.filled();
        let whole = [Origin {
            end: bytes.len(),
            peer: None,
            time: SystemTime::now(),
        }];
        let origins = match batch.origins.last() {
            Some(last) if last.end == bytes.len() => &batch.origins,
            _ => &whole[..],
        };
        match read {
            Read::End => return,
            Read::Lines => self.lines(batch, origins),
            Read::Oversized(piece) => {
                self.events += u64::from(piece.first);
                let origin = origins[0];
                let kind = Kind::Piece(piece);
                run::write(kind, origin.peer, origin.time, bytes, &mut self.bytes);
            }
        }
        let mut known = self.positions.iter_mut();
        match known.find(|(partition, _)| *partition == batch.partition) {
            Some((_, position)) => *position = batch.position,
            None => self.positions.push((batch.partition, batch.position)),
        }
    }

    fn lines(&mut self, batch: &Batch, origins: &[Origin]) {
        let time = origins[0].time;
        let heading: Option<(Kind, &[u8])> = match &batch.heading {
            Heading::None => mem::take(&mut self.headed).then_some((Kind::NoHeading, &[])),
            Heading::Start => Some((Kind::Start, &[])),
            Heading::Lines(lines) => Some((Kind::Heading, lines)),
        };
        if let Some((kind, lines)) = heading {
            self.headed = kind != Kind::NoHeading;
            run::write(kind, None, time, lines, &mut self.bytes);
        }
        let bytes = batch.bytes.filled();
        let mut from = 0;
        for origin in origins {
            let run = &bytes[from..origin.end];
            from = origin.end;
            if run.is_empty() {
                continue;
            }
            let count = memchr::memchr_iter(b'\n', run).count() as u64;
            run::write(
                Kind::Lines(count),
                origin.peer,
                origin.time,
                run,
                &mut self.bytes,
            );
            self.events += count;
        }
    }
}

/// Where the thread that receives leaves it for the one that writes.
#[derive(Default)]
pub(super) struct Pending {
    state: Mutex<State>,
    filled: Condvar,
    emptied: Condvar,
}

#[derive(Default)]
struct State {
    content: Content,
    ended: bool,
}

impl Pending {
    /// Waits until there is room for a batch.
    pub fn wait_for_room(&self) {
        let full = |state: &mut State| state.content.bytes.len() >= FULL;
        drop(self.emptied.wait_while(self.lock(), full));
    }

    /// Adds what a read brought.
    pub fn add(&self, batch: &Batch, read: Read) {
        self.lock().content.add(batch, read);
        self.filled.notify_one();
    }

    /// Nothing more comes.
    pub fn end(&self) {
        self.lock().ended = true;
        self.filled.notify_one();
    }

    /// Swaps `content`, which comes cleared, for what is there; waits until something is, and for
    /// more of it until `close`. `false` at the end.
    pub fn take(&self, content: &mut Content, close: Instant) -> bool {
        let empty = |state: &mut State| state.content.bytes.is_empty() && !state.ended;
        let waited = self.filled.wait_while(self.lock(), empty);
        let mut state = waited.unwrap_or_else(|e| e.into_inner());
        let more = |state: &mut State| state.content.bytes.len() < FULL && !state.ended;
        let time = close.saturating_duration_since(Instant::now());
        if time > Duration::ZERO {
            let waited = self.filled.wait_timeout_while(state, time, more);
            state = waited.unwrap_or_else(|e| e.into_inner()).0;
        }
        mem::swap(content, &mut state.content);
        self.emptied.notify_one();
        !content.bytes.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
}
