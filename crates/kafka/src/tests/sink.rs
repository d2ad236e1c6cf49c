use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use knownet_flow::{Events, Messages, Trace};
use rdkafka::message::{Headers as _, Message as _, OwnedMessage};
use rdkafka::types::{RDKafkaApiKey, RDKafkaRespErr};

use super::*;
use crate::tests::*;

fn options(cluster: &Cluster, extra: &[(&str, &str)]) -> SinkOptions {
    SinkOptions {
        connection: connection(cluster, extra),
        topic: "out".to_owned(),
        key: None,
        partitioner: Partitioner::default(),
        compression: Compression::default(),
        headers: Headers::default(),
        transaction: None,
    }
}

fn sink(options: &SinkOptions) -> (Producer, Arc<Office>) {
    let nowhere = Path::new("nothing is kept here");
    let mut sink = Producer::open("out", options, nowhere).expect("a producer");
    let office = Arc::new(Office::default());
    sink.begin(office.clone());
    (sink, office)
}

/// Gives the sink a batch of lines; with messages, the n-th line came as the n-th of them.
fn send(sink: &mut Producer, office: &Arc<Office>, lines: &str, messages: &Messages) {
    let events = Events::lines(lines.as_bytes());
    let count = u32::try_from(events.count()).expect("few");
    let traces: Vec<Trace> = (0..count)
        .map(|index| Trace {
            id: None,
            message: Some(index),
        })
        .collect();
    let parcel = Parcel {
        events,
        traces: &traces,
        messages,
        partition: 0,
        position: 0,
    };
    sink.take(&parcel, office.receipt(u64::from(count)));
}

fn numbered(from: usize, to: usize) -> String {
    (from..to)
        .map(|n| format!("{{\"n\":{n},\"k\":{}}}\n", n % 7))
        .collect()
}

fn payloads(all: &[OwnedMessage]) -> Vec<String> {
    let text = |message: &OwnedMessage| {
        let payload = message.payload().unwrap_or_default();
        String::from_utf8_lossy(payload).into_owned()
    };
    all.iter().map(text).collect()
}

/// Whether the numbers of each partition come in their order, all of them once.
fn assert_whole(all: &[OwnedMessage], count: usize) {
    let mut last: BTreeMap<i32, usize> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for message in all {
        let payload = message.payload().expect("a payload");
        let value: serde_json::Value = serde_json::from_slice(payload).expect("JSON");
        let number = usize::try_from(value["n"].as_u64().expect("a number")).expect("small");
        let before = last.insert(message.partition(), number);
        assert!(before < Some(number), "{number} comes behind {before:?}");
        assert!(seen.insert(number), "{number} came twice");
    }
    assert_eq!(seen.len(), count);
}

#[test]
fn events_become_messages_with_key_headers_and_time() {
    let cluster = cluster(1, &[("out", 1)]);
    let mut messages = Messages::default();
    messages.push(Some(b"k1"), Some(1_700_000_000_001));
    messages.push_header("host", Some(b"a"));
    messages.push_header("host", None);
    messages.push(None, None);
    let (mut sink, office) = sink(&options(&cluster, &[]));
    send(&mut sink, &office, "{\"a\":1}\nplain\n", &messages);
    sink.finish().expect("delivered");
    let told = office.until(|told| told.settled == 1);
    assert_eq!((told.events, told.refused.len(), told.lost), (2, 0, 0));
    let all = consume(&cluster, "out", 2);
    assert_eq!(payloads(&all), ["{\"a\":1}", "plain"]);
    assert_eq!(all[0].key(), Some(&b"k1"[..]));
    assert_eq!(all[0].timestamp().to_millis(), Some(1_700_000_000_001));
    let headers = all[0].headers().expect("headers");
    let headers: Vec<_> = headers.iter().map(|h| (h.key, h.value)).collect();
    assert_eq!(headers, [("host", Some(&b"a"[..])), ("host", None)]);
    assert_eq!(all[1].key(), None);
    assert!(all[1].headers().is_none());
}

