//! The contracts that parts fulfil and the runtime drives.

use crate::{Batch, Counts, Events, Framing, Heading, Path, Span, Stop, Work};

/// Where bytes come in.
///
/// Several threads share a source, one at a time: whoever reads a batch takes it through all steps.
pub trait Source: Send {
    /// Fills `batch`, which comes cleared, with whole lines; blocks until there is at least one.
    ///
    /// Once `stop` is set it returns what it has already taken from its input (an unfinished line
    /// included), then [`Read::End`].
    ///
    /// # Errors
    /// What could not be read. The source has moved past it: the next call goes on with what comes
    /// after, or ends.
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError>;

    /// Who is told when a position is confirmed. `None` for a source that keeps none.
    fn commits(&mut self) -> Option<Box<dyn Commit>> {
        None
    }
}

/// What a read brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Read {
    /// Whole lines.
    Lines,
    /// A part of one line that is longer than an event may be.
    Oversized(Piece),
    /// Nothing, and nothing will come.
    End,
}

/// Which part of an oversized line a batch holds (its bytes, without the line feed).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Piece {
    /// It begins the line.
    pub first: bool,
    /// It ends the line.
    pub last: bool,
}

/// A part that cannot be had: a key's value that does not work on this machine.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct OpenError(pub String);

/// Input that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SourceError(pub String);

/// Takes the positions that are safe to start from again.
pub trait Commit: Send {
    /// Everything of `partition` up to `position` is confirmed. Positions only grow.
    fn commit(&mut self, partition: u32, position: u64);
}

/// How a record's bytes are read and written.
pub trait Format: Send {
    /// Splits `bytes` (whole lines) into events and finds the wanted fields of each.
    fn scan(&mut self, bytes: &[u8], work: &mut Work);

    /// As [`Format::scan`], for lines that a reader wrote and knows the roles of.
    fn scan_lines(&mut self, lines: &Lines, work: &mut Work) {
        self.scan(&lines.bytes, work);
    }

    /// As [`Format::scan`], but `false` as soon as a line is in another format; `work` then holds
    /// only a part.
    fn scan_own(&mut self, bytes: &[u8], work: &mut Work) -> bool {
        self.scan(bytes, work);
        true
    }

