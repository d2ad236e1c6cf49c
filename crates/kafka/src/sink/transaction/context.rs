//! What a producer with transactions says: which messages were not delivered, and how its brokers fare.

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rdkafka::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::KafkaError;
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, ProducerContext};

use crate::sink::bundle::Sent;
use crate::trouble::Trouble;

/// The producer as librdkafka has it.
pub(super) type Native = BaseProducer<Context>;

/// Hears one producer.
pub(super) struct Context {
    sink: Arc<str>,
    state: Mutex<State>,
    trouble: Trouble,
}

#[derive(Default)]
struct State {
    /// What was not delivered.
    failed: Vec<(Arc<Sent>, KafkaError)>,
    /// What is wrong with the brokers, as far as nobody was told.
    wrong: Option<String>,
}

impl Context {
    pub fn new(sink: Arc<str>) -> Context {
        Context {
            sink,
            state: Mutex::default(),
            trouble: Trouble::default(),
        }
    }

    /// What was not delivered since it was asked last.
    pub fn failed(&self) -> Vec<(Arc<Sent>, KafkaError)> {
        mem::take(&mut self.lock().failed)
    }

    /// Messages are delivered.
    pub fn works(&self) {
        self.trouble.over();
    }

    /// What is wrong with the brokers, if that is news.
    pub fn wrong(&self) -> Option<String> {
        self.lock().wrong.take()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Context {
    fn log(&self, _: RDKafkaLogLevel, kind: &str, message: &str) {
        tracing::debug!(sink = &*self.sink, "librdkafka: {kind}: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        if let Some(text) = self.trouble.heard(&error, reason) {
            self.lock().wrong = Some(text);
        }
    }

    fn stats_raw(&self, _: &[u8]) {}
}

impl ProducerContext for Context {
    type DeliveryOpaque = Arc<Sent>;

    fn delivery(&self, result: &DeliveryResult<'_>, sent: Arc<Sent>) {
        if let Err((error, _)) = result {
            self.lock().failed.push((sent, error.clone()));
        }
    }
}
