//! One dead letter, as the runtime writes it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;

/// Letters that go the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Where the event came from.
    pub source: String,
    /// Which sink refused it, if one did.
    pub sink: Option<String>,
}

/// A letter.
pub struct Letter {
    pub group: Group,
    /// The event's line, without the line feed.
    pub event: Vec<u8>,
}

#[derive(Deserialize)]
struct Entry {
    source: String,
    sink: Option<String>,
    event: String,
    /// The event in base64, if it is not UTF-8.
    bytes: Option<String>,
}

impl Letter {
    /// Reads a line.
    pub fn read(line: &[u8]) -> Result<Letter, String> {
        let entry: Entry = serde_json::from_slice(line).map_err(|e| e.to_string())?;
        let event = match entry.bytes {
            Some(bytes) => STANDARD.decode(bytes).map_err(|e| format!("bytes: {e}"))?,
            None => entry.event.into_bytes(),
        };
        Ok(Letter {
            group: Group {
                source: entry.source,
                sink: entry.sink,
            },
            event,
        })
    }
}
