//! One file of a spool, handed out as batches.

use std::io::BufRead;
use std::time::Duration;

use knownet_flow::{Batch, Buffer, Heading, Origin, Read, Stop};

use super::folder::FileState;
use super::look;
use super::queue::{Entry, Queue};
use super::run::{Fault, Kind, Runs};

/// Attempts to read a file while the disk says that it cannot be.
const ATTEMPTS: u32 = 6;
const FIRST_PAUSE: Duration = Duration::from_millis(50);

/// The file that is read.
pub(super) struct Reading {
    pub number: u64,
    state: FileState,
    runs: Runs<Box<dyn BufRead + Send>>,
    heading: Heading,
    any: bool,
    /// Runs that were left out.
    wrong: u64,
    fault: Option<Fault>,
    ended: bool,
}

impl Reading {
    /// Opens the file; waits a while where the disk does not let it, for want of descriptors perhaps.
    pub fn open(entry: Entry, queue: &Queue, stop: &Stop) -> Reading {
        let path = queue.folder.file(entry.number, entry.state);
        let mut fault = None;
        let nothing = || Box::new(std::io::empty()) as Box<dyn BufRead + Send>;
        let input = match entry.content {
            Some(content) => Box::new(std::io::Cursor::new(content)),
            None => {
                let mut opened = look::open(&path);
                let mut pause = FIRST_PAUSE;
                for _ in 1..ATTEMPTS {
                    match &opened {
                        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {}
                        _ => break,
                    }
                    stop.wait(pause);
                    pause *= 2;
                    opened = look::open(&path);
                }
                opened.unwrap_or_else(|error| {
                    fault = Some(Fault::Disk(error));
                    nothing()
                })
            }
        };
        Reading {
            number: entry.number,
            state: entry.state,
            runs: Runs::new(input),
            heading: Heading::None,
            any: false,
            wrong: 0,
            ended: fault.is_some(),
            fault,
        }
    }

    /// Fills `batch` with the next lines or piece; `None` where there are no more.
    pub fn fill(&mut self, batch: &mut Batch, limit: usize) -> Option<Read> {
        let read = self.gather(batch, limit);
        batch.heading = self.heading.clone();
        if read == Some(Read::Lines) && self.heading == Heading::Start {
            self.heading = Heading::None;
        }
        // A look ahead tells whether this was the last batch.
        if !self.ended {
            self.step(|runs| runs.peek().map(drop));
        }
        read
    }

    fn gather(&mut self, batch: &mut Batch, limit: usize) -> Option<Read> {
        loop {
            let filled = batch.bytes.filled().len();
            let some = (filled > 0).then_some(Read::Lines);
            if self.ended {
                return some;
            }
            let mut header = None;
            self.step(|runs| {
                header = runs.peek()?;
                Ok(())
            });
            let Some(header) = header else {
                self.ended = true;
                return some;
            };
            self.any = true;
            if filled > 0 {
                let fits = (filled as u64).saturating_add(header.size) <= limit as u64;
                if !(matches!(header.kind, Kind::Lines(_)) && fits) {
                    return some;
                }
            }
            match header.kind {
                Kind::Lines(_) => {
                    if self.take(&mut batch.bytes) {
                        batch.origins.push(Origin {
                            end: batch.bytes.filled().len(),
                            peer: header.peer,
                            time: header.time,
                        });
                    }
                }
                Kind::Piece(piece) => {
                    if self.take(&mut batch.bytes) {
                        batch.origins.push(Origin {
                            end: batch.bytes.filled().len(),
                            peer: header.peer,
                            time: header.time,
                        });
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

    /// Takes the run that was looked at; `false` if there is nothing good of it.
    fn take(&mut self, into: &mut Buffer) -> bool {
        let mut right = false;
        self.step(|runs| {
            right = runs.take(into)?;
            Ok(())
        });
        self.wrong += u64::from(!right && !self.ended);
        right
    }

    fn step(&mut self, step: impl FnOnce(&mut Runs<Box<dyn BufRead + Send>>) -> Result<(), Fault>) {
        if let Err(fault) = step(&mut self.runs) {
            self.fault = Some(fault);
            self.ended = true;
        }
    }

    /// Whether there is nothing more in it.
    pub fn is_at_end(&mut self) -> bool {
        self.ended || matches!(self.runs.peek(), Ok(None))
    }

    /// Says what could not be read; whether the file has served.
    pub fn finish(&mut self, queue: &Queue) -> bool {
        let path = queue.folder.file(self.number, self.state);
        let (path, name) = (path.display(), &queue.name);
        let fault = self.fault.take();
        let unreadable = matches!(fault, Some(Fault::Disk(_)));
        if self.state == FileState::Unfinished && !unreadable {
            // It was cut off where the run before ended: nobody was told that its end is safe.
            tracing::info!(
                source = name,
                "{path} was left unfinished; what is whole in it was read"
            );
            return true;
        }
        let reason = match fault {
            Some(Fault::Disk(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                tracing::error!(source = name, "{path} is gone; what it held is lost");
                return false;
            }
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
