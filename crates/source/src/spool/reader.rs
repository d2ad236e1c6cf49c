//! One file of a spool, handed out as batches.
//!
//! - Bytes that are not what was written cost what cannot be read, and are told.
//! - A disk that does not let the file be read says nothing about the file: it is tried again, from
//!   where it came to, until it can be read.

use std::io::{self, BufRead};
use std::path::PathBuf;
use std::sync::Arc;

use knownet_flow::{Batch, Buffer, Heading, Origin, Place, Read};

use super::folder::FileState;
use super::look;
use super::queue::{Entry, Queue};
use super::run::{Fault, Header, Kind, Runs};
use crate::name;

/// Memory that is kept to pass over what was handed out.
const PASSED: usize = 1 << 20;

/// The file that is read.
pub(super) struct Reading {
    pub number: u64,
    state: FileState,
    path: PathBuf,
    /// The source's.
    name: String,
    runs: Runs<Box<dyn BufRead + Send>>,
    /// Runs of it that were taken.
    taken: u64,
    /// The disk did not let it be read.
    stuck: bool,
    /// How often it did not, since it last did.
    failures: u32,
    heading: Heading,
    /// What the file is called; `None` until its first run was seen.
    stream: Option<Arc<str>>,
    any: bool,
    /// Runs that were left out.
    wrong: u64,
    fault: Option<Fault>,
    ended: bool,
}

impl Reading {
    /// Opens the file, or is stuck.
    pub fn open(entry: Entry, queue: &Queue) -> Reading {
        let content = entry.content.map(io::Cursor::new);
        let is_there = content.is_some();
        let input: Box<dyn BufRead + Send> = match content {
            Some(content) => Box::new(content),
            None => Box::new(io::empty()),
        };
        let mut reading = Reading {
            number: entry.number,
            state: entry.state,
            path: queue.folder.file(entry.number, entry.state),
            name: queue.name.clone(),
            runs: Runs::new(input),
            taken: 0,
            stuck: false,
            failures: 0,
            heading: Heading::None,
            stream: None,
            any: false,
            wrong: 0,
            fault: None,
            ended: false,
        };
        if !is_there {
            reading.reach();
        }
        reading
    }

