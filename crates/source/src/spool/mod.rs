//! Writes what a source receives to disk before it counts as received, and reads it back.
//!
//! - [`Spooled`] is a source over any other: what the other brings is written, synced and named in
//!   whole files before it is told to be safe, and handed on from there, in order, at least once.
//! - Files are the queue: they wait while sinks cannot be reached, and over restarts. One is deleted
//!   when all of it is confirmed. Memory stays bounded however far reading lags.
//! - The size has a bound; when it is reached, either nothing more is received or the oldest events go.
//! - A torn or damaged file is set aside and told; what is whole in it is handed on, as far as it can
//!   be read. One that the disk does not let be read stays in its place until it can be.
//! - After a stop all that was received is written. What waits is handed on as far as it is little;
//!   the rest is read at the next start.
//! - A line that is read again stands at the same place of the same file, and a number that comes again
//!   is another file.
//! - A file is text under zstd: `zstdcat` shows it, and `run.rs` says what the lines mean. Its heading
//!   and the pieces of lines that are too long come back as they went in.

mod folder;
mod look;
mod pending;
mod queue;
mod reader;
mod run;
mod writer;

use std::sync::Arc;
use std::time::Duration;

use knownet_flow::{Batch, Commit, OpenError, Read, Source, SourceError, Stop};

use crate::site::Site;

use folder::{Disk, Folder, Real};
pub use folder::{FileState, SpoolFile, files};
pub use look::{Content, Frame, look};
use queue::{Confirmed, Next, Queue};
use reader::Reading;

/// The folder in a source's state that holds its files.
pub const FOLDER: &str = "spool";
/// Bytes that are still handed on after a stop, if they wait.
const AFTER_STOP: usize = 16 << 20;
/// How long the end of a run that failed waits for the disk.
const PATIENCE: Duration = Duration::from_secs(5);

/// Says so if files of a spool wait for a source that is not spooled any more.
pub fn warn_of_files(site: &Site) {
    let folder = site.state.join(FOLDER);
    let files = files(&folder).unwrap_or_default();
    let waiting = files.iter().filter(|f| f.state != FileState::Damaged);
    let count = waiting.count();
    if count > 0 {
        tracing::warn!(
            source = site.name,
            "{count} files wait in {}, but it is not spooled any more; with spool = true they are \
             read",
            folder.display()
        );
    }
}

/// How a source is spooled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spool {
    /// Bytes that the files may take of the disk.
    pub max_size: u64,
    /// What happens then.
    pub when_full: WhenFull,
}

impl Default for Spool {
    /// 1 GiB; then nothing more is received.
    fn default() -> Spool {
        Spool {
            max_size: 1 << 30,
            when_full: WhenFull::Block,
        }
    }
}

/// What happens when a spool is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenFull {
    /// Nothing more is received until there is room.
    Block,
    /// The oldest file that is not in work is deleted.
    DropOldest,
}

/// A source whose input is on disk before it counts as received.
pub struct Spooled {
    queue: Arc<Queue>,
    /// Until the first read.
    inner: Option<(Box<dyn Source>, Box<dyn Disk>)>,
    stop: Arc<Stop>,
    reading: Option<Reading>,
    batch: usize,
    position: u64,
    /// Bytes handed on after the stop.
    after_stop: usize,
}

impl Spooled {
    /// Spools `inner` in the source's folder. Nothing is received before the first read.
    ///
    /// # Errors
    /// If the folder cannot be made or read.
    pub fn open(inner: Box<dyn Source>, site: &Site, spool: Spool) -> Result<Spooled, OpenError> {
        Spooled::on(Box::new(Real), inner, site, spool)
    }

    fn on(
        disk: Box<dyn Disk>,
        inner: Box<dyn Source>,
        site: &Site,
        spool: Spool,
    ) -> Result<Spooled, OpenError> {
        let path = site.state.join(FOLDER);
        let shown = path.display().to_string();
        let cannot = |error| OpenError(format!("the spool {shown} cannot be used: {error}"));
        let folder = Folder::open(path).map_err(cannot)?;
        let queue = Queue::open(&site.name, folder, spool).map_err(cannot)?;
        Ok(Spooled {
            queue: Arc::new(queue),
            inner: Some((inner, disk)),
            stop: Arc::new(Stop::new().map_err(cannot)?),
            reading: None,
            batch: site.limits.batch,
            position: 0,
            after_stop: 0,
        })
    }

    fn start(
        &mut self,
        inner: Box<dyn Source>,
        disk: Box<dyn Disk>,
        stop: &Stop,
    ) -> Result<(), SourceError> {
        let started = writer::start(inner, &self.queue, &self.stop, disk, 2 * self.batch);
        if let Err(error) = started {
            self.queue.end();
            let message = format!("no thread could be started: {error}");
            return Err(SourceError(message));
        }
        let (queue, inner) = (self.queue.clone(), self.stop.clone());
        stop.on_set(move || {
            queue.stop();
            inner.set();
        });
        Ok(())
    }
}

impl Source for Spooled {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        if let Some((inner, disk)) = self.inner.take() {
            self.start(inner, disk, stop)?;
        }
        loop {
            if self.after_stop >= AFTER_STOP && self.queue.is_done() {
                return Ok(Read::End);
            }
            let Some(reading) = &mut self.reading else {
                match self.queue.next() {
                    Next::Read(entry) => {
                        self.reading = Some(Reading::open(entry, &self.queue));
                        continue;
                    }
                    Next::Say(error) => return Err(error),
                    Next::End => return Ok(Read::End),
                }
            };
            if let Some(failures) = reading.stuck() {
                if let Some(error) = self.queue.error() {
                    return Err(error);
                }
                if self.queue.is_done() {
                    // It keeps its name and its place: the next start reads it.
                    return Ok(Read::End);
                }
                let pause = writer::pause(failures);
                match stop.is_set() {
                    true => self.queue.wait_for_end(pause),
                    false => stop.wait(pause),
                }
                self.queue.retry();
                reading.retry();
                continue;
            }
            let read = reading.fill(batch, self.batch);
            self.position += u64::from(read.is_some());
            if reading.is_at_end() {
                let whole = reading.finish();
                self.queue.read(reading.number, self.position, whole);
                self.reading = None;
            }
            if let Some(read) = read {
                let within = matches!(read, Read::Oversized(piece) if !piece.last);
                self.queue.within_line(within);
                batch.partition = 0;
                batch.position = self.position;
                if stop.is_set() {
                    self.after_stop += batch.bytes.filled().len();
                }
                return Ok(read);
            }
        }
    }

    fn commits(&mut self) -> Option<Box<dyn Commit>> {
        Some(Box::new(Confirmed(self.queue.clone())))
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        // Where the run failed, what was received is still made safe if that can be done soon.
        self.queue.stop();
        self.stop.set();
        if self.inner.is_none() {
            self.queue.wait_for_end(PATIENCE);
        }
    }
}

#[cfg(test)]
#[path = "tests/spool.rs"]
mod tests;
