//! A message that has to be sent again, or stands in line behind one that has.

use std::sync::Arc;

use rdkafka::message::{Headers, Message, OwnedHeaders};
use rdkafka::producer::BaseRecord;

use super::pending::Pending;

/// What travels with a message and comes back with its report.
pub(super) struct Tag {
    pub pending: Arc<Pending>,
    /// When its event was: of a message that was not delivered, librdkafka does not tell.
    pub time: Option<i64>,
}

/// A message as it is sent.
pub(super) type Record<'a> = BaseRecord<'a, [u8], [u8], Box<Tag>>;

/// A message with all that belongs to it.
pub(super) struct Letter {
    pub payload: Vec<u8>,
    pub key: Option<Vec<u8>>,
    pub time: Option<i64>,
    pub headers: Option<OwnedHeaders>,
    pub pending: Arc<Pending>,
    /// Whether it has to go without others beside it: together they were refused.
    pub alone: bool,
}

impl Letter {
    /// A copy of what a producer gives back.
    pub fn of(message: &impl Message, tag: Tag, alone: bool) -> Letter {
        let headers = message.headers().map(|headers| {
            let all = OwnedHeaders::new_with_capacity(headers.count());
            headers.iter().fold(all, OwnedHeaders::insert)
        });
        Letter {
            payload: message.payload().unwrap_or_default().to_vec(),
            key: message.key().map(<[u8]>::to_vec),
            time: tag.time,
            headers,
            pending: tag.pending,
            alone,
        }
    }

    /// As it is sent.
    pub fn record<'a>(&'a self, topic: &'a str) -> Record<'a> {
        let tag = Tag {
            pending: self.pending.clone(),
            time: self.time,
        };
        let mut record = Record::with_opaque_to(topic, Box::new(tag));
        record.payload = Some(&self.payload);
        record.key = self.key.as_deref();
        record.timestamp = self.time;
        record.headers = self.headers.clone();
        record
    }
}
