//! A cluster within the test's process, and who produces and consumes beside the parts.

use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use knownet_flow::{Ack, Batch, Desk, Outcome, Read, Receipt, Refused, Settled, Source, Stop};
use rdkafka::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::message::{Header, OwnedHeaders, OwnedMessage};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{BaseProducer, BaseRecord, DefaultProducerContext, Producer as _};

use crate::client::Connection;
use crate::source::{Consumer, Limits, SourceOptions, Start};

pub(crate) type Cluster = MockCluster<'static, DefaultProducerContext>;

/// Longer than anything may take: a test that waits so long has failed.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// Brokers with topics of so many partitions.
pub(crate) fn cluster(brokers: i32, topics: &[(&str, i32)]) -> Cluster {
    let cluster = MockCluster::new(brokers).expect("a cluster");
    for (topic, partitions) in topics {
        cluster
            .create_topic(topic, *partitions, 1)
            .expect("a topic");
    }
    cluster
}

pub(crate) fn connection(cluster: &Cluster, extra: &[(&str, &str)]) -> Connection {
    let mut connection = Connection {
        brokers: vec![cluster.bootstrap_servers()],
        ..Connection::default()
    };
    for (name, value) in extra {
        connection
            .extra
            .0
            .insert((*name).to_owned(), (*value).to_owned());
    }
    connection
}

/// Options of a source of these topics.
pub(crate) fn source_options(cluster: &Cluster, topics: &[&str]) -> SourceOptions {
    // After a member has left, brokers within the process wait nearly a session for others.
    let short = [
        ("session.timeout.ms", "3000"),
        ("heartbeat.interval.ms", "300"),
    ];
    SourceOptions {
        connection: connection(cluster, &short),
        topics: topics.iter().map(|topic| (*topic).to_owned()).collect(),
        group: "group".to_owned(),
        start: Start::Earliest,
        drain_timeout: LONG,
        link: None,
    }
}

pub(crate) fn limits() -> Limits {
    Limits {
        batch: 4096,
        max_event: 1024,
        bound: 8 << 20,
    }
}

pub(crate) fn open(options: &SourceOptions, limits: Limits) -> Consumer {
    Consumer::within("in", options, limits).expect("a consumer")
}

/// One message to be produced.
#[derive(Clone, Default)]
pub(crate) struct Given {
    pub partition: i32,
    pub payload: Option<Vec<u8>>,
    pub key: Option<&'static str>,
    pub headers: Vec<(&'static str, Option<&'static str>)>,
    pub time: Option<i64>,
}

pub(crate) fn text(partition: i32, payload: impl Into<String>) -> Given {
    Given {
        partition,
        payload: Some(payload.into().into_bytes()),
        ..Given::default()
    }
}

/// Produces them, in order, and waits until they are there.
pub(crate) fn produce(cluster: &Cluster, topic: &str, all: &[Given]) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", cluster.bootstrap_servers());
    let producer: BaseProducer = config.create().expect("a producer");
    for given in all {
        let mut record: BaseRecord<'_, str, [u8]> =
            BaseRecord::to(topic).partition(given.partition);
        record.payload = given.payload.as_deref();
        record.key = given.key;
        record.timestamp = given.time;
        if !given.headers.is_empty() {
            let headers = given.headers.iter();
            record.headers = Some(headers.fold(OwnedHeaders::new(), |all, (key, value)| {
                let value = *value;
                all.insert(Header { key, value })
            }));
        }
        producer
            .send(record)
            .map_err(|(error, _)| error)
            .expect("sent");
    }
    producer.flush(LONG).expect("delivered");
}

/// So many messages of a topic, in the order of each partition.
pub(crate) fn consume(cluster: &Cluster, topic: &str, count: usize) -> Vec<OwnedMessage> {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", cluster.bootstrap_servers());
    config.set("group.id", "witness");
    config.set("auto.offset.reset", "earliest");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    consumer.subscribe(&[topic]).expect("subscribed");
    let deadline = Instant::now() + LONG;
    let mut all = Vec::new();
    while all.len() < count {
        assert!(Instant::now() < deadline, "{} of {count} came", all.len());
        if let Some(Ok(message)) = consumer.poll(Duration::from_millis(100)) {
            all.push(message.detach());
        }
    }
    // What would be one too many is there already, if it is.
    while let Some(message) = consumer.poll(Duration::from_millis(300)) {
        if let Ok(message) = message {
            all.push(message.detach());
        }
    }
    all
}

/// A batch as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub read: Read,
    pub lines: Vec<String>,
    pub partition: u32,
    pub position: u64,
    pub places: Vec<u64>,
    pub stream: Option<String>,
    pub messages: Vec<SeenMessage>,
}

/// Key, headers and time.
pub(crate) type SeenMessage = (Option<String>, Vec<(String, Option<String>)>, Option<i64>);

