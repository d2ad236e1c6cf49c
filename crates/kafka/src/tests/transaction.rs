//! The mock's brokers answer whatever belongs to transactions, but keep no positions of them and show
//! what was given up: that both become visible together is for the suite with real brokers to see.

use std::collections::BTreeMap;

use knownet_flow::{Batch, Courier as _, Events, Messages, Read, Source as _, Stop};
use rdkafka::message::Message as _;
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::*;
use crate::sink::{Compression, Partitioner, Producer, SinkOptions, Transaction};
use crate::source::Consumer;
use crate::tests::*;

/// A source and a sink that commits for it, as a pipeline has them.
struct Pair {
    source: Consumer,
    sink: Producer,
    office: Arc<Office>,
    stop: Stop,
    _state: tempfile::TempDir,
}

impl Pair {
    fn new(cluster: &Cluster, extra: &[(&str, &str)]) -> Pair {
        let link = Link::default();
        let options = SinkOptions {
            connection: connection(cluster, extra),
            topic: "out".to_owned(),
            key: None,
            partitioner: Partitioner::default(),
            compression: Compression::default(),
            headers: Headers::default(),
            transaction: Some(Transaction {
                id: "id".to_owned(),
                link: link.clone(),
            }),
        };
        let state = tempfile::tempdir().expect("a folder");
        let mut sink = Producer::open("out", &options, state.path()).expect("a producer");
        let office = Arc::new(Office::default());
        sink.begin(office.clone());
        let mut options = source_options(cluster, &["in"]);
        options.link = Some(link);
        Pair {
            source: open(&options, limits()),
            sink,
            office,
            stop: Stop::new().expect("a stop"),
            _state: state,
        }
    }

    /// Takes batches from the source to the sink until so many events went; how many batches.
    fn pass(&mut self, count: usize) -> usize {
        let (mut events, mut batches) = (0, 0);
        let mut commits = self.source.commits().expect("positions");
        while events < count {
            let mut batch = Batch::default();
            let read = self.source.read(&mut batch, &self.stop).expect("a batch");
            assert_eq!(read, Read::Lines);
            let bytes = batch.bytes.filled().to_vec();
            let lines = Events::lines(&bytes);
            let parcel = Parcel {
                events: lines,
                traces: &[],
                messages: &Messages::default(),
                partition: batch.partition,
                position: batch.position,
            };
            events += lines.count() as usize;
            batches += 1;
            self.sink.take(&parcel, self.office.receipt(lines.count()));
            commits.commit(batch.partition, batch.position);
        }
        batches
    }
}

/// How often each payload is there.
fn counted(cluster: &Cluster, count: usize) -> BTreeMap<String, usize> {
    let mut times = BTreeMap::new();
    for message in consume(cluster, "out", count) {
        let text = String::from_utf8(message.payload().expect("some").to_vec()).expect("text");
        *times.entry(text).or_default() += 1;
    }
    times
}

fn numbers(partition: i32, count: usize) -> Vec<Given> {
    (0..count)
        .map(|n| text(partition, format!("{{\"n\":\"{partition}-{n}\"}}")))
        .collect()
}

#[test]
fn events_and_positions_are_committed_together() {
    let cluster = cluster(1, &[("in", 2), ("out", 3)]);
    produce(&cluster, "in", &[numbers(0, 30), numbers(1, 12)].concat());
    let mut pair = Pair::new(&cluster, &[]);
    let batches = pair.pass(42);
    pair.sink.finish().expect("committed");
    let told = pair.office.until(|told| told.settled == batches);
    assert_eq!((told.events, told.lost), (42, 0));
    let times = counted(&cluster, 42);
    assert_eq!(times.len(), 42);
    assert!(times.values().all(|n| *n == 1));
}

#[test]
fn what_the_brokers_answer_in_between_is_tried_again() {
    let cluster = cluster(1, &[("in", 1), ("out", 1)]);
    produce(&cluster, "in", &numbers(0, 20));
    let busy = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS; 3];
    for key in [
        RDKafkaApiKey::InitProducerId,
        RDKafkaApiKey::AddPartitionsToTxn,
        RDKafkaApiKey::AddOffsetsToTxn,
        RDKafkaApiKey::TxnOffsetCommit,
        RDKafkaApiKey::EndTxn,
    ] {
        cluster.request_errors(key, &busy);
    }
    let mut pair = Pair::new(&cluster, &[]);
    let batches = pair.pass(20);
    let told = pair.office.until(|told| told.settled == batches);
    assert_eq!((told.events, told.lost), (20, 0));
}

#[test]
fn a_transaction_that_is_given_up_is_begun_again_with_all_of_it() {
    let cluster = cluster(1, &[("in", 1), ("out", 1)]);
    produce(&cluster, "in", &numbers(0, 20));
    // As after a rebalance.
    let late = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION];
    cluster.request_errors(RDKafkaApiKey::TxnOffsetCommit, &late);
    let mut pair = Pair::new(&cluster, &[]);
    let batches = pair.pass(20);
    let told = pair.office.until(|told| told.settled == batches);
    assert_eq!((told.events, told.lost, told.succeeded), (20, 0, 1));
    assert_eq!(told.failed.len(), 1, "{told:?}");
    // The mock shows what was given up, too.
    let times = counted(&cluster, 20);
    assert_eq!(times.len(), 20);
}