#[test]
fn a_field_can_be_the_key_and_headers_can_stay_behind() {
    let cluster = cluster(1, &[("out", 4)]);
    let mut messages = Messages::default();
    messages.push(Some(b"other"), None);
    messages.push_header("host", Some(b"a"));
    let options = SinkOptions {
        key: Field::parse("host.name").ok(),
        headers: Headers::Drop,
        ..options(&cluster, &[])
    };
    let (mut sink, office) = sink(&options);
    send(
        &mut sink,
        &office,
        "{\"host\":{\"name\":\"web-1\"}}\n",
        &messages,
    );
    send(&mut sink, &office, "{}\n", &messages);
    office.until(|told| told.settled == 2);
    let all = consume(&cluster, "out", 2);
    let keys: BTreeSet<_> = all.iter().map(|message| message.key()).collect();
    assert_eq!(keys, BTreeSet::from([None, Some(&b"web-1"[..])]));
    assert!(all.iter().all(|message| message.headers().is_none()));
    // Java's murmur2 of this key, positive, over four partitions.
    let keyed = all.iter().find(|message| message.key().is_some());
    assert_eq!(
        keyed.map(|message| message.partition()),
        Some(murmur2(b"web-1") % 4)
    );
}

/// As `org.apache.kafka.common.utils.Utils.murmur2` reckons, made positive.
fn murmur2(data: &[u8]) -> i32 {
    let m = 0x5bd1_e995_u32;
    let mut h = 0x9747_b28c_u32 ^ u32::try_from(data.len()).expect("short");
    let chunks = data.chunks_exact(4);
    let rest = chunks.remainder();
    for chunk in chunks {
        let k = u32::from_le_bytes(chunk.try_into().expect("four")).wrapping_mul(m);
        h = h.wrapping_mul(m) ^ (k ^ (k >> 24)).wrapping_mul(m);
    }
    for (index, byte) in rest.iter().enumerate().rev() {
        h ^= u32::from(*byte) << (8 * index);
    }
    if !rest.is_empty() {
        h = h.wrapping_mul(m);
    }
    h = (h ^ (h >> 13)).wrapping_mul(m);
    i32::try_from((h ^ (h >> 15)) & 0x7fff_ffff).expect("positive")
}

#[test]
fn what_brokers_stumble_over_arrives_once_and_in_order() {
    let cluster = cluster(3, &[("out", 2)]);
    use RDKafkaRespErr::*;
    cluster.request_errors(
        RDKafkaApiKey::Produce,
        &[
            RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
            RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT,
            RD_KAFKA_RESP_ERR__TRANSPORT,
            RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
            RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE,
        ],
    );
    let (mut sink, office) = sink(&options(&cluster, &[]));
    for batch in 0..20 {
        let lines = numbered(batch * 50, batch * 50 + 50);
        send(&mut sink, &office, &lines, &Messages::default());
    }
    let told = office.until(|told| told.settled == 20);
    assert_eq!((told.events, told.lost), (1000, 0));
    assert_whole(&consume(&cluster, "out", 1000), 1000);
}

#[test]
fn brokers_that_are_away_are_waited_for() {
    let cluster = cluster(1, &[("out", 1)]);
    let (mut sink, office) = sink(&options(&cluster, &[]));
    send(&mut sink, &office, &numbered(0, 10), &Messages::default());
    office.until(|told| told.settled == 1);
    cluster.broker_down(-1).expect("down");
    send(&mut sink, &office, &numbered(10, 20), &Messages::default());
    let told = office.until(|told| !told.failed.is_empty());
    assert!(
        told.failed[0].starts_with("no broker can be reached"),
        "{told:?}"
    );
    assert_eq!((told.settled, told.succeeded), (1, 0));
    cluster.broker_up(-1).expect("up");
    let told = office.until(|told| told.settled == 2 && told.succeeded > 0);
    assert_eq!((told.lost, told.succeeded), (0, 1));
    assert_whole(&consume(&cluster, "out", 20), 20);
}

#[test]
fn what_is_too_large_is_refused_and_nothing_beside_it() {
    let cluster = cluster(1, &[("out", 1)]);
    let (mut sink, office) = sink(&options(&cluster, &[("message.max.bytes", "1000")]));
    let large = "x".repeat(1001);
    let lines = format!("one\n{large}\ntwo\n");
    send(&mut sink, &office, &lines, &Messages::default());
    let told = office.until(|told| told.settled == 1);
    assert_eq!((told.events, told.refused.len()), (2, 1));
    assert_eq!(told.refused[0].event, large.as_bytes());
    assert!(
        told.refused[0].reason.starts_with("topic out: "),
        "{told:?}"
    );
    assert_eq!(payloads(&consume(&cluster, "out", 2)), ["one", "two"]);
}

