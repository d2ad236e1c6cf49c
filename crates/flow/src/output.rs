//! The late splice: an event with edits is copied once with them, all others leave from where they
//! are.

use crate::{Span, Verdict, Work};

/// What leaves a batch: every passed event once, each ended by a line feed, and which sinks take
/// which run of them.
#[derive(Default)]
pub struct Output {
    edited: Vec<u8>,
    runs: Vec<Run>,
}

/// Neighbours that the same sinks take.
#[derive(Clone, Copy)]
struct Run {
    sinks: u64,
    events: u32,
    /// Whether they lie in `edited`, or else in the batch.
    edited: bool,
    start: usize,
    end: usize,
}

impl Output {
    /// Forgets the events, and gives memory above `keep` bytes back.
    pub fn clear(&mut self, keep: usize) {
        self.edited.clear();
        self.edited.shrink_to(keep);
        self.runs.clear();
    }

    /// The events of `batch` that the sink with index `sink` takes.
    pub fn events<'a>(&'a self, batch: &'a [u8], sink: usize) -> Events<'a> {
        Events {
            output: Source::Runs(self, batch, 1 << sink),
        }
    }

    /// Bytes of memory held.
    pub fn capacity(&self) -> usize {
        self.edited.capacity()
    }

    #[inline]
    fn note(&mut self, sinks: u64, edited: bool, start: usize, end: usize) {
        match self.runs.last_mut() {
            Some(run) if run.sinks == sinks && run.edited == edited && run.end == start => {
                run.end = end;
                run.events += 1;
            }
            _ => self.runs.push(Run {
                sinks,
                events: 1,
                edited,
                start,
                end,
            }),
        }
    }
}

/// Events on their way to one sink: slices of whole lines, in order.
#[derive(Clone, Copy)]
pub struct Events<'a> {
    output: Source<'a>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Runs(&'a Output, &'a [u8], u64),
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
        let (runs, edited, batch, bit): (&[Run], &[u8], &[u8], u64) = match self.output {
            Source::Runs(output, batch, bit) => (&output.runs, &output.edited, batch, bit),
            Source::Lines(lines) => (&[], &[], lines, 0),
        };
        let whole = (bit == 0 && !batch.is_empty()).then_some(batch);
        let runs = runs.iter().filter(move |run| run.sinks & bit != 0);
        whole.into_iter().chain(runs.map(move |run| {
            let bytes = if run.edited { edited } else { batch };
            &bytes[run.start..run.end]
        }))
    }

    /// How many bytes.
    pub fn len(&self) -> usize {
        self.slices().map(<[u8]>::len).sum()
    }

    /// How many events.
    pub fn count(&self) -> u64 {
        match self.output {
            Source::Runs(output, _, bit) => output
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

/// Puts every event that is kept and taken into `output`, with its edits.
///
/// `bytes` are what `work` speaks of, and begin at `at` of the batch. Each event ends with a line
/// feed. What no edit names is the original, byte for byte.
///
/// # Panics
/// If the edits of an event overlap, are out of order or lie outside it: a fault of the format,
/// which must not reach a sink.
pub fn splice(bytes: &[u8], at: usize, work: &Work, output: &mut Output) {
    for event in &work.events {
        if event.sinks == 0 || event.verdict != Verdict::Keep {
            continue;
        }
        // With the line feed behind it, so that untouched neighbours are one run.
        let (start, end) = (event.raw.start(), event.raw.end() + 1);
        debug_assert_eq!(bytes.get(end - 1), Some(&b'\n'));
        let edits = &work.edits[event.edits];
        if edits.is_empty() {
            output.note(event.sinks, false, at + start, at + end);
            continue;
        }
        let first = output.edited.len();
        let mut copied = start;
        for edit in edits {
            assert!(
                copied <= edit.raw.start() && edit.raw.end() < end,
                "edits out of order"
            );
            let gap = Span::new(copied, edit.raw.start());
            output.edited.extend_from_slice(&bytes[gap]);
            output.edited.extend_from_slice(&work.text[edit.text]);
            copied = edit.raw.end();
        }
        output
            .edited
            .extend_from_slice(&bytes[Span::new(copied, end)]);
        output.note(event.sinks, true, first, output.edited.len());
    }
}
