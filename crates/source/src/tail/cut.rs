//! Raw bytes of a file into whole records: UTF-16 into UTF-8, lines that belong together into one.
//!
//! How much was taken is always counted in raw bytes, so that a place in the file says where reading
//! goes on whatever was made of the bytes; of each record it is told where it begins there.

use knownet_flow::{Framing, Place};
use memchr::{memchr, memrchr};
use regex::bytes::Regex;

/// How characters are stored. Whatever has no mark of UTF-16 is left as it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Encoding {
    Bytes,
    Utf16Le,
    Utf16Be,
}

/// What happens to the end of the bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Rest {
    /// An unfinished line or record stays.
    Waits,
    /// Only an unfinished line stays.
    Lines,
    /// Nothing stays.
    Nothing,
}

/// How one file is cut.
pub(super) struct Cutter<'a> {
    pub encoding: Encoding,
    pub multiline: Option<&'a Regex>,
    pub framing: Framing,
    pub max_event: usize,
    /// Where the bytes stand in the file.
    pub offset: u64,
}

impl Encoding {
    /// What the first bytes say; `None` if they are too few to tell.
    pub fn of(first: &[u8]) -> Option<Encoding> {
        match first {
            [] | [0xff] | [0xfe] => None,
            [0xff, 0xfe, ..] => Some(Encoding::Utf16Le),
            [0xfe, 0xff, ..] => Some(Encoding::Utf16Be),
            _ => Some(Encoding::Bytes),
        }
    }

    /// Bytes of a line feed.
    pub fn unit(self) -> usize {
        match self {
            Encoding::Bytes => 1,
            _ => 2,
        }
    }

    /// Behind the first line feed. The bytes begin where a character does.
    pub fn first_line(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Encoding::Bytes => memchr(b'\n', bytes).map(|at| at + 1),
            _ => self.units(bytes).position(|u| u == 10).map(|n| 2 * n + 2),
        }
    }

    /// Behind the last line feed.
    pub fn last_line(self, bytes: &[u8]) -> Option<usize> {
        match self {
            Encoding::Bytes => memrchr(b'\n', bytes).map(|at| at + 1),
            _ => {
                let last = self.units(bytes).rposition(|u| u == 10);
                last.map(|n| 2 * n + 2)
            }
        }
    }

    fn units(self, bytes: &[u8]) -> impl DoubleEndedIterator<Item = u16> + ExactSizeIterator + '_ {
        bytes.chunks_exact(2).map(move |unit| match self {
            Encoding::Utf16Be => u16::from_be_bytes([unit[0], unit[1]]),
            _ => u16::from_le_bytes([unit[0], unit[1]]),
        })
    }

    /// As UTF-8, without the mark at the beginning of the file, in which the bytes stand at `offset`.
    pub fn decode(self, offset: u64, bytes: &[u8], text: &mut Vec<u8>) {
        if self == Encoding::Bytes {
            return text.extend_from_slice(bytes);
        }
        let mut units = self.units(bytes).peekable();
        units.next_if(|unit| offset == 0 && *unit == 0xfeff);
        let mut buffer = [0; 4];
        for character in char::decode_utf16(units) {
            let character = character.unwrap_or(char::REPLACEMENT_CHARACTER);
            text.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
        }
        if bytes.len() % 2 == 1 {
            text.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
}

impl Cutter<'_> {
    /// Whether bytes stay what they are.
    pub fn is_plain(&self) -> bool {
        self.encoding == Encoding::Bytes && self.multiline.is_none()
    }

    /// How many of the bytes, which stay what they are, are whole records.
    pub fn whole(&self, raw: &[u8], rest: Rest) -> usize {
        let lines = self.lines(raw, rest);
        match rest {
            Rest::Waits => (self.framing.whole)(&raw[..lines]),
            Rest::Lines | Rest::Nothing => lines,
        }
    }

    /// Appends the whole records in `raw` to `out`, each line with its line feed, and where they begin
    /// in the file to `places`; returns how many raw bytes they were.
    pub fn cut(&self, raw: &[u8], rest: Rest, out: &mut Vec<u8>, places: &mut Vec<Place>) -> usize {
        let lines = &raw[..self.lines(raw, rest)];
        let (mut decoded, mut origins) = (Vec::new(), Vec::new());
        let text = match self.encoding {
            Encoding::Bytes => lines,
            _ => {
                self.decode(lines, &mut decoded, &mut origins);
                &decoded
            }
        };
        // What stands at a place of the text, which is the beginning of a line, in the raw bytes.
        let mut origins = origins.into_iter().peekable();
        let mut raw_at = |at: usize| match self.encoding {
            Encoding::Bytes => at,
            _ => {
                while origins.next_if(|(text, _)| *text < at).is_some() {}
                origins.peek().map_or(lines.len(), |(_, raw)| *raw)
            }
        };
        let mut record = |at: usize, end: usize| {
            places.push(Place {
                end,
                position: self.offset + raw_at(at) as u64,
            });
        };
        let taken = match self.multiline {
            Some(first) => self.join(first, text, rest, out, &mut record),
            None => {
                let whole = match rest {
                    Rest::Waits => (self.framing.whole)(text),
                    Rest::Lines | Rest::Nothing => text.len(),
                };
                let mut at = 0;
                for line in text[..whole].split_inclusive(|byte| *byte == b'\n') {
                    out.extend_from_slice(line);
                    if !line.ends_with(b"\n") {
                        out.push(b'\n');
                    }
                    record(at, out.len());
                    at += line.len();
                }
                whole
            }
        };
        match taken == text.len() {
            // The mark of the file alone is no text.
            true => lines.len(),
            false => raw_at(taken),
        }
    }

    /// Decodes whole lines, and says where each of them begins in the text and in `raw`.
    fn decode(&self, raw: &[u8], text: &mut Vec<u8>, origins: &mut Vec<(usize, usize)>) {
        let mut at = 0;
        while at < raw.len() {
            let line = &raw[at..];
            let line = &line[..self.encoding.first_line(line).unwrap_or(line.len())];
            origins.push((text.len(), at));
            self.encoding.decode(self.offset + at as u64, line, text);
            at += line.len();
        }
    }

    fn lines(&self, raw: &[u8], rest: Rest) -> usize {
        match rest {
            Rest::Nothing => raw.len(),
            _ => self.encoding.last_line(raw).unwrap_or(0),
        }
    }

    /// Joins each record's lines by the two characters `\n`, and tells `each` where it begins in the
    /// text and ends in `out`. A record that would become longer than an event may be ends before that.
    fn join(
        &self,
        first: &Regex,
        text: &[u8],
        rest: Rest,
        out: &mut Vec<u8>,
        each: &mut dyn FnMut(usize, usize),
    ) -> usize {
        let (mut at, mut record, mut begun) = (0, 0, out.len());
        while at < text.len() {
            let end = memchr(b'\n', &text[at..]).map_or(text.len(), |n| at + n + 1);
            let line = &text[at..end];
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let length = out.len() - begun;
            if at > record && (length + 2 + line.len() > self.max_event || first.is_match(line)) {
                out.push(b'\n');
                each(record, out.len());
                begun = out.len();
                record = at;
            } else if at > record {
                out.extend_from_slice(b"\\n");
            }
            out.extend_from_slice(line);
            at = end;
        }
        if rest == Rest::Waits {
            out.truncate(begun);
            return record;
        }
        if at > record {
            out.push(b'\n');
            each(record, out.len());
        }
        at
    }
}

#[cfg(test)]
#[path = "tests/cut.rs"]
mod tests;
