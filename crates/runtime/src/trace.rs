//! What tells each event that leaves a batch from every other one, and what it came as.
//!
//! An id is the first half of a SHA-256 over the name of the stream, the place in it and the raw bytes
//! of the record. The place alone would not do: a topic that is made anew and a file that is cut off
//! count from the beginning again, and their events must not be taken for those before. Nor would the
//! bytes alone: the same line twice is two events. Whoever sends events can choose their bytes, so
//! it is a cryptographic hash. Of several events made of one record each has a number besides.

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

    /// Adds the traces of the events that left a part of the batch.
    pub fn add(&mut self, part: &Traced<'_>) {
        let batch = part.batch;
        let stream = match &batch.stream {
            Some(stream) if self.wants.ids => {
                let mut context = Context::new(&SHA256);
                context.update(stream.as_bytes());
                // No name holds it, so a name and a place are never another name and place.
                context.update(&[0]);
                Some(context)
            }
            _ => None,
        };
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
                if let (Some(stream), Some((_, position))) = (&stream, place) {
                    let hash = hashed.get_or_insert_with(|| hash(stream, position, line));
                    trace.id = Some(id(hash, number));
                }
            }
            self.traces.push(trace);
        }
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

fn hash(stream: &Context, position: u64, line: &[u8]) -> Digest {
    let mut context = stream.clone();
    context.update(&position.to_le_bytes());
    context.update(line);
    context.finish()
}

fn id(record: &Digest, number: u64) -> Id {
    let half = |digest: &Digest| digest.as_ref().first_chunk().copied().unwrap_or_default();
    Id(match number {
        0 => half(record),
        number => {
            let numbered = [record.as_ref(), &number.to_le_bytes()].concat();
            half(&digest(&SHA256, &numbered))
        }
    })
}

#[cfg(test)]
#[path = "tests/trace.rs"]
mod tests;
