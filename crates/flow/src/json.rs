//! Steps over JSON text: past white space, a string, a value.
//!
//! Only what is needed to find the end is looked at; text that is not JSON gives an unspecified but
//! harmless answer.

pub mod member;

use memchr::memchr2;

/// First byte at or after `at` that is no white space.
#[inline]
pub fn space(b: &[u8], mut at: usize) -> usize {
    while at < b.len() && matches!(b[at], b' ' | b'\t' | b'\n' | b'\r') {
        at += 1;
    }
    at
}

/// One past the closing quote of the string whose opening quote is at `at`.
#[inline]
pub fn string_end(b: &[u8], at: usize) -> Option<usize> {
    let mut i = at + 1;
    loop {
        i += memchr2(b'"', b'\\', b.get(i..)?)?;
        if b[i] == b'"' {
            return Some(i + 1);
        }
        i += 2;
    }
}

/// One past the value that begins at `at`.
pub fn value_end(b: &[u8], at: usize) -> Option<usize> {
    match *b.get(at)? {
        b'"' => string_end(b, at),
        b'{' | b'[' => {
            let mut depth = 0usize;
            let mut i = at;
            loop {
                match *b.get(i)? {
                    b'"' => {
                        i = string_end(b, i)?;
                        continue;
                    }
                    b'{' | b'[' => depth += 1,
                    b'}' | b']' => depth -= 1,
                    _ => {}
                }
                i += 1;
                if depth == 0 {
                    return Some(i);
                }
            }
        }
        _ => {
            let rest = &b[at..];
            let len = rest.iter().position(|c| {
                matches!(
                    c,
                    b',' | b'}' | b']' | b':' | b' ' | b'\t' | b'\r' | b'\n' | b'"'
                )
            });
            let len = len.unwrap_or(rest.len());
            (len > 0).then_some(at + len)
        }
    }
}
