//! A record as one JSON line.
//!
//! Most lines hold nothing that JSON escapes; then no piece of them is looked at again.

use std::sync::OnceLock;

use knownet_flow::{ROLES, Roles, Span, text};

use super::pen::{CLOSE, PATH, Pen};
use super::{Record, Value};
use crate::text::field::{Field, Kind};

impl Record<'_> {
    /// Appends the record as one JSON line, with its line feed. Pairs without an ECS name stand in
    /// an object called after the vendor, else `format`. Returns where its roles stand in `out`.
    pub fn write(&self, format: &str, out: &mut Vec<u8>) -> Roles {
        out.reserve(3 * self.line.len() + 1024);
        let mut writer = Writer {
            record: self,
            plain: text::is_plain(self.line),
            pen: Pen::new(out),
        };
        writer.pen.bytes(b"{\"@timestamp\":\"");
        let (time, length) = self.time.unwrap_or(self.context.clock.now).text();
        writer.pen.window(&time, length);
        writer.pen.byte(b'"');
        let roles = writer.fields();
        let (plain, line) = (writer.plain, self.line);
        writer.pen.bytes(b",\"message\":");
        match plain {
            true => writer.pen.push(|out| {
                out.push(b'"');
                out.extend_from_slice(line);
                out.push(b'"');
            }),
            false => writer.pen.escape(line),
        }
        if !self.pairs.is_empty() {
            writer.pairs(format);
        }
        for (index, tag) in self.tags.iter().enumerate() {
            writer.pen.bytes(if index == 0 {
                b",\"tags\":[\""
            } else {
                b"\",\""
            });
            writer.pen.bytes(tag.as_bytes());
        }
        if !self.tags.is_empty() {
            writer.pen.bytes(b"\"]");
        }
        writer.pen.bytes(b"}\n");
        writer.pen.finish();
        roles
    }
}

struct Writer<'b, 'a, 'v> {
    record: &'b Record<'a>,
    /// Whether the line needs no escapes.
    plain: bool,
    pen: Pen<'v>,
}

impl<'b> Writer<'b, '_, '_> {
    /// Appends `before` and a quoted string.
    #[inline]
    fn quote(&mut self, before: u8, bytes: &[u8]) {
        match self.rest(bytes) {
            Some(rest) => self.pen.quote(before, rest, bytes.len(), self.plain),
            None => self.pen.quote(before, bytes, bytes.len(), false),
        }
    }

    /// The line from these bytes on, if they are of the line.
    #[inline]
    fn rest(&self, bytes: &[u8]) -> Option<&'b [u8]> {
        let line = self.record.line;
        let at = (bytes.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
        line.get(at..).filter(|rest| bytes.len() <= rest.len())
    }

    fn fields(&mut self) -> Roles {
        let mut roles = Roles::default();
        let paths = PATHS.get_or_init(Paths::new);
        let (mut left, mut before) = (self.record.set, usize::MAX);
        while left != 0 {
            let index = left.trailing_zeros() as usize;
            left &= left - 1;
            let path = &paths.paths[index];
            let (mut start, mut close) = (0, 0);
            if let Some(before) = paths.paths.get(before) {
                let shared = before.shared[index];
                close = usize::from(before.depth - shared);
                start = usize::from(path.starts[usize::from(shared)]);
            }
            if let Some(text) = path.text[start..].first_chunk() {
                let length = usize::from(path.length) - start;
                self.pen.path(close, text, length);
            }
            // Behind the colon.
            let start = self.pen.at() + 1;
            self.value(Field::ALL[index]);
            if let Some(role) = path.role {
                // Without the quotes of an address.
                let quote = usize::from(!ROLES[role].1);
                roles[role] = Span::new(start + quote, self.pen.at() - quote);
            }
            before = index;
        }
        if let Some(before) = paths.paths.get(before) {
            self.pen.close(usize::from(before.depth));
        }
        roles
    }

