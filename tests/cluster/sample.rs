use std::path::Path;

use crate::fleet::{Fleet, config};
use crate::ledger::Found;
use crate::ordeal::passed;
use crate::place::Place;
use crate::pump::Pump;
use crate::rig::knownet;
use crate::to_kafka::knows_transactions;

const EVENTS: u64 = 100;

/// Checks a configuration where it lies, with these variables.
fn check(name: &str, variables: &[(&'static str, String)]) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut call = knownet(root, &["check", &format!("config/{name}")]);
    for (variable, value) in variables {
        call = call.variable(variable, value);
    }
    let ran = call.ran().succeeded();
    assert_eq!(ran.err, "", "{name}");
}

#[test]
fn the_cluster_s_configuration_runs_as_it_is() {
    let Some((place, search)) = Place::both() else {
        return;
    };
    let Place { kafka, run, .. } = &place;
    let topic = format!("sample-{run}");
    let stream = format!("logs-knownet.s{run}-default");
    search.set_up();
    kafka.make(&topic);
    let variables = vec![
        ("KNOWNET_KAFKA", kafka.brokers.clone()),
        ("KNOWNET_ELASTICSEARCH", search.url.clone()),
        ("KNOWNET_TOPIC", topic.clone()),
        ("KNOWNET_GROUP", topic.clone()),
        ("KNOWNET_DATA_STREAM", stream.clone()),
    ];
    check("kafka-cluster.toml", &variables);
    let mut fleet = Fleet::new(run, config("kafka-cluster.toml"), variables);
    fleet.start();
    let pump = Pump::start(kafka, &topic);
    pump.allow(EVENTS);
    pump.end(EVENTS);
    passed(&kafka.watch(&topic, &topic), EVENTS - 1, EVENTS);
    let found = search.documents(&stream);
    assert!(fleet.stop().is_empty());
    assert_eq!((found.total(), found.doubles()), (EVENTS, 0));
    assert_eq!(found.strange, [] as [String; 0]);
    search.remove(&stream);
    kafka.remove(&[&topic]);
}

#[test]
fn the_configuration_from_topic_to_topic_runs_as_it_is() {
    let Some(place) = Place::brokers() else {
        return;
    };
    if !knows_transactions() {
        return;
    }
    let Place { kafka, run, .. } = &place;
    let (topic, out) = (format!("sample-{run}"), format!("sample-out-{run}"));
    kafka.make(&topic);
    kafka.make(&out);
    let variables = vec![
        ("KNOWNET_KAFKA", kafka.brokers.clone()),
        ("KNOWNET_TOPIC", topic.clone()),
        ("KNOWNET_TOPIC_OUT", out.clone()),
        ("KNOWNET_GROUP", topic.clone()),
    ];
    check("kafka-to-kafka.toml", &variables);
    let mut fleet = Fleet::new(run, config("kafka-to-kafka.toml"), variables);
    fleet.start();
    let pump = Pump::start(kafka, &topic);
    pump.allow(EVENTS);
    pump.end(EVENTS);
    passed(&kafka.watch(&topic, &topic), EVENTS - 1, EVENTS);
    let mut found = Found::default();
    kafka.read(&out, true, |message| {
        let payload = rdkafka::Message::payload(message).expect("a payload");
        found.add(&serde_json::from_slice(payload).expect("JSON"));
    });
    assert!(fleet.stop().is_empty());
    assert_eq!((found.total(), found.doubles()), (EVENTS, 0));
    kafka.remove(&[&topic, &out]);
}
