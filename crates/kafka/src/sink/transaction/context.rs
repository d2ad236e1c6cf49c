//! What a producer with transactions says of its messages: those that were not delivered are kept, until
//! the transaction is given up or begun again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, ProducerContext};

use crate::sink::bundle::Sent;

/// The producer as librdkafka has it.
pub(super) type Native = BaseProducer<Context>;

/// Hears one producer.
pub(super) struct Context {
    pub sink: Arc<str>,
    /// What was not delivered.
    pub failed: Mutex<Vec<(Arc<Sent>, KafkaError)>>,
}

impl Context {
    /// The same, to be looked at and emptied.
    pub fn failed(&self) -> MutexGuard<'_, Vec<(Arc<Sent>, KafkaError)>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Context {
    fn log(&self, _: RDKafkaLogLevel, kind: &str, message: &str) {
        tracing::debug!(sink = &*self.sink, "librdkafka: {kind}: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(sink = &*self.sink, "librdkafka: {error}: {reason}");
    }

    fn stats_raw(&self, _: &[u8]) {}
}

impl ProducerContext for Context {
    type DeliveryOpaque = Arc<Sent>;

    fn delivery(&self, result: &DeliveryResult<'_>, sent: Arc<Sent>) {
        if let Err((error, _)) = result {
            self.failed().push((sent, error.clone()));
        }
    }
}
