//! Finds a field of an event in its bytes.
//!
//! Only what stands before it is looked at; what is not JSON has no fields.

use knownet_flow::json::{space, string_end, value_end};

/// The value of the field with this dotted path, as it is spelled: nested objects, names with dots
/// in them, or a mixture.
pub(super) fn find<'a>(object: &'a [u8], path: &str) -> Option<&'a [u8]> {
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
        let name = object.get(at + 1..end - 1)?;
        at = space(object, end);
        if object.get(at) != Some(&b':') {
            return None;
        }
        at = space(object, at + 1);
        let end = value_end(object, at)?;
        let value = object.get(at..end)?;
        let rest = path.as_bytes().strip_prefix(name);
        match rest {
            Some([]) => return Some(value),
            Some([b'.', inner @ ..]) => {
                let inner = std::str::from_utf8(inner).unwrap_or_default();
                if let Some(found) = find(value, inner) {
                    return Some(found);
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

#[cfg(test)]
#[path = "../tests/elasticsearch/member.rs"]
mod tests;
