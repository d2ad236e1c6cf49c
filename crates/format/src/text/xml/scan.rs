//! The tags of an XML text, one after another, and the text between them.
//!
//! One pass forward, whatever the bytes. Comments, processing instructions and document types are
//! passed over; a CDATA section counts as text. Nothing is checked beyond what finds the tags.

use memchr::{memchr, memchr3, memmem};

/// A tag.
#[derive(Clone, Copy, Debug)]
pub struct Tag<'a> {
    /// What it is called, without a namespace prefix.
    pub name: &'a [u8],
    /// What stands behind the name.
    pub attributes: &'a [u8],
    /// Which end of an element it is.
    pub end: End,
    /// Where it begins and where it ends in the text.
    pub place: (usize, usize),
}

/// Which end of an element a tag is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
    Open,
    Close,
    /// Both: `<a/>`.
    Empty,
}

/// The tags of a text.
pub struct Tags<'a> {
    text: &'a [u8],
    at: usize,
    /// Whether a CDATA section or a comment stands between the last two tags.
    pub marked: bool,
}

impl<'a> Tags<'a> {
    pub fn new(text: &'a [u8]) -> Tags<'a> {
        Tags {
            text,
            at: 0,
            marked: false,
        }
    }

    /// Goes on behind `needle`; `None` if it is nowhere.
    #[cold]
    fn pass(&mut self, needle: &[u8]) -> Option<()> {
        let found = memmem::find(&self.text[self.at..], needle);
        self.at = found.map_or(self.text.len(), |found| self.at + found + needle.len());
        found.map(|_| ())
    }

    /// Where the `>` of a tag is whose inside begins at `at`: one in quotes is none.
    #[inline]
    fn close(&self, mut at: usize) -> Option<usize> {
        loop {
            at += memchr3(b'>', b'"', b'\'', self.text.get(at..)?)?;
            match self.text[at] {
                b'>' => return Some(at),
                quote => at += 2 + memchr(quote, &self.text[at + 1..])?,
            }
        }
    }
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    #[inline]
    fn next(&mut self) -> Option<Tag<'a>> {
        self.marked = false;
        loop {
            let start = self.at + memchr(b'<', self.text.get(self.at..)?)?;
            self.at = start + 1;
            let (name, end) = match *self.text.get(self.at)? {
                b'/' => (self.at + 1, End::Close),
                b'?' => {
                    self.pass(b"?>")?;
                    continue;
                }
                b'!' => {
                    self.marked = true;
                    let rest = &self.text[self.at..];
                    let needle: &[u8] = match rest {
                        [b'!', b'-', b'-', ..] => b"-->",
                        [b'!', b'[', b'C', b'D', b'A', b'T', b'A', b'[', ..] => b"]]>",
                        _ => b">",
                    };
                    self.pass(needle)?;
                    continue;
                }
                _ => (self.at, End::Open),
            };
            let is_end = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'>' | b'/');
            let length = self.text[name..].iter().position(is_end)?;
            let close = match self.text[name + length] {
                b'>' => name + length,
                _ => self.close(name + length)?,
            };
            self.at = close + 1;
            let mut attributes = &self.text[name + length..close];
            let mut end = end;
            if let (End::Open, [rest @ .., b'/']) = (end, attributes) {
                (attributes, end) = (rest, End::Empty);
            }
            let name = &self.text[name..name + length];
            let local = name.iter().rposition(|&byte| byte == b':');
            return Some(Tag {
                name: &name[local.map_or(0, |colon| colon + 1)..],
                attributes,
                end,
                place: (start, close + 1),
            });
        }
    }
}

/// The attributes of a tag, names with their prefixes, values as they are written.
pub struct Attributes<'a>(pub &'a [u8]);

impl<'a> Iterator for Attributes<'a> {
    type Item = (&'a [u8], &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let text = self.0.trim_ascii_start();
        let equals = memchr(b'=', text)?;
        let name = text[..equals].trim_ascii_end();
        let rest = text[equals + 1..].trim_ascii_start();
        let (quote @ (b'"' | b'\''), rest) = rest.split_first()? else {
            return None;
        };
        let end = memchr(*quote, rest)?;
        self.0 = &rest[end + 1..];
        Some((name, &rest[..end]))
    }
}

/// The value of the attribute of this name, as it is written.
pub fn attribute<'a>(attributes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut all = Attributes(attributes);
    all.find(|(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// Appends what a text between tags means: entities and CDATA sections resolved, comments left out.
pub fn decode(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr2(b'&', b'<', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let length = match rest[0] {
            b'&' => entity(rest, out),
            _ => section(rest, out),
        };
        rest = &rest[length..];
    }
    out.extend_from_slice(rest);
}

/// Resolves what begins with `&` and returns its length.
fn entity(text: &[u8], out: &mut Vec<u8>) -> usize {
    // The longest is a number with leading zeros; whatever is longer is text.
    let near = &text[1..text.len().min(14)];
    let Some(end) = memchr(b';', near) else {
        out.push(b'&');
        return 1;
    };
    let character = match &near[..end] {
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"amp" => Some('&'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        [b'#', b'x' | b'X', digits @ ..] => number(digits, 16),
        [b'#', digits @ ..] => number(digits, 10),
        _ => None,
    };
    match character {
        Some(character) => {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            end + 2
        }
        None => {
            out.push(b'&');
            1
        }
    }
}

fn number(digits: &[u8], radix: u32) -> Option<char> {
    let digits = std::str::from_utf8(digits).ok()?;
    char::from_u32(u32::from_str_radix(digits, radix).ok()?)
}

/// Resolves what begins with `<` and returns its length: the inside of a CDATA section is text, a
/// comment and a tag are nothing.
fn section(text: &[u8], out: &mut Vec<u8>) -> usize {
    let (open, close): (&[u8], &[u8]) = if text.starts_with(b"<![CDATA[") {
        (b"<![CDATA[", b"]]>")
    } else if text.starts_with(b"<!--") {
        (b"<!--", b"-->")
    } else {
        (b"<", b">")
    };
    let inside = &text[open.len()..];
    let end = memmem::find(inside, close).unwrap_or(inside.len());
    if open.len() == 9 {
        out.extend_from_slice(&inside[..end]);
    }
    (open.len() + end + close.len()).min(text.len())
}