#[test]
fn a_producer_at_its_end_is_replaced() {
    let cluster = cluster(1, &[("in", 1), ("out", 1)]);
    produce(&cluster, "in", &numbers(0, 20));
    let fenced = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_PRODUCER_FENCED];
    cluster.request_errors(RDKafkaApiKey::EndTxn, &fenced);
    let mut pair = Pair::new(&cluster, &[]);
    let batches = pair.pass(20);
    let told = pair.office.until(|told| told.settled == batches);
    assert_eq!((told.events, told.lost), (20, 0));
    let words = ["id-", "state_dir", "\"instance\""];
    let remedy = |reason: &String| words.iter().all(|word| reason.contains(word));
    assert!(told.failed.iter().any(remedy), "{told:?}");
}

#[test]
fn batches_that_are_too_large_become_smaller() {
    let cluster = cluster(1, &[("in", 1), ("out", 1)]);
    produce(&cluster, "in", &numbers(0, 200));
    let mut pair = Pair::new(&cluster, &[]);
    let large = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE; 3];
    cluster.request_errors(RDKafkaApiKey::Produce, &large);
    let batches = pair.pass(200);
    let told = pair.office.until(|told| told.settled == batches);
    assert_eq!((told.events, told.lost), (200, 0));
    // That is no trouble of the sink's, and no fault of the events'.
    assert!(
        told.refused.is_empty() && told.failed.is_empty(),
        "{told:?}"
    );
}

#[test]
fn an_event_that_is_larger_than_a_batch_is_the_one_that_is_meant() {
    let cluster = cluster(1, &[("in", 1), ("out", 1)]);
    produce(&cluster, "in", &[text(0, "x".repeat(900))]);
    let mut pair = Pair::new(&cluster, &[("batch.size", "500")]);
    let large = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE];
    cluster.request_errors(RDKafkaApiKey::Produce, &large);
    let batches = pair.pass(1);
    let told = pair.office.until(|told| told.settled == batches);
    assert_eq!((told.events, told.refused.len(), told.lost), (0, 1, 0));
    assert!(told.refused[0].event.starts_with(b"x"), "{told:?}");
}

#[test]
fn what_is_refused_while_more_is_sent_is_heard_of() {
    let cluster = cluster(1, &[("in", 1), ("out", 1)]);
    produce(&cluster, "in", &numbers(0, 100));
    // Whatever goes first is refused with its neighbours, and then alone. More is sent meanwhile.
    let wrong = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP; 2];
    cluster.request_errors(RDKafkaApiKey::Produce, &wrong);
    // One batch after the other, so that the second refusal does not meet the same attempt.
    let one = ("max.in.flight.requests.per.connection", "1");
    let few = ("queue.buffering.max.messages", "10");
    let mut pair = Pair::new(&cluster, &[few, one]);
    let batches = pair.pass(100);
    let told = pair.office.until(|told| told.settled == batches);
    assert_eq!((told.events, told.lost), (99, 0), "{told:?}");
    // Its dead letter is written before its position is safe.
    assert_eq!((told.refused.len(), told.buried), (1, 1), "{told:?}");
    // That is no trouble of the sink's.
    assert!(told.failed.is_empty(), "{told:?}");
}

#[test]
fn no_position_is_committed_before_dead_letters_are_safe() {
    let cluster = cluster(1, &[("in", 1), ("out", 1)]);
    produce(&cluster, "in", &numbers(0, 5));
    let wrong = [RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP; 2];
    cluster.request_errors(RDKafkaApiKey::Produce, &wrong);
    let mut pair = Pair::new(&cluster, &[]);
    pair.office.note(|told| told.ended = true);
    let batches = pair.pass(5);
    let told = pair.office.until(|told| told.lost == batches);
    assert_eq!((told.settled, told.buried), (0, 0), "{told:?}");
}

#[test]
fn a_worker_that_panics_lets_go_of_what_waits() {
    let shared = Shared {
        sink: "out".into(),
        topic: "out".into(),
        key: None,
        headers: Headers::Keep,
        link: Link::default(),
        config: ClientConfig::new(),
        desk: OnceLock::new(),
        open: Open::default(),
        state: Mutex::default(),
        changed: Condvar::new(),
    };
    let office = Arc::new(Office::default());
    let parcel = Parcel {
        events: Events::lines(b"x\n"),
        traces: &[],
        messages: &Messages::default(),
        partition: 0,
        position: 1,
    };
    let bundle = Bundle::of(&parcel, office.receipt(1), None, Headers::Keep);
    let mut state = shared.lock();
    state.waiting.push_back(bundle);
    shared.open.add();
    drop(state);
    let worker = thread::scope(|scope| {
        let panics = scope.spawn(|| {
            let _over = Over(&shared);
            std::panic::resume_unwind(Box::new("broken"));
        });
        panics.join()
    });
    assert!(worker.is_err());
    let told = office.until(|told| told.lost == 1);
    assert_eq!(told.settled, 0);
    assert!(shared.lock().over && !shared.open.is_any());
}

#[test]
fn nothing_is_confirmed_of_what_was_not_committed() {
    let cluster = cluster(1, &[("in", 1), ("out", 1)]);
    produce(&cluster, "in", &numbers(0, 5));
    let mut pair = Pair::new(&cluster, &[]);
    let down = vec![RDKafkaRespErr::RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE; 1000];
    cluster.request_errors(RDKafkaApiKey::EndTxn, &down);
    let batches = pair.pass(5);
    assert!(matches!(
        pair.sink.finish(),
        Err(WriteError::Unreachable(_))
    ));
    let office = pair.office.clone();
    drop(pair);
    let told = office.until(|told| told.lost == batches);
    assert_eq!(told.settled, 0);
}
