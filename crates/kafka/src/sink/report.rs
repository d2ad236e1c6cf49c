//! What a producer says of its messages and its brokers.

use std::sync::Arc;

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{DeliveryResult, Message};
use rdkafka::producer::ProducerContext;

use super::again::{Letter, Tag};
use super::ledger::Ledger;
use crate::client::words;

/// Hears one producer.
pub(super) struct Report {
    pub sink: Arc<str>,
    pub topic: Arc<str>,
    pub ledger: Arc<Ledger>,
    /// Whether each of its messages goes without others beside it.
    pub alone: bool,
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
        let code = error.rdkafka_error_code();
        if code.is_some_and(is_final) {
            if self.alone {
                let reason = format!("topic {}: {}", self.topic, words(error));
                tag.pending
                    .refuse(message.payload().unwrap_or_default(), reason);
                self.ledger.delivered();
            } else {
                // A neighbour may be the one that is meant.
                self.ledger.give_back(Letter::of(message, *tag, true));
            }
            return;
        }
        // Nothing was wrong with these: they were taken back, or a neighbour was refused.
        let innocent = matches!(
            code,
            Some(
                RDKafkaErrorCode::PurgeQueue
                    | RDKafkaErrorCode::PurgeInflight
                    | RDKafkaErrorCode::InvalidDifferentRecord
            )
        );
        if !innocent {
            self.ledger
                .failed(format!("topic {}: {}", self.topic, words(error)));
        }
        let letter = Letter::of(message, *tag, self.alone);
        self.ledger.give_back(letter);
    }
}

/// Whether a message will never be taken, whatever comes.
pub(super) fn is_final(code: RDKafkaErrorCode) -> bool {
    matches!(
        code,
        RDKafkaErrorCode::MessageSizeTooLarge
            | RDKafkaErrorCode::InvalidMessageSize
            | RDKafkaErrorCode::InvalidRecord
            | RDKafkaErrorCode::InvalidTimestamp
            | RDKafkaErrorCode::MessageBatchTooLarge
            | RDKafkaErrorCode::PolicyViolation
    )
}