    /// Shows `each` value of the field `path` of the record; returns whether the field is there.
    ///
    /// An array shows its elements, an object nothing; strings are unescaped.
    fn values(&mut self, record: &[u8], path: &Path, each: &mut dyn FnMut(Value<'_>)) -> bool;

    /// Shows each string of the record, at any depth, names of fields included, unescaped.
    fn strings(&mut self, record: &[u8], each: &mut dyn FnMut(&[u8]));

    /// Turns the assignments of the event with index `event` into edits.
    fn assign(&mut self, bytes: &[u8], work: &mut Work, event: usize);
}

/// One scalar of a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Value<'a> {
    /// A string, unescaped. Not necessarily UTF-8.
    Text(&'a [u8]),
    /// A number, as it is spelled.
    Number(&'a [u8]),
    /// True or false.
    Bool(bool),
    /// Null.
    Null,
}

/// A step in the middle: looks up, decides, routes.
pub trait Stage: Send {
    /// Adds to `work` what it finds out about the events in `bytes`.
    fn apply(&mut self, bytes: &[u8], work: &mut Work, format: &mut dyn Format);
}

/// Rewrites records of other formats as lines of the one that the steps work on.
pub trait Reader: Send {
    /// Whether lines that are in that format already are left as they are: then a batch of nothing
    /// else need not be read.
    fn leaves_own(&self) -> bool;

    /// Appends every record of `bytes` (whole lines) to `lines`, a line or more for each. `heading`
    /// says what stands before the batch.
    fn read(&mut self, bytes: &[u8], heading: &Heading, lines: &mut Lines, counts: &mut Counts);
}

/// The roles that a reader finds in any format: the path of each, and whether it is a port.
pub const ROLES: [(&str, bool); 8] = [
    ("source.ip", false),
    ("source.port", true),
    ("source.nat.ip", false),
    ("source.nat.port", true),
    ("destination.ip", false),
    ("destination.port", true),
    ("destination.nat.ip", false),
    ("destination.nat.port", true),
];

/// Where the value of each of [`ROLES`] stands; empty for one that the record does not have.
pub type Roles = [Span; ROLES.len()];

/// What a reader made of a batch.
#[derive(Default)]
pub struct Lines {
    /// Lines in the format that the steps work on.
    pub bytes: Vec<u8>,
    /// Those of them, with their line feeds, that the reader wrote itself, in order.
    pub written: Vec<(Span, Roles)>,
    /// What each run of them was made of, in order: where the run ends, and the record in the batch.
    pub records: Vec<(usize, Span)>,
}

impl Lines {
    /// Whether it is said of each line what it was made of.
    fn are_traced(&self) -> bool {
        let ends = self.records.iter().map(|(end, _)| *end);
        ends.is_sorted() && self.records.last().map_or(0, |(end, _)| *end) == self.bytes.len()
    }
}

/// The steps of one worker, with their scratch memory.
pub struct Steps {
    reader: Option<Box<dyn Reader>>,
    format: Box<dyn Format>,
    stages: Vec<Box<dyn Stage>>,
    /// The last batch, rewritten.
    lines: Lines,
    rewritten: bool,
}

impl Steps {
    /// Steps in their order.
    pub fn new(
        reader: Option<Box<dyn Reader>>,
        format: Box<dyn Format>,
        stages: Vec<Box<dyn Stage>>,
    ) -> Steps {
        Steps {
            reader,
            format,
            stages,
            lines: Lines::default(),
            rewritten: false,
        }
    }

    /// Takes `batch` (whole lines) through reader, format, stages and assignments; `work` comes
    /// cleared. Returns the bytes that `work` is about: the batch, or what the reader made of it.
    pub fn run<'a>(&'a mut self, batch: &'a [u8], heading: &Heading, work: &mut Work) -> &'a [u8] {
        self.rewritten = match &mut self.reader {
            Some(reader) if !reader.leaves_own() || !self.format.scan_own(batch, work) => {
                work.clear();
                self.lines.bytes.clear();
                self.lines.written.clear();
                self.lines.records.clear();
                // Memory for a huge batch is not kept for usual ones.
                self.lines
                    .bytes
                    .shrink_to(batch.len().saturating_mul(4).max(1 << 20));
                reader.read(batch, heading, &mut self.lines, &mut work.counts);
                debug_assert!(self.lines.are_traced());
                self.format.scan_lines(&self.lines, work);
                true
            }
            Some(_) => false,
            None => {
                self.format.scan(batch, work);
                false
            }
        };
        let bytes = match self.rewritten {
            true => &self.lines.bytes,
            false => batch,
        };
        for stage in &mut self.stages {
            stage.apply(bytes, work, &mut *self.format);
        }
        for event in 0..work.events.len() {
            let e = &work.events[event];
            if !e.assignments.is_empty() && e.sinks != 0 {
                self.format.assign(bytes, work, event);
            }
        }
        bytes
    }

    /// What each run of the rewritten lines was made of; `None` if nothing was rewritten.
    pub fn records(&self) -> Option<&[(usize, Span)]> {
        self.rewritten.then_some(self.lines.records.as_slice())
    }

    /// What the last run returned for this batch.
    pub fn bytes<'a>(&'a self, batch: &'a [u8]) -> &'a [u8] {
        match self.rewritten {
            true => &self.lines.bytes,
            false => batch,
        }
    }
}

/// One snapshot of configuration and tables, from which each worker makes its own steps.
pub trait Plan: Send + Sync {
    /// Fresh steps over this snapshot, for the source at this place in the list of sources.
    fn steps(&self, source: usize) -> Steps;

    /// What makes a record in that source's batches, and a heading: asked where a batch is cut.
    fn framing(&self, source: usize) -> Framing {
        let _ = source;
        Framing::default()
    }

    /// What the places in its [`Counts`] stand for; a place without a name is counted only in sums.
    fn names(&self) -> Names {
        Names::default()
    }
}

/// What the places in [`Counts::labels`] and [`Counts::rules`] stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// The labels.
    pub labels: Vec<String>,
    /// The rules.
    pub rules: Vec<RuleName>,
}

/// A rule, as it is reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleName {
    /// What it is called.
    pub name: String,
    /// Whether an event that it counts is dropped by it.
    pub drops: bool,
}

/// Where events go out.
pub trait Sink: Send {
    /// Writes the events and returns once they are safe.
    ///
    /// # Errors
    /// After [`WriteError::Unreachable`] it is called again with the same events: a sink that has
    /// written some of them remembers how far it came. After [`WriteError::Refused`] it is called
    /// with parts of them.
    fn write(&mut self, events: &Events<'_>) -> Result<(), WriteError>;

    /// Called once after the last write.
    ///
    /// # Errors
    /// What could not be made safe.
    fn finish(&mut self) -> Result<(), WriteError> {
        Ok(())
    }
}

/// Why events were not written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// Not now: worth trying again for ever.
    #[error("{0}")]
    Unreachable(String),
    /// Never: one of these events at least will not be taken.
    #[error("{0}")]
    Refused(String),
    /// Nobody reads any more, and that is no fault: the reader of a pipe went away.
    #[error("the reader has gone")]
    Closed,
}
