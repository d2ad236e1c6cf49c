use super::scene::{rule, rules, run, table, wanted};
use crate::{Action, Routes};

#[test]
fn each_sink_takes_what_its_match_says() {
    let mut routes = Routes::new(
        vec![
            None,
            Some(wanted(r#"{"IPDestination": "Microsoft"}"#)),
            Some(wanted(r#"{"IPDestination|exists": false}"#)),
            Some(wanted("{}")),
        ],
        table(true),
    );
    let work = run(
        &[
            r#"{"dst":"13.64.0.1"}"#,
            r#"{"dst":["13.64.0.1","192.0.2.1"]}"#,
            r#"{"dst":"10.0.0.1"}"#,
            r#"{"dst":"192.0.2.1"}"#,
            "{}",
        ],
        &mut [&mut routes],
    );
    let sinks: Vec<_> = work.events.iter().map(|e| e.sinks).collect();
    assert_eq!(sinks, [0b1011, 0b1011, 0b1001, 0b1101, 0b1101]);
    assert_eq!((work.counts.passed, work.counts.unrouted), (5, 0));
}

#[test]
fn a_dropped_event_is_not_routed_and_one_that_nobody_takes_is_counted() {
    let mut drops = rules(vec![rule(r#"{"a": 1}"#, Action::Drop)]);
    let mut routes = Routes::new(vec![Some(wanted(r#"{"a|lte": 2}"#))], table(true));
    let work = run(
        &[
            r#"{"a":1}"#,
            r#"{"a":2}"#,
            r#"{"a":3}"#,
            r#"{"long":1,"a":2}"#,
        ],
        &mut [&mut drops, &mut routes],
    );
    let sinks: Vec<_> = work.events.iter().map(|e| e.sinks).collect();
    assert_eq!(sinks, [0, 1, 0, 1]);
    assert_eq!((work.counts.passed, work.counts.unrouted), (2, 1));
}

#[test]
fn there_is_a_bit_for_the_last_sink() {
    let mut routes = Routes::new(
        (0..64)
            .map(|n| Some(wanted(&format!(r#"{{"a": {n}}}"#))))
            .collect(),
        table(true),
    );
    let work = run(&[r#"{"a":63}"#], &mut [&mut routes]);
    assert_eq!(work.events[0].sinks, 1 << 63);
}

#[test]
fn a_sink_may_be_kept_from_every_event() {
    let sinks = || {
        vec![
            Some(wanted(r#"{"a": 1}"#)),
            None,
            Some(wanted(r#"{"a": 2}"#)),
        ]
    };
    for (sink, expected) in [
        (0, [0b010, 0b110]),
        (1, [0b001, 0b100]),
        (2, [0b011, 0b010]),
    ] {
        let mut routes = Routes::new(sinks(), table(true)).without(sink);
        let work = run(&[r#"{"a":1}"#, r#"{"a":2}"#], &mut [&mut routes]);
        let sinks: Vec<_> = work.events.iter().map(|e| e.sinks).collect();
        assert_eq!(sinks, expected, "without {sink}");
    }
}
