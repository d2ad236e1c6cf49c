//! Why an attempt came to nothing.

use std::time::Duration;

use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};

use crate::client::words;
use crate::sink::instance;

/// `transaction.timeout.ms` of librdkafka.
const TIMEOUT: u64 = 60_000;

/// What became of an attempt.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// The next one is another one: less is sent, or otherwise.
    Another,
    /// Partitions come and go.
    Moved,
    /// Something is wrong that will pass.
    Failed(String),
    /// A producer of the same name has taken over.
    Fenced(String),
    /// Nobody waits any more.
    Closing,
}

impl Fault {
    /// What an error means in a transaction that has been open for `age`; `end` is what librdkafka says
    /// of a producer that is at its end.
    pub fn of(
        topic: &str,
        config: &ClientConfig,
        error: &KafkaError,
        end: Option<(RDKafkaErrorCode, String)>,
        age: Option<Duration>,
    ) -> Fault {
        let (code, reason) = match end {
            Some((code, reason)) => (Some(code), reason),
            None => (error.rdkafka_error_code(), words(error)),
        };
        match code {
            Some(
                RDKafkaErrorCode::Fenced
                | RDKafkaErrorCode::ProducerFenced
                | RDKafkaErrorCode::InvalidProducerEpoch,
            ) => {}
            _ => return Fault::Failed(format!("topic {topic}: {reason}")),
        }
        let set = config.get("transaction.timeout.ms");
        let most = set.and_then(|set| set.parse().ok()).unwrap_or(TIMEOUT);
        Fault::Fenced(
            if age.is_some_and(|age| age >= Duration::from_millis(most)) {
                format!(
                    "topic {topic}: a transaction took longer than transaction.timeout.ms, {most} ms \
                 ({reason})"
                )
            } else {
                format!(
                    "topic {topic}: another run uses the same transactional.id, {}: each needs a \
                 state_dir of its own, and in a copied one the file {:?} is to be deleted ({reason})",
                    config.get("transactional.id").unwrap_or(""),
                    instance::FILE,
                )
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_is_shut_out_is_told_why() {
        let mut config = ClientConfig::new();
        config.set("transactional.id", "id-1");
        let error = KafkaError::Global(RDKafkaErrorCode::Fail);
        let of = |end, age| {
            let age = Some(Duration::from_secs(age));
            Fault::of("t", &config, &error, end, age)
        };
        assert!(matches!(of(None, 100), Fault::Failed(_)));
        let end = || Some((RDKafkaErrorCode::ProducerFenced, "fenced".to_owned()));
        let Fault::Fenced(reason) = of(end(), 1) else {
            panic!("another run");
        };
        assert!(reason.contains("id-1") && reason.contains("state_dir"));
        let Fault::Fenced(reason) = of(end(), 60) else {
            panic!("too long");
        };
        assert!(reason.contains("transaction.timeout.ms, 60000 ms"));
    }
}
