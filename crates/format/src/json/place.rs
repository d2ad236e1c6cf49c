//! Writes values into a record as edits of its bytes.
//!
//! - A target that exists is replaced: of duplicates and spellings the one that counts when it is
//!   read (see [`super::exact`]).
//! - One that does not is added as the last member of the deepest object on its way; objects that
//!   are missing are created, once for all targets that need them.
//! - Where something on the way is no object, nothing is written and the event's `tags` gain
//!   `_enrichfailure`.

use knownet_flow::{Assignment, Edit, Event, Path, Span, Work};
use memchr::memmem::Finder;

use super::plan::Plan;
use super::{PLAIN, WRITTEN, exact};

/// What can be written.
pub struct Targets(Vec<Target>);

struct Target {
    path: Box<str>,
    /// The path's last segment as it ends in any spelling.
    last: Finder<'static>,
    shape: Shape,
    /// Whether no reader of text writes a member of this name.
    free: bool,
    /// What to write before and behind the value where nothing of the path is there.
    whole: (Box<[u8]>, Box<[u8]>),
}

/// How much of a path can be placed without looking at the whole record.
enum Shape {
    /// One segment.
    Single,
    /// Two, and no other target shares the first, which is here with its quotes.
    Double(Box<Finder<'static>>),
    /// Anything else.
    Deep,
}

/// A place that was found in short.
pub enum Spot {
    /// Before the record's last brace.
    End,
    /// Before this brace of an object in it; whether that object is empty.
    Inside(usize, bool),
}

/// Whether a line that a reader wrote may have a member of this name at its top: ECS names and those
/// of vendors are of small letters, digits and `_`.
fn may_be_written(name: &str) -> bool {
    let small = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_');
    name.bytes().all(small) || name == "@timestamp"
}

impl Targets {
    pub fn new(paths: &[Path]) -> Targets {
        let target = |path: &Path| {
            let segments: Vec<&str> = path.segments().collect();
            let shares = |other: &&Path| other.segments().next() == Some(segments[0]);
            let alone = paths.iter().filter(shares).count() == 1;
            Target {
                path: path.as_str().into(),
                last: Finder::new(&format!("{}\"", path.leaf())).into_owned(),
                free: segments.len() == 1 && !may_be_written(segments[0]),
                shape: match segments[..] {
                    [_] => Shape::Single,
                    [first, _] if alone => {
                        Shape::Double(Box::new(Finder::new(&format!("\"{first}\"")).into_owned()))
                    }
                    _ => Shape::Deep,
                },
                whole: (
                    format!(",\"{}\":", segments.join("\":{\""))
                        .into_bytes()
                        .into(),
                    "}".repeat(segments.len() - 1).into_bytes().into(),
                ),
            }
        };
        Targets(paths.iter().map(target).collect())
    }

    /// Turns the assignments of event `index` into edits. `member` finds where the value of a
    /// top-level member begins by the member's name in quotes; `spots` is scratch memory.
    pub fn assign(
        &self,
        bytes: &[u8],
        work: &mut Work,
        index: usize,
        spots: &mut Vec<Spot>,
        member: &mut dyn FnMut(&[u8], &Finder<'static>) -> Option<usize>,
    ) {
        let event = work.events[index];
        let record = &bytes[event.raw];
        let start = work.edits.len();
        let close = record.iter().rposition(|&c| c == b'}');
        let empty = |close: usize| record[..close].trim_ascii_end().ends_with(b"{");
        match close {
            Some(close)
                if matches!(event.note, PLAIN | WRITTEN)
                    && !empty(close)
                    && self.short(record, &event, work, spots, member) =>
            {
                self.insert(event.raw.start(), close, event.assignments, work, spots);
            }
            _ => self.exactly(record, event.raw.start(), event.assignments, work),
        }
        work.events[index].edits = Span::new(start, work.edits.len());
    }

    /// Finds the spot of each assignment, if all can be found without reading the whole record.
    fn short(
        &self,
        record: &[u8],
        event: &Event,
        work: &Work,
        spots: &mut Vec<Spot>,
        member: &mut dyn FnMut(&[u8], &Finder<'static>) -> Option<usize>,
    ) -> bool {
        spots.clear();
        work.assignments[event.assignments]
            .iter()
            .all(|assignment| {
                let target = &self.0[usize::from(assignment.target)];
                let free = target.free && event.note == WRITTEN;
                if !free && target.last.find(record).is_some() {
                    return false; // perhaps it is there already
                }
                spots.push(match &target.shape {
                    Shape::Single => Spot::End,
                    Shape::Double(first) => match member(record, first) {
                        None => Spot::End,
                        Some(open) if record[open] == b'{' => {
                            let Some(end) = exact::value_end(record, open) else {
                                return false;
                            };
                            Spot::Inside(end - 1, exact::space(record, open + 1) == end - 1)
                        }
                        _ => return false,
                    },
                    Shape::Deep => return false,
                });
                true
            })
    }

    /// Writes each value at its spot of the record that begins at `base` and closes at `close`.
    fn insert(
        &self,
        base: usize,
        close: usize,
        assignments: Span,
        work: &mut Work,
        spots: &[Spot],
    ) {
        let first = work.edits.len();
        for (assignment, spot) in assignments.range().zip(spots) {
            if let Spot::Inside(at, empty) = *spot {
                let Assignment { target, value } = work.assignments[assignment];
                let start = work.text.len();
                let Target { path, .. } = &self.0[usize::from(target)];
                let name = path.rsplit('.').next().unwrap_or(path);
                work.text
                    .extend_from_slice(if empty { b"\"" } else { b",\"" });
                work.text.extend_from_slice(name.as_bytes());
                work.text.extend_from_slice(b"\":");
                work.text.extend_from_within(value.range());
                let text = Span::new(start, work.text.len());
                work.edits.push(Edit {
                    raw: Span::new(base + at, base + at),
                    text,
                });
            }
        }
        work.edits[first..].sort_unstable_by_key(|edit| edit.raw.start());
        let start = work.text.len();
        for (assignment, spot) in assignments.range().zip(spots) {
            if let Spot::End = spot {
                let Assignment { target, value } = work.assignments[assignment];
                let (before, behind) = &self.0[usize::from(target)].whole;
                work.text.extend_from_slice(before);
                work.text.extend_from_within(value.range());
                work.text.extend_from_slice(behind);
            }
        }
        if work.text.len() > start {
            let text = Span::new(start, work.text.len());
            work.edits.push(Edit {
                raw: Span::new(base + close, base + close),
                text,
            });
        }
    }

    /// Writes the values after a look at the whole record, which begins at `base`.
    #[cold]
    #[inline(never)]
    fn exactly(&self, record: &[u8], base: usize, assignments: Span, work: &mut Work) {
        let mut plan = Plan::new(record);
        for index in assignments.range() {
            let Assignment { target, value } = work.assignments[index];
            plan.write(&self.0[usize::from(target)].path, &work.text[value]);
        }
        work.counts.enrich_failures += u64::from(plan.failed());
        for (raw, text) in plan.edits() {
            let start = work.text.len();
            work.text.extend_from_slice(&text);
            work.edits.push(Edit {
                raw: Span::new(base + raw.start(), base + raw.end()),
                text: Span::new(start, work.text.len()),
            });
        }
    }
}
