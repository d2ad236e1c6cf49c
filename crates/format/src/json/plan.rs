//! The edits that write values into one record, found by reading the whole of it.

use knownet_flow::Span;

use super::exact;
use super::string::unescape;

/// The tag of an event that a value could not be written into.
const FAILURE: &[u8] = b"\"_enrichfailure\"";

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

/// The edits of one record, relative to it. Every value is placed in the record as it came.
pub struct Plan<'a> {
    record: &'a [u8],
    open: usize,
    edits: Vec<(Span, Vec<u8>)>,
    added: Vec<Added<'a>>,
    failed: bool,
}

/// A member to add to the object that closes at `close`.
struct Added<'a> {
    close: usize,
    empty: bool,
    path: &'a str,
    value: Vec<u8>,
}

impl<'a> Plan<'a> {
    pub fn new(record: &'a [u8]) -> Plan<'a> {
        let open = exact::space(record, 0);
        Plan {
            record,
            open,
            edits: Vec::new(),
            added: Vec::new(),
            failed: false,
        }
    }

    /// Writes `value`, JSON text, at `path`.
    pub fn write(&mut self, path: &'a str, value: &[u8]) {
        let value = value.to_vec();
        match place(self.record, self.open, path.as_bytes(), 0) {
            Place::Instead(old) => self.edits.push((old, value)),
            Place::Into { close, empty, from } => {
                self.added.push(Added {
                    close,
                    empty,
                    path: &path[from..],
                    value,
                });
            }
            Place::Blocked => self.failed = true,
        }
    }

    /// Whether some value could not be written.
    pub fn failed(&self) -> bool {
        self.failed
    }

    /// Adds the failure tag to the record's `tags`.
    fn tag(&mut self) {
        let record = self.record;
        match place(record, self.open, b"tags", 0) {
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
    pub fn edits(mut self) -> Vec<(Span, Vec<u8>)> {
        if self.failed {
            self.tag();
        }
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
