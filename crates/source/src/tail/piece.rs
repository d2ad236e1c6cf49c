//! Hands out a line that is too long, in pieces.
//!
//! If the file cannot be read in the middle of it, the line comes again from its first piece.

use std::time::Instant;

use knownet_flow::{Batch, Piece, Place, Read};

use super::cut::Encoding;
use super::table::{self, Pieces, Table};
use super::turn::RETRY;

impl Table {
    /// The next piece of the line that is too long, if there is one.
    pub(super) fn piece(&mut self, batch: &mut Batch, now: Instant) -> Option<Read> {
        let pieces = self.pieces.take()?;
        let id = pieces.id;
        let Some(mut content) = self.content(id, now) else {
            return self.break_off(pieces, now);
        };
        let file = self.files.get_mut(&id)?;
        let encoding = file.kind.map_or(Encoding::Bytes, |kind| kind.encoding);
        let want = (pieces.end - pieces.at).min(self.limits.batch as u64 & !1) as usize;
        let mut raw = vec![0; want];
        match content.read_at(pieces.at, &mut raw) {
            Ok(n) => raw.truncate(n),
            Err(error) => {
                self.trouble(id, Some(error), now);
                return self.break_off(pieces, now);
            }
        }
        let mut text = Vec::new();
        encoding.decode(pieces.at, &raw, &mut text);
        batch.bytes.truncate(0);
        batch.bytes.extend(&text);
        let at = pieces.at + raw.len() as u64;
        // A line that became shorter in the meantime ends where it is.
        let last = at == pieces.end || raw.len() < want;
        let piece = Piece {
            first: pieces.at == file.offset,
            last,
        };
        file.trail.pass(pieces.at, &raw);
        if last {
            let whole = at == pieces.end;
            file.offset = if whole { pieces.behind } else { at };
            let feed: &[u8] = match encoding {
                _ if file.offset == at => &[],
                Encoding::Bytes => b"\n",
                Encoding::Utf16Le => &[10, 0],
                Encoding::Utf16Be => &[0, 10],
            };
            file.trail.pass(at, feed);
            file.scanned = file.offset;
            let mark = file.mark(None);
            self.ledger.hand_out(id, mark);
        } else {
            self.pieces = Some(Pieces { at, ..pieces });
        }
        batch.partition = id;
        batch.position = file.offset;
        batch.heading = file.heading.clone();
        batch.stream = Some(file.stream.clone());
        batch.places.clear();
        batch.places.push(Place {
            end: text.len(),
            position: pieces.at,
        });
        let deleted = file.place == table::Place::Deleted;
        self.open.put(id, content, deleted, now);
        if last {
            self.begun.insert(id);
            self.enqueue(id);
        }
        Some(Read::Oversized(piece))
    }

    /// Goes back to where the line begins.
    fn break_off(&mut self, pieces: Pieces, now: Instant) -> Option<Read> {
        let file = self.files.get_mut(&pieces.id)?;
        file.trail = pieces.before;
        self.timers.insert((now + RETRY, pieces.id));
        None
    }
}
