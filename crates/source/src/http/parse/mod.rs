//! Bodies into lines: newline-delimited JSON and text, JSON values, bulk requests.
//!
//! - A parser takes a body in pieces of any size and gives the same lines wherever it was cut.
//! - The bytes of an event stay as they are. Only a line feed inside of it cannot: it becomes a space,
//!   or `\n` where it stands in a string.
//! - Blank lines are no events. Anything else is one, whether it is JSON or not.
//! - Time is linear in the body, and memory is one event and one piece.

pub(crate) mod bulk;
pub(crate) mod json;
pub(crate) mod line;

use std::ops::Range;

/// Reads one body.
pub(crate) trait Parse {
    /// Takes the next piece.
    fn push(&mut self, piece: &[u8], out: &mut Out) -> Result<(), Malformed>;

    /// Takes the end of the body.
    fn end(&mut self, out: &mut Out) -> Result<(), Malformed>;

    /// Bytes of memory held, besides what is given out.
    fn memory(&self) -> usize {
        0
    }
}

/// A body that cannot be read any further, and why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Malformed {
    /// It has not the shape that it must have.
    Syntax(String),
    /// It holds more than can be answered.
    Large(String),
}

/// What a body's events become: whole lines, and parts of lines that are too long for one.
pub(crate) struct Out {
    bytes: Vec<u8>,
    /// Where each run of whole lines, or part of a long one, ends.
    runs: Vec<Run>,
    /// Bytes of the longest event.
    longest: usize,
    /// The beginning of the unfinished line was cut off, as a part of a line that is too long.
    cut: bool,
    /// Events that were begun and ended.
    events: u64,
}

/// Bytes that are handed on together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    /// Where it ends; it begins where the one before it ends.
    pub end: usize,
    /// A part of one line that is too long, without a line feed; otherwise whole lines.
    pub oversized: bool,
}

impl Out {
    /// Nothing yet.
    pub fn new(longest: usize) -> Out {
        Out {
            bytes: Vec::new(),
            runs: Vec::new(),
            longest,
            cut: false,
            events: 0,
        }
    }

    /// Appends to the unfinished line. `part` has no line feed.
    pub fn extend(&mut self, part: &[u8]) {
        self.bytes.extend_from_slice(part);
        if self.bytes.len() - self.finished() > self.longest {
            self.cut = true;
            self.cut_here();
        }
    }

    /// Ends the unfinished line; `false` if it is blank and therefore nothing.
    pub fn end_line(&mut self) -> bool {
        let begin = self.finished();
        if self.cut {
            self.cut = false;
            if begin < self.bytes.len() {
                self.cut_here();
            }
        } else if self.bytes[begin..].trim_ascii().is_empty() {
            self.bytes.truncate(begin);
            return false;
        } else {
            self.bytes.push(b'\n');
            let end = self.bytes.len();
            match self.runs.last_mut() {
                Some(run) if !run.oversized => run.end = end,
                _ => self.runs.push(Run {
                    end,
                    oversized: false,
                }),
            }
        }
        self.events += 1;
        true
    }

    /// Forgets what there is of the unfinished line.
    pub fn forget_line(&mut self) {
        let begin = self.finished();
        self.bytes.truncate(begin);
        self.cut = false;
    }

    /// Events so far.
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Bytes that can be handed on.
    pub fn finished(&self) -> usize {
        self.runs.last().map_or(0, |run| run.end)
    }

    /// Bytes of memory held.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    /// What can be handed on, in order.
    pub fn runs(&self) -> impl Iterator<Item = (&[u8], bool)> {
        let begins = std::iter::once(0).chain(self.runs.iter().map(|run| run.end));
        begins.zip(&self.runs).map(|(begin, run)| {
            let range: Range<usize> = begin..run.end;
            (&self.bytes[range], run.oversized)
        })
    }

    /// Forgets what was handed on, and gives memory above `keep` bytes back.
    pub fn clear(&mut self, keep: usize) {
        self.bytes.drain(..self.finished());
        self.runs.clear();
        self.bytes.shrink_to(keep);
    }

    fn cut_here(&mut self) {
        self.runs.push(Run {
            end: self.bytes.len(),
            oversized: true,
        });
    }
}

#[cfg(test)]
#[path = "../tests/parse.rs"]
mod tests;
