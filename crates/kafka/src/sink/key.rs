//! A field of a JSON line, as a key.

use std::borrow::Cow;

use knownet_flow::Path;
use knownet_flow::json::member;

/// The value of the first field of `line` that `path` names: a string without its quotes and escapes,
/// anything else as it is spelled. `None` for null, and if there is none.
pub(super) fn find<'a>(line: &'a [u8], path: &Path) -> Option<Cow<'a, [u8]>> {
    let value = member::find(line, path.as_str())?;
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

#[cfg(test)]
#[path = "../tests/key.rs"]
mod tests;
