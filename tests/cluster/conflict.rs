use rdkafka::producer::{BaseProducer, BaseRecord, Producer};
use serde_json::{Value, json};
use std::time::Duration;

use crate::fleet::{Fleet, config, letters};
use crate::ledger::event;
use crate::ordeal::passed;
use crate::place::Place;
use crate::rig::{Folder, lines};
use crate::to_search::SHORT_SESSION;

const EVENTS: u64 = 1000;

/// What the server cannot take of an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Flaw {
    /// Text where the index has numbers.
    Text,
    /// A key that comes twice.
    Twice,
    /// Bytes that are no UTF-8.
    Bytes,
}

/// Ten of the first, five of each of the others.
fn flaw(n: u64) -> Option<Flaw> {
    match n % 200 {
        7 | 107 => Some(Flaw::Text),
        33 => Some(Flaw::Twice),
        150 => Some(Flaw::Bytes),
        _ => None,
    }
}

fn flawed(n: u64) -> Vec<u8> {
    let event = event(n);
    let with = |member: &[u8]| [b"{", member, b",", &event.as_bytes()[1..]].concat();
    match flaw(n) {
        None => with(b"\"weight\":5"),
        Some(Flaw::Text) => with(b"\"weight\":\"heavy\""),
        Some(Flaw::Twice) => with(b"\"weight\":1,\"weight\":2"),
        Some(Flaw::Bytes) => with(b"\"note\":\"\xff\xfe\""),
    }
}

/// The number of a letter's event, and why it is there.
fn letter(letter: &Value) -> (u64, String) {
    let text = letter["event"]["original"].as_str().expect("an event");
    let (_, rest) = text.split_once("\"sequence\":").expect("a number");
    let end = rest.find('}').expect("its end");
    let n = rest[..end].parse().expect("a number");
    let reason = letter["error"]["message"].as_str().expect("a reason");
    (n, reason.to_owned())
}

#[test]
fn what_the_server_refuses_is_a_dead_letter_and_comes_when_the_mapping_has_room() {
    let Some((place, search)) = Place::both() else {
        return;
    };
    let Place { kafka, run, .. } = &place;
    let topic = format!("flawed-{run}");
    let stream = format!("logs-knownet.c{run}-default");
    let roomy = format!("logs-knownet.d{run}-default");
    for (stream, kind) in [(&stream, "long"), (&roomy, "keyword")] {
        let template = json!({
            "index_patterns": [stream],
            "priority": 1000,
            "data_stream": {},
            "template": {"mappings": {"properties": {
                "@timestamp": {"type": "date"},
                "weight": {"type": kind},
            }}},
        });
        search.ask("PUT", &format!("/_index_template/{stream}"), template);
    }
    kafka.make(&topic);
    let producer: BaseProducer = kafka.client().create().expect("a producer");
    for n in 0..EVENTS {
        let (payload, key) = (flawed(n), n.to_string());
        let sent = producer.send(BaseRecord::to(&topic).payload(&payload).key(&key));
        sent.map_err(|(error, _)| error).expect("sent");
    }
    producer.flush(Duration::from_secs(60)).expect("delivered");

    let variables = |stream: &str| {
        vec![
            ("KNOWNET_KAFKA", kafka.brokers.clone()),
            ("KNOWNET_ELASTICSEARCH", search.url.clone()),
            ("KNOWNET_TOPIC", topic.clone()),
            ("KNOWNET_GROUP", topic.clone()),
            ("KNOWNET_DATA_STREAM", stream.to_owned()),
        ]
    };
    let text = config("kafka-cluster.toml") + SHORT_SESSION;
    let mut fleet = Fleet::new(run, text.clone(), variables(&stream));
    fleet.start();
    passed(&kafka.watch(&topic, &topic), EVENTS - 1, EVENTS);
    let found = search.documents(&stream);
    let dead = fleet.stop();

    let sound: Vec<u64> = (0..EVENTS).filter(|n| flaw(*n).is_none()).collect();
    assert_eq!((sound.len(), found.total(), found.doubles()), (980, 980, 0));
    assert_eq!(found.missing(sound.into_iter()), [] as [u64; 0]);
    let mut refused: Vec<_> = dead.iter().map(letter).collect();
    refused.sort();
    let flawed: Vec<u64> = (0..EVENTS).filter(|n| flaw(*n).is_some()).collect();
    let numbers: Vec<u64> = refused.iter().map(|(n, _)| *n).collect();
    assert_eq!(numbers, flawed);
    for (n, reason) in &refused {
        let words = match flaw(*n) {
            Some(Flaw::Text) => "weight",
            Some(Flaw::Twice) => "uplicate",
            _ => "UTF-8",
        };
        assert!(reason.contains(words), "{n}: {reason:?} without {words:?}");
    }

    // The mapping has room now, by another name. What is no JSON stays refused.
    let folder = Folder::new();
    folder.file("knownet.toml", text);
    std::fs::create_dir(folder.path("state")).expect("a folder");
    folder.file(
        "state/letters.ndjson",
        lines(dead.iter().map(Value::to_string)),
    );
    let mut call = folder.knownet(&["replay", "state/letters.ndjson"]);
    for (variable, value) in variables(&roomy) {
        call = call.variable(variable, &value);
    }
    let state = folder.path("state");
    let call = call.variable("KNOWNET_STATE", state.to_str().expect("a plain path"));
    let ran = call.ran();
    let found = search.documents(&roomy);
    let texts = flawed
        .iter()
        .copied()
        .filter(|n| flaw(*n) == Some(Flaw::Text));
    assert_eq!((found.total(), found.doubles()), (10, 0), "{}", ran.err);
    assert_eq!(found.missing(texts), [] as [u64; 0]);
    let mut left: Vec<_> = letters(&folder).iter().map(letter).collect();
    left.sort();
    let left: Vec<u64> = left.into_iter().map(|(n, _)| n).collect();
    let broken = flawed.into_iter().filter(|n| flaw(*n) != Some(Flaw::Text));
    assert_eq!(left, broken.collect::<Vec<_>>());
    println!(
        "cluster: conflict: events {EVENTS}, documents 980, dead letters 20, replayed 10, left 10"
    );
    for stream in [&stream, &roomy] {
        search.remove(stream);
        search.ask("DELETE", &format!("/_index_template/{stream}"), Value::Null);
    }
    kafka.remove(&[&topic]);
}
