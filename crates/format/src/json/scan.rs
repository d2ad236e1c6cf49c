//! One pass over a batch: lines become events, wanted keys become hits.

mod named;

use knownet_flow::{Edit, Event, FieldId, Hit, Kind, Span, Work, text};
use memchr::{memchr, memchr2};

use super::exact::{self, Scalar};
use super::lanes::{Lanes, Needles, Raw, Task, WINDOW};
use super::name::{self, Role};
use super::nsg;
use super::proof::{Proof, key_of_leaf};
use super::wanted::{CARRIED, Wanted};
use super::{Options, Scratch, string};

/// The tag of a line that is not JSON, as Logstash's `json` filter and codec name it.
const FAILURE: &[u8] = b",\"tags\":[\"_jsonparsefailure\"]}";

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// `NAMED` if roles are looked for by names.
pub struct Scan<'a, const NAMED: bool> {
    pub wanted: &'a Wanted,
    pub options: &'a Options,
    pub scratch: &'a mut Scratch,
    pub bytes: &'a [u8],
    pub work: &'a mut Work,
    /// Where it begins.
    pub from: usize,
    /// Whether to stop at a line that is no object, or one that holds flows.
    pub strict: bool,
    /// Whether one was met.
    pub foreign: bool,
}

impl<const NAMED: bool> Task for Scan<'_, NAMED> {
    /// Whether it came to the end.
    type Out = bool;

    #[inline(always)]
    fn run<L: Lanes>(mut self, lanes: L) -> bool {
        let bytes = self.bytes;
        let mut line = Line {
            start: self.from,
            ..Line::default()
        };
        self.scratch.candidates.clear();
        let mut at = self.from;
        while let Some(raw) = lanes.seek::<NAMED>(bytes, &mut at, self.needles(&line)) {
            if let Some(window) = bytes[at..].first_chunk() {
                self.block(lanes, window, raw, at, &mut line);
            }
            if self.foreign {
                return false;
            }
            at += 64;
        }
        while at < bytes.len() {
            let mut window = [b' '; WINDOW];
            let rest = &bytes[at..];
            let len = rest.len().min(WINDOW);
            window[..len].copy_from_slice(&rest[..len]);
            let raw = lanes.raw::<NAMED>(&window, self.needles(&line));
            self.block(lanes, &window, raw, at, &mut line);
            at += 64;
        }
        !self.foreign
    }
}

/// How the wanted paths were looked for in a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// In no place: the walk still knows another line.
    Fresh,
    /// In a few places.
    Walked,
    /// By reading all of it.
    Whole,
}

/// What is known of the line that is being passed over.
#[derive(Default)]
struct Line {
    start: usize,
    /// An escape may spell a name that matters.
    unsure: bool,
    /// Where a string begins that may be a record carried as text.
    carried: Option<usize>,
    /// A wanted key may have been passed: from here on another of its parents' names matters.
    met: bool,
}

