//! Cuts a stream of bytes into batches of whole lines.
//!
//! - Bytes are read straight into the batch; only the unfinished line behind the last line feed
//!   (on average half a line) is copied, into the next batch.
//! - Input that may pause is handed on as soon as one whole line is there; other input fills the
//!   batch first.
//! - A line that does not fit makes the batch grow, up to the longest event; beyond that it is
//!   handed on in pieces, so memory stays bounded.
//! - A record of several lines stays whole, as far as the longest event allows; each batch carries
//!   the heading before it.
//! - The last line gets the line feed that it may lack. Where the input fails, the line that it
//!   fails in is handed on as far as it came, then the error.
//! - In a stream that has a name, each batch says where it begins in the stream's bytes.

use std::io;
use std::sync::Arc;

use knownet_flow::{Batch, Framing, Heading, Piece, Place, Read, Stop};
use memchr::{memchr, memrchr};

/// How much is read at once, and how long an event may be.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Bytes of a usual batch.
    pub batch: usize,
    /// Bytes of the longest event, without its line feed; longer ones come in pieces.
    pub max_event: usize,
    /// How lines make records.
    pub framing: Framing,
}

impl Default for Limits {
    /// Batches of 256 KiB, events of up to 16 MiB.
    fn default() -> Limits {
        Limits {
            batch: 256 << 10,
            max_event: 16 << 20,
            framing: Framing::default(),
        }
    }
}

/// Where bytes come from.
pub(crate) trait Input {
    /// Reads some bytes to the start of `into`, which is not empty.
    fn pull(&mut self, into: &mut [u8], stop: &Stop) -> io::Result<Pulled>;

    /// Whether a read may wait for whoever writes the other end.
    fn may_pause(&self) -> bool;
}

/// What a pull brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pulled {
    /// So many bytes, at least one.
    Bytes(usize),
    /// There is no more.
    End,
    /// The stop came first.
    Stopped,
}

/// The line cutter of one stream.
pub(crate) struct Lines {
    limits: Limits,
    /// Read, but not handed on: the beginning of a line, or what followed a line in pieces.
    carry: Vec<u8>,
    /// Bytes handed on, over all streams of the source.
    position: u64,
    /// Where the stream began in them.
    begun: u64,
    /// What the stream is called, if it can be read again.
    name: Option<Arc<str>>,
    /// Inside a line that is too long: how much of it was handed on.
    in_pieces: Option<u64>,
    /// What stands before the next batch.
    heading: Heading,
    ended: bool,
    error: Option<io::Error>,
}

impl Lines {
    /// Cuts the first stream of a source.
    pub fn new(limits: Limits) -> Lines {
        Lines {
            limits: Limits {
                // Then no line within one read is too long; only one that spans several can be.
                batch: limits.batch.clamp(1, limits.max_event.max(1)),
                max_event: limits.max_event.max(1),
                framing: limits.framing,
            },
            carry: Vec::new(),
            position: 0,
            begun: 0,
            name: None,
            in_pieces: None,
            heading: Heading::Start,
            ended: false,
            error: None,
        }
    }

    /// Goes on with the next stream of the source, which is called so if it can be read again.
    pub fn next_stream(&mut self, name: Option<Arc<str>>) {
        self.name = name;
        self.begun = self.position;
        self.ended = false;
        self.heading = Heading::Start;
    }

    /// Fills `batch`, which comes cleared.
    ///
    /// # Errors
    /// What the input said; the stream has ended with it.
    pub fn read(
        &mut self,
        input: &mut dyn Input,
        batch: &mut Batch,
        stop: &Stop,
    ) -> io::Result<Read> {
        batch.partition = 0;
        let begin = self.position - self.begun + self.in_pieces.unwrap_or(0);
        let read = match self.in_pieces {
            Some(_) => self.piece(input, batch, stop),
            None => self.lines(input, batch, stop),
        };
        batch.position = self.position;
        if read != Read::End && self.name.is_some() {
            batch.stream.clone_from(&self.name);
            batch.places.push(Place {
                end: batch.bytes.filled().len(),
                position: begin,
            });
        }
        match read {
            Read::Lines => drop(head(&self.limits.framing, batch, &mut self.heading)),
            Read::Oversized(_) => batch.heading = self.heading.clone(),
            Read::End => {}
        }
        match read {
            Read::End => self.error.take().map_or(Ok(Read::End), Err),
            read => Ok(read),
        }
    }

