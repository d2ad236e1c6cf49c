//! What a producer says of its messages and its brokers.

use std::sync::Arc;

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::ProducerContext;

use super::again::{Letter, Tag};
use super::compose;
use super::ledger::Ledger;
use super::shape::{Blame, Shape};
use crate::client::words;

/// Hears one producer.
pub(super) struct Report {
    pub sink: Arc<str>,
    pub topic: Arc<str>,
    pub ledger: Arc<Ledger>,
    /// How its batches look.
    pub shape: Shape,
}

impl ClientContext for Report {
    fn log(&self, _: RDKafkaLogLevel, kind: &str, message: &str) {
        tracing::debug!(sink = &*self.sink, "librdkafka: {kind}: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if let Some(text) = self.ledger.trouble.heard(&error, reason) {
            self.ledger.failed(text);
        }
    }

    fn stats_raw(&self, _: &[u8]) {}
}

impl ProducerContext for Report {
    type DeliveryOpaque = Box<Tag>;

    fn delivery(&self, result: &DeliveryResult<'_>, tag: Box<Tag>) {
        let (error, message) = match result {
            Ok(_) => {
                tag.pending.done();
                self.ledger.delivered();
                return;
            }
            Err((error, message)) => (error, message),
        };
        let blame = self
            .shape
            .blame(error.rdkafka_error_code(), length(message));
        match blame {
            Blame::Itself => {
                let reason = format!("topic {}: {}", self.topic, words(error));
                let event = message.payload().unwrap_or_default();
                tag.pending.refuse(event, reason);
                self.ledger.delivered();
                return;
            }
            Blame::Size => self.ledger.shrink(self.shape),
            Blame::Perhaps | Blame::Nobody => {}
            Blame::Else => {
                let reason = format!("topic {}: {}", self.topic, words(error));
                self.ledger.failed(reason);
            }
        }
        let alone = blame == Blame::Perhaps || self.shape.is_alone();
        self.ledger.give_back(Letter::of(message, *tag, alone));
    }
}

/// Bytes that a message takes in a batch, at least.
fn length(message: &impl Message) -> usize {
    let headers = message.headers().map_or(0, compose::text);
    let length = |bytes: Option<&[u8]>| bytes.map_or(0, <[u8]>::len);
    length(message.payload()) + length(message.key()) + headers
}
