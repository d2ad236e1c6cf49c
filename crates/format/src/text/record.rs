//! What a reader found in one record of text, and the JSON line that it becomes.
//!
//! - ECS fields are nested objects, each name once; what has no ECS name stands under the name its
//!   vendor gave it, in an object called after the vendor (or the format).
//! - `message` is the whole line. Whatever the bytes are, the line is valid JSON in valid UTF-8.
//! - Memory per record is bounded: of more than [`MOST_PAIRS`] pairs the rest stays in `message`.

use knownet_flow::{Span, text};

use super::Context;
use super::address::{self, is_port};
use super::field::{Field, Kind};
use super::time::Time;

/// How many pairs of one record are kept beside the ECS fields.
pub const MOST_PAIRS: usize = 512;

/// A value: bytes of the line, constant ones, or bytes that the record keeps ([`Record::own`]).
#[derive(Clone, Copy, Debug)]
pub enum Value<'a> {
    /// As they are.
    Raw(&'a [u8]),
    /// Made by a reader.
    Own(Span),
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Value<'a> {
        Value::Raw(bytes)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Value<'a> {
        Value::Raw(text.as_bytes())
    }
}

impl<'a, const N: usize> From<&'a [u8; N]> for Value<'a> {
    fn from(bytes: &'a [u8; N]) -> Value<'a> {
        Value::Raw(bytes)
    }
}

/// A place in the making of a record, to go back to.
#[derive(Clone, Copy)]
pub struct Mark {
    set: u128,
    pairs: usize,
    own: usize,
    tags: usize,
    time: Option<Time>,
}

/// One record of text.
pub struct Record<'a> {
    /// What readers need to know beside the record.
    pub context: &'a Context,
    line: &'a [u8],
    time: Option<Time>,
    set: u128,
    values: [Value<'a>; Field::COUNT],
    /// How good the name was that each set field came by; 0 where a reader set it.
    ranks: [u16; Field::COUNT],
    pairs: Vec<(&'a [u8], Value<'a>)>,
    /// Bits of the names in `pairs`: a name whose bit is unset is not among them.
    names: [u64; 8],
    own: Vec<u8>,
    tags: Vec<&'a str>,
}

impl<'a> Record<'a> {
    /// An empty record.
    pub fn new(context: &'a Context) -> Record<'a> {
        Record {
            context,
            line: b"",
            time: None,
            set: 0,
            values: [Value::Raw(b""); Field::COUNT],
            ranks: [0; Field::COUNT],
            pairs: Vec::new(),
            names: [0; 8],
            own: Vec::new(),
            tags: Vec::new(),
        }
    }

    /// Forgets everything and begins with `line`.
    pub fn begin(&mut self, line: &'a [u8]) {
        self.line = line;
        self.time = None;
        self.set = 0;
        self.pairs.clear();
        self.names = [0; 8];
        self.own.clear();
        self.tags.clear();
    }

    /// The whole line.
    pub fn line(&self) -> &'a [u8] {
        self.line
    }

    /// Where the record stands now.
    pub fn mark(&self) -> Mark {
        Mark {
            set: self.set,
            pairs: self.pairs.len(),
            own: self.own.len(),
            tags: self.tags.len(),
            time: self.time,
        }
    }

    /// Takes back what was added since `mark`. A field that was set before and again since keeps
    /// the later value.
    pub fn back(&mut self, mark: Mark) {
        self.set = mark.set;
        self.pairs.truncate(mark.pairs);
        self.own.truncate(mark.own);
        self.tags.truncate(mark.tags);
        self.time = mark.time;
    }

    /// Sets the time of the event.
    pub fn at(&mut self, time: Time) {
        self.time = Some(time);
    }

    /// The time of the event, if it is known yet.
    pub fn time(&self) -> Option<Time> {
        self.time
    }

