//! One dead letter, as the runtime writes it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{SHA256, digest};
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
    /// A number of its own: of two letters with the same event and the same place in a file, too.
    pub number: u64,
}

#[derive(Deserialize)]
struct Entry {
    labels: Labels,
    event: Event,
}

#[derive(Deserialize)]
struct Labels {
    source: String,
    sink: Option<String>,
}

#[derive(Deserialize)]
struct Event {
    original: String,
    /// The event in base64, if it is not UTF-8.
    bytes: Option<String>,
    /// What stands there is not the event.
    #[serde(default)]
    lossy: bool,
}

impl Letter {
    /// Reads a line.
    ///
    /// # Errors
    /// Why it cannot be sent.
    pub fn read(line: &[u8]) -> Result<Letter, String> {
        let entry: Entry =
            serde_json::from_slice(line).map_err(|error| format!("is no dead letter: {error}"))?;
        let Entry { labels, event } = entry;
        if event.lossy {
            return Err(
                "does not hold the event as it was: it is not UTF-8, and was too long".into(),
            );
        }
        let event = match event.bytes {
            Some(bytes) => STANDARD
                .decode(bytes)
                .map_err(|error| format!("is no dead letter: bytes: {error}"))?,
            None => event.original.into_bytes(),
        };
        let hash = digest(&SHA256, line);
        let number = hash.as_ref().first_chunk().copied().unwrap_or_default();
        Ok(Letter {
            group: Group {
                source: labels.source,
                sink: labels.sink,
            },
            event,
            number: u64::from_le_bytes(number),
        })
    }
}