impl<const NAMED: bool> Scan<'_, NAMED> {
    /// What to look for in the rest of the line.
    #[inline(always)]
    fn needles(&self, line: &Line) -> &Needles {
        match line.met {
            false => &self.wanted.ends,
            true => &self.wanted.all_ends,
        }
    }

    #[inline(always)]
    fn block<L: Lanes>(
        &mut self,
        lanes: L,
        window: &[u8; WINDOW],
        mut raw: Raw,
        at: usize,
        line: &mut Line,
    ) {
        let mut any = raw.any();
        while any != 0 {
            let bit = any.trailing_zeros();
            any &= any - 1;
            let here = at + bit as usize;
            if raw.line_feed >> bit & 1 == 1 {
                self.line(lanes, line, here);
                *line = Line {
                    start: here + 1,
                    ..Line::default()
                };
                self.scratch.candidates.clear();
            } else if raw.needle >> bit & 1 == 1 {
                let quote = here + 2;
                let pair = [self.bytes[here], self.bytes[here + 1]];
                if NAMED && pair == CARRIED {
                    if line.carried.is_none()
                        && here > line.start
                        && name::carries(&self.bytes[line.start..], here - 1 - line.start)
                    {
                        line.carried = Some(here - 1);
                    }
                    continue;
                }
                // A key has a colon behind it, perhaps behind white space.
                if !self
                    .bytes
                    .get(quote + 1)
                    .is_some_and(|&c| c == b':' || c <= b' ')
                {
                    continue;
                }
                if NAMED
                    && let Some(named) = &self.wanted.named
                    && !named.is_exact(pair, line.met)
                {
                    if named.is_worth(self.bytes, pair, quote) {
                        self.scratch.candidates.push(quote);
                    }
                    continue;
                }
                self.scratch.candidates.push(quote);
                if !std::mem::replace(&mut line.met, true) {
                    raw = lanes.raw::<NAMED>(window, self.needles(line));
                    any = raw.any() & (!1 << bit);
                }
            } else if !line.unsure {
                line.unsure = self
                    .wanted
                    .spells(&self.bytes[line.start..], here - line.start);
            }
        }
    }

    /// Makes an event of the line `start..end`.
    #[inline(always)]
    fn line<L: Lanes>(&mut self, lanes: L, line: &Line, end: usize) {
        let bytes = self.bytes;
        let Line {
            mut start,
            unsure,
            carried,
            ..
        } = *line;
        if bytes[start..end].starts_with(BYTE_ORDER_MARK) {
            start += BYTE_ORDER_MARK.len();
        }
        let open = exact::space(&bytes[..end], start);
        if open == end {
            return;
        }
        let mut close = end - 1;
        while matches!(bytes[close], b' ' | b'\t' | b'\r') {
            close -= 1;
        }
        if self.strict && (bytes[open] != b'{' || bytes[close] != b'}') {
            self.foreign = true;
            return;
        }
        let hits = self.work.hits.len();
        let mut event = Event {
            raw: Span::new(start, end),
            ..Event::default()
        };
        if end - start > self.options.max_line {
            event.kind = Kind::Long;
            self.work.counts.long += 1;
        } else if bytes[open] != b'{'
            || bytes[close] != b'}'
            || (self.options.validate && !self.scratch.validator.accepts(&bytes[open..=close]))
        {
            let line = &bytes[start..end];
            self.envelope(&mut event, line.strip_suffix(b"\r").unwrap_or(line));
        } else if unsure || (self.wanted.slash && memchr(b'\\', &bytes[open..end]).is_some()) {
            event.note = super::SPELLED;
            self.exactly(open, close + 1);
            if NAMED && let Some(named) = &self.wanted.named {
                self.named(lanes, named, (open, close + 1, hits), Way::Whole, None);
            }
        } else if !self.scratch.candidates.is_empty()
            || carried.is_some()
            || (NAMED && name::is_laid_out(&bytes[open..]))
        {
            let mut way = self.fields(lanes, open, close + 1);
            if NAMED && name::is_laid_out(&bytes[open..]) {
                way = Way::Whole;
            }
            if NAMED && let Some(named) = &self.wanted.named {
                self.named(lanes, named, (open, close + 1, hits), way, carried);
            }
        }
        if self.strict
            && !bytes[open..].starts_with(nsg::BEATS)
            && self.has_flows(&bytes[open..=close], hits)
        {
            self.foreign = true;
            return;
        }
        event.hits = Span::new(hits, self.work.hits.len());
        self.work.counts.events += 1;
        self.work.events.push(event);
    }

    /// Whether the record, whose hits are those from `hits` on, may hold flows to be taken apart:
    /// it has no destination of its own, and a member that is called so.
    #[inline(never)]
    fn has_flows(&self, record: &[u8], hits: usize) -> bool {
        let role = |hit: &Hit| self.wanted.named.as_ref()?.role_of(hit.field);
        let is_destination =
            |hit: &Hit| hit.text.len() > 1 && role(hit) == Some(Role::DestinationIp);
        !self.work.hits[hits..].iter().any(is_destination) && nsg::is_nsg(record)
    }

    #[cold]
    fn envelope(&mut self, event: &mut Event, line: &[u8]) {
        let Work {
            text: out,
            edits,
            counts,
            ..
        } = &mut *self.work;
        let start = out.len();
        out.extend_from_slice(b"{\"message\":");
        text::quote(line, out);
        out.extend_from_slice(FAILURE);
        event.kind = Kind::Unparsed;
        event.edits = Span::new(edits.len(), edits.len() + 1);
        edits.push(Edit {
            raw: event.raw,
            text: Span::new(start, out.len()),
        });
        counts.unparsed += 1;
    }

    /// Proves the line's candidates, or leaves it to the exact way.
    #[inline(always)]
    fn fields<L: Lanes>(&mut self, lanes: L, open: usize, end: usize) -> Way {
        let record = &self.bytes[open..end];
        let wanted = self.wanted;
        let Scratch {
            walk,
            candidates,
            found,
            ..
        } = &mut *self.scratch;
        let mut fresh = true;
        for &quote in candidates.iter() {
            // The record begins behind the line's leading space: so may a candidate's garbage.
            let Some(close) = quote.checked_sub(open) else {
                continue;
            };
            let colon = exact::space(record, close + 1);
            if record.get(colon) != Some(&b':') {
                continue;
            }
            if NAMED
                && let (Some(named), [.., a, b]) = (&wanted.named, &record[..close])
                && !named.is_exact([*a, *b], true)
            {
                continue;
            }
            let last = match record[..close].last_chunk::<8>() {
                Some(last) => u64::from_le_bytes(*last),
                None => {
                    let mut last = [0; 8];
                    last[8 - close..].copy_from_slice(&record[..close]);
                    u64::from_le_bytes(last)
                }
            };
            if !fresh {
                for parent in &wanted.parents {
                    if parent.ends(record, close, last) && parent.undoes(record, close, found) {
                        self.exactly(open, end);
                        return Way::Whole;
                    }
                }
            }
            for leaf in &wanted.leaves {
                if !leaf.ends(record, close, last) {
                    continue;
                }
                let Some(start) = key_of_leaf(record, close - leaf.text.len()) else {
                    continue;
                };
                if fresh {
                    fresh = false;
                    walk.reset(record.len());
                    found.clear();
                    found.resize(wanted.fields.len(), None);
                }
                walk.turn(lanes, record, start - 1);
                for &id in &leaf.fields {
                    let path = &wanted.fields[usize::from(id)];
                    match walk.prove(record, (start, close), path) {
                        Proof::No => {}
                        Proof::Yes if found[usize::from(id)].is_none() => {
                            found[usize::from(id)] = Some(exact::space(record, colon + 1));
                        }
                        // Twice, or not to be proven.
                        Proof::Yes | Proof::Unsure => {
                            self.exactly(open, end);
                            return Way::Whole;
                        }
                    }
                }
            }
        }
        if fresh {
            return Way::Fresh;
        }
        for id in 0..wanted.fields.len() {
            if let Some(value) = self.scratch.found[id] {
                self.value(id as FieldId, open, value, end);
            }
        }
        Way::Walked
    }

    /// Finds every wanted field the slow and certain way.
    #[cold]
    #[inline(never)]
    fn exactly(&mut self, open: usize, end: usize) {
        let record = &self.bytes[open..end];
        let mut spans = std::mem::take(&mut self.scratch.spans);
        for (id, path) in self.wanted.fields.iter().enumerate() {
            spans.clear();
            exact::find(record, 0, path, &mut spans);
            for span in &spans {
                self.value(id as FieldId, open, span.start(), end);
            }
        }
        self.scratch.spans = spans;
    }

    /// Adds a hit for each scalar of the value at `at` of the record `open..end`.
    #[inline]
    fn value(&mut self, field: FieldId, open: usize, at: usize, end: usize) {
        value(self.bytes, self.work, field, (open, at, end));
    }
}

