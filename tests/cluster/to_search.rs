use crate::fault::Fault;
use crate::fleet::{Fleet, config};
use crate::ordeal::Ordeal;
use crate::place::Place;

/// A short session, since those who are killed do not say goodbye.
pub const SHORT_SESSION: &str = "\n[sources.events.librdkafka]\n\"session.timeout.ms\" = 6000\n\"heartbeat.interval.ms\" = 1000\n";

#[test]
fn every_event_is_one_document_whatever_is_killed_stopped_or_full() {
    let Some((place, search)) = Place::both() else {
        return;
    };
    let Place { kafka, run, .. } = &place;
    let topic = format!("events-{run}");
    let stream = format!("logs-knownet.r{run}-default");
    search.set_up();
    kafka.make(&topic);
    let variables = vec![
        ("KNOWNET_KAFKA", kafka.brokers.clone()),
        ("KNOWNET_ELASTICSEARCH", search.url.clone()),
        ("KNOWNET_TOPIC", topic.clone()),
        ("KNOWNET_GROUP", topic.clone()),
        ("KNOWNET_DATA_STREAM", stream.clone()),
    ];
    let text = config("kafka-cluster.toml") + SHORT_SESSION;
    let mut fleet = Fleet::new(run, text, variables);
    let ordeal = Ordeal {
        name: "Kafka to search server",
        place: &place,
        search: Some((&search, &stream)),
        topic: &topic,
        group: &topic,
    };
    let report = ordeal.run(
        &mut fleet,
        &[
            Fault::Kill,
            Fault::Crowd,
            Fault::Broker,
            Fault::Kill,
            Fault::Search,
            Fault::Kill,
            Fault::Disk,
            Fault::Kill,
        ],
    );
    let found = search.documents(&stream);
    let letters = fleet.stop();
    report.judge(&found, &letters, true);
    search.remove(&stream);
    kafka.remove(&[&topic]);
}
