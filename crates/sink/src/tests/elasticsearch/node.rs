use super::*;

const SECOND: Duration = Duration::from_secs(1);

fn nodes(count: usize) -> Nodes {
    Nodes::new(
        count,
        Pauses {
            first: SECOND,
            longest: 3 * SECOND,
        },
    )
}

/// For a request that has not waited.
fn choose(nodes: &mut Nodes, now: Instant) -> Choice {
    let choice = nodes.choose(now, false);
    if let Choice::Node(node) = choice {
        nodes.asked(node, false);
    }
    choice
}

#[test]
fn they_take_turns() {
    let (mut nodes, now) = (nodes(3), Instant::now());
    let turns: Vec<_> = (0..4).map(|_| choose(&mut nodes, now)).collect();
    assert_eq!(turns, [0, 1, 2, 0].map(Choice::Node));
}

#[test]
fn one_that_failed_is_left_alone_longer_and_longer_and_tried_by_one_request() {
    let (mut nodes, mut now) = (nodes(1), Instant::now());
    assert_eq!(choose(&mut nodes, now), Choice::Node(0));
    nodes.failed(0, now);
    nodes.failed(0, now);
    for seconds in [1, 2, 3, 3] {
        let until = now + seconds * SECOND;
        assert_eq!(choose(&mut nodes, now), Choice::Later(until));
        now = until;
        assert_eq!(choose(&mut nodes, now), Choice::Node(0));
        assert_eq!(choose(&mut nodes, now), Choice::Wait);
        nodes.failed(0, now);
    }
    now += 3 * SECOND;
    assert_eq!(choose(&mut nodes, now), Choice::Node(0));
    nodes.answered(0);
    assert_eq!(choose(&mut nodes, now), Choice::Node(0));
    nodes.failed(0, now);
    assert_eq!(choose(&mut nodes, now), Choice::Later(now + SECOND));
}

#[test]
fn the_others_go_on() {
    let (mut nodes, now) = (nodes(3), Instant::now());
    nodes.failed(1, now);
    let turns: Vec<_> = (0..4).map(|_| choose(&mut nodes, now)).collect();
    assert_eq!(turns, [0, 2, 0, 2].map(Choice::Node));
}

#[test]
fn a_suspect_goes_to_those_that_work_and_else_to_any_without_being_the_one_that_tries() {
    let (mut nodes, now) = (nodes(2), Instant::now());
    nodes.failed(0, now);
    assert_eq!(nodes.choose(now, true), Choice::Node(1));
    // Its pause is over: that is for others to find out.
    let later = now + 9 * SECOND;
    assert_eq!(nodes.choose(later, true), Choice::Node(1));
    nodes.failed(1, now);
    for at in [0, 1] {
        assert_eq!(nodes.choose(later, true), Choice::Node(at));
        nodes.asked(at, true);
    }
    assert_eq!(choose(&mut nodes, later), Choice::Node(0));
    nodes.failed(0, later);
    assert_eq!(choose(&mut nodes, later), Choice::Node(1));
}

#[test]
fn one_that_was_not_asked_after_all_is_tried_by_the_next() {
    let (mut nodes, now) = (nodes(1), Instant::now());
    nodes.failed(0, now);
    let later = now + SECOND;
    assert_eq!(choose(&mut nodes, later), Choice::Node(0));
    nodes.untried(0, later);
    assert_eq!(choose(&mut nodes, later), Choice::Node(0));
    nodes.failed(0, later);
    let until = later + 2 * SECOND;
    assert_eq!(choose(&mut nodes, later), Choice::Later(until));
}

#[test]
fn it_is_said_once_of_one_of_several_that_it_fails_and_that_it_works_again() {
    let (mut nodes, now) = (nodes(2), Instant::now());
    let fails = |nodes: &mut Nodes, seconds: u32| {
        let now = now + seconds * SECOND;
        nodes.asked(0, false);
        nodes.failed(0, now)
    };
    // It may have been the request's fault.
    assert!(!fails(&mut nodes, 0));
    assert!(nodes.any());
    assert!(fails(&mut nodes, 10));
    assert!(!fails(&mut nodes, 20));
    assert!(nodes.answered(0));
    assert!(!nodes.answered(0));
    nodes.failed(0, now);
    nodes.failed(1, now);
    assert!(!nodes.any());
}
