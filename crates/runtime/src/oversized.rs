//! A line that is longer than an event may be, on its way to the dead letters piece by piece.
//!
//! The pieces are gathered in a file of their own beside the dead letters and go over when the line
//! is whole: memory stays bounded, no other entry has to wait for a line whose end may never come, and a
//! crash leaves no torn entry. The acks of all pieces are confirmed together, after that.

use std::io;
use std::path::{Path, PathBuf};

use knownet_flow::{Ack, Piece, text};

use crate::dead_letter::{close_entry, close_lossy_entry, failure, open_entry, retry_add};
use crate::halt::Halted;
use crate::shared::Shared;
use crate::staged::Staged;

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
                None,
                "the line is longer than an event may be",
                &mut entry,
            );
        }
        let line = self.line.get_or_insert_default();
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

    /// Ends the line where it is, if there is one, and makes it safe.
    pub fn finish(&mut self, shared: &Shared) -> Result<(), Halted> {
        let Some(mut line) = self.line.take() else {
            return Ok(());
        };
        let mut end = Vec::new();
        match line.lossy || !line.carry.is_empty() {
            true => close_lossy_entry(&line.carry, &mut end),
            false => close_entry(b"", &mut end),
        }
        let file = line.add(shared, &self.letters, &end)?;
        shared.letters.bury_staged(shared, file)?;
        shared.totals().oversized += 1;
        // Backwards, so that the position moves once, over the whole line.
        line.acks.into_iter().rev().for_each(Ack::confirm);
        Ok(())
    }
}

impl Line {
    /// Adds to the file, which is returned.
    fn add(
        &mut self,
        shared: &Shared,
        letters: &Path,
        bytes: &[u8],
    ) -> Result<&mut Staged, Halted> {
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
        })?;
        self.file.as_mut().ok_or(Halted)
    }
}
