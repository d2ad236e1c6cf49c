use super::back::FAILURES;
use super::*;
use crate::elasticsearch::load::Fate;
use crate::elasticsearch::waiting::tests::load;
use crate::elasticsearch::{Credentials, Pauses, Target};
use crate::{ElasticsearchOptions, Host};

const SECOND: Duration = Duration::from_secs(1);

fn state(concurrency: usize) -> State {
    let none: Option<Credentials> = None;
    State::new(&ElasticsearchOptions {
        hosts: vec![Host::parse("http://127.0.0.1").unwrap()],
        target: Target::data_stream("logs-a-b").unwrap(),
        credentials: none,
        trust: Default::default(),
        compression: 0,
        bulk_bytes: 1 << 20,
        flush: SECOND,
        concurrency,
        timeout: SECOND,
        pauses: Pauses {
            first: SECOND,
            longest: 10 * SECOND,
        },
    })
}

/// The one load that there is, whenever it would be sent.
fn back(state: &mut State, now: Instant) -> Load {
    let ready = state.ready.pop_front();
    ready.unwrap_or_else(|| state.waiting.take(now + 10 * SECOND).unwrap())
}

/// How often it fails until it is halved.
fn failures(others: bool) -> u32 {
    let (mut state, now) = (state(1), Instant::now());
    let mut load = load(8);
    for count in 1..99 {
        state.good += u64::from(others);
        state.failed(load, now);
        load = back(&mut state, now);
        if load.len() < 8 {
            return count;
        }
    }
    panic!("it is never halved");
}

#[test]
fn a_load_that_fails_alone_is_given_more_patience_than_one_that_fails_beside_others() {
    assert_eq!(failures(false), 2 * FAILURES);
    assert_eq!(failures(true), FAILURES + 1);
}

#[test]
fn what_was_too_much_is_not_held_against_a_load() {
    let (mut state, now) = (state(1), Instant::now());
    let mut load = load(8);
    for _ in 0..9 {
        let round = state.pace.round();
        state.busy(load, round, now);
        load = back(&mut state, now);
    }
    state.failed(load, now);
    assert_eq!(back(&mut state, now).len(), 8);
    assert!(state.waiting.is_empty());
}

#[test]
fn halves_are_given_twice_the_patience() {
    let (mut state, now) = (state(1), Instant::now());
    let mut whole = load(2);
    (whole.past.waits, whole.past.cuts, whole.past.failed) = (1, 1, FAILURES);
    for _ in FAILURES + 1..4 * FAILURES {
        state.failed(whole, now);
        whole = state.waiting.take(now + 10 * SECOND).unwrap();
        assert_eq!(whole.len(), 2);
    }
    state.failed(whole, now);
    let half = state.waiting.take(now + 10 * SECOND).unwrap();
    assert_eq!((half.len(), half.past.cuts), (1, 2));
}

#[test]
fn what_waited_leaves_half_of_the_places_to_others() {
    let (mut state, now) = (state(4), Instant::now());
    (0..4).for_each(|_| state.park(load(1), now));
    assert_eq!(state.repeated(), 4);
    let later = now + SECOND;
    for _ in 0..2 {
        assert!(matches!(state.next(later), Next::Send(_, sent) if sent.waits == 1));
    }
    assert!(matches!(state.next(later), Next::Wait));
    assert_eq!(state.repeated(), 4);
    state.ready.push_back(load(1));
    assert!(matches!(state.next(later), Next::Send(_, sent) if sent.waits == 0));
}

#[test]
fn servers_that_do_not_work_are_not_showered_with_what_waits() {
    let (mut state, now) = (state(8), Instant::now());
    (0..4).for_each(|_| state.park(load(1), now));
    state.nodes.failed(0, now);
    let mut later = now + 2 * SECOND;
    for _ in 0..3 {
        assert!(matches!(state.next(later), Next::Send(_, sent) if sent.waits == 1));
        let next = later + SECOND;
        assert!(matches!(state.next(later), Next::Later(until) if until == next));
        later = next;
    }
    state.nodes.answered(0);
    assert!(matches!(state.next(later), Next::Send(..)));
}

#[test]
fn what_waits_long_is_told_once_a_minute() {
    let (mut state, now) = (state(1), Instant::now());
    assert!(!state.tells(STUCK - 1, now));
    assert!(state.tells(STUCK, now));
    assert!(!state.tells(STUCK, now + 59 * SECOND));
    assert!(state.tells(STUCK + 1, now + 60 * SECOND));
    assert!(!state.tells(STUCK + 1, now + 61 * SECOND));
}

#[test]
fn a_load_speaks_for_all_until_others_are_taken() {
    let (mut state, now) = (state(1), Instant::now());
    state.park(load(1), now);
    let old = state.waiting.take(now + SECOND).unwrap();
    assert!(state.speaks(&old) && state.speaks(&load(1)));
    state.take_back(&load(1), &[], true, now);
    assert!(!state.speaks(&old) && state.speaks(&load(1)));
    // Beside others of the same request it is left out at once.
    state.take_back(&load(2), &[(1, Fate::Again)], true, now);
    let left = state.waiting.take(now + SECOND).unwrap();
    assert!(!state.speaks(&left));
}
