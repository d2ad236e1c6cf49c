//! Whatever goes wrong: every numbered event ends in exactly its sinks or the dead letters, in
//! order, and no commit is ever past an event that is not safe.

mod rig;

use std::collections::BTreeSet;

use knownet_flow::{Sink, Source, WriteError};
use proptest::prelude::*;
use rig::{Fate, Numbers, Recorder, Rig, Split};

/// A small mixture of a number, so that faults fall anywhere and the same for each run.
fn mix(seed: u64, a: u64, b: u64) -> u64 {
    let mut x =
        seed ^ a.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ b.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 29)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn every_event_ends_in_exactly_one_place(
        seed: u64,
        workers in 1usize..5,
        in_flight in prop_oneof![Just(1usize), Just(200), Just(1 << 20)],
        batches in proptest::collection::vec(
            proptest::collection::vec((0u32..3, 1u64..20), 0..25), 1..4),
        seldom in (3u64..60, 3u64..60, 3u64..60),
    ) {
        let fate = move |key: rig::Key| {
            let x = mix(seed, u64::from(key.0 * 8 + key.1), key.2);
            match x % seldom.0 {
                0 if x >> 50 & 1 == 0 => Fate::Torn,
                0 => Fate::Panic,
                1 => Fate::Drop,
                _ => Fate::Sinks(x >> 40 & 3),
            }
        };
        let mut rig = Rig::new(2, fate);
        rig.options.workers = workers;
        rig.options.in_flight = in_flight;
        let sources: Vec<Numbers> = batches.into_iter().enumerate()
            .map(|(n, batches)| Numbers::new(n as u32, &rig.ledger, batches)).collect();
        let keys: Vec<_> = sources.iter().flat_map(Numbers::keys).collect();
        let sinks = (0..2u64).map(|n| {
            let mut tried = BTreeSet::new();
            let sink = Recorder::new(n as usize, &rig.ledger).before_write(move |keys| {
                for key in keys {
                    let x = mix(seed ^ (n + 77), u64::from(key.0 * 8 + key.1), key.2);
                    if x.is_multiple_of(seldom.1) {
                        return Err(WriteError::Refused("injected".into()));
                    }
                    assert!(x % seldom.1 != 1, "injected");
                    // Away at the first try of a write that holds this one.
                    if (x >> 20).is_multiple_of(seldom.2) && tried.insert(*key) {
                        return Err(WriteError::Unreachable("injected".into()));
                    }
                }
                Ok(())
            });
            Box::new(sink) as Box<dyn Sink>
        }).collect();
        let sources = sources.into_iter().map(|s| Box::new(s) as Box<dyn Source>).collect();
        let plan = Split::named(&rig.ledger, "plan");
        let summary = rig.pipeline(sources, sinks, plan).run(rig.stop.clone()).unwrap();
        rig.ledger.check_all(&keys);
        prop_assert_eq!(summary.failed_batches, 0);
        prop_assert_eq!(summary.dead_letters, rig.ledger.letters().len() as u64);
        for key in keys {
            let position = summary.positions[&(format!("in{}", key.0), key.1)];
            prop_assert!(position > key.2, "not all is committed");
        }
    }
}
