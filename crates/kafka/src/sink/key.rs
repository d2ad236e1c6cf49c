//! A field of a JSON line, as a key.

use std::borrow::Cow;

use knownet_flow::{Path, json};

/// How deep objects are looked into.
const DEPTH: usize = 64;

/// The value of the first field of `line` that `path` names: a string without its quotes and escapes,
/// anything else as it is spelled. `None` for null, and if there is none.
pub(super) fn find<'a>(line: &'a [u8], path: &Path) -> Option<Cow<'a, [u8]>> {
    let at = json::space(line, 0);
    let value = within(line, at, path.as_str().as_bytes(), DEPTH)?;
    match value {
        b"null" => None,
        [b'"', inner @ .., b'"'] if !inner.contains(&b'\\') => Some(Cow::Borrowed(inner)),
        [b'"', ..] => {
            let text: Result<String, _> = serde_json::from_slice(value);
            // What is no JSON is still the same whenever it comes.
            let text = text.map_or_else(|_| value.to_vec(), String::into_bytes);
            Some(Cow::Owned(text))
        }
        _ => Some(Cow::Borrowed(value)),
    }
}

/// The value of `path` within the object that begins at `at`.
fn within<'a>(line: &'a [u8], at: usize, path: &[u8], depth: usize) -> Option<&'a [u8]> {
    if line.get(at) != Some(&b'{') {
        return None;
    }
    let mut at = json::space(line, at + 1);
    while line.get(at) == Some(&b'"') {
        let end = json::string_end(line, at)?;
        let name = &line[at + 1..end - 1];
        at = json::space(line, end);
        if line.get(at) != Some(&b':') {
            return None;
        }
        at = json::space(line, at + 1);
        let end = json::value_end(line, at)?;
        let rest = path.strip_prefix(name);
        match rest {
            Some([]) => return Some(&line[at..end]),
            Some([b'.', rest @ ..]) if depth > 0 => {
                if let Some(found) = within(line, at, rest, depth - 1) {
                    return Some(found);
                }
            }
            _ => {}
        }
        at = json::space(line, end);
        if line.get(at) != Some(&b',') {
            return None;
        }
        at = json::space(line, at + 1);
    }
    None
}

#[cfg(test)]
#[path = "../tests/key.rs"]
mod tests;
