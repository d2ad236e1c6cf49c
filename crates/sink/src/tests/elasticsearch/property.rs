//! Whatever goes wrong in whatever order, every event is there once or refused with a reason, and
//! every batch is confirmed.

use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::Config;

use super::rig::{Rig, events};
use super::server::Fault;

fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Status(429, "{}")),
        Just(Fault::Status(503, "")),
        Just(Fault::Status(500, "<html>")),
        Just(Fault::Status(401, "")),
        Just(Fault::Status(400, "not in Elasticsearch's words")),
        Just(Fault::Cut),
        Just(Fault::Hang),
        Just(Fault::Says("garbage")),
        Just(Fault::Says("{\"errors\":false,\"items\":[]}")),
        (1usize..9).prop_map(|each| Fault::Items(each, 429, "es_rejected_execution_exception")),
        (1usize..9).prop_map(|each| Fault::Items(each, 403, "cluster_block_exception")),
        (1usize..9).prop_map(|each| Fault::Items(each, 503, "unavailable_shards_exception")),
    ]
}

/// What an event is, besides its number.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Good,
    Bad,
    Poison,
    Huge,
}

fn kind() -> impl Strategy<Value = Kind> {
    prop_oneof![
        20 => Just(Kind::Good),
        1 => Just(Kind::Bad),
        1 => Just(Kind::Poison),
        1 => Just(Kind::Huge),
    ]
}

fn event(number: usize, kind: Kind) -> String {
    let plain = events(number..number + 1).remove(0);
    let more = match kind {
        Kind::Good => return plain,
        Kind::Bad => "bad".to_owned(),
        Kind::Poison => "poison".to_owned(),
        Kind::Huge => "x".repeat(3000),
    };
    format!("{},\"more\":\"{more}\"}}", &plain[..plain.len() - 1])
}

proptest! {
    #![proptest_config(Config { cases: 24, max_shrink_iters: 64, ..Config::default() })]

    #[test]
    fn every_event_is_there_once_or_refused(
        batches in prop::collection::vec(prop::collection::vec(kind(), 0..20), 1..12),
        faults in prop::collection::vec(fault(), 0..20),
        nodes in 1usize..4,
        concurrency in 1usize..5,
        bulk_bytes in 200usize..4000,
        compression in 0u32..2,
    ) {
        let mut rig = Rig::new(nodes);
        rig.options.concurrency = concurrency;
        rig.options.bulk_bytes = bulk_bytes;
        rig.options.compression = compression;
        rig.options.timeout = Duration::from_millis(200);
        {
            let mut cluster = rig.cluster.lock();
            cluster.faults.extend(faults);
            cluster.limit = Some(2000);
            cluster.rule = Some(Box::new(|event| {
                event.contains("bad").then_some((400, "mapper_parsing_exception"))
            }));
        }
        let mut number = 0;
        let (mut good, mut wrong) = (Vec::new(), Vec::new());
        for batch in batches {
            let mut all = Vec::new();
            for kind in batch {
                let event = event(number, kind);
                number += 1;
                match kind {
                    Kind::Good => good.push(event.clone()),
                    _ => wrong.push(event.clone()),
                }
                all.push(event);
            }
            rig.take(all);
        }
        let mut refused = rig.confirmed();
        refused.sort();
        wrong.sort();
        prop_assert!(refused.iter().all(|(_, reason)| !reason.is_empty()));
        let refused: Vec<_> = refused.into_iter().map(|(event, _)| event).collect();
        prop_assert_eq!(refused, wrong);
        prop_assert_eq!(rig.events(), good);
    }
}