/// Adds a hit for each scalar of the value at `at` of the record `open..end`.
#[inline]
pub fn value(
    bytes: &[u8],
    work: &mut Work,
    field: FieldId,
    (open, at, end): (usize, usize, usize),
) {
    let record = &bytes[open..end];
    let shift = |span: Span| Span::new(span.start() + open, span.end() + open);
    if record[at] == b'"' {
        // The usual case: a short string without escapes.
        if let Some(len) = memchr2(b'"', b'\\', &record[at + 1..])
            && record[at + 1 + len] == b'"'
        {
            let text = shift(Span::new(at + 1, at + 1 + len));
            work.hits.push(Hit {
                field,
                unescaped: false,
                text,
            });
            return;
        }
    }
    exact::scalars(record, at, |scalar| match scalar {
        Scalar::Plain(text) | Scalar::Number(text) => {
            work.hits.push(Hit {
                field,
                unescaped: false,
                text: shift(text),
            });
        }
        Scalar::Escaped(text) => {
            let start = work.text.len();
            string::unescape(&bytes[shift(text)], &mut work.text);
            let text = Span::new(start, work.text.len());
            work.hits.push(Hit {
                field,
                unescaped: true,
                text,
            });
        }
        Scalar::Bool(_) | Scalar::Null => {}
    });
}