    /// Opens the file and passes over what was taken of it.
    fn reach(&mut self) {
        match look::open(&self.path) {
            Ok(input) => self.runs = Runs::new(input),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                self.fault = Some(Fault::Disk(error));
                self.ended = true;
            }
            Err(error) => self.fails(&error),
        }
        let mut passed = Buffer::default();
        for _ in 0..self.taken {
            if !self.is_readable() {
                return;
            }
            passed.clear(PASSED);
            self.step(|runs| {
                runs.peek()?;
                runs.take(&mut passed).map(drop)
            });
        }
    }

    /// How often in a row the disk did not let it be read, while it does not.
    pub fn stuck(&self) -> Option<u32> {
        self.stuck.then_some(self.failures)
    }

    /// Tries once more, from where it came to.
    pub fn retry(&mut self) {
        self.stuck = false;
        self.reach();
    }

    fn fails(&mut self, error: &io::Error) {
        if self.failures == 0 {
            tracing::error!(
                source = self.name,
                "{} cannot be read: {error}; it is tried again until it can be, what came after it \
                 waits on disk",
                self.path.display()
            );
        }
        self.failures = self.failures.saturating_add(1);
        self.stuck = true;
    }

    /// It was read further.
    fn succeeds(&mut self) {
        let failures = std::mem::take(&mut self.failures);
        if failures > 0 {
            tracing::info!(
                source = self.name,
                "{} can be read again after {failures} failed attempts",
                self.path.display()
            );
        }
    }

    fn is_readable(&self) -> bool {
        !self.ended && !self.stuck
    }

    /// Fills `batch` with the next lines or piece; `None` where there are no more.
    pub fn fill(&mut self, batch: &mut Batch, limit: usize) -> Option<Read> {
        let read = self.gather(batch, limit);
        batch.heading = self.heading.clone();
        batch.stream.clone_from(&self.stream);
        if read == Some(Read::Lines) && self.heading == Heading::Start {
            self.heading = Heading::None;
        }
        // A look ahead tells whether this was the last batch.
        if self.is_readable() {
            self.step(|runs| runs.peek().map(drop));
        }
        read
    }

    fn gather(&mut self, batch: &mut Batch, limit: usize) -> Option<Read> {
        loop {
            let filled = batch.bytes.filled().len();
            let some = (filled > 0).then_some(Read::Lines);
            if !self.is_readable() {
                return some;
            }
            let mut header = None;
            self.step(|runs| {
                header = runs.peek()?;
                Ok(())
            });
            let Some(header) = header else {
                self.ended = !self.stuck;
                return some;
            };
            self.any = true;
            if self.stream.is_none() {
                let name = name::spooled(&self.name, self.number, self.runs.line());
                self.stream = Some(name);
            }
            if filled > 0 {
                let fits = (filled as u64).saturating_add(header.size) <= limit as u64;
                if !(matches!(header.kind, Kind::Lines(_)) && fits) {
                    return some;
                }
            }
            match header.kind {
                Kind::Lines(_) => drop(self.events(header, batch)),
                Kind::Piece(piece) => {
                    if self.events(header, batch) {
                        return Some(Read::Oversized(piece));
                    }
                }
                Kind::Heading | Kind::Start | Kind::NoHeading => {
                    let mut lines = Buffer::default();
                    if self.take(&mut lines) {
                        self.heading = match header.kind {
                            Kind::Heading => Heading::Lines(lines.filled().into()),
                            Kind::Start => Heading::Start,
                            _ => Heading::None,
                        };
                    }
                }
            }
        }
    }

    /// Takes the run that was looked at into the batch, with what is known of it.
    fn events(&mut self, header: Header, batch: &mut Batch) -> bool {
        let position = self.runs.offset();
        let taken = self.take(&mut batch.bytes);
        if taken {
            let end = batch.bytes.filled().len();
            let (peer, time) = (header.peer, header.time);
            batch.origins.push(Origin { end, peer, time });
            batch.places.push(Place { end, position });
        }
        taken
    }

    /// Takes the run that was looked at; `false` if there is nothing good of it.
    fn take(&mut self, into: &mut Buffer) -> bool {
        let mut right = false;
        self.step(|runs| {
            right = runs.take(into)?;
            Ok(())
        });
        if self.is_readable() {
            self.taken += 1;
            self.wrong += u64::from(!right);
            self.succeeds();
        }
        right
    }

    fn step(&mut self, step: impl FnOnce(&mut Runs<Box<dyn BufRead + Send>>) -> Result<(), Fault>) {
        match step(&mut self.runs) {
            Ok(()) => {}
            Err(Fault::Disk(error)) => self.fails(&error),
            Err(fault) => {
                self.fault = Some(fault);
                self.ended = true;
            }
        }
    }

    /// Whether there is nothing more in it.
    pub fn is_at_end(&mut self) -> bool {
        self.ended || !self.stuck && matches!(self.runs.peek(), Ok(None))
    }

    /// Says what could not be read; whether the file has served.
    pub fn finish(&mut self) -> bool {
        let fault = self.fault.take();
        let is_gone = matches!(fault, Some(Fault::Disk(_)));
        if !is_gone {
            self.succeeds();
        }
        let (path, name) = (self.path.display(), &self.name);
        if is_gone {
            tracing::error!(source = name, "{path} is gone; what it held is lost");
            return false;
        }
        if self.state == FileState::Unfinished {
            // It was cut off where the run before ended: nobody was told that its end is safe.
            tracing::info!(
                source = name,
                "{path} was left unfinished; what is whole in it was read"
            );
            return true;
        }
        let reason = match fault {
            Some(fault) => fault.to_string(),
            None if !self.any => "it is empty".to_owned(),
            None if self.wrong > 0 => format!("{} runs are not what was written", self.wrong),
            None => return true,
        };
        tracing::error!(
            source = name,
            "{path} is damaged: {reason}; what is whole in it is passed on, the file is set aside as \
             .damaged"
        );
        false
    }
}

#[cfg(test)]
#[path = "tests/reader.rs"]
mod tests;