    /// Keeps bytes that a reader makes, such as a value with its escapes taken out.
    pub fn own(&mut self, make: impl FnOnce(&mut Vec<u8>)) -> Value<'a> {
        let start = self.own.len();
        make(&mut self.own);
        Value::Own(Span::new(start, self.own.len()))
    }

    /// The bytes of a value.
    pub fn bytes<'b>(&'b self, value: Value<'a>) -> &'b [u8]
    where
        'a: 'b,
    {
        match value {
            Value::Raw(bytes) => bytes,
            Value::Own(span) => &self.own[span],
        }
    }

    /// Whether the field is set.
    #[inline]
    pub fn has(&self, field: Field) -> bool {
        self.set >> field as u8 & 1 == 1
    }

    /// The field's value, if it is set.
    pub fn get(&self, field: Field) -> Option<&[u8]> {
        self.has(field)
            .then(|| self.bytes(self.values[field as usize]))
    }

    /// The field's value as bytes of the line (or a constant), where it was not made by a reader.
    pub fn get_raw(&self, field: Field) -> Option<&'a [u8]> {
        match self.values[field as usize] {
            Value::Raw(bytes) if self.has(field) => Some(bytes),
            _ => None,
        }
    }

    /// Sets the field, in place of what it had; `false` if the value is not of the field's kind or
    /// says that there is none (empty, `-`).
    ///
    /// An address may carry its port, which then is set, too.
    pub fn set(&mut self, field: Field, value: impl Into<Value<'a>>) -> bool {
        self.put(field, value.into(), 0)
    }

    /// Forgets the field.
    pub fn unset(&mut self, field: Field) {
        self.set &= !(1 << field as u8);
    }

    /// Exchanges the values of two fields of one kind.
    pub fn swap(&mut self, a: Field, b: Field) {
        self.values.swap(a as usize, b as usize);
        self.ranks.swap(a as usize, b as usize);
        let (has_a, has_b) = (self.has(a), self.has(b));
        self.set &= !(1 << a as u8 | 1 << b as u8);
        self.set |= u128::from(has_a) << b as u8 | u128::from(has_b) << a as u8;
    }

    fn put(&mut self, field: Field, mut value: Value<'a>, rank: u16) -> bool {
        let bytes = self.bytes(value);
        if matches!(bytes, b"" | b"-") {
            return false;
        }
        let mut port = None;
        match field.kind() {
            Kind::Text | Kind::Json => {}
            Kind::Port if is_port(bytes) => {}
            Kind::Number if bytes.len() <= 18 && bytes.iter().all(u8::is_ascii_digit) => {}
            Kind::Port | Kind::Number => return false,
            Kind::Ip if address::is_ip(bytes) => {}
            Kind::Ip => {
                let Some(found) = address::endpoint(bytes) else {
                    return false;
                };
                let shift = |part: &[u8]| part.as_ptr() as usize - bytes.as_ptr() as usize;
                let cut = |part: &[u8]| (shift(part), shift(part) + part.len());
                let (ip, at_port) = (cut(found.ip), found.port.map(cut));
                let part = |(start, end): (usize, usize)| match value {
                    Value::Raw(bytes) => Value::Raw(&bytes[start..end]),
                    Value::Own(span) => {
                        Value::Own(Span::new(span.start() + start, span.start() + end))
                    }
                };
                port = at_port.map(part);
                value = part(ip);
            }
        }
        self.values[field as usize] = value;
        self.ranks[field as usize] = rank;
        self.set |= 1 << field as u8;
        if let (Some(port), Some(field)) = (port, field.port()) {
            // A port of its own counts more than one that is written with the address.
            if !self.has(field) {
                self.put(field, port, u16::MAX);
            }
        }
        true
    }

    /// Adds a pair: as the ECS field that its name stands for, if the value is of that kind and no
    /// better name was there, else under its own name.
    #[inline]
    pub fn pair(&mut self, name: &'a [u8], value: impl Into<Value<'a>>) {
        let value = value.into();
        if let Some(meaning) = self.context.aliases.of(name) {
            let field = meaning.field;
            if !self.has(field) {
                if self.put(field, value, meaning.rank) {
                    return;
                }
            } else if meaning.rank < self.ranks[field as usize] {
                let old = self.values[field as usize];
                if self.put(field, value, meaning.rank) {
                    // Its name is not known any more: the path says what it was taken for.
                    return self.vendor(field.path().as_bytes(), old);
                }
            }
        }
        self.vendor(name, value);
    }

    /// Adds a pair under its own name. The first of a name counts, and empty values are left out.
    pub fn vendor(&mut self, name: &'a [u8], value: impl Into<Value<'a>>) {
        let value = value.into();
        if name.is_empty() || self.pairs.len() == MOST_PAIRS || self.bytes(value).is_empty() {
            return;
        }
        let mut hash = name.len() as u64;
        for &byte in name {
            hash = (hash.rotate_left(5) ^ u64::from(byte)).wrapping_mul(0x517c_c1b7_2722_0a95);
        }
        let (word, bit) = ((hash >> 61) as usize, 1 << (hash >> 55 & 63));
        if self.names[word] & bit != 0 && self.pairs.iter().any(|(known, _)| *known == name) {
            return;
        }
        self.names[word] |= bit;
        self.pairs.push((name, value));
    }

    /// The value of a pair that has no ECS name.
    pub fn vendor_value(&self, name: &[u8]) -> Option<&[u8]> {
        let found = self.pairs.iter().find(|(known, _)| *known == name)?;
        Some(self.bytes(found.1))
    }

    /// Adds a tag, such as `_noformat`.
    pub fn tag(&mut self, tag: &'a str) {
        self.tags.push(tag);
    }

    /// The tags.
    pub fn tags(&self) -> &[&'a str] {
        &self.tags
    }

    /// Appends the record as one JSON line, with its line feed. Pairs without an ECS name stand in
    /// an object called after the vendor, else `format`.
    pub fn write(&self, format: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"@timestamp\":\"");
        self.time.unwrap_or(self.context.clock.now).write(out);
        out.push(b'"');
        self.fields(out);
        out.extend_from_slice(b",\"message\":");
        text::quote(self.line, out);
        if !self.pairs.is_empty() {
            self.pairs(format, out);
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
    }

    fn fields(&self, out: &mut Vec<u8>) {
        // The objects that are open, outermost first.
        let mut open: &[&'static str] = &[];
        let (mut left, mut first) = (self.set, false);
        while left != 0 {
            let index = left.trailing_zeros() as usize;
            left &= left - 1;
            let path = SEGMENTS.get_or_init(segments)[index].as_slice();
            let (leaf, parents) = path.split_last().expect("a path has a segment");
            let shared = open.iter().zip(parents).take_while(|(a, b)| a == b).count();
            out.resize(out.len() + open.len() - shared, b'}');
            first &= shared == open.len();
            for parent in &parents[shared..] {
                if !std::mem::replace(&mut first, true) {
                    out.push(b',');
                }
                out.push(b'"');
                out.extend_from_slice(parent.as_bytes());
                out.extend_from_slice(b"\":{");
            }
            if !std::mem::replace(&mut first, false) {
                out.push(b',');
            }
            out.push(b'"');
            out.extend_from_slice(leaf.as_bytes());
            out.extend_from_slice(b"\":");
            self.value(Field::ALL[index], out);
            open = parents;
        }
        out.resize(out.len() + open.len(), b'}');
    }

    fn value(&self, field: Field, out: &mut Vec<u8>) {
        let value = self.bytes(self.values[field as usize]);
        match field.kind() {
            Kind::Json => out.extend_from_slice(value),
            Kind::Port | Kind::Number => {
                let zeros = value.iter().take_while(|&&byte| byte == b'0').count();
                out.extend_from_slice(&value[zeros.min(value.len() - 1)..]);
            }
            Kind::Text | Kind::Ip => text::quote(value, out),
        }
    }

    fn pairs(&self, format: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b",\"");
        let start = out.len();
        for &byte in self.get(Field::ObserverVendor).unwrap_or(format.as_bytes()) {
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
        for (index, (name, value)) in self.pairs.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            text::quote(name, out);
            out.push(b':');
            text::quote(self.bytes(*value), out);
        }
        out.push(b'}');
    }
}