pub(crate) fn read(source: &mut impl Source, stop: &Stop) -> Seen {
    let mut batch = Batch::default();
    let read = source.read(&mut batch, stop).expect("a batch");
    let string = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let text = string(batch.bytes.filled());
    let mut before = 0;
    for place in &batch.places {
        assert!(place.end > before, "places grow");
        before = place.end;
    }
    assert_eq!(before, batch.bytes.filled().len(), "places cover the batch");
    let messages = (0..).map_while(|index| batch.messages.get(index));
    Seen {
        read,
        lines: text.lines().map(ToOwned::to_owned).collect(),
        partition: batch.partition,
        position: batch.position,
        places: batch.places.iter().map(|place| place.position).collect(),
        stream: batch.stream.as_deref().map(ToOwned::to_owned),
        messages: messages
            .map(|message| {
                let headers = message.headers();
                let headers = headers.map(|(name, value)| (name.to_owned(), value.map(string)));
                (message.key().map(string), headers.collect(), message.time())
            })
            .collect(),
    }
}

/// Reads until so many lines came.
pub(crate) fn read_lines(source: &mut impl Source, stop: &Stop, count: usize) -> Vec<Seen> {
    let mut all: Vec<Seen> = Vec::new();
    while all.iter().map(|seen| seen.lines.len()).sum::<usize>() < count {
        let seen = read(source, stop);
        assert_ne!(seen.read, Read::End, "it ended after {all:?}");
        all.push(seen);
    }
    all
}

/// A desk that keeps what it is told.
#[derive(Default)]
pub(crate) struct Office {
    told: Mutex<Told>,
    news: Condvar,
}

#[derive(Default, Clone, Debug)]
pub(crate) struct Told {
    pub settled: usize,
    pub events: u64,
    pub refused: Vec<Refused>,
    /// Those of them that were safe before their receipt was settled.
    pub buried: usize,
    /// Whether dead letters cannot be written any more.
    pub ended: bool,
    pub lost: usize,
    pub failed: Vec<String>,
    pub succeeded: usize,
    pub halted: bool,
}

impl Office {
    /// A receipt for so many events.
    pub fn receipt(self: &Arc<Office>, events: u64) -> Receipt {
        let office = self.clone();
        let ack = Ack::new(move |outcome| {
            office.note(|told| match outcome {
                Outcome::Confirmed => told.settled += 1,
                Outcome::Failed | Outcome::GivenUp => told.lost += 1,
            });
        });
        let settled = Settled {
            ack,
            source: "in".into(),
            events,
            bytes: 0,
            refused: Vec::new(),
            held: None,
        };
        Receipt::new(self.clone(), settled)
    }

    /// Waits until `is` so.
    pub fn until(&self, is: impl Fn(&Told) -> bool) -> Told {
        let told = self.told.lock().expect("no panic");
        let waited = self.news.wait_timeout_while(told, LONG, |told| !is(told));
        let (told, result) = waited.expect("no panic");
        assert!(!result.timed_out(), "{told:?}");
        told.clone()
    }

    pub fn note(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.told.lock().expect("no panic"));
        self.news.notify_all();
    }
}

impl Desk for Office {
    fn settle(&self, settled: Settled) {
        self.note(|told| {
            told.events += settled.events - settled.refused.len() as u64;
            told.refused.extend(settled.refused);
        });
        settled.ack.confirm();
    }

    fn bury(&self, _: &str, refused: Vec<Refused>) -> bool {
        let mut ended = false;
        self.note(|told| {
            ended = told.ended;
            if !ended {
                told.buried += refused.len();
                told.refused.extend(refused);
            }
        });
        !ended
    }

    // The ack says it, too.
    fn lost(&self) {}

    fn failed(&self, reason: &str) {
        self.note(|told| told.failed.push(reason.to_owned()));
    }

    fn succeeded(&self) {
        self.note(|told| told.succeeded += 1);
    }

    fn is_halted(&self) -> bool {
        self.told.lock().expect("no panic").halted
    }
}

/// Waits until the group has committed this position of the topic's first partition.
pub(crate) fn until_committed(cluster: &Cluster, topic: &str, position: i64) {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", cluster.bootstrap_servers());
    config.set("group.id", "group");
    let consumer: BaseConsumer = config.create().expect("a consumer");
    let deadline = Instant::now() + LONG;
    loop {
        let mut list = rdkafka::TopicPartitionList::new();
        list.add_partition(topic, 0);
        let committed = consumer.committed_offsets(list, LONG).expect("an answer");
        let offset = committed.elements()[0].offset();
        if offset == rdkafka::Offset::Offset(position) {
            return;
        }
        assert!(Instant::now() < deadline, "{offset:?} is committed");
    }
}
