use knownet_flow::Verdict;

use super::scene::{rule, rules, run, table};
use crate::Action::{Count, Drop, Keep};
use crate::Rules;

#[test]
fn the_first_drop_or_keep_ends_the_rules_and_a_count_does_not() {
    let mut stage = rules(vec![
        rule(r#"{"a": 1}"#, Count),
        rule(r#"{"b": 1}"#, Keep),
        rule(r#"{"a": 1}"#, Drop),
        rule("{}", Count),
    ]);
    let work = run(
        &[r#"{"a":1}"#, r#"{"a":1,"b":1}"#, r#"{"c":1}"#],
        &mut [&mut stage],
    );
    let verdicts: Vec<_> = work.events.iter().map(|e| e.verdict).collect();
    assert_eq!(verdicts, [Verdict::Drop(2), Verdict::Keep, Verdict::Keep]);
    assert_eq!(work.counts.rules, [2, 1, 1, 1]);
    assert_eq!(work.counts.dropped, 1);
}

#[test]
fn an_address_of_a_threat_vetoes_every_drop() {
    let drop_all = || rules(vec![rule("{}", Drop)]);
    for (event, dropped) in [
        (r#"{"dst":"13.80.7.1"}"#, true),
        (r#"{"dst":"13.80.6.1"}"#, false),
        // Office is more specific there, the threat only covers it.
        (r#"{"dst":"13.80.6.6"}"#, false),
        (r#"{"dst":["13.64.0.1","::ffff:13.80.6.6"]}"#, false),
        (r#"{"dst":"13.64.0.1","src":"13.80.6.1"}"#, false),
        // The tag's answer comes from `dst`; `dst2` lost.
        (r#"{"dst":"13.64.0.1","dst2":"13.80.6.1"}"#, false),
        // No tag reads these fields.
        (
            r#"{"dst":"13.64.0.1","other":{"list":["13.80.6.1"]}}"#,
            false,
        ),
        (
            r#"{"dst":"13.64.0.1","other":"13.80.7.1 and 13.80.6.1"}"#,
            true,
        ),
        ("{}", true),
    ] {
        let work = run(&[event], &mut [&mut drop_all()]);
        assert_eq!(work.counts.dropped == 1, dropped, "{event}");
        assert_eq!(work.events[0].verdict != Verdict::Keep, dropped, "{event}");
        assert_eq!(work.counts.rules.first() == Some(&1), dropped, "{event}");
    }
}

#[test]
fn a_veto_goes_on_to_the_next_rule() {
    let mut even = rule(r#"{"a": 1}"#, Drop);
    even.even_threats = true;
    let mut stage = rules(vec![rule("{}", Drop), even, rule("{}", Count)]);
    let work = run(
        &[
            r#"{"a":1,"dst":"13.80.6.1"}"#,
            r#"{"a":2,"dst":"13.80.6.1"}"#,
        ],
        &mut [&mut stage],
    );
    let verdicts: Vec<_> = work.events.iter().map(|e| e.verdict).collect();
    assert_eq!(verdicts, [Verdict::Drop(1), Verdict::Keep]);
    assert_eq!(work.counts.rules, [0, 1, 1]);
}

#[test]
fn without_threat_labels_nothing_is_vetoed() {
    let mut stage = Rules::new(vec![rule("{}", Drop)], table(false));
    let work = run(&[r#"{"dst":"13.80.6.1"}"#], &mut [&mut stage]);
    assert_eq!(work.counts.dropped, 1);
}

#[test]
fn an_event_too_long_to_be_looked_at_is_left_alone() {
    let mut stage = rules(vec![rule("{}", Count), rule("{}", Drop)]);
    let work = run(&[r#"{"long":1}"#], &mut [&mut stage]);
    assert_eq!(work.events[0].verdict, Verdict::Keep);
    assert_eq!(work.counts, knownet_flow::Counts::default());
}

#[test]
fn labels_and_fields_of_a_rule_must_both_hold() {
    let mut stage = rules(vec![rule(
        r#"{"IPDestination": "Microsoft", "image|endswith": ["\\winword.exe", "\\excel.exe"]}"#,
        Drop,
    )]);
    let work = run(
        &[
            r#"{"dst":"13.64.0.1","image":"C:\\EXCEL.EXE"}"#,
            r#"{"dst":"13.64.0.1","image":"C:\\calc.exe"}"#,
            r#"{"dst":"10.0.0.1","image":"C:\\EXCEL.EXE"}"#,
            r#"{"image":"C:\\EXCEL.EXE"}"#,
        ],
        &mut [&mut stage],
    );
    let dropped: Vec<_> = work
        .events
        .iter()
        .map(|e| e.verdict != Verdict::Keep)
        .collect();
    assert_eq!(dropped, [true, false, false, false]);
}

#[test]
fn the_envelope_is_what_a_rule_reads_of_a_line_that_is_not_json() {
    use knownet_flow::{Edit, Event, Kind, Span, Stage, Work};
    let (bytes, envelope) = (
        b"hello",
        br#"{"message":"hello","tags":["_jsonparsefailure"]}"#,
    );
    let mut work = Work::default();
    work.text.extend_from_slice(envelope);
    work.edits.push(Edit {
        raw: Span::new(0, 5),
        text: Span::new(0, envelope.len()),
    });
    work.events.push(Event {
        raw: Span::new(0, 5),
        kind: Kind::Unparsed,
        edits: Span::new(0, 1),
        ..Event::default()
    });
    let mut stage = rules(vec![rule(r#"{"message": "hel*"}"#, Drop)]);
    stage.apply(bytes, &mut work, &mut super::scene::Json { asked: 0 });
    assert_eq!(work.events[0].verdict, Verdict::Drop(0));
}
