//! What goes wrong between a client and its brokers, told when it changes.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::client::words;

/// Keeps what is wrong, so that the same is told once.
#[derive(Default)]
pub(crate) struct Trouble(Mutex<State>);

#[derive(Default)]
struct State {
    /// What was told last and is not over.
    told: Option<String>,
    /// Why one broker could not be reached: the reason why all of them cannot.
    broker: Option<String>,
}

impl Trouble {
    /// Takes what librdkafka says; returns what is to be told.
    pub fn heard(&self, error: &KafkaError, reason: &str) -> Option<String> {
        let mut state = self.lock();
        let text = match error.rdkafka_error_code() {
            // One broker of several: the others go on, and messages wait for this one.
            Some(
                RDKafkaErrorCode::BrokerTransportFailure
                | RDKafkaErrorCode::Resolve
                | RDKafkaErrorCode::OperationTimedOut,
            ) => {
                state.broker = Some(reason.to_owned());
                return None;
            }
            Some(RDKafkaErrorCode::AllBrokersDown) => match &state.broker {
                Some(broker) => format!("no broker can be reached: {broker}"),
                None => "no broker can be reached".to_owned(),
            },
            _ if reason.is_empty() => words(error),
            _ => format!("{}: {reason}", words(error)),
        };
        // Which attempt it was, and after how long, is no news.
        let same = |told: &String| bare(told) == bare(&text);
        if state.told.as_ref().is_some_and(same) {
            return None;
        }
        state.told = Some(text.clone());
        Some(text)
    }

    /// Takes that something arrived; whether that ends a trouble that was told.
    pub fn over(&self) -> bool {
        let mut state = self.lock();
        state.broker = None;
        state.told.take().is_some()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Without the brackets and numbers that differ from one attempt to the next.
fn bare(text: &str) -> String {
    let text = text.split(" (after ").next().unwrap_or(text);
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
#[path = "tests/trouble.rs"]
mod tests;
