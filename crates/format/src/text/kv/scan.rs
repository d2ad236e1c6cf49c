//! Pairs found in a text, one after the other.
//!
//! A pair's value ends where the next pair's name begins, so that values without quotes may hold
//! blanks. Every byte is looked at a constant number of times, however many signs and quotes there
//! are.

use memchr::memrchr;

use super::quote::{self, Quoted};
use super::style::{Between, Style};
use crate::text::near;

/// One pair.
#[derive(Clone, Copy, Debug)]
pub struct Pair<'a> {
    /// Its name.
    pub name: &'a [u8],
    /// Its value, without quotes.
    pub value: &'a [u8],
    /// Whether it was quoted.
    pub quoted: bool,
    /// Whether quotes within it are written as `\"` or `""`.
    pub escaped: bool,
}

/// A name has at most so many bytes.
const LONGEST_NAME: usize = 64;

/// The pairs of a text.
pub struct Scan<'a> {
    text: &'a [u8],
    style: Style,
    /// The name of the next pair, and where its value begins.
    next: Option<(&'a [u8], usize)>,
    /// Where that name begins.
    name: usize,
    /// A quote without an end was found: no other one is looked for.
    open: bool,
}

/// Whether a name of one word may hold this byte.
#[inline]
pub fn is_name(byte: u8) -> bool {
    NAME[usize::from(byte)]
}

const NAME: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        let one = byte as u8;
        table[byte] = one.is_ascii_alphanumeric() || matches!(one, b'_' | b'-' | b'.' | b'@');
        byte += 1;
    }
    table
};

impl<'a> Scan<'a> {
    /// Begins.
    pub fn new(text: &'a [u8], style: Style) -> Scan<'a> {
        let mut scan = Scan {
            text,
            style,
            next: None,
            name: 0,
            open: false,
        };
        scan.find(0, true);
        scan
    }

    /// Where the first pair begins, if there is one.
    pub fn start(&self) -> Option<usize> {
        self.next.map(|_| self.name)
    }

    /// Finds the next name at or behind `from`.
    #[inline]
    fn find(&mut self, from: usize, first: bool) {
        self.next = None;
        let mut limit = from;
        while let Some(at) = near::find(self.style.assign, &self.text[limit..]) {
            let sign = limit + at;
            if self.style.assign == b'=' || self.text.get(sign + 1) == Some(&b'"') {
                let name = match self.style.between {
                    Between::Blank => self.word(limit, sign),
                    Between::Mark(mark) => self.phrase(limit, sign, mark, first),
                };
                if let Some(start) = name {
                    let name = self.text[start..sign].trim_ascii_end();
                    let name = unnumbered(name.strip_suffix(b":").unwrap_or(name));
                    self.name = start;
                    self.next = Some((name, sign + 1));
                    return;
                }
            }
            limit = sign + 1;
        }
    }

    /// Where the word in front of the sign begins, if it can be a name.
    #[inline]
    fn word(&self, limit: usize, sign: usize) -> Option<usize> {
        let text = &self.text[limit..sign];
        let text = text.trim_ascii_end();
        // `:=` assigns, too (Check Point).
        let text = text.strip_suffix(b":").unwrap_or(text);
        let text = unnumbered(text);
        let length = text.iter().rev().take_while(|&&byte| is_name(byte)).count();
        let before = text.len() - length;
        let &first = text.get(before)?;
        let apart = match before.checked_sub(1).map(|at| text[at]) {
            // Right behind another sign it is that one's value.
            None => limit == 0 || self.text[limit - 1] != self.style.assign,
            Some(byte) => {
                byte.is_ascii_whitespace()
                    || matches!(
                        byte,
                        b'[' | b'('
                            | b'{'
                            | b']'
                            | b')'
                            | b'}'
                            | b','
                            | b';'
                            | b'|'
                            | b'"'
                            | b'\''
                            | b'>'
                            | b':'
                    )
            }
        };
        if !apart || length > LONGEST_NAME || !(first.is_ascii_alphabetic() || first == b'_') {
            return None;
        }
        // NetScreen: `src-xlated ip=`, `src zone=`.
        let mut start = before;
        if matches!(&text[before..], b"ip" | b"zone") {
            for two in [&b"src-xlated "[..], b"dst-xlated ", b"src ", b"dst "] {
                if text[..before].ends_with(two) {
                    start = before - two.len();
                    break;
                }
            }
        }
        Some(limit + start)
    }

    /// Where the words between a mark and the sign begin, if they can be a name.
    #[inline]
    fn phrase(&self, limit: usize, sign: usize, mark: u8, first: bool) -> Option<usize> {
        let text = &self.text[limit..sign];
        let start = match memrchr(mark, text) {
            Some(at) => at + 1,
            // What is in front of the first pair is no part of its name.
            None if first => return self.word(limit, sign),
            None => return None,
        };
        let name = &text[start..];
        let name = name.trim_ascii_start();
        let start = sign - name.len();
        let good = name.len() <= LONGEST_NAME
            && name
                .first()
                .is_some_and(|&byte| byte.is_ascii_alphabetic() || byte == b'_')
            && name
                .iter()
                .all(|&byte| is_name(byte) || matches!(byte, b' ' | b'(' | b')' | b'/' | b':'));
        match good {
            true => Some(start),
            // `[conn src=` behind a mark: the last word may be a name still.
            false => self
                .word(sign - name.len(), sign)
                .filter(|_| first || mark == b'|'),
        }
    }
}

/// A name without its number: `SrcIPAddr(1003)` (H3C).
#[inline]
fn unnumbered(name: &[u8]) -> &[u8] {
    let Some(inner) = name.strip_suffix(b")") else {
        return name;
    };
    let digits = inner.iter().rev().take_while(|byte| byte.is_ascii_digit());
    match inner.len() - digits.count() {
        start if start < inner.len() => inner[..start].strip_suffix(b"(").unwrap_or(name),
        _ => name,
    }
}

impl<'a> Iterator for Scan<'a> {
    type Item = Pair<'a>;

