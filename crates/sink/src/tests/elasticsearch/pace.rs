use super::*;

const MIB: usize = 1 << 20;
const PAUSES: Pauses = Pauses {
    first: Duration::from_secs(1),
    longest: Duration::from_secs(3),
};

fn now(pace: &Pace) -> (usize, usize) {
    (pace.requests(), pace.bytes())
}

#[test]
fn too_much_halves_the_requests_and_then_their_size() {
    let (mut pace, at) = (Pace::new(4, 8 * MIB, PAUSES), Instant::now());
    for less in [(2, 8), (1, 8), (1, 4), (1, 2)] {
        pace.refused(pace.round(), 9, 9, at);
        assert_eq!(now(&pace), (less.0, less.1 * MIB));
    }
    for _ in 0..10 {
        pace.refused(pace.round(), 9, 9, at);
    }
    assert_eq!(now(&pace), (1, LEAST));
}

#[test]
fn requests_that_were_on_their_way_together_count_as_one() {
    let (mut pace, at) = (Pace::new(8, MIB, PAUSES), Instant::now());
    let round = pace.round();
    (0..8).for_each(|_| pace.refused(round, 9, 9, at));
    assert_eq!(pace.requests(), 4);
}

#[test]
fn it_grows_slowly_to_what_it_was() {
    let (mut pace, at) = (Pace::new(3, 8 * MIB, PAUSES), Instant::now());
    (0..3).for_each(|_| pace.refused(pace.round(), 9, 9, at));
    assert_eq!(now(&pace), (1, 3 * MIB));
    let mut steps = 0;
    while now(&pace) != (3, 8 * MIB) {
        pace.succeeded(pace.round());
        steps += 1;
    }
    // Five eighths, then a second request after one and a third after two.
    assert_eq!(steps, 5 + 1 + 2);
    (0..100).for_each(|_| pace.succeeded(pace.round()));
    assert_eq!(now(&pace), (3, 8 * MIB));
}

#[test]
fn pauses_grow_and_end_with_the_first_success() {
    let (mut pace, at) = (Pace::new(1, MIB, PAUSES), Instant::now());
    for seconds in [1, 2, 3, 3] {
        pace.refused(pace.round(), 9, 9, at);
        let until = at + Duration::from_secs(seconds);
        assert_eq!(pace.until(at), Some(until));
        assert_eq!(pace.until(until), None);
    }
    pace.succeeded(pace.round());
    assert_eq!(pace.until(at), None);
}

#[test]
fn what_is_too_large_is_never_sent_again() {
    let mut pace = Pace::new(1, 8 * MIB, PAUSES);
    pace.too_large(6 * MIB);
    assert_eq!(pace.bytes(), 3 * MIB);
    (0..100).for_each(|_| pace.succeeded(pace.round()));
    assert_eq!(pace.bytes(), 3 * MIB);
    pace.too_large(1);
    assert_eq!(pace.bytes(), LEAST);
}

#[test]
fn a_success_of_before_ends_no_pause() {
    let (mut pace, at) = (Pace::new(4, MIB, PAUSES), Instant::now());
    let before = pace.round();
    pace.refused(before, 9, 9, at);
    (0..9).for_each(|_| pace.succeeded(before));
    assert_eq!(pace.until(at), Some(at + PAUSES.first));
    assert_eq!(pace.requests(), 2);
}

#[test]
fn a_part_that_is_too_much_slows_down_in_proportion() {
    let (mut pace, at) = (Pace::new(4, 8 * MIB, PAUSES), Instant::now());
    pace.refused(pace.round(), 50, 100, at);
    assert_eq!(pace.requests(), 3);
    assert_eq!(pace.until(at), Some(at + PAUSES.first / 2));
    pace.refused(pace.round(), 1, 10_000, at);
    assert_eq!(pace.requests(), 3);
    (0..100).for_each(|_| pace.refused(pace.round(), 1, 10, at));
    let (requests, bytes) = now(&pace);
    assert_eq!(requests, 1);
    assert!(bytes < MIB, "{bytes}");
    (0..999).for_each(|_| pace.refused(pace.round(), 9, 9, at));
    assert_eq!(now(&pace), (1, LEAST));
    pace.succeeded(pace.round());
    assert!(pace.bytes() > MIB);
    // Nothing was too much.
    let before = now(&pace);
    pace.refused(pace.round(), 0, 100, at);
    assert_eq!(now(&pace), before);
}
