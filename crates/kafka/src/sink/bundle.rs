//! The events of a parcel, kept until their transaction is committed.

use std::mem;
use std::ops::Range;
use std::sync::Arc;

use knownet_flow::{Parcel, Path, Receipt};
use rdkafka::message::OwnedHeaders;
use rdkafka::producer::BaseRecord;

use super::{Headers, compose};

/// One parcel.
pub(super) struct Bundle {
    /// The number of the partition that it came from.
    pub number: u32,
    /// What is behind it.
    pub position: u64,
    pub receipt: Receipt,
    bytes: Vec<u8>,
    events: Vec<Event>,
    /// Bytes that their headers take.
    headers: usize,
}

struct Event {
    line: Range<usize>,
    key: Option<Range<usize>>,
    time: Option<i64>,
    headers: Option<OwnedHeaders>,
    /// Whether it was refused, perhaps because of its neighbours.
    suspected: bool,
    /// Whether it is a dead letter.
    refused: bool,
}

impl Bundle {
    /// A copy of what has to be sent.
    pub fn of(
        parcel: &Parcel<'_>,
        receipt: Receipt,
        key: Option<&Path>,
        headers: Headers,
    ) -> Bundle {
        let mut bytes = Vec::with_capacity(parcel.events.len());
        let mut events = Vec::new();
        let mut held = 0;
        for item in parcel.items() {
            let start = bytes.len();
            bytes.extend_from_slice(item.line);
            let line = start..bytes.len();
            let key = compose::key(&item, key).map(|key| {
                let start = bytes.len();
                bytes.extend_from_slice(&key);
                start..bytes.len()
            });
            let headers = compose::headers(&item, headers);
            held += headers.as_ref().map_or(0, compose::size);
            events.push(Event {
                line,
                key,
                time: item.message.and_then(|message| message.time()),
                headers,
                suspected: false,
                refused: false,
            });
        }
        Bundle {
            number: parcel.partition,
            position: parcel.position,
            receipt,
            bytes,
            events,
            headers: held,
        }
    }

    /// Bytes of memory, about.
    pub fn size(&self) -> usize {
        self.bytes.capacity() + self.events.capacity() * size_of::<Event>() + self.headers
    }

    /// How many events there are.
    pub fn count(&self) -> usize {
        self.events.len()
    }

    /// Whether the event at this place is a dead letter.
    pub fn is_refused(&self, at: usize) -> bool {
        self.events[at].refused
    }

    /// Whether one of its events has to go alone.
    pub fn is_suspected(&self) -> bool {
        self.events.iter().any(|event| event.suspected)
    }

    /// Bytes that the event at this place takes in a batch, at least.
    pub fn length(&self, at: usize) -> usize {
        let event = &self.events[at];
        let headers = event.headers.as_ref().map_or(0, compose::text);
        event.line.len() + event.key.as_ref().map_or(0, Range::len) + headers
    }

    /// The event at this place as it is sent.
    pub fn record<'a>(
        &'a self,
        at: usize,
        topic: &'a str,
        opaque: Arc<Sent>,
    ) -> BaseRecord<'a, [u8], [u8], Arc<Sent>> {
        let event = &self.events[at];
        let mut record = BaseRecord::with_opaque_to(topic, opaque);
        record.payload = Some(&self.bytes[event.line.clone()]);
        record.key = event.key.clone().map(|key| &self.bytes[key]);
        record.timestamp = event.time;
        record.headers = event.headers.clone();
        record
    }

    /// The brokers did not take the event at this place, or one of its neighbours.
    pub fn suspect(&mut self, at: usize) {
        self.events[at].suspected = true;
    }

    /// The event at this place will never be taken, for this reason.
    pub fn refuse(&mut self, at: usize, reason: String) {
        let event = &mut self.events[at];
        event.suspected = false;
        if !mem::replace(&mut event.refused, true) {
            self.receipt.refuse(&self.bytes[event.line.clone()], reason);
        }
    }
}

/// Which event a delivery report is about: its bundle's place and its own.
pub(super) struct Sent {
    pub bundle: usize,
    pub event: usize,
}
