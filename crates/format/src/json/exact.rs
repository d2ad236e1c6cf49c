//! The whole rule for finding a path, applied to a record byte by byte: the reference that the fast
//! path in `proof` may only shorten.
//!
//! A path is found by any spelling whose keys, joined with dots, are the path. Of duplicate keys in
//! an object the last counts; of several spellings the one whose value stands last in the text.
//! Arrays on the way are stepped through. Time is linear in the record for every path, whatever it
//! holds: nesting is walked without recursion except along the path itself.
//!
//! Records that are not JSON give an unspecified but harmless answer.

pub use knownet_flow::json::{space, string_end, value_end};
use knownet_flow::{Span, Value};
use memchr::memchr;

use super::string::unescape;

/// Arrays directly within arrays that a path is followed through.
const MAX_ARRAYS: usize = 32;

/// Shows `each` member of the object that opens at `open`: the raw key without its quotes, and the
/// value. Returns where the closing brace is, or `None` where the text is not JSON.
pub fn members(b: &[u8], open: usize, mut each: impl FnMut(Span, Span)) -> Option<usize> {
    let mut i = space(b, open + 1);
    if *b.get(i)? == b'}' {
        return Some(i);
    }
    loop {
        if *b.get(i)? != b'"' {
            return None;
        }
        let end = string_end(b, i)?;
        let key = Span::new(i + 1, end - 1);
        i = space(b, end);
        if *b.get(i)? != b':' {
            return None;
        }
        let value = space(b, i + 1);
        let end = value_end(b, value)?;
        each(key, Span::new(value, end));
        i = space(b, end);
        match *b.get(i)? {
            b',' => i = space(b, i + 1),
            b'}' => return Some(i),
            _ => return None,
        }
    }
}

/// If `key` (raw) is the path or its first segments, their length.
#[inline]
pub fn leads(key: &[u8], path: &[u8]) -> Option<usize> {
    if memchr(b'\\', key).is_some() {
        let mut plain = Vec::with_capacity(key.len());
        unescape(key, &mut plain);
        return leads_plain(&plain, path);
    }
    leads_plain(key, path)
}

#[inline]
fn leads_plain(key: &[u8], path: &[u8]) -> Option<usize> {
    let whole = || path.len() == key.len() || path[key.len()] == b'.';
    (path.starts_with(key) && whole()).then_some(key.len())
}

/// The members of one object that lead along a path, the last in the text first: how much of the
/// path the key holds, and the value. At most one for each length: the last of duplicates.
pub fn leading(b: &[u8], open: usize, path: &[u8]) -> Option<(Vec<(usize, Span)>, usize)> {
    let mut found: Vec<(usize, Span)> = Vec::new();
    let close = members(b, open, |key, value| {
        if let Some(len) = leads(&b[key], path) {
            found.retain(|f| f.0 != len);
            found.push((len, value));
        }
    })?;
    found.reverse();
    Some((found, close))
}

/// Adds the values of `path` in the object or array at `at` to `out`; whether there are any.
///
/// Several values come from arrays on the way.
pub fn find(b: &[u8], at: usize, path: &[u8], out: &mut Vec<Span>) -> bool {
    follow(b, at, path, 0, out)
}

fn follow(b: &[u8], at: usize, path: &[u8], arrays: usize, out: &mut Vec<Span>) -> bool {
    match b.get(at) {
        Some(b'{') => {
            let Some((found, _)) = leading(b, at, path) else {
                return false;
            };
            for (len, value) in found {
                if len == path.len() {
                    out.push(value);
                    return true;
                }
                if follow(b, value.start(), &path[len + 1..], 0, out) {
                    return true;
                }
            }
            false
        }
        Some(b'[') if arrays < MAX_ARRAYS => {
            let mut there = false;
            elements(b, at, |element| {
                if matches!(b[element.start()], b'{' | b'[') {
                    there |= follow(b, element.start(), path, arrays + 1, out);
                }
            });
            there
        }
        _ => false,
    }
}

/// Shows `each` element of the array that opens at `open`.
pub fn elements(b: &[u8], open: usize, mut each: impl FnMut(Span)) -> Option<()> {
    let mut i = space(b, open + 1);
    if *b.get(i)? == b']' {
        return Some(());
    }
    loop {
        let end = value_end(b, i)?;
        each(Span::new(i, end));
        i = space(b, end);
        match *b.get(i)? {
            b',' => i = space(b, i + 1),
            _ => return Some(()),
        }
    }
}

/// Shows `each` string of `b`, keys included; `scratch` takes the text of those with escapes.
pub fn strings(b: &[u8], scratch: &mut Vec<u8>, each: &mut dyn FnMut(&[u8])) {
    let mut i = 0;
    while let Some(open) = memchr(b'"', &b[i..]).map(|at| i + at) {
        let Some(end) = string_end(b, open) else {
            return;
        };
        let raw = &b[open + 1..end - 1];
        match memchr(b'\\', raw) {
            None => each(raw),
            Some(_) => {
                scratch.clear();
                unescape(raw, scratch);
                each(scratch);
            }
        }
        i = end;
    }
}

/// A scalar's raw text: what kind, and where (a string without its quotes).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scalar {
    /// A string without escapes.
    Plain(Span),
    /// A string with escapes.
    Escaped(Span),
    /// A number.
    Number(Span),
    /// True or false.
    Bool(bool),
    /// Null.
    Null,
}

impl Scalar {
    /// Its value; `scratch` takes an escaped string's text.
    pub fn value<'a>(self, b: &'a [u8], scratch: &'a mut Vec<u8>) -> Value<'a> {
        match self {
            Scalar::Plain(text) => Value::Text(&b[text]),
            Scalar::Escaped(text) => {
                scratch.clear();
                unescape(&b[text], scratch);
                Value::Text(scratch)
            }
            Scalar::Number(text) => Value::Number(&b[text]),
            Scalar::Bool(is) => Value::Bool(is),
            Scalar::Null => Value::Null,
        }
    }
}

/// Shows `each` scalar of the value that begins at `at`: itself, or the elements of an array and of
/// the arrays in it. An object has none.
pub fn scalars(b: &[u8], at: usize, mut each: impl FnMut(Scalar)) -> Option<()> {
    let mut depth = 0usize;
    let mut i = at;
    loop {
        let end = match *b.get(i)? {
            b'[' => {
                depth += 1;
                i + 1
            }
            b']' => {
                depth = depth.checked_sub(1)?;
                i + 1
            }
            b',' => i + 1,
            b'{' => value_end(b, i)?,
            b'"' => {
                let end = string_end(b, i)?;
                let text = Span::new(i + 1, end - 1);
                each(match memchr(b'\\', &b[text]) {
                    None => Scalar::Plain(text),
                    Some(_) => Scalar::Escaped(text),
                });
                end
            }
            first => {
                let end = value_end(b, i)?;
                match first {
                    b't' => each(Scalar::Bool(true)),
                    b'f' => each(Scalar::Bool(false)),
                    b'n' => each(Scalar::Null),
                    _ => each(Scalar::Number(Span::new(i, end))),
                }
                end
            }
        };
        if depth == 0 {
            return Some(());
        }
        i = space(b, end);
    }
}
