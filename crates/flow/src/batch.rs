//! Raw bytes on their way in: whole lines with the place they came from.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use crate::{Id, Messages};

/// A byte buffer that is zeroed once and reused: a source reads straight into [`Buffer::spare`].
#[derive(Default)]
pub struct Buffer {
    bytes: Vec<u8>,
    len: usize,
}

impl Buffer {
    /// The bytes filled so far.
    #[inline]
    pub fn filled(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// At least `want` writable bytes behind the filled ones.
    pub fn spare(&mut self, want: usize) -> &mut [u8] {
        if self.bytes.len() - self.len < want {
            self.bytes.resize(self.len + want, 0);
        }
        &mut self.bytes[self.len..]
    }

    /// Counts the first `n` spare bytes as filled.
    ///
    /// # Panics
    /// If fewer than `n` were spare.
    pub fn advance(&mut self, n: usize) {
        assert!(n <= self.bytes.len() - self.len, "advanced past the buffer");
        self.len += n;
    }

    /// Appends a copy of `bytes`.
    pub fn extend(&mut self, bytes: &[u8]) {
        self.spare(bytes.len())[..bytes.len()].copy_from_slice(bytes);
        self.advance(bytes.len());
    }

    /// Keeps the first `len` filled bytes.
    pub fn truncate(&mut self, len: usize) {
        self.len = self.len.min(len);
    }

    /// Forgets the bytes, and gives memory above `keep` bytes back.
    pub fn clear(&mut self, keep: usize) {
        self.len = 0;
        if self.bytes.len() > keep {
            self.bytes.truncate(keep);
            self.bytes.shrink_to_fit();
        }
    }

    /// Bytes of memory held.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }
}

/// What stands before a batch in its stream and says how its lines are read.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Heading {
    /// Nothing.
    #[default]
    None,
    /// The batch begins the stream.
    Start,
    /// The lines that name the columns, such as `#Fields:` and the comments around it.
    Lines(Arc<[u8]>),
}

/// What a source has to know of its records' format, so that each batch can be read by itself.
#[derive(Clone, Copy)]
pub struct Framing {
    /// How many of these bytes, which are whole lines, are whole records.
    pub whole: fn(&[u8]) -> usize,
    /// What stands before the batch behind this one, whose own heading is given; `None` if it is the
    /// same.
    pub heading: fn(&[u8], &Heading) -> Option<Heading>,
}

impl Default for Framing {
    /// Every line is a record, and none is a heading.
    fn default() -> Framing {
        Framing {
            whole: <[u8]>::len,
            heading: |_, _| None,
        }
    }
}

impl fmt::Debug for Framing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Framing")
    }
}

/// Who sent a run of a batch's lines, and when they came in: what a spool writes beside them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Origin {
    /// Where the run ends in the batch's bytes; it begins where the one before it ends.
    pub end: usize,
    /// The sender, where it has an address.
    pub peer: Option<SocketAddr>,
    /// When the first of the lines was received.
    pub time: SystemTime,
}

/// Where a run of a batch's lines stands in their stream: a line that begins so many bytes behind the
/// beginning of the run stands so far behind the run's position.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Where the run ends in the batch's bytes; it begins where the one before it ends.
    pub end: usize,
    /// Where it begins in the stream. The same whenever it is read again.
    pub position: u64,
}

/// Whole lines that travel together, and the position behind them.
///
/// Every line in `bytes` ends with `\n`; a source adds the one that the last line of its input may
/// lack.
#[derive(Default)]
pub struct Batch {
    /// The raw lines.
    pub bytes: Buffer,
    /// What stands before them.
    pub heading: Heading,
    /// Who sent them: all of them, or empty where nobody did.
    pub origins: Vec<Origin>,
    /// What names the stream that they were read from, in every run; `None` if they cannot be read
    /// again.
    pub stream: Option<Arc<str>>,
    /// Where they stand in the stream: all of them, or empty where that cannot be said.
    pub places: Vec<Place>,
    /// What tells the lines of each of `places` from others, where that was known before; else empty, and
    /// it follows from the stream, the place and the bytes.
    pub ids: Vec<Id>,
    /// What they came as.
    pub messages: Messages,
    /// Which of the source's partitions they came from.
    pub partition: u32,
    /// Where reading goes on once this batch is confirmed; what it counts is the source's affair
    /// (bytes of a file, offsets of a topic) as long as it grows within a partition.
    pub position: u64,
}

impl Batch {
    /// Makes it ready for the next read, and gives memory above `keep` bytes back.
    pub fn clear(&mut self, keep: usize) {
        self.bytes.clear(keep);
        self.heading = Heading::None;
        self.origins.clear();
        self.stream = None;
        self.places.clear();
        self.places.shrink_to(keep / size_of::<Place>());
        self.ids.clear();
        self.ids.shrink_to(keep / size_of::<Id>());
        self.messages.clear(keep);
    }
}
