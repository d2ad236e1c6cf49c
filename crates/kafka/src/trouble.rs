//! What goes wrong between a client and its brokers, each trouble told once until all is well again.
//!
//! librdkafka tells one trouble by several errors, in turn and again with every attempt.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::client::words;

/// Troubles that are kept; of more the oldest is told again.
const MOST: usize = 16;

/// Keeps what is wrong, so that the same is told once.
#[derive(Default)]
pub(crate) struct Trouble(Mutex<State>);

#[derive(Default)]
struct State {
    /// What was told and is not over, bare.
    told: Vec<String>,
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
                // Why was told already, or is told next.
                None if !state.told.is_empty() => return None,
                None => "no broker can be reached".to_owned(),
            },
            Some(RDKafkaErrorCode::Authentication) => format!(
                "{}: {reason}; check mechanism, username and password in sasl",
                words(error)
            ),
            Some(RDKafkaErrorCode::SSL) => match reason.split_once(UNTRUSTED) {
                Some((reason, _)) => format!(
                    "{}: {reason}; name the file of their authority as ca in tls",
                    words(error)
                ),
                None => format!("{}: {reason}", words(error)),
            },
            _ if reason.is_empty() => words(error),
            _ => format!("{}: {reason}", words(error)),
        };
        // Which attempt it was, and after how long, is no news.
        let bare = bare(&text);
        if state.told.contains(&bare) {
            return None;
        }
        if state.told.len() >= MOST {
            state.told.remove(0);
        }
        state.told.push(bare);
        Some(text)
    }

    /// Takes that something arrived; whether that ends a trouble that was told.
    pub fn over(&self) -> bool {
        let mut state = self.lock();
        state.broker = None;
        !std::mem::take(&mut state.told).is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where librdkafka begins to name options of its own for a broker that is not trusted.
const UNTRUSTED: &str = ", verify that ssl.ca.location";

/// Without the brackets and numbers that differ from one attempt to the next.
fn bare(text: &str) -> String {
    let text = text.split(" (after ").next().unwrap_or(text);
    text.chars().filter(|c| !c.is_ascii_digit()).collect()
}

#[cfg(test)]
#[path = "tests/trouble.rs"]
mod tests;