    #[inline]
    fn next(&mut self) -> Option<Pair<'a>> {
        let (name, start) = self.next?;
        let blanks = self.text[start..]
            .iter()
            .take_while(|&&byte| byte == b' ')
            .count();
        if self.text.get(start + blanks) == Some(&b'"') && !self.open {
            let inner = start + blanks + 1;
            match quote::end(&self.text[inner..], self.style.between) {
                Some(Quoted { end, escaped }) => {
                    self.find(inner + end + 1, false);
                    let value = &self.text[inner..inner + end];
                    return Some(Pair {
                        name,
                        value,
                        quoted: true,
                        escaped,
                    });
                }
                None => self.open = true,
            }
        }
        self.find(start, false);
        let end = match self.next {
            Some(_) => self.name,
            None => self.text.len(),
        };
        let value = self.text[start..end].trim_ascii();
        Some(Pair {
            name,
            value: bare(value, self.style.between),
            quoted: false,
            escaped: false,
        })
    }
}

/// A value without quotes, without what stands behind it.
#[inline]
fn bare(mut value: &[u8], between: Between) -> &[u8] {
    if let Between::Mark(mark) = between
        && let [rest @ .., last] = value
        && *last == mark
    {
        value = rest.trim_ascii_end();
    }
    if let Some(close) = near::find(b']', value)
        && close > 0
        && value[close - 1] == b' '
        && near::find(b'[', &value[..close]).is_none()
    {
        // Clavister: the end of a group.
        value = &value[..close];
    }
    // Few are enough; each looks through the value.
    for _ in 0..8 {
        value = value.trim_ascii_end();
        let open = match value.last() {
            Some(b']') => b'[',
            Some(b')') => b'(',
            Some(b'}') => b'{',
            Some(b'>') => b'<',
            Some(b'\'') => {
                if value[..value.len() - 1].contains(&b'\'') {
                    return value;
                }
                value = &value[..value.len() - 1];
                continue;
            }
            Some(b'[' | b'(' | b'{') => {
                value = &value[..value.len() - 1];
                continue;
            }
            Some(b',' | b';') if between == Between::Blank => {
                value = &value[..value.len() - 1];
                continue;
            }
            _ => return value,
        };
        if value.contains(&open) {
            return value;
        }
        // All of the same kind at once: a run of them is looked through once.
        let last = value[value.len() - 1];
        while let [rest @ .., byte] = value
            && *byte == last
        {
            value = rest;
        }
    }
    value
}
