//! Writes values into a record as edits of its bytes.
//!
//! - A target that exists is replaced: of duplicates and spellings the one that counts when it is
//!   read (see [`super::exact`]).
//! - One that does not is added as the last member of the deepest object on its way; objects that
//!   are missing are created, once for all targets that need them.
//! - Where something on the way is no object, nothing is written and the event's `tags` gain
//!   `_enrichfailure`.

use knownet_flow::{Edit, Path, Span, Work};
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
    /// `,"path":` where it is one segment.
    prefix: Option<Box<[u8]>>,
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
            let first = path.segments().next().unwrap_or_default();
            let single = first.len() == path.as_str().len();
            Target {
                path: path.as_str().into(),
                last: Finder::new(&format!("{}\"", path.leaf())).into_owned(),
                prefix: single.then(|| format!(",\"{first}\":").into_bytes().into()),
            }
        };
        Targets(paths.iter().map(target).collect())
    }

    /// Turns the assignments of event `index` into edits.
    pub fn assign(&self, bytes: &[u8], work: &mut Work, index: usize) {
        let event = work.events[index];
        let record = &bytes[event.raw];
        let start = work.edits.len();
        let simple = event.note == PLAIN
            && work.assignments[event.assignments]
                .iter()
                .all(|assignment| {
                    let target = &self.0[usize::from(assignment.target)];
                    target.prefix.is_some() && target.last.find(record).is_none()
                });
        let close = record.iter().rposition(|&c| c == b'}');
        let empty = |close: usize| record[..close].trim_ascii_end().ends_with(b"{");
        match close {
            Some(close) if simple && !empty(close) => {
                self.append(event.raw.start() + close, event.assignments, work);
            }
            _ => self.exactly(record, event.raw.start(), event.assignments, work),
        }
        work.events[index].edits = Span::new(start, work.edits.len());
    }

    /// Adds single-segment targets that are known to be missing before the last brace, at `close`,
    /// of a record that is not empty.
    fn append(&self, close: usize, assignments: Span, work: &mut Work) {
        let start = work.text.len();
        for assignment in assignments.range() {
            let assignment = work.assignments[assignment];
            let target = &self.0[usize::from(assignment.target)];
            work.text
                .extend_from_slice(target.prefix.as_deref().unwrap_or_default());
            work.text.extend_from_within(assignment.value.range());
        }
        let text = Span::new(start, work.text.len());
        work.edits.push(Edit {
            raw: Span::new(close, close),
            text,
        });
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
