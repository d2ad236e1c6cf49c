//! Finds a field of an event in its bytes.
//!
//! Only what stands before it is looked at; what is not JSON has no fields.

use std::borrow::Cow;
use std::ops::Range;

use super::{space, string_end, value_end};

/// The value of the field with this dotted path, as it is spelled: nested objects, names with dots
/// in them, or a mixture.
pub fn find<'a>(object: &'a [u8], path: &str) -> Option<&'a [u8]> {
    object.get(place(object, path)?)
}

/// Where that value is.
pub fn place(object: &[u8], path: &str) -> Option<Range<usize>> {
    let mut at = space(object, 0);
    if object.get(at) != Some(&b'{') {
        return None;
    }
    loop {
        at = space(object, at + 1);
        if object.get(at) != Some(&b'"') {
            return None;
        }
        let end = string_end(object, at)?;
        // One that says nothing, such as half of a surrogate pair, is nobody's.
        let name = name(object.get(at..end)?);
        at = space(object, end);
        if object.get(at) != Some(&b':') {
            return None;
        }
        at = space(object, at + 1);
        let end = value_end(object, at)?;
        let value = object.get(at..end)?;
        let rest = name.and_then(|name| path.as_bytes().strip_prefix(&*name));
        match rest {
            Some([]) => return Some(at..end),
            Some([b'.', inner @ ..]) => {
                let inner = std::str::from_utf8(inner).unwrap_or_default();
                if let Some(found) = place(value, inner) {
                    return Some(at + found.start..at + found.end);
                }
            }
            _ => {}
        }
        at = space(object, end);
        if object.get(at) != Some(&b',') {
            return None;
        }
    }
}

/// What a string says that may be spelled with escapes.
fn name(spelled: &[u8]) -> Option<Cow<'_, [u8]>> {
    let inner = spelled.get(1..spelled.len() - 1)?;
    if memchr::memchr(b'\\', inner).is_none() {
        return Some(Cow::Borrowed(inner));
    }
    let text: String = serde_json::from_slice(spelled).ok()?;
    Some(Cow::Owned(text.into_bytes()))
}

#[cfg(test)]
#[path = "../tests/member.rs"]
mod tests;
