//! An event's two lines in the body of a bulk request: what is to be done with it, and the event as
//! it is.
//!
//! The only byte that is ever added is for a data stream, which takes no event without a time: one
//! that has no `@timestamp` gets the time at which it was taken, as its first member.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use knownet_flow::{Id, json};
use memchr::memmem;

use super::member::find;
use super::moment::FIELD;
use super::target::Target;

/// Bytes of an [`Id`] as text.
const ID: usize = 22;

/// Writes the lines of events.
pub(super) struct Writer {
    target: Target,
    named: memmem::Finder<'static>,
}

impl Writer {
    /// Of events for `target`.
    pub fn new(target: Target) -> Writer {
        Writer {
            target,
            named: memmem::Finder::new(FIELD),
        }
    }

    /// Appends both lines; returns where the second one begins. `now` is written out as
    /// [`knownet_flow::time::text`] does.
    ///
    /// `create` and never `index`, since an event that is there already must not be written again,
    /// and data streams take nothing else.
    pub fn write(&self, event: &[u8], id: Option<Id>, now: &str, out: &mut Vec<u8>) -> usize {
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
        let line = out.len();
        match self.target.is_stream().then(|| self.gap(event)).flatten() {
            None => out.extend_from_slice(event),
            Some(at) => {
                out.extend_from_slice(&event[..at]);
                out.extend_from_slice(b"\"@timestamp\":\"");
                out.extend_from_slice(now.as_bytes());
                out.push(b'"');
                if event.get(json::space(event, at)) != Some(&b'}') {
                    out.push(b',');
                }
                out.extend_from_slice(&event[at..]);
            }
        }
        out.push(b'\n');
        line
    }

    /// Where a time has to be inserted, if one has to.
    fn gap(&self, event: &[u8]) -> Option<usize> {
        let brace = json::space(event, 0);
        // What is no object the server refuses, with or without it.
        let object = event.get(brace) == Some(&b'{');
        // Most have it; of the others most do not have the word, and that is quickly seen.
        let lacks = || self.named.find(event).is_none() || find(event, FIELD).is_none();
        (object && lacks()).then_some(brace + 1)
    }
}

#[cfg(test)]
#[path = "../tests/elasticsearch/action.rs"]
mod tests;
