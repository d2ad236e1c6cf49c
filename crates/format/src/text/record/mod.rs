//! What a reader found in one record of text, and the JSON line that it becomes.
//!
//! - ECS fields are nested objects, each name once; what has no ECS name stands under the name its
//!   vendor gave it, in an object called after the vendor (or the format).
//! - `message` is the whole line. Whatever the bytes are, the line is valid JSON in valid UTF-8.
//! - Memory per record is bounded: of more than [`MOST_PAIRS`] pairs the rest stays in `message`.

use knownet_flow::Span;

mod known;
mod pen;
mod window;
mod write;

use super::Context;
use super::address::{self, is_port};
use super::alias::Meaning;
use super::field::{Field, Kind};
use super::time::Time;
pub(super) use known::Ends;
use known::Known;

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
    known: Known<'a>,
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
            known: Known::new(),
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
    #[inline]
    pub fn set(&mut self, field: Field, value: impl Into<Value<'a>>) -> bool {
        let value = value.into();
        // Where the caller names a text field, this is all that is left of it.
        if let (Kind::Text, Value::Raw(bytes)) = (field.kind(), value)
            && !matches!(bytes, b"" | b"-")
        {
            self.keep(field, value, 0);
            return true;
        }
        self.put(field, value, 0)
    }

    /// Sets an address; `false` if the value is anything else, or has something beside it.
    #[inline]
    pub fn set_ip(&mut self, field: Field, value: &'a [u8]) -> bool {
        let good = address::is_ip(value);
        if good {
            self.keep(field, Value::Raw(value), 0);
        }
        good
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

    fn put(&mut self, field: Field, value: Value<'a>, rank: u16) -> bool {
        let bytes = self.bytes(value);
        if matches!(bytes, b"" | b"-") {
            return false;
        }
        let good = match field.kind() {
            Kind::Text | Kind::Json => true,
            Kind::Port => is_port(bytes),
            Kind::Number => bytes.len() <= 18 && bytes.iter().all(u8::is_ascii_digit),
            Kind::Ip if address::is_ip(bytes) => true,
            Kind::Ip => return self.put_endpoint(field, value, rank),
        };
        if good {
            self.keep(field, value, rank);
        }
        good
    }

    #[inline]
    fn keep(&mut self, field: Field, value: Value<'a>, rank: u16) {
        self.values[field as usize] = value;
        self.ranks[field as usize] = rank;
        self.set |= 1 << field as u8;
    }

    /// Sets an address that has something beside it.
    fn put_endpoint(&mut self, field: Field, value: Value<'a>, rank: u16) -> bool {
        let bytes = self.bytes(value);
        let Some(found) = address::endpoint(bytes) else {
            return false;
        };
        let shift = |part: &[u8]| part.as_ptr() as usize - bytes.as_ptr() as usize;
        let cut = |part: &[u8]| (shift(part), shift(part) + part.len());
        let (ip, port) = (cut(found.ip), found.port.map(cut));
        let part = |(start, end): (usize, usize)| match value {
            Value::Raw(bytes) => Value::Raw(&bytes[start..end]),
            Value::Own(span) => Value::Own(Span::new(span.start() + start, span.start() + end)),
        };
        self.keep(field, part(ip), rank);
        if let (Some(port), Some(field)) = (port, field.port()) {
            // A port of its own counts more than one that is written with the address.
            if !self.has(field) {
                self.put(field, part(port), u16::MAX);
            }
        }
        true
    }

    /// Adds a pair: as the ECS field that its name stands for, if the value is of that kind and no
    /// better name was there, else under its own name.
    #[inline]
    pub fn pair(&mut self, name: &'a [u8], value: impl Into<Value<'a>>) {
        let ends = Ends::of(name);
        let meaning = self.known.meaning(name, ends, &self.context.aliases);
        self.pair_with(name, ends, meaning, value.into());
    }

    /// What a name means.
    #[inline]
    pub fn meaning(&mut self, name: &'a [u8]) -> Option<Meaning> {
        let aliases = &self.context.aliases;
        self.known.meaning(name, Ends::of(name), aliases)
    }

    /// Adds a pair whose name has been looked up already: see [`Record::pair`].
    #[inline]
    pub fn pair_as(
        &mut self,
        name: &'a [u8],
        meaning: Option<Meaning>,
        value: impl Into<Value<'a>>,
    ) {
        self.pair_with(name, Ends::of(name), meaning, value.into());
    }

    #[inline]
    fn pair_with(
        &mut self,
        name: &'a [u8],
        ends: Ends,
        meaning: Option<Meaning>,
        value: Value<'a>,
    ) {
        if let Some(meaning) = meaning {
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
        self.vendor_with(name, ends, value);
    }

    /// Adds a pair under its own name. The first of a name counts, and empty values are left out.
    pub fn vendor(&mut self, name: &'a [u8], value: impl Into<Value<'a>>) {
        self.vendor_with(name, Ends::of(name), value.into());
    }

    fn vendor_with(&mut self, name: &'a [u8], ends: Ends, value: Value<'a>) {
        if name.is_empty() || self.pairs.len() == MOST_PAIRS || self.bytes(value).is_empty() {
            return;
        }
        let hash = ends.hash();
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
}

#[cfg(test)]
mod tests;
