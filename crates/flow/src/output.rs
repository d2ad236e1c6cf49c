//! The late splice: gap, insert, gap, tail, copied once into the batch's output.

use memchr::memchr;

use crate::{Event, Span, Verdict, Work};

/// What leaves a batch: every passed event once, each ended by a line feed, and which sinks take
/// which run of them.
#[derive(Default)]
pub struct Output {
    bytes: Vec<u8>,
    runs: Vec<Run>,
    /// For each event its place in [`Work::events`], where somebody wants to know.
    marks: Option<Vec<u32>>,
}

#[derive(Clone, Copy)]
struct Run {
    sinks: u64,
    events: u32,
    end: usize,
}

impl Output {
    /// Notes from now on which of [`Work::events`] each event is.
    pub fn mark(&mut self) {
        self.marks.get_or_insert_default();
    }

    /// Which of [`Work::events`] each event is; empty where that is not noted.
    pub fn marks(&self) -> &[u32] {
        self.marks.as_deref().unwrap_or_default()
    }

    /// Forgets the events, and gives memory above `keep` bytes back.
    pub fn clear(&mut self, keep: usize) {
        self.bytes.clear();
        self.bytes.shrink_to(keep);
        self.runs.clear();
        if let Some(marks) = &mut self.marks {
            marks.clear();
        }
    }

    /// The events that the sink with index `sink` takes.
    pub fn events(&self, sink: usize) -> Events<'_> {
        Events {
            output: Source::Runs(self, 1 << sink),
        }
    }

    /// Bytes of memory held.
    pub fn capacity(&self) -> usize {
        self.bytes.capacity()
    }

    fn end(&self) -> usize {
        self.runs.last().map_or(0, |run| run.end)
    }
}

/// Events on their way to one sink: slices of whole lines, in order.
#[derive(Clone, Copy)]
pub struct Events<'a> {
    output: Source<'a>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Runs(&'a Output, u64),
    Lines(&'a [u8]),
}

impl<'a> Events<'a> {
    /// The events in `lines`, each ended by a line feed.
    pub fn lines(lines: &'a [u8]) -> Events<'a> {
        Events {
            output: Source::Lines(lines),
        }
    }

    /// Their bytes: each slice is one or more whole events.
    pub fn slices(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let (runs, bytes, bit): (&[Run], &[u8], u64) = match self.output {
            Source::Runs(output, bit) => (&output.runs, &output.bytes, bit),
            Source::Lines(lines) => (&[], lines, 0),
        };
        let whole = (bit == 0 && !bytes.is_empty()).then_some(bytes);
        let starts = std::iter::once(0).chain(runs.iter().map(|run| run.end));
        let runs = runs
            .iter()
            .zip(starts)
            .filter(move |(run, _)| run.sinks & bit != 0);
        whole
            .into_iter()
            .chain(runs.map(move |(run, start)| &bytes[start..run.end]))
    }

    /// The events one by one, without their line feeds: each with its place among all that leave the
    /// batch.
    pub fn each(&self) -> impl Iterator<Item = (usize, &'a [u8])> + use<'a> {
        let (runs, bit): (&[Run], u64) = match self.output {
            Source::Runs(output, bit) => (&output.runs, bit),
            Source::Lines(_) => (&[], 0),
        };
        let mut before = 0;
        let taken = runs.iter().filter_map(move |run| {
            let first = before;
            before += run.events as usize;
            (run.sinks & bit != 0).then_some(first)
        });
        // Of lines alone there is one slice.
        let first = taken.chain((bit == 0).then_some(0));
        let slices = first.zip(self.slices());
        slices.flat_map(|(first, slice)| (first..).zip(Lines(slice)))
    }

    /// How many bytes.
    pub fn len(&self) -> usize {
        self.slices().map(<[u8]>::len).sum()
    }

    /// How many events.
    pub fn count(&self) -> u64 {
        match self.output {
            Source::Runs(output, bit) => output
                .runs
                .iter()
                .filter(|r| r.sinks & bit != 0)
                .map(|r| u64::from(r.events))
                .sum(),
            Source::Lines(lines) => lines.iter().filter(|&&b| b == b'\n').count() as u64,
        }
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.slices().next().is_none()
    }
}

/// Lines without their line feeds.
struct Lines<'a>(&'a [u8]);

impl<'a> Iterator for Lines<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let at = memchr(b'\n', self.0)?;
        let line = &self.0[..at];
        self.0 = &self.0[at + 1..];
        Some(line)
    }
}

/// Copies every event that is kept and taken from `bytes` to `output`, with its edits.
///
/// Each event ends with a line feed. What no edit names is the original, byte for byte.
///
/// # Panics
/// If the edits of an event overlap, are out of order or lie outside it: a fault of the format,
/// which must not reach a sink.
pub fn splice(bytes: &[u8], work: &Work, output: &mut Output) {
    let mut copied = Pending { start: 0, end: 0 };
    for (index, event) in work.events.iter().enumerate() {
        if event.sinks == 0 || event.verdict != Verdict::Keep {
            continue;
        }
        let edits = &work.edits[event.edits];
        let (start, end) = (event.raw.start(), event.raw.end());
        if copied.end != start {
            copied.flush(bytes, output);
            copied = Pending { start, end: start };
        }
        for edit in edits {
            let gap = copied.end.max(start)..edit.raw.start();
            assert!(
                gap.start <= gap.end && edit.raw.end() <= end,
                "edits out of order"
            );
            copied.end = gap.end;
            copied.flush(bytes, output);
            output.bytes.extend_from_slice(&work.text[edit.text]);
            copied = Pending {
                start: edit.raw.end(),
                end: edit.raw.end(),
            };
        }
        // The line feed behind the event is part of the copy, so untouched neighbours are one run.
        copied.end = end + 1;
        debug_assert_eq!(bytes.get(end), Some(&b'\n'));
        note(output, event, &copied);
        if let Some(marks) = &mut output.marks {
            marks.push(index as u32);
        }
    }
    copied.flush(bytes, output);
}

/// A stretch of the original that is still to be copied.
struct Pending {
    start: usize,
    end: usize,
}

impl Pending {
    #[inline]
    fn flush(&self, bytes: &[u8], output: &mut Output) {
        output
            .bytes
            .extend_from_slice(&bytes[Span::new(self.start, self.end)]);
    }
}

fn note(output: &mut Output, event: &Event, pending: &Pending) {
    let end = output.bytes.len() + (pending.end - pending.start);
    debug_assert!(end > output.end());
    match output.runs.last_mut() {
        Some(run) if run.sinks == event.sinks => {
            run.end = end;
            run.events += 1;
        }
        _ => output.runs.push(Run {
            sinks: event.sinks,
            events: 1,
            end,
        }),
    }
}
