use crate::fleet::{Fleet, config};
use crate::ledger::Found;
use crate::ordeal::{events, passed};
use crate::patience::until;
use crate::place::Place;
use crate::pump::Pump;
use crate::to_kafka::TRANSACTIONS;
use crate::topic::PARTITIONS;

/// Waits until so many instances share all partitions, and each has some.
fn shared(fleet: &mut Fleet, instances: usize) {
    until("partitions of each instance", || {
        let owned = fleet.metric("knownet_kafka_partitions");
        let all: f64 = owned.iter().sum();
        let each = owned.len() == instances && owned.iter().all(|count| *count > 0.0);
        match each && all == f64::from(PARTITIONS) {
            true => Ok(()),
            false => Err(owned),
        }
    });
}

#[test]
fn instances_that_come_and_go_share_the_partitions_and_lose_nothing() {
    let Some(place) = Place::brokers() else {
        return;
    };
    let Place { kafka, run, .. } = &place;
    let (topic, out) = (format!("shared-{run}"), format!("shared-out-{run}"));
    kafka.make(&topic);
    kafka.make(&out);
    let text = config("kafka-to-kafka.toml");
    let plain = |line: &&str| !line.starts_with(TRANSACTIONS);
    let lines: Vec<_> = text.lines().filter(plain).collect();
    let variables = vec![
        ("KNOWNET_KAFKA", kafka.brokers.clone()),
        ("KNOWNET_TOPIC", topic.clone()),
        ("KNOWNET_TOPIC_OUT", out.clone()),
        ("KNOWNET_GROUP", topic.clone()),
    ];
    let mut fleet = Fleet::new(run, lines.join("\n"), variables);
    let watch = kafka.watch(&topic, &topic);
    let pump = Pump::start(kafka, &topic);
    let events = events();
    let share = |n: u64| events * n / 4;

    fleet.start();
    fleet.start();
    shared(&mut fleet, 2);
    pump.allow(share(1));
    passed(&watch, 0, share(1));
    pump.allow(share(2));
    fleet.start();
    shared(&mut fleet, 3);
    let before = watch.committed().unwrap_or(0);
    pump.allow(share(3));
    passed(&watch, before, share(3));
    pump.allow(events);
    fleet.stop_first();
    shared(&mut fleet, 2);
    pump.end(events);
    passed(&watch, events - 1, events);
    until("a lag of 0", || match fleet.metric("knownet_kafka_lag") {
        lag if lag.iter().all(|lag| *lag == 0.0) => Ok(()),
        lag => Err(lag),
    });
    let undrained: f64 = fleet.metric("knownet_kafka_undrained_total").iter().sum();
    let letters = fleet.stop();
    assert!(letters.is_empty(), "{letters:?}");

    let mut found = Found::default();
    kafka.read(&out, false, |message| {
        let payload = rdkafka::Message::payload(message).expect("a payload");
        found.add(&serde_json::from_slice(payload).expect("JSON"));
    });
    let doubles = found.doubles();
    println!("cluster: scaling: events {events}, instances 2 to 3 to 2, doubles {doubles}");
    assert_eq!(found.missing(0..events), [] as [u64; 0]);
    assert_eq!(found.total(), events + doubles);
    // Who leaves gives up what is safe, and nothing else.
    assert!(undrained > 0.0 || doubles == 0, "{doubles} doubles");
    kafka.remove(&[&topic, &out]);
}
