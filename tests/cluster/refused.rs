use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::Value;

use crate::fleet::{Fleet, config};
use crate::ledger::{event, key};
use crate::ordeal::passed;
use crate::place::Place;
use crate::random::Random;
use crate::to_kafka::{Read, TRANSACTIONS, plain};
use crate::to_search::SHORT_SESSION;

const EVENTS: u64 = 20_000;
/// Larger than a message may be, and than a batch may become by compression.
const LARGE: u64 = 9_000;
/// Their clocks are ahead.
const EARLY: [u64; 3] = [4_000, 4_001, 15_500];

/// A batch of usual size does not fit by far.
const STRICT: [(&str, &str); 2] = [
    ("max.message.bytes", "20000"),
    ("message.timestamp.after.max.ms", "3600000"),
];

fn payload(n: u64) -> String {
    let event = event(n);
    if n != LARGE {
        return event;
    }
    let mut random = Random::new(n);
    let noise: String = (0..2_500)
        .map(|_| format!("{:016x}", random.below(u64::MAX)))
        .collect();
    event.replacen("a connection", &noise, 1)
}

/// The number of a letter's event, and why it is there.
fn letter(letter: &Value) -> (u64, String) {
    let text = letter["event"]["original"].as_str().expect("an event");
    let event: Value = serde_json::from_str(text).expect("JSON");
    let reason = letter["error"]["message"].as_str().expect("a reason");
    (
        event["event"]["sequence"].as_u64().expect("a number"),
        reason.to_owned(),
    )
}

fn run(name: &str, text: String, transactions: bool) {
    let Some(Place { kafka, run, .. }) = &Place::brokers() else {
        return;
    };
    let kind = if transactions { "t" } else { "p" };
    let (topic, out) = (format!("loose-{kind}{run}"), format!("strict-{kind}{run}"));
    let loose = ("message.timestamp.after.max.ms", "9223372036854775807");
    kafka.make_with(&topic, &[loose]);
    kafka.make_with(&out, &STRICT);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("a time");
    let producer: BaseProducer = kafka.client().create().expect("a producer");
    for n in 0..EVENTS {
        let ahead = Duration::from_secs(if EARLY.contains(&n) { 172_800 } else { 0 });
        let time = i64::try_from((now + ahead).as_millis()).expect("a time");
        let (payload, key) = (payload(n), key(n));
        let record = BaseRecord::to(&topic)
            .payload(&payload)
            .key(&key)
            .timestamp(time);
        producer
            .send(record)
            .map_err(|(error, _)| error)
            .expect("sent");
    }
    producer.flush(Duration::from_secs(60)).expect("delivered");

    let variables = vec![
        ("KNOWNET_KAFKA", kafka.brokers.clone()),
        ("KNOWNET_TOPIC", topic.clone()),
        ("KNOWNET_TOPIC_OUT", out.clone()),
        ("KNOWNET_GROUP", topic.clone()),
    ];
    let mut fleet = Fleet::new(&format!("{kind}{run}"), text + SHORT_SESSION, variables);
    fleet.start();
    passed(&kafka.watch(&topic, &topic), EVENTS - 1, EVENTS);
    let mut dead: Vec<_> = fleet.stop().iter().map(letter).collect();
    let read = Read::numbers(kafka, &out, transactions);

    dead.sort();
    let numbers: Vec<u64> = dead.iter().map(|(n, _)| *n).collect();
    assert_eq!(numbers, [&EARLY[..2], &[LARGE], &EARLY[2..]].concat());
    for (n, reason) in &dead {
        let words = if *n == LARGE {
            "size too large"
        } else {
            "imestamp"
        };
        assert!(reason.contains(words), "{n}: {reason:?} without {words:?}");
    }
    let sound = (0..EVENTS).filter(|n| !numbers.contains(n));
    assert_eq!(read.missing(sound), [] as [u64; 0]);
    if transactions {
        assert_eq!(read.doubles(), 0);
    }
    println!(
        "cluster: {name}: events {EVENTS}, dead letters {}, came out {}, doubles {}",
        dead.len(),
        read.total(),
        read.doubles()
    );
    kafka.remove(&[&topic, &out]);
}

#[test]
fn what_the_brokers_refuse_costs_itself_alone() {
    run("refused by Kafka", plain(), false);
}

#[test]
fn what_the_brokers_refuse_in_a_transaction_costs_itself_alone() {
    let text = config("kafka-to-kafka.toml");
    assert!(text.contains(TRANSACTIONS));
    run("refused by Kafka in transactions", text, true);
}
