//! Topics: made, looked at, read.

use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::OwnedMessage;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};
use tokio::runtime::Builder;

use crate::secret::Secrets;

/// For one question to the brokers; asked again if that was not enough.
const PATIENCE: Duration = Duration::from_secs(10);

/// Partitions of each topic here.
pub const PARTITIONS: i32 = 6;

pub struct Kafka {
    pub brokers: String,
    /// What clients need besides.
    settings: Vec<(&'static str, String)>,
}

impl Kafka {
    pub fn new(brokers: String) -> Kafka {
        Kafka {
            brokers,
            settings: Vec::new(),
        }
    }

    /// Brokers that want TLS and a password.
    pub fn secure(brokers: String, secrets: &Secrets) -> Kafka {
        let settings = vec![
            ("security.protocol", "sasl_ssl".to_owned()),
            ("ssl.ca.location", secrets.path("ca.pem")),
            ("sasl.mechanism", "PLAIN".to_owned()),
            ("sasl.username", "knownet".to_owned()),
            ("sasl.password", secrets.text("password")),
        ];
        Kafka { brokers, settings }
    }

    pub fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", &self.brokers);
        for (name, value) in &self.settings {
            config.set(*name, value);
        }
        config
    }

    /// Makes a topic, copied as often as the brokers do by themselves.
    pub fn make(&self, topic: &str) {
        self.make_with(topic, &[]);
    }

    /// The same with settings of its own.
    pub fn make_with(&self, topic: &str, settings: &[(&str, &str)]) {
        let mut new = NewTopic::new(topic, PARTITIONS, TopicReplication::Fixed(-1));
        for (name, value) in settings {
            new = new.set(name, value);
        }
        let options = AdminOptions::new().operation_timeout(Some(PATIENCE));
        let admin = self.admin();
        let made = admin.create_topics([&new], &options);
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        let made = runtime.block_on(made).expect("an answer");
        assert_eq!(made, [Ok(topic.to_owned())]);
    }

    /// Takes topics away.
    pub fn remove(&self, topics: &[&str]) {
        let admin = self.admin();
        let removed = admin.delete_topics(topics, &AdminOptions::new());
        let runtime = Builder::new_current_thread().build().expect("a runtime");
        // What is left over says nothing about knownet.
        let _ = runtime.block_on(removed);
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        self.client().create().expect("a client")
    }

    /// One who looks, and never joins the group.
    pub fn watch(&self, group: &str, topic: &str) -> Watch {
        let mut config = self.client();
        config
            .set("group.id", group)
            .set("enable.auto.commit", "false");
        Watch {
            consumer: config.create().expect("a consumer"),
            topic: topic.to_owned(),
        }
    }

    /// Shows every message of the topic to its present end: `committed`, of transactions that were.
    pub fn read(&self, topic: &str, committed: bool, mut each: impl FnMut(&OwnedMessage)) {
        let isolation = if committed {
            "read_committed"
        } else {
            "read_uncommitted"
        };
        let mut config = self.client();
        config
            .set("group.id", "none")
            .set("enable.auto.commit", "false")
            .set("enable.partition.eof", "true")
            .set("isolation.level", isolation);
        let consumer: BaseConsumer = config.create().expect("a consumer");
        consumer
            .assign(&list(topic, Offset::Beginning))
            .expect("assigned");
        let mut open = PARTITIONS;
        while open > 0 {
            match consumer.poll(PATIENCE) {
                Some(Ok(message)) => each(&message.detach()),
                Some(Err(KafkaError::PartitionEOF(_))) => open -= 1,
                Some(Err(error)) => println!("reading {topic}: {error}"),
                None => panic!("{topic} says nothing any more"),
            }
        }
    }
}

fn list(topic: &str, offset: Offset) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for partition in 0..PARTITIONS {
        let added = list.add_partition_offset(topic, partition, offset);
        added.expect("an offset");
    }
    list
}

/// How far a group is in a topic.
pub struct Watch {
    consumer: BaseConsumer,
    topic: String,
}

impl Watch {
    /// Messages whose position is committed; `None` if the brokers cannot say now.
    pub fn committed(&self) -> Option<u64> {
        let asked = list(&self.topic, Offset::Invalid);
        let told = self.consumer.committed_offsets(asked, PATIENCE).ok()?;
        let offsets = told.elements();
        let offsets = offsets.iter().map(|one| match one.offset() {
            Offset::Offset(offset) => offset.unsigned_abs(),
            _ => 0,
        });
        Some(offsets.sum())
    }

    /// Messages that were ever written; `None` if the brokers cannot say now.
    pub fn written(&self) -> Option<u64> {
        let ends = (0..PARTITIONS).map(|partition| {
            let ends = self
                .consumer
                .fetch_watermarks(&self.topic, partition, PATIENCE);
            Some(ends.ok()?.1.unsigned_abs())
        });
        ends.sum()
    }
}