/// The top-level names that a record writes.
const RESERVED: &[&str] = &[
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

static SEGMENTS: std::sync::OnceLock<Vec<Vec<&'static str>>> = std::sync::OnceLock::new();

fn segments() -> Vec<Vec<&'static str>> {
    Field::ALL
        .iter()
        .map(|field| field.path().split('.').collect())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::time::Clock;

    fn context() -> Context {
        Context::new(Clock::at(Time {
            seconds: 1_800_000_000,
            nanos: 0,
        }))
    }

    #[test]
    fn fields_are_nested_and_pairs_stand_under_their_vendor() {
        let context = context();
        let mut record = Record::new(&context);
        record.begin(b"the \"line\"\t\xff");
        assert!(record.set(Field::ObserverVendor, "Check Point"));
        assert!(record.set(Field::SourceIp, b"1.2.3.4:0055"));
        assert!(record.set(Field::SourceNatIp, b"::1"));
        assert!(!record.set(Field::DestinationIp, b"N/A"));
        record.pair(b"dst_port", b"443");
        record.pair(b"layer name", b"x");
        record.pair(b"layer name", b"y");
        record.pair(b"dst", b"host");
        record.tag("_noformat");
        let mut out = Vec::new();
        record.write("kv", &mut out);
        let expected = concat!(
            r#"{"@timestamp":"2027-01-15T08:00:00.000Z","destination":{"port":443},"#,
            r#""observer":{"vendor":"Check Point"},"#,
            r#""source":{"ip":"1.2.3.4","nat":{"ip":"::1"},"port":55},"#,
            r#""message":"the \"line\"\t\\xFF","check_point":{"layer name":"x","dst":"host"},"#,
            r#""tags":["_noformat"]}"#,
            "\n"
        );
        assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
    }

    #[test]
    fn an_empty_record_is_its_line() {
        let context = context();
        let mut record = Record::new(&context);
        record.begin(b"x");
        let mut out = Vec::new();
        record.write("kv", &mut out);
        assert_eq!(
            out,
            b"{\"@timestamp\":\"2027-01-15T08:00:00.000Z\",\"message\":\"x\"}\n"
        );
    }
}
