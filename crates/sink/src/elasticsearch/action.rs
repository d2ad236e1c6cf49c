//! An event's two lines in the body of a bulk request: what is to be done with it, and the event as
//! it is.
//!
//! Nothing is ever added but for a data stream, which takes no event without a time: one that has no
//! `@timestamp` gets the time at which it was taken for sending, as its first member; one that has null
//! there gets it in that place.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use knownet_flow::{Id, json};
use memchr::memmem;

use super::load::{Added, Line};
use super::moment::FIELD;
use super::target::Target;
use knownet_flow::json::member::place;

/// Bytes of an [`Id`] as text.
const ID: usize = 22;

/// What a member says that says nothing.
pub(super) const NULL: &[u8] = b"null";

/// Writes the lines of events.
pub(super) struct Writer {
    target: Target,
    named: memmem::Finder<'static>,
    /// The name may be spelled with escapes.
    escaped: memmem::Finder<'static>,
}

impl Writer {
    /// Of events for `target`.
    pub fn new(target: Target) -> Writer {
        Writer {
            target,
            named: memmem::Finder::new(FIELD),
            escaped: memmem::Finder::new("\\u"),
        }
    }

    /// Appends both lines; returns where the second one is. `now` is written out as
    /// [`knownet_flow::time::text`] does.
    ///
    /// `create` and never `index`, since an event that is there already must not be written again,
    /// and data streams take nothing else.
    pub fn write(&self, event: &[u8], id: Option<Id>, now: &str, out: &mut Vec<u8>) -> Line {
        out.extend_from_slice(b"{\"create\":{\"_index\":\"");
        self.target.write(event, out);
        if let Some(Id(id)) = id {
            out.extend_from_slice(b"\",\"_id\":\"");
            let mut text = [0; ID];
            // 16 bytes are always 22 characters.
            let _ = BASE64_URL_SAFE_NO_PAD.encode_slice(id, &mut text);
            out.extend_from_slice(&text);
        }
        out.extend_from_slice(b"\"}}\n");
        let start = out.len();
        let gap = match self.target.is_stream() {
            true => self.gap(event),
            false => None,
        };
        let added = gap.map(|gap| {
            let (Gap::Member(at) | Gap::Null(at)) = gap;
            out.extend_from_slice(&event[..at]);
            let behind = match gap {
                Gap::Member(_) => {
                    out.extend_from_slice(b"\"@timestamp\":");
                    &event[at..]
                }
                Gap::Null(_) => &event[at + NULL.len()..],
            };
            out.push(b'"');
            out.extend_from_slice(now.as_bytes());
            out.push(b'"');
            let null = matches!(gap, Gap::Null(_));
            if !null && behind.get(json::space(behind, 0)) != Some(&b'}') {
                out.push(b',');
            }
            let len = out.len() - start - at;
            out.extend_from_slice(behind);
            Added { at, len, null }
        });
        if added.is_none() {
            out.extend_from_slice(event);
        }
        out.push(b'\n');
        Line {
            start,
            added,
            named: id.is_some(),
        }
    }

    /// Where a time has to be written, if one has to.
    fn gap(&self, event: &[u8]) -> Option<Gap> {
        let brace = json::space(event, 0);
        // What is no object the server refuses, with or without it.
        if event.get(brace) != Some(&b'{') {
            return None;
        }
        // Most have it; of the others most do not have the word, and that is quickly seen.
        let found = match self.named.find(event).or_else(|| self.escaped.find(event)) {
            None => None,
            Some(_) => place(event, FIELD),
        };
        match found {
            None => Some(Gap::Member(brace + 1)),
            Some(value) => (event[value.clone()] == *NULL).then_some(Gap::Null(value.start)),
        }
    }
}

/// The id in an event's first line, if it has one.
pub(super) fn id(action: &[u8]) -> Option<Id> {
    let rest = action.strip_suffix(b"\"}}\n")?;
    let (rest, text) = rest.split_at_checked(rest.len().checked_sub(ID)?)?;
    if !rest.ends_with(b"\"_id\":\"") {
        return None;
    }
    let mut id = [0; 16];
    match BASE64_URL_SAFE_NO_PAD.decode_slice(text, &mut id) {
        Ok(16) => Some(Id(id)),
        _ => None,
    }
}

/// Where a time has to be written.
enum Gap {
    /// As a member, before this byte.
    Member(usize),
    /// In place of the null that begins with this byte.
    Null(usize),
}

#[cfg(test)]
#[path = "../tests/elasticsearch/action.rs"]
mod tests;