    fn lines(&mut self, input: &mut dyn Input, batch: &mut Batch, stop: &Stop) -> Read {
        let Limits {
            batch: size,
            max_event,
            ..
        } = self.limits;
        batch.bytes.extend(&self.carry);
        self.carry.clear();
        if let Some(len) = self.whole(batch.bytes.filled()) {
            return self.cut(batch, len);
        }
        let finishing = stop.is_set() && !input.may_pause();
        if finishing && batch.bytes.filled().is_empty() {
            return Read::End;
        }
        loop {
            let had = batch.bytes.filled().len();
            let want = if had < size / 2 { size - had } else { size };
            if self.pull(input, batch, want, stop) == 0 {
                return self.last_line(batch);
            }
            let filled = batch.bytes.filled();
            // Lines of a record whose end was not seen yet.
            let before = memrchr(b'\n', &filled[..had]).map(|n| n + 1);
            let first = memchr(b'\n', &filled[had..]).map(|n| had + n);
            match (first, before) {
                // What began as a record is too long for one: its lines are events.
                (_, Some(lines)) if filled.len() > max_event => return self.cut(batch, lines),
                (None, None) if filled.len() > max_event => {
                    self.in_pieces = Some(filled.len() as u64);
                    return Read::Oversized(Piece {
                        first: true,
                        last: false,
                    });
                }
                (None, _) => continue,
                (Some(first), None) if first > max_event => {
                    return self.last_piece(batch, first, true);
                }
                (Some(first), _) if finishing => {
                    // What was begun is still finished; what follows was not asked for.
                    let Some(len) = self.whole(&filled[..=first]) else {
                        continue;
                    };
                    let read = self.cut(batch, len);
                    self.carry.clear();
                    return read;
                }
                (Some(_), _) => {}
            }
            self.top_up(input, batch, stop);
            if let Some(len) = self.whole(batch.bytes.filled()) {
                return self.cut(batch, len);
            }
        }
    }

    /// How many of `bytes` are whole records; `None` for none at all.
    fn whole(&self, bytes: &[u8]) -> Option<usize> {
        let lines = memrchr(b'\n', bytes)? + 1;
        let whole = (self.limits.framing.whole)(&bytes[..lines]);
        (whole > 0).then_some(whole)
    }

    /// Reads until the batch has its usual size, unless that might have to wait.
    fn top_up(&mut self, input: &mut dyn Input, batch: &mut Batch, stop: &Stop) {
        while !input.may_pause() {
            let room = self.limits.batch.saturating_sub(batch.bytes.filled().len());
            if room == 0 || self.pull(input, batch, room, stop) == 0 {
                break;
            }
        }
    }

    fn piece(&mut self, input: &mut dyn Input, batch: &mut Batch, stop: &Stop) -> Read {
        if self.pull(input, batch, self.limits.batch, stop) == 0 {
            return self.last_piece(batch, 0, false);
        }
        let filled = batch.bytes.filled();
        match memchr(b'\n', filled) {
            Some(end) => self.last_piece(batch, end, false),
            None => {
                *self.in_pieces.get_or_insert(0) += filled.len() as u64;
                Read::Oversized(Piece {
                    first: false,
                    last: false,
                })
            }
        }
    }

    /// The batch holds the rest of a line up to `end`, then its line feed unless the input ended.
    fn last_piece(&mut self, batch: &mut Batch, end: usize, first: bool) -> Read {
        let filled = batch.bytes.filled();
        let behind = (end + 1).min(filled.len());
        self.carry.extend_from_slice(&filled[behind..]);
        self.position += self.in_pieces.take().unwrap_or(0) + behind as u64;
        batch.bytes.truncate(end);
        Read::Oversized(Piece { first, last: true })
    }

    /// Hands on the first `len` bytes and keeps the rest.
    fn cut(&mut self, batch: &mut Batch, len: usize) -> Read {
        self.carry.extend_from_slice(&batch.bytes.filled()[len..]);
        batch.bytes.truncate(len);
        self.position += len as u64;
        Read::Lines
    }

    fn last_line(&mut self, batch: &mut Batch) -> Read {
        let len = batch.bytes.filled().len();
        if len == 0 {
            return Read::End;
        }
        self.position += len as u64;
        if batch.bytes.filled().last() != Some(&b'\n') {
            batch.bytes.extend(b"\n");
        }
        Read::Lines
    }

    /// Reads at most `want` bytes to the end of the batch; 0 once the input has ended.
    fn pull(
        &mut self,
        input: &mut dyn Input,
        batch: &mut Batch,
        want: usize,
        stop: &Stop,
    ) -> usize {
        if self.ended {
            return 0;
        }
        match input.pull(&mut batch.bytes.spare(want)[..want], stop) {
            Ok(Pulled::Bytes(n)) => {
                batch.bytes.advance(n);
                return n;
            }
            Ok(Pulled::End | Pulled::Stopped) => {}
            Err(error) => self.error = Some(error),
        }
        self.ended = true;
        0
    }
}

/// Gives the batch its heading, and looks for the one of the next, which is returned if it is
/// another one.
pub(crate) fn head(framing: &Framing, batch: &mut Batch, heading: &mut Heading) -> Option<Heading> {
    let next = match (framing.heading)(batch.bytes.filled(), heading) {
        None if *heading == Heading::Start => Some(Heading::None),
        next => next,
    };
    batch.heading = heading.clone();
    if let Some(next) = &next {
        heading.clone_from(next);
    }
    next
}

#[cfg(test)]
#[path = "tests/lines.rs"]
mod tests;
