//! A line that is longer than an event may be, on its way to the dead letters piece by piece.
//!
//! The pieces are gathered in a file of their own beside the dead letters and go over when the line
//! is whole: memory stays bounded, no other entry has to wait for a line whose end may never come, and a
//! crash leaves no torn entry. The acks of all pieces are confirmed together, after that.

use std::io;
use std::path::{Path, PathBuf};

use knownet_flow::{Ack, Batch, Heading, Piece, text};

use crate::clerk::wait;
use crate::dead_letter::{close_entry, failure, open_entry, retry_add};
use crate::fresh;
use crate::halt::Halted;
use crate::shared::Shared;
use crate::staged::Staged;
use crate::trace::Pieced;

/// The unfinished line of one source, if it has one.
pub(crate) struct Oversized {
    letters: PathBuf,
    line: Option<Line>,
}

#[derive(Default)]
struct Line {
    /// Created by the first piece.
    file: Option<Staged>,
    /// Bytes that may begin a character whose rest is still to come.
    carry: Vec<u8>,
    /// Some of it is not UTF-8, so that the entry does not say all.
    lossy: bool,
    acks: Vec<Ack>,
    /// What stands before it.
    heading: Heading,
    /// What tells it from others, where somebody wants to know.
    id: Option<Pieced>,
}

impl Oversized {
    /// Gathers pieces for the file `letters`.
    pub fn new(letters: PathBuf) -> Oversized {
        Oversized {
            letters,
            line: None,
        }
    }

    /// Takes the next piece.
    pub fn piece(
        &mut self,
        shared: &Shared,
        source: &str,
        piece: Piece,
        batch: &Batch,
        ack: Ack,
    ) -> Result<(), Halted> {
        if piece.first {
            self.finish(shared)?;
        }
        let mut entry = Vec::new();
        if self.line.is_none() {
            open_entry(
                source,
                None,
                "the line is longer than an event may be",
                &mut entry,
            );
        }
        let bytes = batch.bytes.filled();
        let begun = self.line.is_some();
        let line = self.line.get_or_insert_default();
        match &mut line.id {
            Some(id) => id.add(bytes),
            None if begun => {}
            None => {
                line.heading = batch.heading.clone();
                let wanted = shared.wants().ids;
                line.id = wanted.then(|| Pieced::begin(batch)).flatten();
            }
        }
        let carried = std::mem::take(&mut line.carry);
        let joined = match carried.is_empty() {
            true => None,
            false => Some([&carried, bytes].concat()),
        };
        let bytes = joined.as_deref().unwrap_or(bytes);
        let invalid = std::str::from_utf8(bytes).is_err_and(|e| e.error_len().is_some());
        line.lossy |= invalid;
        let rest = text::escape(bytes, &mut entry);
        line.carry.extend_from_slice(rest);
        line.acks.push(ack);
        line.add(shared, &self.letters, &entry)?;
        match piece.last {
            true => self.finish(shared),
            false => Ok(()),
        }
    }

    /// Ends the line where it is, if there is one, and has it made safe; waits for that where somebody
    /// commits positions behind it.
    pub fn finish(&mut self, shared: &Shared) -> Result<(), Halted> {
        let Some(mut line) = self.line.take() else {
            return Ok(());
        };
        let id = line.id.take().map_or_else(fresh::id, Pieced::id);
        let mut end = Vec::new();
        let lossy = line.lossy || !line.carry.is_empty();
        close_entry(&line.carry, id, &line.heading, lossy, &mut end);
        line.add(shared, &self.letters, &end)?;
        let entry = line.file.take().ok_or(Halted)?;
        let then = move |shared: &Shared| {
            shared.totals().oversized += 1;
            // Backwards, so that the position moves once, over the whole line.
            line.acks.into_iter().rev().for_each(Ack::confirm);
        };
        if !shared.wants().positions {
            return shared.letters.send_line(shared, entry, id, then);
        }
        wait(|safe| {
            shared.letters.send_line(shared, entry, id, |shared| {
                then(shared);
                safe(shared);
            })
        })
    }
}

impl Line {
    /// Adds to the file, which is returned.
    fn add(&mut self, shared: &Shared, letters: &Path, bytes: &[u8]) -> Result<(), Halted> {
        retry_add(shared, || {
            let mut add = || -> io::Result<()> {
                let file = match &mut self.file {
                    Some(file) => file,
                    None => self.file.insert(Staged::beside(letters)?),
                };
                file.add(bytes)
            };
            let beside = format_args!("a file beside {}", letters.display());
            add().map_err(|e| failure(&beside, &e))
        })
    }
}
