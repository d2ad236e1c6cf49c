//! Writes values into a record as edits of its bytes.
//!
//! - A target that exists is replaced: of duplicates and spellings the one that counts when it is
//!   read (see [`super::exact`]).
//! - One that does not is added as the last member of the deepest object on its way; objects that
//!   are missing are created, once for all targets that need them.
//! - Where something on the way is no object, nothing is written and the event's `tags` gain
//!   `_enrichfailure`.

use knownet_flow::{Assignment, Edit, Path, Span, Work};
use memchr::memmem::Finder;

use super::string::unescape;
use super::{PLAIN, exact};

/// The tag of an event that a value could not be written into.
const FAILURE: &[u8] = b"\"_enrichfailure\"";

/// What can be written.
pub struct Targets(Vec<Target>);

struct Target {
    path: Box<str>,
    /// The path's last segment as it ends in any spelling.
    last: Finder<'static>,
    shape: Shape,
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

/// Where a target goes.
enum Place {
    /// Instead of this value.
    Instead(Span),
    /// Into the object that closes at `close`, under what is left of the path from `from` on.
    Into {
        close: usize,
        empty: bool,
        from: usize,
    },
    /// Nowhere: something on the way is no object.
    Blocked,
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
                if event.note == PLAIN
                    && !empty(close)
                    && self.short(record, event.assignments, work, spots, member) =>
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
        assignments: Span,
        work: &Work,
        spots: &mut Vec<Spot>,
        member: &mut dyn FnMut(&[u8], &Finder<'static>) -> Option<usize>,
    ) -> bool {
        spots.clear();
        work.assignments[assignments].iter().all(|assignment| {
            let target = &self.0[usize::from(assignment.target)];
            if target.last.find(record).is_some() {
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

    #[cold]
    #[inline(never)]
    fn exactly(&self, record: &[u8], base: usize, assignments: Span, work: &mut Work) {
        let open = exact::space(record, 0);
        let mut plan = Plan {
            record,
            edits: Vec::new(),
            added: Vec::new(),
        };
        let mut failed = false;
        for index in assignments.range() {
            let assignment = work.assignments[index];
            let target = &self.0[usize::from(assignment.target)];
            let value = work.text[assignment.value].to_vec();
            match place(record, open, target.path.as_bytes(), 0) {
                Place::Instead(span) => plan.edits.push((span, value)),
                Place::Into { close, empty, from } => {
                    plan.added.push(Added {
                        close,
                        empty,
                        path: &target.path[from..],
                        value,
                    });
                }
                Place::Blocked => failed = true,
            }
        }
        if failed {
            work.counts.enrich_failures += 1;
            plan.tag(open);
        }
        for (raw, text) in plan.finish() {
            let start = work.text.len();
            work.text.extend_from_slice(&text);
            work.edits.push(Edit {
                raw: Span::new(base + raw.start(), base + raw.end()),
                text: Span::new(start, work.text.len()),
            });
        }
    }
}

/// Where the rest of a path, from byte `from` on, belongs in the object at `open`.
fn place(b: &[u8], open: usize, path: &[u8], from: usize) -> Place {
    let Some((found, close)) = exact::leading(b, open, &path[from..]) else {
        return Place::Blocked;
    };
    let mut best = None;
    for (len, value) in &found {
        let way = match *len == path.len() - from {
            true => Place::Instead(*value),
            false if b[value.start()] == b'{' => place(b, value.start(), path, from + len + 1),
            false => Place::Blocked,
        };
        // `found` begins with the last in the text, which wins among equals.
        let better = match (&way, &best) {
            (_, None) => true,
            (Place::Instead(a), Some(Place::Instead(b))) => a.start() > b.start(),
            (Place::Instead(_), _) => true,
            (Place::Into { .. }, Some(Place::Blocked)) => true,
            (Place::Into { from: a, .. }, Some(Place::Into { from: b, .. })) => a > b,
            _ => false,
        };
        if better {
            best = Some(way);
        }
    }
    best.unwrap_or_else(|| {
        let empty = exact::space(b, open + 1) == close;
        Place::Into { close, empty, from }
    })
}

/// The edits of one record, relative to it.
struct Plan<'a> {
    record: &'a [u8],
    edits: Vec<(Span, Vec<u8>)>,
    added: Vec<Added<'a>>,
}

struct Added<'a> {
    close: usize,
    empty: bool,
    path: &'a str,
    value: Vec<u8>,
}

impl Plan<'_> {
    /// Adds the failure tag to the record's `tags`.
    fn tag(&mut self, open: usize) {
        let record = self.record;
        match place(record, open, b"tags", 0) {
            Place::Instead(value) if record[value].starts_with(b"[") => {
                let inside = &record[value.start() + 1..value.end() - 1];
                if has_failure(record, value) {
                    return;
                }
                let comma: &[u8] = if inside.trim_ascii().is_empty() {
                    b""
                } else {
                    b","
                };
                let at = value.end() - 1;
                self.edits
                    .push((Span::new(at, at), [comma, FAILURE].concat()));
            }
            Place::Instead(value) if &record[value] == b"null" => {
                self.edits.push((value, [b"[", FAILURE, b"]"].concat()));
            }
            Place::Instead(value) => {
                let tags = [b"[", &record[value], b",", FAILURE, b"]"].concat();
                self.edits.push((value, tags));
            }
            Place::Into { close, empty, .. } => {
                let value = [b"[", FAILURE, b"]"].concat();
                self.added.push(Added {
                    close,
                    empty,
                    path: "tags",
                    value,
                });
            }
            Place::Blocked => {}
        }
    }

    /// All edits, in order.
    fn finish(mut self) -> Vec<(Span, Vec<u8>)> {
        let mut left: Vec<&Added<'_>> = self.added.iter().collect();
        while let Some(first) = left.first() {
            let (close, empty) = (first.close, first.empty);
            let here = |added: &&&Added<'_>| added.close == close;
            let members: Vec<(&str, &[u8])> = left
                .iter()
                .filter(here)
                .map(|added| (added.path, &*added.value))
                .collect();
            left.retain(|added| !here(&added));
            let mut text = if empty { Vec::new() } else { vec![b','] };
            nest(&members, &mut text);
            self.edits.push((Span::new(close, close), text));
        }
        self.edits.sort_by_key(|(span, _)| span.start());
        self.edits
    }
}

/// Whether the failure tag is an element of the array `tags`, however it is spelled.
fn has_failure(record: &[u8], tags: Span) -> bool {
    let mut there = false;
    exact::elements(record, tags.start(), |element| {
        let element = &record[element];
        if element.len() >= FAILURE.len() && element[0] == b'"' {
            let mut plain = Vec::with_capacity(element.len());
            unescape(element, &mut plain);
            there |= plain == FAILURE;
        }
    });
    there
}

/// Writes members at dotted paths, without braces, sharing the objects they have in common.
fn nest(members: &[(&str, &[u8])], out: &mut Vec<u8>) {
    let mut left: Vec<_> = members.to_vec();
    let mut first = true;
    while let Some(&(path, value)) = left.first() {
        if !std::mem::take(&mut first) {
            out.push(b',');
        }
        let head = path.split('.').next().unwrap_or(path);
        out.push(b'"');
        out.extend_from_slice(head.as_bytes());
        out.extend_from_slice(b"\":");
        if path.len() == head.len() {
            out.extend_from_slice(value);
            left.remove(0);
            continue;
        }
        let shared: Vec<_> = left
            .iter()
            .filter_map(|(path, value)| Some((inside(path, head)?, *value)))
            .collect();
        left.retain(|(path, _)| inside(path, head).is_none());
        out.push(b'{');
        nest(&shared, out);
        out.push(b'}');
    }
}

/// What is left of `path` within the member `head`.
fn inside<'a>(path: &'a str, head: &str) -> Option<&'a str> {
    path.strip_prefix(head)?.strip_prefix('.')
}
