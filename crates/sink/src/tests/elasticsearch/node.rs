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

#[test]
fn they_take_turns() {
    let (mut nodes, now) = (nodes(3), Instant::now());
    let turns: Vec<_> = (0..4).map(|_| nodes.choose(now)).collect();
    assert_eq!(turns, [0, 1, 2, 0].map(Choice::Node));
}

#[test]
fn one_that_failed_is_left_alone_longer_and_longer_and_tried_by_one_request() {
    let (mut nodes, mut now) = (nodes(1), Instant::now());
    assert_eq!(nodes.choose(now), Choice::Node(0));
    nodes.failed(0, now);
    nodes.failed(0, now);
    for seconds in [1, 2, 3, 3] {
        let until = now + seconds * SECOND;
        assert_eq!(nodes.choose(now), Choice::Later(until));
        now = until;
        assert_eq!(nodes.choose(now), Choice::Node(0));
        assert_eq!(nodes.choose(now), Choice::Wait);
        nodes.failed(0, now);
    }
    now += 3 * SECOND;
    assert_eq!(nodes.choose(now), Choice::Node(0));
    nodes.answered(0);
    assert_eq!(nodes.choose(now), Choice::Node(0));
    nodes.failed(0, now);
    assert_eq!(nodes.choose(now), Choice::Later(now + SECOND));
}

#[test]
fn the_others_go_on() {
    let (mut nodes, now) = (nodes(3), Instant::now());
    nodes.failed(1, now);
    let turns: Vec<_> = (0..4).map(|_| nodes.choose(now)).collect();
    assert_eq!(turns, [0, 2, 0, 2].map(Choice::Node));
}

#[test]
fn what_fails_everywhere_says_nothing_about_one_where_others_go_well() {
    let (mut nodes, now) = (nodes(1), Instant::now());
    for _ in 0..3 {
        nodes.answered(0);
        nodes.doubted(0, now);
        assert_eq!(nodes.choose(now), Choice::Node(0));
    }
    nodes.doubted(0, now);
    assert_eq!(nodes.choose(now), Choice::Later(now + SECOND));
}
