//! Cuts the bytes of a connection into records: lines, or syslog frames with an octet count.
//!
//! - How a connection frames is told by its first bytes, and stays so: a count before a syslog
//!   message means counted frames ([RFC 6587]). It is not asked again before each line, or a line
//!   feed inside a message, followed by a large count, could swallow what comes after it. Where a
//!   counted frame should begin and none does, one line is read in its stead.
//! - A record of several lines is held back until it is whole, its stream is quiet, or it is longer
//!   than a usual batch.
//! - Memory grows with what was received, never with what was announced. All of the buffer but its
//!   first [`FIRST`] bytes is a part of what the connections share; where there is none left, the
//!   begun line goes out as parts of one that is too long. Records that are written anew are no part
//!   of that: up to four times what the buffer holds, freed before the next read.
//! - The same bytes give the same records, however they are split into reads.
//!
//! [RFC 6587]: https://www.rfc-editor.org/rfc/rfc6587

mod count;
pub(crate) mod record;
mod share;

use std::mem;

use memchr::{memchr, memrchr};

use crate::lines::Limits;
use count::{Count, count, count_of_message};
pub(crate) use share::{Bound, Share};

/// Bytes that each connection has without asking.
pub(crate) const FIRST: usize = 2 << 10;
/// Bytes that are read at once at most, and records handed on at once.
const READ: usize = 64 << 10;
/// Bytes of each part of a line that is too long but its first.
const PART: usize = 256 << 10;

