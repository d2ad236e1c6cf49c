//! How a text's pairs are written, found out from its first ones.

use memchr::{memchr, memrchr};

use super::scan::is_name;

/// What stands between pairs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Between {
    /// Blanks; a name is one word.
    Blank,
    /// This byte; a name may have blanks in it.
    Mark(u8),
}

/// How a text's pairs are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Style {
    /// Between name and value: `=`, or `:` in front of a quote.
    pub assign: u8,
    /// Between pairs.
    pub between: Between,
}

/// So many gaps between pairs are looked at for what stands in them.
const GAPS: usize = 8;

/// So many bytes are looked at.
const FAR: usize = 4096;

/// One that may stand between pairs.
struct Mark {
    byte: u8,
    /// In how many gaps it stands.
    count: usize,
    /// Whether the name behind it is one word somewhere.
    tight: bool,
}

/// Finds out how `text` is written; `None` if it has no pair.
pub fn style(text: &[u8]) -> Option<Style> {
    let equals = memchr(b'=', text);
    if let Some(quote) = memchr(b'"', &text[..equals.unwrap_or(text.len())])
        && let [.., last, b':'] = text[..quote]
        && is_name(last)
    {
        // Check Point: `src:"192.0.2.1"; dst:"…"`.
        return Some(Style {
            assign: b':',
            between: Between::Mark(b';'),
        });
    }
    let mut marks = [b'\t', b'|', b';', b','].map(|byte| Mark {
        byte,
        count: 0,
        tight: false,
    });
    let (text, mut from) = (&text[..text.len().min(FAR)], equals? + 1);
    let mut gaps = 0;
    // Where the gap began, while signs in it turn out to belong to a value.
    let mut begin = from;
    while gaps < GAPS && from <= text.len() {
        // Nothing in quotes or brackets counts.
        let close = match text.get(from) {
            Some(b'"') if begin == from => b'"',
            Some(b'[') if begin == from => b']',
            _ => 0,
        };
        if close != 0 {
            let Some(length) = memchr(close, &text[from + 1..]) else {
                break;
            };
            from += length + 2;
            begin = from;
        }
        let Some(next) = memchr(b'=', &text[from..]).map(|at| from + at) else {
            break;
        };
        let gap = &text[begin..next];
        let name = gap.iter().rev().take_while(|&&byte| is_name(byte)).count();
        from = next + 1;
        let apart = gap.len().checked_sub(name + 1).map(|at| gap[at]);
        let apart = apart.is_some_and(|byte| {
            byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'|' | b'[' | b'(')
        });
        if name == 0 || !apart {
            continue;
        }
        gaps += 1;
        begin = from;
        // Most have none: that is seen at once.
        let is_mark = |byte: &u8| matches!(byte, b'\t' | b'|' | b';' | b',');
        if !gap.iter().fold(false, |any, byte| any | is_mark(byte)) {
            continue;
        }
        for mark in &mut marks {
            let last = memrchr(mark.byte, gap);
            mark.count += usize::from(last.is_some());
            mark.tight |= last.is_some_and(|last| gap[last + 1..].trim_ascii_start().len() == name);
        }
    }
    // A value may look like a pair: one gap of four may lack the mark.
    let mark = marks
        .iter()
        .filter(|mark| mark.count > 0)
        .find(|mark| (mark.tight || gaps > 1 && mark.count == gaps) && mark.count * 4 >= gaps * 3);
    Some(Style {
        assign: b'=',
        between: mark.map_or(Between::Blank, |mark| Between::Mark(mark.byte)),
    })
}
