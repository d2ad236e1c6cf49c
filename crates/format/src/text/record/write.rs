//! A record as one JSON line.
//!
//! Most lines hold nothing that JSON escapes; then no piece of them is looked at again.

use std::sync::OnceLock;

use knownet_flow::{ROLES, Roles, Span, text};

use super::{Record, Value};
use crate::text::field::{Field, Kind};

impl Record<'_> {
    /// Appends the record as one JSON line, with its line feed. Pairs without an ECS name stand in
    /// an object called after the vendor, else `format`. Returns where its roles stand in `out`.
    pub fn write(&self, format: &str, out: &mut Vec<u8>) -> Roles {
        let writer = Writer {
            record: self,
            plain: text::is_plain(self.line),
        };
        out.reserve(3 * self.line.len() + 512);
        out.extend_from_slice(b"{\"@timestamp\":\"");
        self.time.unwrap_or(self.context.clock.now).write(out);
        out.push(b'"');
        let roles = writer.fields(out);
        out.extend_from_slice(b",\"message\":");
        writer.quote(self.line, out);
        if !self.pairs.is_empty() {
            writer.pairs(format, out);
        }
        for (index, tag) in self.tags.iter().enumerate() {
            out.extend_from_slice(if index == 0 {
                b",\"tags\":[\""
            } else {
                b"\",\""
            });
            out.extend_from_slice(tag.as_bytes());
        }
        if !self.tags.is_empty() {
            out.extend_from_slice(b"\"]");
        }
        out.extend_from_slice(b"}\n");
        roles
    }
}

struct Writer<'b, 'a> {
    record: &'b Record<'a>,
    /// Whether the line needs no escapes.
    plain: bool,
}

impl Writer<'_, '_> {
    /// Appends a quoted string.
    #[inline]
    fn quote(&self, bytes: &[u8], out: &mut Vec<u8>) {
        let line = self.record.line;
        let at = (bytes.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
        if !self.plain || at > line.len() || bytes.len() > line.len() - at {
            return text::quote(bytes, out);
        }
        out.push(b'"');
        match line[at..].first_chunk::<16>() {
            // A copy of constant length is a few instructions; what was too much is taken back.
            Some(window) if bytes.len() <= window.len() => {
                let end = out.len() + bytes.len();
                out.extend_from_slice(window);
                out.truncate(end);
            }
            _ => out.extend_from_slice(bytes),
        }
        out.push(b'"');
    }

    fn fields(&self, out: &mut Vec<u8>) -> Roles {
        let mut roles = Roles::default();
        let paths = PATHS.get_or_init(Paths::new);
        let (mut left, mut before) = (self.record.set, None::<usize>);
        while left != 0 {
            let index = left.trailing_zeros() as usize;
            left &= left - 1;
            let path = &paths.paths[index];
            let mut shared = 0;
            if let Some(before) = before {
                shared = usize::from(paths.shared[before][index]);
                let close = usize::from(paths.paths[before].depth) - shared;
                out.extend_from_slice(&b"}}}}}}}}"[..close]);
            }
            out.push(b',');
            out.extend_from_slice(&path.text[usize::from(path.starts[shared])..]);
            let start = out.len();
            self.value(Field::ALL[index], out);
            if let Some(role) = path.role {
                // Without the quotes of an address.
                let quote = usize::from(!ROLES[role].1);
                roles[role] = Span::new(start + quote, out.len() - quote);
            }
            before = Some(index);
        }
        if let Some(before) = before {
            out.extend_from_slice(&b"}}}}}}}}"[..usize::from(paths.paths[before].depth)]);
        }
        roles
    }

    #[inline]
    fn value(&self, field: Field, out: &mut Vec<u8>) {
        let value = self.record.bytes(self.record.values[field as usize]);
        match field.kind() {
            Kind::Json => out.extend_from_slice(value),
            Kind::Port | Kind::Number => {
                let zeros = value.iter().take_while(|&&byte| byte == b'0').count();
                out.extend_from_slice(&value[zeros.min(value.len() - 1)..]);
            }
            Kind::Text | Kind::Ip => self.quote(value, out),
        }
    }

    fn pairs(&self, format: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"");
        let start = out.len();
        let vendor = self.record.get(Field::ObserverVendor);
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
        out.extend_from_slice(b"\":{");
        for (index, (name, value)) in self.record.pairs.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            self.quote(name, out);
            out.push(b':');
            match *value {
                Value::Raw(bytes) => self.quote(bytes, out),
                Value::Own(span) => text::quote(&self.record.own[span], out),
            }
        }
        out.push(b'}');
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

/// A field's path as JSON: `"source":{"nat":{"ip":`.
struct Path {
    text: Vec<u8>,
    /// Where each of its segments starts in `text`.
    starts: Vec<u8>,
    /// How many objects it opens.
    depth: u8,
    /// Its place among the roles.
    role: Option<usize>,
}

struct Paths {
    paths: Vec<Path>,
    /// How many objects two fields share.
    shared: Vec<[u8; Field::COUNT]>,
}

static PATHS: OnceLock<Paths> = OnceLock::new();

impl Paths {
    fn new() -> Paths {
        let segments: Vec<Vec<&str>> = Field::ALL
            .iter()
            .map(|field| field.path().split('.').collect())
            .collect();
        let path = |segments: &Vec<&str>| {
            let (mut text, mut starts) = (Vec::new(), Vec::new());
            for (index, segment) in segments.iter().enumerate() {
                starts.push(text.len() as u8);
                let open = if index + 1 < segments.len() {
                    ":{"
                } else {
                    ":"
                };
                text.extend_from_slice(format!("\"{segment}\"{open}").as_bytes());
            }
            Path {
                text,
                starts,
                depth: segments.len() as u8 - 1,
                role: ROLES
                    .iter()
                    .position(|(role, _)| *role == segments.join(".")),
            }
        };
        let shared = |a: &Vec<&str>| {
            let mut row = [0; Field::COUNT];
            for (cell, b) in row.iter_mut().zip(&segments) {
                let parents = a[..a.len() - 1].iter().zip(&b[..b.len() - 1]);
                *cell = parents.take_while(|(a, b)| a == b).count() as u8;
            }
            row
        };
        Paths {
            paths: segments.iter().map(path).collect(),
            shared: segments.iter().map(shared).collect(),
        }
    }
}
