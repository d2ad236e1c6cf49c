//! Where a quoted value ends.

use memchr::memchr;

use super::scan::is_name;
use super::style::Between;
use crate::text::near;

/// A quoted value's end.
pub struct Quoted {
    /// How many bytes stand in the quotes.
    pub end: usize,
    /// Whether there are escaped quotes among them.
    pub escaped: bool,
}

/// Finds the end of the value behind an opening quote: a quote with something behind it that can
/// stand between pairs, neither escaped nor doubled. Quotes that a device forgot to escape are no
/// end therefore.
#[inline]
pub fn end(text: &[u8], between: Between) -> Option<Quoted> {
    let (mut from, mut escaped) = (0, false);
    loop {
        let at = from + near::find(b'"', &text[from..])?;
        let after = text.get(at + 1).copied();
        if at > from && text[at - 1] == b'\\' {
            let slashes = text[from..at]
                .iter()
                .rev()
                .take_while(|&&byte| byte == b'\\');
            // `C:\"` at the end of a value is a folder and the end, if another pair follows.
            if slashes.count() % 2 == 1 && !is_pair(&text[at + 1..]) {
                escaped = true;
                from = at + 1;
                continue;
            }
        }
        match after {
            Some(b'"') if at > 0 || text.get(2) == Some(&b'"') => {
                escaped = true;
                from = at + 2;
                continue;
            }
            None
            | Some(
                b' ' | b'\t' | b'\r' | b'\n' | b',' | b';' | b'|' | b']' | b')' | b'}' | b'\'',
            ) => {}
            Some(byte) if between == Between::Mark(byte) => {}
            Some(_) if at == 0 => {}
            Some(_) => {
                from = at + 1;
                continue;
            }
        }
        return Some(Quoted { end: at, escaped });
    }
}

/// Whether a quoted pair follows a quote.
fn is_pair(text: &[u8]) -> bool {
    let blanks = text
        .iter()
        .take_while(|byte| matches!(byte, b' ' | b',' | b';'));
    let text = &text[blanks.take(4).count()..];
    let name = text
        .iter()
        .take(64)
        .take_while(|&&byte| is_name(byte))
        .count();
    name > 0 && text[name..].starts_with(b"=\"")
}

/// Appends a value with its escaped quotes as they are meant. Other backslashes stay: most are
/// those of a path.
pub fn unescape(text: &[u8], out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = memchr(b'"', rest) {
        let before = &rest[..at];
        out.extend_from_slice(before.strip_suffix(b"\\").unwrap_or(before));
        out.push(b'"');
        rest = &rest[at + 1..];
        if !before.ends_with(b"\\") {
            rest = rest.strip_prefix(b"\"").unwrap_or(rest);
        }
    }
    out.extend_from_slice(rest);
}