/// What comes next in the stream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Next<'a> {
    /// Whole records, each with its line feed.
    Records(&'a [u8]),
    /// A part of a line or frame that is longer than an event may be.
    Oversized(&'a [u8]),
    /// More has to be read.
    More,
}

/// The cutter of one connection.
pub(crate) struct Frames {
    whole: fn(&[u8]) -> usize,
    max_event: usize,
    /// How much of an unfinished record of several lines is held back.
    hold: usize,
    share: Share,
    buffer: Vec<u8>,
    /// Up to here the buffer was handed on.
    at: usize,
    /// Where its last line ends, as far as it was looked at.
    lines: usize,
    /// Up to here line ends were looked for.
    seen: usize,
    /// The value of `lines` for which it is known that no further record is whole.
    asked: usize,
    mode: Mode,
    /// Inside a line or frame that is too long.
    inside: Option<Inside>,
    /// Records that had to be written anew.
    out: Vec<u8>,
    /// Nothing more will come: what is there is handed on.
    ended: bool,
    /// Lines that are held back are handed on.
    released: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Mode {
    Unknown,
    Lines,
    Counted,
}

#[derive(Clone, Copy)]
enum Inside {
    /// Until the line ends.
    Line,
    /// For so many bytes.
    Frame(usize),
}

/// Which bytes of the buffer, or of the records written anew, are next.
enum Cut {
    Buffer(usize, usize),
    Oversized(usize, usize),
    Out,
    More,
}

impl Frames {
    /// For a connection that begins.
    pub fn new(limits: &Limits, share: Share) -> Frames {
        let max_event = limits.max_event.max(1);
        Frames {
            whole: limits.framing.whole,
            max_event,
            hold: limits.batch.min(max_event),
            share,
            buffer: Vec::new(),
            at: 0,
            lines: 0,
            seen: 0,
            asked: 0,
            mode: Mode::Unknown,
            inside: None,
            out: Vec::new(),
            ended: false,
            released: false,
        }
    }

    /// What was received and not handed on.
    pub fn received(&self) -> &[u8] {
        &self.buffer[self.at..]
    }

    /// The buffer, to whose end some bytes can be appended without growing it. To be asked only
    /// after [`Next::More`].
    pub fn room(&mut self) -> &mut Vec<u8> {
        if self.buffer.capacity() == 0 {
            self.buffer.reserve_exact(FIRST);
        }
        &mut self.buffer
    }

    /// Nothing more will come; what is there is handed on, the last line with a line feed.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Whether time makes a difference: see [`Frames::rest`].
    pub fn is_restless(&self) -> bool {
        self.lines > self.at || self.buffer.capacity() > FIRST.max(self.received().len() * 4)
    }

    /// The connection is quiet: lines that were held back are handed on, spare memory is given back.
    pub fn rest(&mut self) {
        self.released = true;
        self.forget();
        if self.buffer.capacity() > FIRST.max(self.buffer.len() * 4) {
            self.shrink(FIRST.max(self.buffer.len() * 2));
        }
    }

    /// What comes next.
    pub fn next(&mut self) -> Next<'_> {
        self.out.clear();
        let mut cut = self.cut(self.ended);
        if let Cut::More = cut {
            self.released = false;
            self.out = Vec::new();
            if !self.make_room() {
                cut = self.cut(true);
            }
        }
        match cut {
            Cut::Buffer(from, to) => {
                // Some senders end a message with NUL, as in C, and then with a line feed.
                if memchr(0, &self.buffer[from..to]).is_none() {
                    return Next::Records(&self.buffer[from..to]);
                }
                let mut out = mem::take(&mut self.out);
                record::strip(&self.buffer[from..to], &mut out);
                self.out = out;
                Next::Records(&self.out)
            }
            Cut::Oversized(from, to) => Next::Oversized(&self.buffer[from..to]),
            Cut::Out => Next::Records(&self.out),
            Cut::More => Next::More,
        }
    }

    /// `forced` if nothing can be waited for.
    fn cut(&mut self, forced: bool) -> Cut {
        if let Some(inside) = self.inside {
            let cut = self.inside(inside, forced);
            if !matches!(cut, Cut::More) || self.inside.is_some() {
                return cut;
            }
        }
        if self.mode == Mode::Unknown {
            self.mode = match count_of_message(self.received()) {
                Count::Unsure if self.received().is_empty() || !forced => return Cut::More,
                Count::Of { .. } => Mode::Counted,
                Count::Unsure | Count::None => Mode::Lines,
            };
        }
        match self.mode {
            Mode::Counted => self.counted(forced),
            _ => self.lines(forced),
        }
    }

    fn lines(&mut self, forced: bool) -> Cut {
        if let Some(last) = memrchr(b'\n', &self.buffer[self.seen..]) {
            self.lines = self.seen + last + 1;
        }
        self.seen = self.buffer.len();
        let at = self.at;
        let unfinished = self.buffer.len() - at;
        if self.lines > at {
            let whole = match self.lines == self.asked {
                true => 0,
                false => (self.whole)(&self.buffer[at..self.lines]),
            };
            self.asked = self.lines;
            if whole > 0 {
                self.at += whole;
                return Cut::Buffer(at, self.at);
            }
            if !self.released && !forced && unfinished <= self.hold {
                return Cut::More;
            }
            self.at = self.lines;
            return Cut::Buffer(at, self.at);
        }
        self.begun_line(unfinished, forced)
    }

    /// The `len` bytes that are there begin a line and do not end it.
    fn begun_line(&mut self, len: usize, forced: bool) -> Cut {
        if len == 0 || (len <= self.max_event && !forced) {
            return Cut::More;
        }
        let at = mem::replace(&mut self.at, self.buffer.len());
        if self.ended && len <= self.max_event {
            self.buffer.push(b'\n');
            (self.at, self.lines, self.seen) = (at + len + 1, at + len + 1, at + len + 1);
            return Cut::Buffer(at, self.at);
        }
        self.inside = Some(Inside::Line);
        Cut::Oversized(at, self.at)
    }

    /// The next part of what is too long; [`Cut::More`] also where it ended without one.
    fn inside(&mut self, inside: Inside, forced: bool) -> Cut {
        let bytes = self.received();
        let (part, behind) = match inside {
            Inside::Line => match memchr(b'\n', bytes) {
                Some(end) => (end, 1),
                None => (bytes.len(), 0),
            },
            Inside::Frame(left) => (left.min(bytes.len()), 0),
        };
        let over = match inside {
            Inside::Line => behind > 0,
            Inside::Frame(left) => left == part,
        };
        if !over && part < PART && !(forced && part > 0) {
            return Cut::More;
        }
        let at = self.at;
        self.at += part + behind;
        // Line ends inside a frame, and in what went out in parts, are none.
        self.seen = self.seen.max(self.at);
        self.inside = match inside {
            _ if over => None,
            Inside::Line => Some(Inside::Line),
            Inside::Frame(left) => Some(Inside::Frame(left - part)),
        };
        match part {
            0 => Cut::More,
            _ => Cut::Oversized(at, at + part),
        }
    }

    fn counted(&mut self, forced: bool) -> Cut {
        let mut out = mem::take(&mut self.out);
        let mut cut = Cut::More;
        while out.len() < READ {
            let bytes = self.received();
            // Some senders end counted frames as they would end lines.
            let pad = bytes.iter().take_while(|b| matches!(b, b'\n' | b'\r' | 0));
            self.at += pad.count();
            let bytes = &self.buffer[self.at..];
            let read = match count(bytes) {
                _ if bytes.is_empty() => break,
                Count::Unsure if !forced => break,
                Count::Of { header, len }
                    if len <= self.max_event && bytes.len() >= header + len =>
                {
                    (header, header + len, header + len)
                }
                Count::Of { header, len } if len > self.max_event || (forced && !self.ended) => {
                    if out.is_empty() {
                        self.at += header;
                        self.inside = Some(Inside::Frame(len));
                        cut = self.inside(Inside::Frame(len), forced);
                    }
                    break;
                }
                Count::Of { .. } if !forced => break,
                // The connection ended within the frame.
                Count::Of { header, .. } => (header, bytes.len(), bytes.len()),
                Count::Unsure | Count::None => match memchr(b'\n', bytes) {
                    Some(end) => (0, end, end + 1),
                    None if self.ended && bytes.len() <= self.max_event => {
                        (0, bytes.len(), bytes.len())
                    }
                    None => {
                        if out.is_empty() {
                            cut = self.begun_line(bytes.len(), forced);
                        }
                        break;
                    }
                },
            };
            let (from, to, behind) = read;
            if out.capacity() == 0 {
                out.reserve(bytes.len().min(READ + READ / 2));
            }
            record::write(&bytes[from..to], &mut out);
            self.at += behind;
        }
        self.out = out;
        match self.out.is_empty() {
            true => cut,
            false => Cut::Out,
        }
    }

    /// Makes room for the next read; `false` if there is none to be had.
    fn make_room(&mut self) -> bool {
        let was_full = self.buffer.len() == self.buffer.capacity();
        self.forget();
        let (len, capacity) = (self.buffer.len(), self.buffer.capacity());
        if len == 0 && capacity > READ {
            self.shrink(READ);
        }
        if capacity == 0 || !(was_full || len == capacity) {
            return true;
        }
        let needed = len > capacity / 2;
        let most = match needed {
            true => self.max_event.saturating_add(READ),
            false => READ,
        };
        let more = (capacity * 2).min(most).saturating_sub(capacity);
        let granted = match needed {
            true => self.share.take(more),
            false => self.share.take_spare(more),
        };
        if granted && more > 0 {
            self.buffer.reserve_exact(capacity + more - len);
        }
        self.buffer.len() < self.buffer.capacity()
    }

    /// Moves what was not handed on to the front.
    fn forget(&mut self) {
        self.buffer.drain(..self.at);
        self.lines = self.lines.saturating_sub(self.at);
        self.seen = self.seen.saturating_sub(self.at);
        self.asked = self.asked.saturating_sub(self.at);
        self.at = 0;
    }

    fn shrink(&mut self, capacity: usize) {
        self.buffer.shrink_to(capacity);
        self.share
            .keep(self.buffer.capacity().saturating_sub(FIRST));
    }
}

#[cfg(test)]
#[path = "../tests/frame.rs"]
mod tests;
