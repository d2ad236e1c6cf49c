//! A line that is longer than an event may be, on its way to the dead letters piece by piece.
//!
//! The pieces are gathered in a file beside the dead letters and go over when the line is whole:
//! memory stays bounded, no other entry has to wait for a line whose end may never come, and a
//! crash leaves no torn entry. The acks of all pieces are confirmed together, after that.

use std::fs;
use std::path::PathBuf;

use knownet_flow::{Ack, Piece, text};

use crate::append::Appender;
use crate::dead_letter::{close_entry, failure, open_entry, retry_add};
use crate::halt::Halted;
use crate::shared::Shared;

/// The unfinished line of one source, if it has one.
pub(crate) struct Oversized {
    path: PathBuf,
    line: Option<Line>,
}

struct Line {
    file: Appender,
    /// Bytes that may begin a character whose rest is still to come.
    carry: Vec<u8>,
    acks: Vec<Ack>,
}

impl Oversized {
    /// Gathers pieces in the file `path`.
    pub fn new(path: PathBuf) -> Oversized {
        Oversized { path, line: None }
    }

    /// Takes the next piece.
    pub fn piece(
        &mut self,
        shared: &Shared,
        source: &str,
        piece: Piece,
        bytes: &[u8],
        ack: Ack,
    ) -> Result<(), Halted> {
        if piece.first {
            self.finish(shared)?;
        }
        let mut entry = Vec::new();
        if self.line.is_none() {
            open_entry(
                source,
                "the line is longer than an event may be",
                &mut entry,
            );
        }
        let line = match &mut self.line {
            Some(line) => line,
            None => {
                // A line that an earlier run left unfinished was never confirmed.
                let _ = fs::remove_file(&self.path);
                self.line.insert(Line {
                    file: Appender::new(self.path.clone()),
                    carry: Vec::new(),
                    acks: Vec::new(),
                })
            }
        };
        let carried = std::mem::take(&mut line.carry);
        let joined = match carried.is_empty() {
            true => None,
            false => Some([&carried, bytes].concat()),
        };
        let rest = text::escape(joined.as_deref().unwrap_or(bytes), &mut entry);
        line.carry.extend_from_slice(rest);
        line.acks.push(ack);
        line.add(shared, &entry)?;
        match piece.last {
            true => self.finish(shared),
            false => Ok(()),
        }
    }

    /// Ends the line where it is, if there is one, and makes it safe.
    pub fn finish(&mut self, shared: &Shared) -> Result<(), Halted> {
        let Some(mut line) = self.line.take() else {
            return Ok(());
        };
        let mut end = Vec::new();
        close_entry(&line.carry, &mut end);
        line.add(shared, &end)?;
        shared.letters.bury_staged(shared, &self.path)?;
        shared.totals().oversized += 1;
        // Backwards, so that the position moves once, over the whole line.
        line.acks.into_iter().rev().for_each(Ack::confirm);
        // Left behind it does no harm: the next line replaces it.
        drop(line.file);
        let _ = fs::remove_file(&self.path);
        Ok(())
    }
}

impl Line {
    fn add(&mut self, shared: &Shared, bytes: &[u8]) -> Result<(), Halted> {
        let file = &mut self.file;
        retry_add(shared, || {
            file.add(bytes, false).map_err(|e| failure(file, &e))
        })
    }
}
