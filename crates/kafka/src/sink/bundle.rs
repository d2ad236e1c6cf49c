//! The events of a parcel, kept until their transaction is committed.

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
    state: State,
}

/// How an event fares.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Usual,
    /// It was refused, perhaps because of its neighbours: it has to go without them.
    Alone,
    /// It is a dead letter.
    Refused,
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
                state: State::Usual,
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

    /// The events that are to be sent: their places, and whether each goes alone.
    pub fn wanted(&self) -> impl Iterator<Item = (usize, bool)> + '_ {
        let all = self.events.iter().enumerate();
        all.filter(|(_, event)| event.state != State::Refused)
            .map(|(at, event)| (at, event.state == State::Alone))
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

    /// The brokers did not take the event at this place, for this reason: the next time it goes alone,
    /// or if it did, never again.
    pub fn suspect(&mut self, at: usize, reason: String) {
        match self.events[at].state {
            State::Usual => self.events[at].state = State::Alone,
            State::Alone | State::Refused => self.refuse(at, reason),
        }
    }

    /// The event at this place will never be taken, for this reason.
    pub fn refuse(&mut self, at: usize, reason: String) {
        let event = &mut self.events[at];
        if event.state != State::Refused {
            event.state = State::Refused;
            self.receipt.refuse(&self.bytes[event.line.clone()], reason);
        }
    }
}

/// Which event a delivery report is about: its bundle's place and its own.
pub(super) struct Sent {
    pub bundle: usize,
    pub event: usize,
}
