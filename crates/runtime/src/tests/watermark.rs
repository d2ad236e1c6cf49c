use proptest::prelude::*;

use super::*;

#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<(u32, u64)>>>);

impl Commit for Seen {
    fn commit(&mut self, partition: u32, position: u64) {
        self.0.lock().unwrap().push((partition, position));
    }
}

fn watermark() -> (Watermark, Seen) {
    let seen = Seen::default();
    (Watermark::new(Some(Box::new(seen.clone()))), seen)
}

fn commits(seen: &Seen) -> Vec<(u32, u64)> {
    seen.0.lock().unwrap().clone()
}

#[test]
fn a_confirmed_batch_waits_for_those_before_it() {
    let (watermark, seen) = watermark();
    let acks: Vec<Ack> = (1..=4).map(|n| watermark.register(0, n * 10)).collect();
    let mut acks: Vec<Option<Ack>> = acks.into_iter().map(Some).collect();
    for (index, expected) in [
        (2, vec![]),
        (0, vec![(0, 10)]),
        (1, vec![(0, 10), (0, 30)]),
        (3, vec![(0, 10), (0, 30), (0, 40)]),
    ] {
        acks[index].take().unwrap().confirm();
        assert_eq!(commits(&seen), expected);
    }
    assert_eq!(watermark.positions(), [(0, 40)]);
}

#[test]
fn a_lost_handle_holds_the_position_for_ever() {
    let (watermark, seen) = watermark();
    let first = watermark.register(0, 10);
    let lost = watermark.register(0, 20);
    let later = watermark.register(0, 30);
    let clone = lost.clone();
    clone.confirm();
    drop(lost);
    later.confirm();
    assert_eq!(commits(&seen), []);
    first.confirm();
    watermark.register(0, 40).confirm();
    watermark.register(1, 5).confirm();
    assert_eq!(commits(&seen), [(0, 10), (1, 5)]);
    assert_eq!(watermark.failed(), 1);
}

#[test]
fn partitions_that_come_and_go_are_not_kept_for_ever() {
    let (watermark, seen) = watermark();
    let held = watermark.register(0, 10);
    let later = watermark.register(0, 20);
    drop(watermark.register(1, 1));
    for partition in 2..100_000 {
        watermark.register(partition, 1).confirm();
    }
    assert!(watermark.lock().partitions.len() <= KEPT);
    // What is open is kept, and what can never be committed.
    later.confirm();
    held.confirm();
    watermark.register(1, 2).confirm();
    watermark.register(7, 2).confirm();
    let commits = commits(&seen);
    assert_eq!(commits.len(), 100_000 - 2 + 2);
    assert_eq!(commits[commits.len() - 2..], [(0, 20), (7, 2)]);
}

#[test]
fn positions_only_grow() {
    let (watermark, seen) = watermark();
    for position in [10, 10, 7, 12] {
        watermark.register(0, position).confirm();
    }
    assert_eq!(commits(&seen), [(0, 10), (0, 12)]);
}

#[test]
fn a_commit_that_panics_blocks_its_partition_only() {
    struct Bad(Seen);
    impl Commit for Bad {
        fn commit(&mut self, partition: u32, position: u64) {
            if (partition, position) == (0, 2) {
                std::panic::resume_unwind(Box::new("bad"));
            }
            self.0.commit(partition, position);
        }
    }
    let seen = Seen::default();
    let watermark = Watermark::new(Some(Box::new(Bad(seen.clone()))));
    for (partition, position) in [(0, 1), (0, 2), (0, 3), (1, 9)] {
        watermark.register(partition, position).confirm();
    }
    assert_eq!(commits(&seen), [(0, 1), (1, 9)]);
}

proptest! {
    /// In whatever order batches are decided: what is committed is exactly the confirmed prefix.
    #[test]
    fn the_committed_position_is_the_end_of_the_confirmed_prefix(
        batches in proptest::collection::vec((0u32..3, any::<bool>(), any::<u64>()), 1..40),
        fail_seldom in 1u64..20,
    ) {
        let (watermark, seen) = watermark();
        // Each batch fails or not and is decided at some point; all are registered in order, some
        // of them when others are decided already.
        let mut open: Vec<(usize, Ack, bool)> = Vec::new();
        let mut decided: Vec<Option<bool>> = vec![None; batches.len()];
        let check = |decided: &[Option<bool>]| {
            for partition in 0..3 {
                let prefix = batches.iter().zip(decided).enumerate()
                    .filter(|(_, (b, _))| b.0 == partition)
                    .take_while(|(_, (_, d))| **d == Some(true)).last();
                let expected = prefix.map(|(n, _)| n as u64 + 1);
                let last = commits(&seen).iter().rev().find(|c| c.0 == partition).map(|c| c.1);
                assert_eq!(last, expected);
            }
        };
        for (n, &(partition, now, random)) in batches.iter().enumerate() {
            let fails = random % fail_seldom == 1;
            open.push((n, watermark.register(partition, n as u64 + 1), fails));
            while now && !open.is_empty() {
                let (n, ack, fails) = open.swap_remove(random as usize % open.len());
                decided[n] = Some(!fails);
                if fails { drop(ack) } else { ack.confirm() }
                check(&decided);
                if random % 3 == 0 { break; }
            }
        }
        for (n, ack, fails) in open {
            decided[n] = Some(!fails);
            if fails { drop(ack) } else { ack.confirm() }
            check(&decided);
        }
    }
}
