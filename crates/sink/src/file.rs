//! A file that events are appended to, and set aside when it is full or old enough.
//!
//! - It is created if it is not there. A last line that another program left without its line feed
//!   gets one before the first event. So does one that was cut by the end of knownet itself: the
//!   fragment stays as a line of its own, and the whole event follows it when it is sent again.
//! - A batch, and so every event, is in one file, never in two. A batch that fails in the middle
//!   goes on at the very byte when there is room again.
//! - What was written is in the hands of the system after each batch, which survives the end of
//!   knownet; with `sync` it is on the disk, which survives a power cut.
//! - A full file is synced and renamed, and the next one created under the name. Compression comes
//!   after that, in a thread of its own (see [`shelf`]).
//! - When another program moves the file away, as logrotate does, the path is opened anew within a
//!   second; when it is deleted, before the next batch is taken for safe.

mod compress;
mod current;
mod name;
mod shelf;

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use knownet_flow::{Events, Sink, WriteError};

use current::Current;
use shelf::Shelf;

/// How often the path is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long a rotation that failed waits for its next attempt.
const AGAIN: Duration = Duration::from_secs(10);

/// How a file is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileOptions {
    /// When it is set aside; `None` for never.
    pub rotate: Option<Rotate>,
    /// Whether a batch is on the disk before it is confirmed.
    pub sync: bool,
}

/// When a file is set aside, and what becomes of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rotate {
    /// Before a batch that would make it larger than this many bytes.
    pub size: Option<u64>,
    /// Before the first batch that comes this long after it was begun.
    pub age: Option<Duration>,
    /// How many rotated files stay; `None` for all.
    pub keep: Option<usize>,
    /// How rotated files are compressed.
    pub compress: Compress,
}

/// How a rotated file is compressed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compress {
    /// Not at all.
    #[default]
    None,
    /// `.gz`
    Gzip,
    /// `.zst`, with a checksum.
    Zstd,
}

/// Why a file cannot be written to.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder that it would lie in is not there.
    #[error("{}: its folder {} does not exist; create it", .0.display(), .1.display())]
    NoFolder(PathBuf, PathBuf),
    /// The path names a folder.
    #[error("{} is a folder; name a file in it", .0.display())]
    Folder(PathBuf),
    /// A pipe or device that is to be rotated.
    #[error("{} is no regular file and cannot be rotated; leave rotate out", .0.display())]
    NotRegular(PathBuf),
    /// Anything else, as the system says it.
    #[error("{path} cannot be opened for writing: {1}", path = .0.display())]
    Io(PathBuf, io::Error),
}

/// The sink of `type = "file"`.
pub struct File {
    name: String,
    path: PathBuf,
    sync: bool,
    rotate: Rotate,
    /// Where rotated files go, if any do.
    shelf: Option<Shelf>,
    /// `None` after it was set aside and before the next one could be opened.
    current: Option<Current>,
    /// Bytes of the current events that are in an earlier file: whole events.
    carried: usize,
    /// What the next file looks like to others.
    like: Option<fs::Metadata>,
    /// When the path was looked at; `None` after trouble.
    looked: Option<Instant>,
    /// When a rotation failed, until one works.
    stuck: Option<Instant>,
}

impl File {
    /// Opens or creates the file at `path` for the sink `name`.
    ///
    /// # Errors
    /// If it cannot be opened for writing.
    pub fn open(name: &str, path: &Path, options: &FileOptions) -> Result<File, OpenError> {
        let mut path = path.to_owned();
        let current = Current::open(&path, None, 0)?;
        if options.rotate.is_some() && !current.is_regular() {
            return Err(OpenError::NotRegular(path));
        }
        if options.rotate.is_some() && path.is_symlink() {
            // The file is set aside, not what points at it.
            let io = |e| OpenError::Io(path.clone(), e);
            path = path.canonicalize().map_err(io)?;
        }
        let rotate = options.rotate.clone();
        let shelf = rotate
            .as_ref()
            .map(|rotate| Shelf::new(name, &path, rotate));
        let shelf = shelf.transpose();
        let shelf = shelf.map_err(|e| OpenError::Io(path.clone(), e))?;
        Ok(File {
            name: name.to_owned(),
            path,
            sync: options.sync,
            rotate: rotate.unwrap_or_default(),
            shelf,
            current: Some(current),
            carried: 0,
            like: None,
            looked: Some(Instant::now()),
            stuck: None,
        })
    }

