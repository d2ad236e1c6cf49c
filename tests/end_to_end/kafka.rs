use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Header, Headers, Message, OwnedHeaders, OwnedMessage};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer};
use serde_json::Value;

use crate::rig::{Folder, PRIVATE, UNKNOWN};

type Cluster = MockCluster<'static, DefaultProducerContext>;

/// Longer than anything may take.
const LONG: Duration = Duration::from_secs(60);

fn cluster() -> Cluster {
    let cluster = MockCluster::new(2).expect("a cluster");
    for topic in ["events", "labelled"] {
        cluster.create_topic(topic, 3, 1).expect("a topic");
    }
    cluster
}

/// Short sessions, since brokers within the process wait for members that were killed.
fn config(cluster: &Cluster) -> String {
    let brokers = cluster.bootstrap_servers();
    let brokers: Vec<_> = brokers
        .split(',')
        .map(|broker| format!("\"{broker}\""))
        .collect();
    let brokers = brokers.join(", ");
    format!(
        r#"
workers = 2
[sources.in]
type = "kafka"
brokers = [{brokers}]
topics = ["events"]
librdkafka = {{ "session.timeout.ms" = 3000, heartbeat.interval.ms = 300 }}
[labels.Private]
feeds = ["builtin:private"]
[[tags]]
from = ["destination.ip"]
into = "IPDestination"
[sinks.out]
type = "kafka"
brokers = [{brokers}]
topic = "labelled"
"#
    )
}

fn client(cluster: &Cluster) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", cluster.bootstrap_servers());
    config
}

/// Produces the events with these numbers, with a key and a header each.
fn produce(cluster: &Cluster, numbers: std::ops::Range<usize>) {
    let producer: BaseProducer = client(cluster).create().expect("a producer");
    for number in numbers {
        let address = [PRIVATE, UNKNOWN][number % 2];
        let event = format!(r#"{{"number":{number},"destination":{{"ip":"{address}"}}}}"#);
        let key = format!("k{}", number % 5);
        let value = number.to_string();
        let headers = OwnedHeaders::new().insert(Header {
            key: "number",
            value: Some(&value),
        });
        let record = BaseRecord::to("events")
            .payload(&event)
            .key(&key)
            .timestamp(1_700_000_000_000 + i64::try_from(number).expect("small"))
            .headers(headers);
        producer
            .send(record)
            .map_err(|(error, _)| error)
            .expect("sent");
    }
    producer.flush(LONG).expect("delivered");
}

/// Reads what was labelled, on and on.
struct Witness {
    consumer: BaseConsumer,
    seen: Vec<OwnedMessage>,
    numbers: BTreeSet<usize>,
}

impl Witness {
    fn new(cluster: &Cluster) -> Witness {
        let mut config = client(cluster);
        config
            .set("group.id", "witness")
            .set("auto.offset.reset", "earliest");
        let consumer: BaseConsumer = config.create().expect("a consumer");
        consumer.subscribe(&["labelled"]).expect("subscribed");
        Witness {
            consumer,
            seen: Vec::new(),
            numbers: BTreeSet::new(),
        }
    }

    /// Reads until there are so many different events.
    fn until(&mut self, count: usize) {
        let deadline = Instant::now() + LONG;
        while self.numbers.len() < count {
            assert!(
                Instant::now() < deadline,
                "{} of {count}",
                self.numbers.len()
            );
            if let Some(Ok(message)) = self.consumer.poll(Duration::from_millis(100)) {
                let message = message.detach();
                self.numbers.insert(number(&message));
                self.seen.push(message);
            }
        }
    }
}

fn event(message: &OwnedMessage) -> Value {
    serde_json::from_slice(message.payload().expect("a payload")).expect("JSON")
}

fn number(message: &OwnedMessage) -> usize {
    let number = event(message)["number"].as_u64().expect("a number");
    usize::try_from(number).expect("small")
}

#[test]
fn from_topic_to_topic_nothing_is_lost_over_a_kill() {
    let cluster = cluster();
    produce(&cluster, 0..2000);
    let folder = Folder::new();
    let mut witness = Witness::new(&cluster);
    let daemon = folder.daemon(&config(&cluster));
    witness.until(500);
    daemon.kill();
    produce(&cluster, 2000..3000);
    let daemon = folder.again();
    witness.until(3000);
    let ran = daemon.stop().succeeded();
    assert_eq!(witness.numbers, (0..3000).collect());
    assert!(!ran.err.contains("WARN"), "{}", ran.err);
    // Each as it came, but for the label; of each key in the order in which it came first.
    let mut last: BTreeMap<Vec<u8>, usize> = BTreeMap::new();
    let mut known = BTreeSet::new();
    for message in &witness.seen {
        let number = number(message);
        let label = event(message)["IPDestination"].clone();
        let expected = match number % 2 {
            0 => Value::from("Private"),
            _ => Value::Null,
        };
        assert_eq!(label, expected, "{number}");
        let key = message.key().expect("a key").to_vec();
        assert_eq!(key, format!("k{}", number % 5).into_bytes());
        let time = message.timestamp().to_millis();
        assert_eq!(
            time,
            i64::try_from(number).ok().map(|n| 1_700_000_000_000 + n)
        );
        let headers = message.headers().expect("headers");
        let header = headers.get(0);
        assert_eq!((headers.count(), header.key), (1, "number"));
        assert_eq!(header.value, Some(number.to_string().as_bytes()));
        if known.insert(number) {
            let before = last.insert(key, number);
            assert!(before < Some(number), "{number} came behind {before:?}");
        }
    }
    // What was confirmed before the end is not read again.
    let daemon = folder.again();
    produce(&cluster, 3000..3001);
    let before = witness.seen.len();
    witness.until(3001);
    daemon.stop().succeeded();
    assert_eq!(witness.seen.len(), before + 1);
}

#[test]
fn brokers_that_are_away_are_named_in_the_log_and_waited_for() {
    let cluster = cluster();
    produce(&cluster, 0..10);
    cluster.broker_down(-1).expect("down");
    let folder = Folder::new();
    let mut daemon = folder.daemon(&config(&cluster));
    daemon.said("no broker can be reached");
    cluster.broker_up(-1).expect("up");
    let mut witness = Witness::new(&cluster);
    witness.until(10);
    daemon.stop().succeeded();
}
