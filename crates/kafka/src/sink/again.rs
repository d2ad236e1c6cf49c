//! A message that has to be sent again, or stands in line behind one that has.

use std::sync::Arc;

use rdkafka::message::{Headers, Message, OwnedHeaders};
use rdkafka::producer::BaseRecord;

use super::pending::Pending;

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
    pub fn of(message: &impl Message, pending: Arc<Pending>, alone: bool) -> Letter {
        let headers = message.headers().map(|headers| {
            let all = OwnedHeaders::new_with_capacity(headers.count());
            headers.iter().fold(all, OwnedHeaders::insert)
        });
        Letter {
            payload: message.payload().unwrap_or_default().to_vec(),
            key: message.key().map(<[u8]>::to_vec),
            time: message.timestamp().to_millis(),
            headers,
            pending,
            alone,
        }
    }

    /// As it is sent.
    pub fn record<'a>(&'a self, topic: &'a str) -> BaseRecord<'a, [u8], [u8], Arc<Pending>> {
        let mut record: BaseRecord<'a, [u8], [u8], Arc<Pending>> =
            BaseRecord::with_opaque_to(topic, self.pending.clone());
        record.payload = Some(&self.payload);
        record.key = self.key.as_deref();
        record.timestamp = self.time;
        record.headers = self.headers.clone();
        record
    }
}
