use std::collections::BTreeMap;

use rdkafka::Message;
use rdkafka::message::{Headers, OwnedMessage};
use serde_json::Value;

use crate::fault::Fault;
use crate::fleet::{Fleet, config};
use crate::ledger::{Found, key};
use crate::ordeal::Ordeal;
use crate::place::Place;
use crate::rig::{Folder, skipped};
use crate::to_search::SHORT_SESSION;
use crate::topic::Kafka;

const FAULTS: [Fault; 6] = [
    Fault::Kill,
    Fault::Kill,
    Fault::Broker,
    Fault::Kill,
    Fault::Kill,
    Fault::Kill,
];

/// The key that this build may not know.
pub const TRANSACTIONS: &str = "transactional_id";

/// What came out, and events that came behind a later one of their key.
#[derive(Default)]
pub struct Read {
    found: Found,
    late: Vec<(u64, u64)>,
    last: BTreeMap<Vec<u8>, u64>,
}

impl Read {
    fn of(kafka: &Kafka, topic: &str, committed: bool) -> Read {
        let mut read = Read::default();
        kafka.read(topic, committed, |message| read.add(message));
        read
    }

    /// Only which events are there.
    pub fn numbers(kafka: &Kafka, topic: &str, committed: bool) -> Found {
        let mut found = Found::default();
        kafka.read(topic, committed, |message| {
            let payload = message.payload().expect("a payload");
            let event = serde_json::from_slice(payload).expect("JSON");
            found.add(&event);
        });
        found
    }

    fn add(&mut self, message: &OwnedMessage) {
        let payload = message.payload().expect("a payload");
        let event: Value = serde_json::from_slice(payload).expect("JSON");
        let Some(n) = self.found.add(&event) else {
            return;
        };
        let named = message.key().expect("a key");
        assert_eq!(named, key(n).as_bytes(), "the key of {n}");
        let headers = message.headers().expect("headers");
        let headers: Vec<_> = headers.iter().map(|one| (one.key, one.value)).collect();
        let number = n.to_string();
        let expected = [
            ("number", Some(number.as_bytes())),
            ("bytes", Some(&[0xff, 0, b'\n'])),
            ("nothing", None),
        ];
        assert_eq!(headers, expected, "the headers of {n}");
        if let Some(before) = self
            .last
            .insert(named.to_vec(), n)
            .filter(|last| *last >= n)
        {
            self.late.push((n, before));
        }
    }
}

fn run(name: &'static str, place: &Place, text: String, transactions: bool) {
    let Place { kafka, run, .. } = place;
    let (topic, out) = (format!("in-{run}"), format!("out-{run}"));
    kafka.make(&topic);
    kafka.make(&out);
    let variables = vec![
        ("KNOWNET_KAFKA", kafka.brokers.clone()),
        ("KNOWNET_TOPIC", topic.clone()),
        ("KNOWNET_TOPIC_OUT", out.clone()),
        ("KNOWNET_GROUP", topic.clone()),
    ];
    let mut fleet = Fleet::new(run, text + SHORT_SESSION, variables);
    let ordeal = Ordeal {
        name,
        place,
        search: None,
        topic: &topic,
        group: &topic,
    };
    let report = ordeal.run(&mut fleet, &FAULTS);
    let read = Read::of(kafka, &out, transactions);
    let letters = fleet.stop();
    report.judge(&read.found, &letters, transactions);
    if transactions {
        assert_eq!(read.late, [], "events behind a later one of their key");
    }
    kafka.remove(&[&topic, &out]);
}

#[test]
fn every_event_is_in_the_other_topic_at_least_once() {
    let Some(place) = Place::brokers() else {
        return;
    };
    run("Kafka to Kafka", &place, plain(), false);
}

/// The configuration without transactions.
pub fn plain() -> String {
    let text = config("kafka-to-kafka.toml");
    let plain = |line: &&str| !line.starts_with(TRANSACTIONS);
    let lines: Vec<_> = text.lines().filter(plain).collect();
    assert!(lines.len() < text.lines().count());
    lines.join("\n")
}

/// Whether this build knows transactions; says so if not.
pub fn knows_transactions() -> bool {
    let folder = Folder::new();
    let ran = folder.check(&config("kafka-to-kafka.toml"));
    let unknown = ran.err.contains(&format!("{TRANSACTIONS}: unknown key"));
    if unknown {
        skipped("events in transactions: the sink has no key transactional_id");
    }
    !unknown
}

#[test]
fn every_event_is_in_the_other_topic_exactly_once_for_who_reads_what_is_committed() {
    let Some(place) = Place::brokers() else {
        return;
    };
    if !knows_transactions() {
        return;
    }
    let text = config("kafka-to-kafka.toml");
    run("Kafka to Kafka in transactions", &place, text, true);
}
