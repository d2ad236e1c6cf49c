use std::sync::Arc;

use knownet_flow::{Ack, Desk, Receipt, Refused, Settled};

use super::*;
use crate::elasticsearch::load::{Hold, Line};

const SECOND: Duration = Duration::from_secs(1);
const PAUSES: Pauses = Pauses {
    first: SECOND,
    longest: Duration::from_secs(10),
};

struct Nobody;

impl Desk for Nobody {
    fn settle(&self, _: Settled) {}

    fn bury(&self, _: &str, _: Vec<Refused>) -> bool {
        true
    }

    fn lost(&self) {}

    fn failed(&self, _: &str) {}

    fn succeeded(&self) {}

    fn is_halted(&self) -> bool {
        false
    }
}

/// A load of so many events, which is new.
pub fn load(events: usize) -> Load {
    let settled = Settled {
        ack: Ack::new(|_| {}),
        source: "in".into(),
        events: events as u64,
        bytes: 0,
        refused: Vec::new(),
        held: None,
    };
    let hold = Hold::new(Receipt::new(Arc::new(Nobody), settled), events);
    let mut gather = Gather::default();
    for _ in 0..events {
        gather.push(&hold, |body| {
            let start = body.len();
            body.extend_from_slice(b"event\n");
            Line {
                start,
                added: None,
                named: true,
            }
        });
    }
    gather.take()
}

fn again(events: usize) -> Vec<(usize, Fate)> {
    (0..events).map(|index| (index, Fate::Again)).collect()
}

#[test]
fn each_has_a_pause_of_its_own_that_doubles() {
    let (mut waiting, mut now) = (Waiting::new(PAUSES), Instant::now());
    waiting.park(load(1), now);
    for seconds in [1, 2, 4, 8, 10, 10] {
        assert_eq!(waiting.due(), Some(now + seconds * SECOND));
        assert!(waiting.take(now).is_none());
        now += seconds * SECOND;
        let load = waiting.take(now).unwrap();
        waiting.park(load, now);
    }
    // However long that one waited.
    waiting.park(load(1), now);
    assert_eq!(waiting.due(), Some(now + SECOND));
}

#[test]
fn events_that_were_left_out_equally_often_go_together_and_others_do_not_wait_for_them() {
    let (mut waiting, mut now) = (Waiting::new(PAUSES), Instant::now());
    let mut old = load(1);
    for seconds in [1, 2, 4, 8, 10, 10, 10, 10, 10, 10] {
        waiting.gather(&old, &again(1), 3, 99, now);
        let due = now + seconds * SECOND;
        assert_eq!(waiting.due(), Some(due));
        if seconds > 1 {
            // Of others, in between.
            waiting.gather(&load(4), &again(2), 5, 99, now);
            waiting.gather(&load(4), &again(1), 4, 99, now);
            let others = waiting.take(now + SECOND).unwrap();
            assert_eq!(others.len(), 3);
            assert_eq!((others.past.seen, others.past.waits), (Some(4), 1));
        }
        now = due;
        old = waiting.take(now).unwrap();
        assert_eq!((old.len(), old.past.seen), (1, Some(3)));
    }
}

#[test]
fn a_half_lets_go_of_the_other() {
    let (mut waiting, now) = (Waiting::new(PAUSES), Instant::now());
    let (first, _second) = load(2).halves();
    assert!(!first.body().is_unique());
    waiting.park(first, now);
    assert!(waiting.take(now + SECOND).unwrap().body().is_unique());
}

#[test]
fn many_become_requests_of_their_own() {
    let (mut waiting, now) = (Waiting::new(PAUSES), Instant::now());
    (0..5).for_each(|_| waiting.gather(&load(10), &again(10), 0, 100, now));
    assert_eq!(waiting.events(), 50);
    let all: Vec<_> = std::iter::from_fn(|| waiting.take(now + SECOND)).collect();
    let all: Vec<_> = all.iter().map(Load::len).collect();
    assert_eq!(all, [20, 20, 10]);
    assert!(waiting.is_empty() && waiting.due().is_none());
}

#[test]
fn what_is_given_away_is_all_of_it() {
    let (mut waiting, now) = (Waiting::new(PAUSES), Instant::now());
    waiting.park(load(3), now);
    waiting.gather(&load(2), &again(2), 0, 100, now);
    let events: usize = waiting.clear().map(|load| load.len()).sum();
    assert_eq!((events, waiting.events()), (5, 0));
}