#[test]
fn what_is_refused_together_is_tried_alone() {
    let cluster = cluster(1, &[("out", 1)]);
    let wrong = RDKafkaRespErr::RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP;
    // All three together, then the first of them.
    cluster.request_errors(RDKafkaApiKey::Produce, &[wrong; 2]);
    let (mut sink, office) = sink(&options(&cluster, &[("linger.ms", "200")]));
    send(
        &mut sink,
        &office,
        "one\ntwo\nthree\n",
        &Messages::default(),
    );
    let told = office.until(|told| told.settled == 1);
    assert_eq!((told.events, told.refused.len()), (2, 1), "{told:?}");
    let mut all = payloads(&consume(&cluster, "out", 2));
    all.push(String::from_utf8_lossy(&told.refused[0].event).into_owned());
    all.sort();
    assert_eq!(all, ["one", "three", "two"]);
}

#[test]
fn batches_that_are_too_large_become_smaller() {
    let cluster = cluster(1, &[("out", 1)]);
    let too_large = RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    cluster.request_errors(RDKafkaApiKey::Produce, &[too_large; 3]);
    let (mut sink, office) = sink(&options(&cluster, &[("linger.ms", "200")]));
    send(&mut sink, &office, &numbered(0, 100), &Messages::default());
    let told = office.until(|told| told.settled == 1);
    assert_eq!((told.events, told.refused.len()), (100, 0), "{told:?}");
    assert!(told.failed.is_empty(), "{told:?}");
    assert_whole(&consume(&cluster, "out", 100), 100);
}

#[test]
fn what_is_sent_again_keeps_its_time() {
    let cluster = cluster(1, &[("out", 1)]);
    let too_large = RDKafkaRespErr::RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE;
    cluster.request_errors(RDKafkaApiKey::Produce, &[too_large]);
    let (mut sink, office) = sink(&options(&cluster, &[("linger.ms", "200")]));
    let mut messages = Messages::default();
    messages.push(None, Some(1_700_000_000_001));
    messages.push(None, Some(1_700_000_000_002));
    send(&mut sink, &office, "one\ntwo\n", &messages);
    let told = office.until(|told| told.settled == 1);
    assert_eq!((told.events, told.refused.len()), (2, 0), "{told:?}");
    let all = consume(&cluster, "out", 2);
    let mut times: Vec<_> = all.iter().map(|m| m.timestamp().to_millis()).collect();
    times.sort_unstable();
    assert_eq!(times, [Some(1_700_000_000_001), Some(1_700_000_000_002)]);
}

#[test]
fn a_producer_at_its_end_is_replaced() {
    let cluster = cluster(1, &[("out", 2)]);
    let (mut sink, office) = sink(&options(&cluster, &[]));
    send(&mut sink, &office, &numbered(0, 10), &Messages::default());
    office.until(|told| told.settled == 1);
    let lost_count = RDKafkaRespErr::RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER;
    cluster.request_errors(RDKafkaApiKey::Produce, &[lost_count]);
    for batch in 1..20 {
        let lines = numbered(batch * 10, batch * 10 + 10);
        send(&mut sink, &office, &lines, &Messages::default());
    }
    let told = office.until(|told| told.settled == 20);
    assert_eq!((told.events, told.lost), (200, 0));
    let all = consume(&cluster, "out", 200);
    let numbers: BTreeSet<_> = payloads(&all).into_iter().collect();
    assert_eq!(numbers.len(), 200);
}

#[test]
fn a_run_that_ends_waits_for_no_room_and_loses_its_batches() {
    let cluster = cluster(1, &[("out", 1)]);
    cluster.broker_down(-1).expect("down");
    let full = [("queue.buffering.max.messages", "5")];
    let (mut sink, office) = sink(&options(&cluster, &full));
    send(&mut sink, &office, &numbered(0, 3), &Messages::default());
    std::thread::scope(|scope| {
        let (sink, office) = (&mut sink, &office);
        let sending = scope.spawn(move || {
            send(sink, office, &numbered(3, 20), &Messages::default());
        });
        office.until(|told| !told.failed.is_empty());
        office.note(|told| told.halted = true);
        sending.join().expect("it came back");
    });
    let error = sink.finish().expect_err("one is not delivered");
    assert!(error.to_string().contains("1 batches"), "{error}");
    drop(sink);
    let told = office.until(|told| told.lost == 2);
    assert_eq!(told.settled, 0);
}
