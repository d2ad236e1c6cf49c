//! Plain lists: one address, prefix or range a line.
//!
//! Blank lines, and comments from `#` or `;` on, at the start of a line or after white space, are
//! passed over. `a-b` is every address from a to b, as the fewest prefixes.

use super::Spec;
use crate::error::FeedError;
use crate::input::{Line, lines};
use crate::read::Rows;
use knownet_label::{Addr, Prefix};
use std::io::BufRead;

pub(super) const SPEC: Spec = Spec {
    name: "list",
    about: "one address, prefix or range a line; # and ; begin a comment",
    detect,
    read,
};

/// Any text that is not plainly something else, so that a list with a mistake on its first line is
/// still answered with that line.
fn detect(head: &[u8]) -> bool {
    !head.contains(&0) && !matches!(head.trim_ascii_start().first(), Some(b'{' | b'[' | b'<'))
}

fn read(input: &mut dyn BufRead, rows: &mut Rows<'_>) -> Result<(), FeedError> {
    lines(input, rows, |line, rows| match line {
        Line::TooLong(text) => rows.bad(text),
        Line::Text(text) => row(without_comment(text), rows),
    })
}

fn row(text: &[u8], rows: &mut Rows<'_>) {
    if text.is_empty() {
        return;
    }
    let Some(dash) = text.iter().position(|&byte| byte == b'-') else {
        return rows.prefix(text, &[]);
    };
    let ends = (host(&text[..dash]), host(&text[dash + 1..]));
    let (Some(first), Some(last)) = ends else {
        return rows.bad(text);
    };
    let mut range = Prefix::range(first, last).peekable();
    if range.peek().is_none() {
        return rows.bad(text);
    }
    range.for_each(|prefix| rows.take(prefix, &[]));
}

/// One end of a range.
fn host(text: &[u8]) -> Option<Addr> {
    let text = text.trim_ascii();
    let parsed = Prefix::parse(text).ok()?;
    (!text.contains(&b'/')).then(|| parsed.prefix.addr())
}

fn without_comment(text: &[u8]) -> &[u8] {
    let mut blank = true;
    for (at, &byte) in text.iter().enumerate() {
        if blank && matches!(byte, b'#' | b';') {
            return text[..at].trim_ascii_end();
        }
        blank = byte.is_ascii_whitespace();
    }
    text
}
