//! What tells each event that leaves a batch from every other one, and what it came as.
//!
//! An id is the first half of a SHA-256 over the name of the stream, the place in it and the raw bytes
//! of the record. The place alone would not do: a topic that is made anew and a file that is cut off
//! count from the beginning again, and their events must not be taken for those before. Nor would the
//! bytes alone: the same line twice is two events. Whoever sends events can choose their bytes, so
//! it is a cryptographic hash. Of several events made of one record each has a number besides. A dead
//! letter that is sent again brings its event's id with it.

use std::ops::Range;

use knownet_flow::{Batch, Id, Place, Span, Trace, Wants, Work};
use ring::digest::{Context, Digest, SHA256, digest};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

pub(crate) struct Tracer {
    wants: Wants,
    /// One for each event of the output.
    pub traces: Vec<Trace>,
}

/// A part of a batch after the steps.
pub(crate) struct Traced<'a> {
    pub batch: &'a Batch,
    /// Where in the batch the part begins.
    pub base: usize,
    /// What rewritten lines were made of.
    pub records: Option<&'a [(usize, Span)]>,
    pub work: &'a Work,
    /// Which of the part's events left it.
    pub marks: &'a [u32],
}

impl Tracer {
    /// A tracer for couriers that want this.
    pub fn new(wants: Wants) -> Tracer {
        Tracer {
            wants,
            traces: Vec::new(),
        }
    }

    /// Whether anybody wants traces.
    pub fn is_wanted(&self) -> bool {
        self.wants.ids || self.wants.messages
    }

    /// The id of the record that this part of a batch is; `None` if nobody wants any, or it cannot be read
    /// again.
    pub fn record(&self, batch: &Batch, part: Range<usize>) -> Option<Id> {
        let (line, mark) = bare(&batch.bytes.filled()[part.clone()]);
        let places = Places::new(&batch.places).of(part.start + mark);
        let (index, position) = places.filter(|_| self.wants.ids)?;
        let hash = || Some(hash(&begin(batch.stream.as_ref()?), position, line));
        batch.ids.get(index).copied().or_else(hash)
    }

    /// Adds the traces of the events that left a part of the batch.
    pub fn add(&mut self, part: &Traced<'_>) {
        let batch = part.batch;
        let stream = batch.stream.as_ref().filter(|_| self.wants.ids);
        let stream = stream.map(|name| begin(name));
        let mut marks = part.marks.iter().peekable();
        let mut records = part.records.map(|all| all.iter().copied().peekable());
        let mut places = Places::new(&batch.places);
        let (mut last, mut number, mut hashed) = (None, 0_u64, None);
        for (index, event) in part.work.events.iter().enumerate() {
            let raw = match &mut records {
                None => Some(event.raw),
                Some(records) => {
                    while records
                        .next_if(|(end, _)| *end <= event.raw.start())
                        .is_some()
                    {}
                    records.peek().map(|(_, raw)| *raw)
                }
            };
            let start = raw.map(|raw| raw.start());
            number = match start == last {
                true => number + 1,
                false => 0,
            };
            if number == 0 {
                (last, hashed) = (start, None);
            }
            if marks.next_if(|mark| **mark as usize == index).is_none() {
                continue;
            }
            let mut trace = Trace::default();
            if let Some(raw) = raw {
                let line = &batch.bytes.filled()[part.base + raw.start()..part.base + raw.end()];
                let (line, mark) = bare(line);
                let place = places.of(part.base + raw.start() + mark);
                if self.wants.messages && !batch.messages.is_empty() {
                    trace.message = place.map(|(index, _)| index as u32);
                }
                if let Some((index, position)) = place.filter(|_| self.wants.ids) {
                    let known = hashed.or_else(|| batch.ids.get(index).copied());
                    hashed = known.or_else(|| Some(hash(stream.as_ref()?, position, line)));
                    trace.id = hashed.map(|record| numbered(record, number));
                }
            }
            self.traces.push(trace);
        }
    }
}

/// The id of a record that comes in pieces: what it would be if it came as a whole.
pub(crate) struct Pieced {
    context: Context,
    /// What was added last ended with a carriage return, which may be the record's end.
    returned: bool,
}

impl Pieced {
    /// Of the record whose first piece this batch is; `None` if it cannot be read again.
    pub fn begin(batch: &Batch) -> Option<Pieced> {
        let bytes = batch.bytes.filled();
        let rest = bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(bytes);
        let (_, position) = Places::new(&batch.places).of(bytes.len() - rest.len())?;
        let mut context = begin(batch.stream.as_ref()?);
        context.update(&position.to_le_bytes());
        let returned = false;
        let mut pieced = Pieced { context, returned };
        pieced.add(rest);
        Some(pieced)
    }

    /// Adds the next bytes.
    pub fn add(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        let rest = bytes.strip_suffix(b"\r");
        if std::mem::replace(&mut self.returned, rest.is_some()) {
            self.context.update(b"\r");
        }
        self.context.update(rest.unwrap_or(bytes));
    }

    /// The id of what was added.
    pub fn id(self) -> Id {
        half(&self.context.finish())
    }
}

/// The positions of lines, asked for in the order of the lines.
struct Places<'a> {
    all: &'a [Place],
    at: usize,
    begin: usize,
}

impl Places<'_> {
    fn new(all: &[Place]) -> Places<'_> {
        Places {
            all,
            at: 0,
            begin: 0,
        }
    }

    /// The run that `offset` lies in, and its position.
    fn of(&mut self, offset: usize) -> Option<(usize, u64)> {
        while self.all.get(self.at)?.end <= offset {
            self.begin = self.all[self.at].end;
            self.at += 1;
        }
        let behind = offset.checked_sub(self.begin)?;
        Some((self.at, self.all[self.at].position + behind as u64))
    }
}

/// The line without its end and byte order mark, and how long that mark is: whether they belong to a
/// record depends on how the batch was read.
fn bare(line: &[u8]) -> (&[u8], usize) {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line.strip_prefix(BYTE_ORDER_MARK) {
        Some(rest) => (rest, BYTE_ORDER_MARK.len()),
        None => (line, 0),
    }
}

fn begin(stream: &str) -> Context {
    let mut context = Context::new(&SHA256);
    context.update(stream.as_bytes());
    // No name holds it, so a name and a place are never another name and place.
    context.update(&[0]);
    context
}

fn hash(stream: &Context, position: u64, line: &[u8]) -> Id {
    let mut context = stream.clone();
    context.update(&position.to_le_bytes());
    context.update(line);
    half(&context.finish())
}

/// The id of the event with this number among those of a record.
fn numbered(record: Id, number: u64) -> Id {
    match number {
        0 => record,
        number => derived(record, &number.to_le_bytes()),
    }
}

/// Another id that follows from `id` and `what`.
pub(crate) fn derived(id: Id, what: &[u8]) -> Id {
    half(&digest(&SHA256, &[&id.0, what].concat()))
}

fn half(digest: &Digest) -> Id {
    Id(digest.as_ref().first_chunk().copied().unwrap_or_default())
}

#[cfg(test)]
#[path = "tests/trace.rs"]
mod tests;
