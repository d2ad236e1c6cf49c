//! What the benches rely on: the streams are deterministic and have the shape that they claim.

use knownet_peers::generate::{Generator, Mix};
use knownet_peers::network;

fn stream(seed: u64, mix: Mix, count: usize) -> String {
    let (mut generator, mut out) = (Generator::new(seed, mix), Vec::new());
    for _ in 0..count {
        generator.event(&mut out);
    }
    String::from_utf8(out).expect("events are text")
}

#[test]
fn a_shorter_stream_is_the_beginning_of_a_longer_one() {
    let long = stream(7, Mix::Network, 200);
    assert!(long.starts_with(&stream(7, Mix::Network, 20)));
    assert_ne!(long, stream(8, Mix::Network, 200));
}

#[test]
fn network_events_have_the_mean_size_of_real_ones() {
    let events = stream(1, Mix::Network, 20_000);
    let mean = events.len() / events.lines().count();
    assert!((1_600..1_680).contains(&mean), "mean {mean}");
    assert!(
        events
            .lines()
            .all(|event| event.contains(r#""DestinationIp":""#))
    );
}

#[test]
fn keys_come_in_many_orders() {
    let events = stream(1, Mix::Network, 500);
    let first: std::collections::HashSet<_> = events
        .lines()
        .filter_map(|event| event.split('"').nth(1))
        .collect();
    assert!(first.len() >= 10, "{first:?}");
}

#[test]
fn one_in_a_hundred_rare_events_carries_an_address() {
    let events = stream(1, Mix::Rare, 20_000);
    let hits = events
        .lines()
        .filter(|event| event.contains("DestinationIp"))
        .count();
    assert!((150..250).contains(&hits), "{hits}");
}

#[test]
fn networks_are_as_many_as_asked_for_and_each_once() {
    for count in [6, 50_000] {
        let mut list = Vec::new();
        network::write(count, &mut list).expect("memory takes all");
        let list = String::from_utf8(list).expect("lists are text");
        let prefixes: std::collections::HashSet<_> =
            list.lines().map(|line| line.split(',').next()).collect();
        assert_eq!((list.lines().count(), prefixes.len()), (count, count));
    }
}
