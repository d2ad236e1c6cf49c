//! How much a producer puts into one batch, and what follows from a refusal.
//!
//! The brokers refuse a whole batch where it is larger than the topic takes, or (before version 2.4)
//! where one of its messages is wrong. Only a message that goes without neighbours is known to be
//! the one that is meant.

use rdkafka::ClientConfig;
use rdkafka::error::RDKafkaErrorCode;

/// `batch.size` of librdkafka, in bytes.
const USUAL: usize = 1_000_000;
const SIZE: &str = "batch.size";

/// What the batches of one producer look like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Shape {
    /// Bytes; one message may have more, and then goes alone.
    size: usize,
    /// Whether every message goes alone.
    alone: bool,
}

/// What a refusal means for a message.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Blame {
    /// It will never be taken.
    Itself,
    /// The batch was too large: it has to go in a smaller one.
    Size,
    /// It or one of its neighbours: it has to go alone.
    Perhaps,
    /// Nothing is wrong with it: it was taken back, or a neighbour was refused.
    Nobody,
    /// Nothing follows for the message: something is wrong that will pass.
    Else,
}

impl Shape {
    /// As the configuration has it.
    pub fn of(config: &ClientConfig) -> Shape {
        let size = config.get(SIZE).and_then(|size| size.parse().ok());
        Shape {
            size: size.unwrap_or(USUAL),
            alone: false,
        }
    }

    /// The same with batches of one message, or of many.
    pub fn with(self, alone: bool) -> Shape {
        Shape { alone, ..self }
    }

    pub fn is_alone(self) -> bool {
        self.alone
    }

    /// With batches of half the size.
    pub fn half(self) -> Shape {
        Shape {
            size: (self.size / 2).max(1),
            ..self
        }
    }

    /// Says that batches are smaller from here on.
    pub fn tell(self, sink: &str, topic: &str) {
        let size = self.size;
        tracing::info!(
            sink,
            "topic {topic} takes no larger batches: batch.size is {size} from now on"
        );
    }

    /// The configuration of such a producer.
    pub fn config(self, config: &ClientConfig) -> ClientConfig {
        let mut config = config.clone();
        config.set(SIZE, self.size.to_string());
        if self.alone {
            config.set("batch.num.messages", "1");
        }
        config
    }

    /// What it means that a message of `length` bytes came back with this.
    pub fn blame(self, code: Option<RDKafkaErrorCode>, length: usize) -> Blame {
        use RDKafkaErrorCode as Code;
        // A message that is larger than a batch goes alone.
        let alone = self.alone || length >= self.size;
        match code {
            Some(code) if is_final(code) && alone => Blame::Itself,
            Some(Code::MessageSizeTooLarge | Code::MessageBatchTooLarge) => Blame::Size,
            Some(code) if is_final(code) => Blame::Perhaps,
            Some(Code::PurgeQueue | Code::PurgeInflight | Code::InvalidDifferentRecord) => {
                Blame::Nobody
            }
            _ => Blame::Else,
        }
    }
}

/// Whether a message that goes alone will never be taken, whatever comes.
pub(super) fn is_final(code: RDKafkaErrorCode) -> bool {
    use RDKafkaErrorCode as Code;
    matches!(
        code,
        Code::MessageSizeTooLarge
            | Code::InvalidMessageSize
            | Code::InvalidRecord
            | Code::InvalidTimestamp
            | Code::MessageBatchTooLarge
            | Code::PolicyViolation
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use RDKafkaErrorCode as Code;

    #[test]
    fn a_batch_that_is_too_large_blames_none_of_its_messages_until_one_is_as_large() {
        let mut config = ClientConfig::new();
        assert_eq!(Shape::of(&config).size, USUAL);
        config.set("batch.size", "1000");
        let mut shape = Shape::of(&config);
        let large = Some(Code::MessageSizeTooLarge);
        let mut attempts = 0;
        while shape.blame(large, 300) == Blame::Size {
            shape = shape.half();
            attempts += 1;
        }
        assert_eq!((shape.size, attempts), (250, 2));
        assert_eq!(shape.blame(large, 300), Blame::Itself);
        assert_eq!(shape.blame(large, 249), Blame::Size);
        assert_eq!(shape.config(&config).get("batch.size"), Some("250"));
        assert_eq!(Shape::of(&config).half().with(true).half().size, 250);
    }

    #[test]
    fn whoever_is_alone_is_meant() {
        let shape = Shape::of(&ClientConfig::new());
        let time = Some(Code::InvalidTimestamp);
        assert_eq!(shape.blame(time, 1), Blame::Perhaps);
        assert_eq!(shape.with(true).blame(time, 1), Blame::Itself);
        let other = Some(Code::InvalidDifferentRecord);
        assert_eq!(shape.with(true).blame(other, 1), Blame::Nobody);
        assert_eq!(shape.blame(Some(Code::NotEnoughReplicas), 1), Blame::Else);
        assert_eq!(shape.blame(None, 1), Blame::Else);
        // The brokers never see these.
        let alone = shape.with(true).config(&ClientConfig::new());
        assert_eq!(alone.get("batch.num.messages"), Some("1"));
    }
}
