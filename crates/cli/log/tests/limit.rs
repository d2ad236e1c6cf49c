use tracing::callsite::Callsite;
use tracing::{Level, Metadata, subscriber::Interest};

use super::*;

struct Place;

impl Callsite for Place {
    fn set_interest(&self, _: Interest) {}
    fn metadata(&self) -> &Metadata<'_> {
        unreachable!("only its identity is asked for")
    }
}

static HERE: (Place, u8) = (Place, 0);

fn here() -> Identifier {
    Identifier(&HERE.0)
}

fn line(message: &str, source: &str) -> Line {
    Line {
        level: Level::WARN,
        message: message.to_owned(),
        fields: vec![("source", source.into()), ("peer", message.len().into())],
    }
}

fn said(limit: &mut Limit, line: &Line, now: Instant) -> bool {
    matches!(limit.say(&here(), line, now), Said::Yes(_))
}

#[test]
fn the_same_is_said_a_few_times_and_then_counted() {
    let (mut limit, begin) = (Limit::default(), Instant::now());
    let count = |limit: &mut Limit, source| {
        let all = (0..100).filter(|_| said(limit, &line("refused", source), begin));
        all.count()
    };
    assert_eq!(count(&mut limit, "a"), SAME as usize);
    assert_eq!(
        count(&mut limit, "b"),
        SAME as usize,
        "another source is another message"
    );
    let Said::Yes(before) = limit.say(&here(), &line("refused", "a"), begin + WINDOW) else {
        panic!("the time is over");
    };
    assert_eq!(before.len(), 1);
    assert_eq!(before[0].message, "left out, the last one was: refused");
    assert_eq!(
        before[0].fields,
        [("source", "a".into()), ("left_out", 95.into())]
    );
    let rest = limit.over(begin + WINDOW, false);
    assert_eq!(rest.len(), 1, "{rest:?}");
    assert_eq!(rest[0].fields[0], ("source", "b".into()));
    assert_eq!(limit.over(begin + WINDOW, true), []);
}

#[test]
fn one_place_cannot_flood_the_log_with_different_messages() {
    let (mut limit, begin) = (Limit::default(), Instant::now());
    let all = (0..100_000).filter(|n| said(&mut limit, &line(&format!("bad {n}"), "a"), begin));
    assert_eq!(all.count(), PLACE as usize);
    assert!(limit.same.len() <= MOST + 1);
    let told = limit.over(begin, true);
    let left: u64 = told
        .iter()
        .map(|line| line.fields[1].1.as_u64().unwrap())
        .sum();
    assert_eq!(left, 100_000 - u64::from(PLACE));
}
