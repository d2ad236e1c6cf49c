//! Messages of one partition on their way to become one batch.

use std::borrow::Cow;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};

use knownet_flow::{Batch, Buffer, Messages, Piece, Place, Read, flat};
use memchr::memchr2;
use rdkafka::message::{Headers, Message};

/// Memory that a parcel keeps for the next time.
const KEEP: usize = 1 << 20;

/// A part that is a whole event.
pub(super) const WHOLE: Read = Read::Oversized(Piece {
    first: true,
    last: true,
});

/// What a payload is as an event.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Cut<'a> {
    /// None.
    Nothing,
    /// One line, without its line feed.
    Line(Cow<'a, [u8]>),
    /// More than an event may be, as it came.
    Oversized(&'a [u8]),
}

impl<'a> Cut<'a> {
    /// Line feeds at the end are the sender's and go; others become spaces, or escapes within JSON
    /// strings.
    pub fn of(payload: Option<&'a [u8]>, max_event: usize) -> Cut<'a> {
        let payload = payload.unwrap_or_default();
        let end = payload
            .iter()
            .rposition(|byte| !matches!(byte, b'\n' | b'\r'));
        let Some(end) = end else {
            return Cut::Nothing;
        };
        let event = &payload[..=end];
        let line = match memchr2(b'\n', b'\r', event) {
            _ if event.len() > max_event => return Cut::Oversized(event),
            None => Cow::Borrowed(event),
            Some(_) => {
                let mut line = event.to_vec();
                flat::flatten(&mut line, 0);
                Cow::Owned(line)
            }
        };
        match line.len() > max_event {
            true => Cut::Oversized(event),
            false => Cut::Line(line),
        }
    }
}

/// A batch that waits.
#[derive(Default)]
pub(super) struct Parcel {
    /// Under which its partition is ours.
    pub number: u32,
    /// Behind its last message, and those behind that without an event.
    pub position: u64,
    read: Option<Read>,
    bytes: Buffer,
    places: Vec<Place>,
    messages: Messages,
}

impl Parcel {
    /// Makes an old one new.
    pub fn begin(&mut self, number: u32, read: Read) {
        self.number = number;
        self.read = Some(read);
        self.bytes.clear(KEEP);
        self.places.clear();
        self.messages.clear(KEEP);
    }

    /// Bytes that count while it waits: keys, headers and places as well as events.
    pub fn size(&self) -> usize {
        self.bytes.filled().len() + self.beside()
    }

    /// Bytes of what there is beside the events.
    fn beside(&self) -> usize {
        self.messages.size() + self.places.len() * size_of::<Place>()
    }

    /// Whether an event of this length may come behind the others.
    pub fn fits(&self, read: Read, event: usize, batch: usize) -> bool {
        let lines = read == Read::Lines && self.read == Some(Read::Lines);
        lines && self.bytes.filled().len() + event < batch && self.beside() < batch.max(KEEP)
    }

    /// Adds the `event` that `message` holds.
    pub fn add(&mut self, event: &[u8], offset: u64, message: &impl Message) {
        self.bytes.extend(event);
        if self.read == Some(Read::Lines) {
            self.bytes.extend(b"\n");
        }
        self.places.push(Place {
            end: self.bytes.filled().len(),
            position: offset,
        });
        self.position = offset + 1;
        let time = message.timestamp().to_millis();
        self.messages.push(message.key(), time);
        if let Some(headers) = message.headers() {
            for index in 0..headers.count() {
                // A name that is not UTF-8 makes librdkafka's wrapper panic; it cannot be carried.
                let header = catch_unwind(AssertUnwindSafe(|| headers.try_get(index)));
                if let Ok(Some(header)) = header {
                    self.messages.push_header(header.key, header.value);
                }
            }
        }
    }

    /// Becomes `batch`, whose buffers it takes.
    pub fn give(&mut self, batch: &mut Batch) -> Read {
        mem::swap(&mut batch.bytes, &mut self.bytes);
        mem::swap(&mut batch.places, &mut self.places);
        mem::swap(&mut batch.messages, &mut self.messages);
        batch.partition = self.number;
        batch.position = self.position;
        self.read.unwrap_or(Read::Lines)
    }
}

#[cfg(test)]
#[path = "../../tests/parcel.rs"]
mod tests;
