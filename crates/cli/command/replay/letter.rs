//! One dead letter, as the runtime writes it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use knownet_flow::{Heading, Id};
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
    /// What stood before the event where it came from.
    pub heading: Heading,
    /// The event's line, without the line feed.
    pub event: Vec<u8>,
    /// What tells the event from others: the letter's, and in a letter without one its line and place.
    pub id: Id,
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
    id: Option<String>,
    /// The event in base64, if it is not UTF-8.
    bytes: Option<String>,
    heading: Option<String>,
    /// What stands there is not the event.
    #[serde(default)]
    lossy: bool,
}

impl Letter {
    /// Reads a line that stands at `place`.
    ///
    /// # Errors
    /// Why it cannot be sent.
    pub fn read(line: &[u8], place: u64) -> Result<Letter, String> {
        let entry: Entry =
            serde_json::from_slice(line).map_err(|error| format!("is no dead letter: {error}"))?;
        let Entry { labels, event } = entry;
        if event.lossy {
            return Err(
                "does not hold the event as it was: it is not UTF-8, and was too long".into(),
            );
        }
        let bytes = match event.bytes {
            Some(bytes) => STANDARD
                .decode(bytes)
                .map_err(|error| format!("is no dead letter: bytes: {error}"))?,
            None => event.original.into_bytes(),
        };
        let id = match event.id.as_deref() {
            Some(text) => Id::parse(text)
                .ok_or_else(|| format!("is no dead letter: event.id {text} is not 32 digits"))?,
            None => {
                let hash = digest(&SHA256, &[line, &place.to_le_bytes()].concat());
                Id(hash.as_ref().first_chunk().copied().unwrap_or_default())
            }
        };
        Ok(Letter {
            group: Group {
                source: labels.source,
                sink: labels.sink,
            },
            heading: match event.heading.as_deref() {
                None => Heading::None,
                Some("") => Heading::Start,
                Some(lines) => Heading::Lines(lines.as_bytes().into()),
            },
            event: bytes,
            id,
        })
    }
}
