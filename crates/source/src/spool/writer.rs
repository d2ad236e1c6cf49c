//! The two threads that receive and write: one drives the source, the other makes files of what it
//! brought.
//!
//! - What comes after a silence is written at once; while a file is written and synced, the next one
//!   gathers. Under load files follow each other at a distance that keeps their cost small.
//! - Only when a file is there for good is the source told how far it is safe.
//! - A disk that takes nothing is tried again for ever, with what was received in memory; meanwhile
//!   no more than one further file gathers, and then the source is not read.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};
use std::{io, mem, thread};

use knownet_flow::{Batch, Commit, Read, Source, SourceError, Stop};
use zstd::bulk::Compressor;
use zstd::zstd_safe::CParameter;

use super::folder::Disk;
use super::pending::{Content, FULL, Pending};
use super::queue::Queue;

/// From one file to the next, unless it is full before.
const DISTANCE: Duration = Duration::from_millis(20);
/// The same while files wait that nobody reads yet: fewer, larger ones.
const LONG_DISTANCE: Duration = Duration::from_millis(100);
/// Pauses between attempts to write.
const FIRST_PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Speed before size: a file is read back soon.
const LEVEL: i32 = 1;

/// Starts both threads.
pub(super) fn start(
    inner: Box<dyn Source>,
    queue: &Arc<Queue>,
    stop: &Arc<Stop>,
    disk: Box<dyn Disk>,
    keep: usize,
) -> io::Result<()> {
    let mut inner = inner;
    let commits = inner.commits();
    let writer = Writer {
        queue: queue.clone(),
        commits,
        disk,
        compressor: compressor()?,
        compressed: Vec::new(),
    };
    let pending = Arc::new(Pending::default());
    let (name, taking) = (queue.name.clone(), pending.clone());
    thread::Builder::new()
        .name(format!("{name}-spool"))
        .spawn(move || {
            let queue = writer.queue.clone();
            if catch_unwind(AssertUnwindSafe(|| writer.work(&taking))).is_err() {
                queue.say(SourceError("a fault while writing the spool".to_owned()));
            }
            queue.end();
        })?;
    let (queue, stop, receiving) = (queue.clone(), stop.clone(), pending.clone());
    let spawned = thread::Builder::new()
        .name(format!("{name}-receive"))
        .spawn(move || {
            let received =
                AssertUnwindSafe(|| receive(&mut *inner, &queue, &receiving, &stop, keep));
            if catch_unwind(received).is_err() {
                queue.say(SourceError("a fault while reading".to_owned()));
            }
            receiving.end();
        });
    if spawned.is_err() {
        pending.end();
    }
    spawned.map(drop)
}

fn compressor() -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::new(LEVEL)?;
    compressor.set_parameter(CParameter::ChecksumFlag(true))?;
    Ok(compressor)
}

/// Reads the source to its end.
fn receive(inner: &mut dyn Source, queue: &Queue, pending: &Pending, stop: &Stop, keep: usize) {
    let mut batch = Batch::default();
    loop {
        pending.wait_for_room();
        batch.clear(keep);
        match inner.read(&mut batch, stop) {
            Ok(Read::End) => return,
            Ok(read) => pending.add(&batch, read),
            Err(error) => queue.say(error),
        }
    }
}

struct Writer {
    queue: Arc<Queue>,
    commits: Option<Box<dyn Commit>>,
    disk: Box<dyn Disk>,
    compressor: Compressor<'static>,
    compressed: Vec<u8>,
}

impl Writer {
    fn work(mut self, pending: &Pending) {
        let mut content = Content::default();
        let mut close = Instant::now();
        loop {
            content.clear();
            if !pending.take(&mut content, close) {
                break;
            }
            let begun = Instant::now();
            self.file(&mut content);
            close = begun
                + match self.queue.lags() {
                    true => LONG_DISTANCE,
                    false => DISTANCE,
                };
        }
    }

    /// Writes one file and says so to both sides.
    fn file(&mut self, content: &mut Content) {
        self.compress(&content.bytes);
        let size = self.compressed.len() as u64;
        self.queue.make_room(size);
        let number = self.queue.number();
        self.save(number);
        self.queue
            .push(number, size, content.events, &mut content.bytes);
        if let Some(commits) = &mut self.commits {
            for (partition, position) in mem::take(&mut content.positions) {
                commits.commit(partition, position);
            }
        }
    }

    fn compress(&mut self, bytes: &[u8]) {
        self.compressed.clear();
        self.compressed.shrink_to(4 * FULL);
        self.compressed
            .reserve(zstd::zstd_safe::compress_bound(bytes.len()));
        let mut pause = Pause::default();
        // With room for the worst case only memory can be missing.
        while let Err(error) = self
            .compressor
            .compress_to_buffer(bytes, &mut self.compressed)
        {
            pause.failed(&self.queue, &error);
        }
        pause.ended(&self.queue);
    }

    fn save(&mut self, number: u64) {
        let mut pause = Pause::default();
        let folder = self.queue.folder.clone();
        while let Err(error) = folder.save(number, &self.compressed, &mut *self.disk) {
            pause.failed(&self.queue, &error);
        }
        pause.ended(&self.queue);
    }
}

/// How long to wait for the disk after it failed `times` times.
pub(super) fn pause(times: u32) -> Duration {
    let pause = FIRST_PAUSE * 2_u32.saturating_pow(times.saturating_sub(1).min(16));
    pause.min(LONGEST_PAUSE)
}

/// Waits between attempts, and says the first failure and the end of them.
#[derive(Default)]
struct Pause {
    times: u32,
}

impl Pause {
    fn failed(&mut self, queue: &Queue, error: &io::Error) {
        if self.times == 0 {
            queue.block(true);
            tracing::error!(
                source = queue.name,
                "the spool {} cannot be written: {error}; what was received waits in memory, nothing \
                 more is received until it can",
                queue.folder.path().display()
            );
        }
        self.times = self.times.saturating_add(1);
        thread::sleep(pause(self.times));
        queue.retry();
    }

    fn ended(self, queue: &Queue) {
        if self.times > 0 {
            tracing::info!(
                source = queue.name,
                "the spool can be written again after {} failed attempts",
                self.times
            );
            queue.block(false);
        }
    }
}