    #[inline]
    fn value(&mut self, field: Field) {
        let value = self.record.bytes(self.record.values[field as usize]);
        match field.kind() {
            Kind::Json => {
                self.pen.byte(b':');
                self.pen.bytes(value);
            }
            Kind::Port | Kind::Number => {
                let mut value = value;
                while let [b'0', rest @ ..] = value
                    && !rest.is_empty()
                {
                    value = rest;
                }
                let rest = self.rest(value).unwrap_or(value);
                self.pen.text(b':', rest, value.len());
            }
            Kind::Text | Kind::Ip => self.quote(b':', value),
        }
    }

    fn pairs(&mut self, format: &str) {
        self.pen.push(|out| {
            out.extend_from_slice(b",\"");
            object(self.record.get(Field::ObserverVendor), format, out);
            out.extend_from_slice(b"\":");
        });
        let mut between = b'{';
        for (name, value) in &self.record.pairs {
            self.quote(between, name);
            between = b',';
            match *value {
                Value::Raw(bytes) => self.quote(b':', bytes),
                Value::Own(span) => {
                    let bytes = &self.record.own[span];
                    self.pen.quote(b':', bytes, bytes.len(), false);
                }
            }
        }
        self.pen.bytes(b"}");
    }
}

/// Appends the name of the object that a vendor's pairs stand in.
fn object(vendor: Option<&[u8]>, format: &str, out: &mut Vec<u8>) {
    let start = out.len();
    for &byte in vendor.unwrap_or(format.as_bytes()) {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => out.push(byte.to_ascii_lowercase()),
            _ if out.last() == Some(&b'_') || out.len() == start => {}
            _ => out.push(b'_'),
        }
    }
    while out.len() > start && out.last() == Some(&b'_') {
        out.pop();
    }
    if out.len() == start {
        out.extend_from_slice(format.as_bytes());
    }
    // A member of this name would be written twice.
    if RESERVED.iter().any(|name| out[start..] == *name.as_bytes()) {
        out.push(b'_');
    }
}

/// The top-level names that a record writes.
const RESERVED: &[&str] = &[
    "json",
    "destination",
    "dns",
    "event",
    "file",
    "host",
    "http",
    "log",
    "message",
    "network",
    "observer",
    "process",
    "rule",
    "source",
    "tags",
    "url",
    "user",
    "user_agent",
    "winlog",
];

/// A field's path as JSON without its last colon: `"source":{"nat":{"ip"`.
struct Path {
    /// Longer than it, so that it can be copied from any segment on in constant length.
    text: [u8; 2 * PATH],
    length: u8,
    /// Where each of its segments starts in `text`.
    starts: [u8; CLOSE.len()],
    /// How many objects it opens.
    depth: u8,
    /// Its place among the roles.
    role: Option<usize>,
    /// How many objects it shares with each other field.
    shared: [u8; Field::COUNT],
}

struct Paths {
    paths: [Path; Field::COUNT],
}

static PATHS: OnceLock<Paths> = OnceLock::new();

impl Paths {
    fn new() -> Paths {
        Paths {
            paths: std::array::from_fn(|index| Path::new(Field::ALL[index].path())),
        }
    }
}

impl Path {
    fn new(path: &str) -> Path {
        let segments: Vec<&str> = path.split('.').collect();
        let (mut json, mut starts) = (Vec::new(), [0; CLOSE.len()]);
        for (index, segment) in segments.iter().enumerate() {
            starts[index] = json.len() as u8;
            let open = if index + 1 < segments.len() { ":{" } else { "" };
            json.extend_from_slice(format!("\"{segment}\"{open}").as_bytes());
        }
        assert!(json.len() <= PATH, "{path} is longer than {PATH} as JSON");
        let mut text = [0; 2 * PATH];
        text[..json.len()].copy_from_slice(&json);
        let parents = segments.len() - 1;
        let shared = std::array::from_fn(|index| {
            let other = Field::ALL[index].path();
            let count = other.split('.').count() - 1;
            let pairs = segments[..parents].iter().zip(other.split('.').take(count));
            pairs.take_while(|(a, b)| **a == *b).count() as u8
        });
        Path {
            text,
            length: json.len() as u8,
            starts,
            depth: parents as u8,
            role: ROLES.iter().position(|(role, _)| *role == path),
            shared,
        }
    }
}