    fn attempt(&mut self, events: &Events<'_>) -> Result<(), WriteError> {
        loop {
            self.follow_path(events);
            self.rotate_if_due(events);
            let mut current = match self.current.take() {
                Some(current) => current,
                None => self.reopened()?,
            };
            let written = current.write(events);
            let safe = written.and_then(|()| match self.sync {
                true => current.sync_data(),
                false => Ok(()),
            });
            let safe = safe.and_then(|()| current.is_deleted());
            let current = self.current.insert(current);
            match safe {
                Ok(false) => return Ok(()),
                // Nobody will ever read it there. Who deleted the file may have meant what was in
                // it, but not this batch.
                Ok(true) => {
                    self.like = current.metadata();
                    self.current = None;
                }
                Err(error) => return Err(self.failed(&error)),
            }
        }
    }

    /// Lets go of the file if the path leads to another one by now, or to none.
    fn follow_path(&mut self, events: &Events<'_>) {
        let Some(current) = &mut self.current else {
            return;
        };
        if self.looked.is_some_and(|looked| looked.elapsed() < LOOK) {
            return;
        }
        self.looked = Some(Instant::now());
        if current.is_at(&self.path) {
            return;
        }
        tracing::info!(
            sink = self.name,
            "{} was moved away; it is opened anew",
            self.path.display()
        );
        // An event that is half written there is written whole in the next one.
        let whole = current.end_in_the_middle(events);
        let is_lost = current.is_deleted().unwrap_or(true);
        self.carried = match is_lost || self.sync && current.sync_data().is_err() {
            true => 0,
            false => whole,
        };
        self.like = current.metadata();
        self.current = None;
    }

    /// Sets the file aside if it is full or old. What goes wrong is said, and the file grows on.
    fn rotate_if_due(&mut self, events: &Events<'_>) {
        if !self.is_due(events) || self.stuck.is_some_and(|since| since.elapsed() < AGAIN) {
            return;
        }
        // Another program's file is not ours to rename.
        self.looked = None;
        self.follow_path(events);
        let (Some(shelf), Some(current)) = (&mut self.shelf, &mut self.current) else {
            return;
        };
        let path = self.path.display();
        let put = current.end_line();
        if let Err(error) = put.and_then(|()| shelf.put(current, &self.path)) {
            if self.stuck.is_none() {
                tracing::warn!(
                    sink = self.name,
                    "{path} cannot be rotated and grows on until it can: {error}"
                );
            }
            self.stuck = Some(Instant::now());
            return;
        }
        if self.stuck.take().is_some() {
            tracing::info!(sink = self.name, "{path} is rotated again");
        }
        self.like = current.metadata();
        self.current = None;
    }

    /// Whether `events` belong in the next file. Never within a batch.
    fn is_due(&self, events: &Events<'_>) -> bool {
        let Some(current) = self.current.as_ref().filter(|_| self.shelf.is_some()) else {
            return false;
        };
        let length = current.length();
        if length == 0 || current.is_writing() {
            return false;
        }
        let full = |size| length.saturating_add(events.len() as u64) > size;
        self.rotate.size.is_some_and(full)
            || self.rotate.age.is_some_and(|age| current.age() >= age)
    }

    /// The file at the path, opened again.
    fn reopened(&mut self) -> Result<Current, WriteError> {
        let opened = Current::open(&self.path, self.like.as_ref(), self.carried);
        let current = opened.map_err(|e| WriteError::Unreachable(e.to_string()))?;
        self.carried = 0;
        self.looked = Some(Instant::now());
        Ok(current)
    }

    fn failed(&mut self, error: &io::Error) -> WriteError {
        // Whoever makes room may do so by moving the file away.
        self.looked = None;
        match error.kind() {
            // Only a named pipe says this.
            ErrorKind::BrokenPipe => WriteError::Closed,
            _ => {
                let path = self.path.display();
                WriteError::Unreachable(format!("{path} cannot be written: {error}"))
            }
        }
    }
}

impl Sink for File {
    fn write(&mut self, events: &Events<'_>) -> Result<(), WriteError> {
        self.attempt(events)
    }

    fn finish(&mut self) -> Result<(), WriteError> {
        let synced = self.current.as_ref().map_or(Ok(()), Current::sync_all);
        synced.map_err(|e| self.failed(&e))?;
        if let Some(shelf) = &mut self.shelf {
            shelf.finish();
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "tests/file.rs"]
mod tests;

#[cfg(test)]
#[path = "tests/file/rotate.rs"]
mod rotate_tests;
