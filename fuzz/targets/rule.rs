//! Patterns held against a plain matcher; any key and values as a match on any record.
//!
//! The pattern is private to its crate, so its file is taken in here.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/rule/src/wildcard.rs"]
mod wildcard;

use std::sync::Arc;

use knownet_flow::{Event, Format, Path, Span, Stage, Work};
use knownet_format::json::{Json, Options};
use knownet_fuzz::choice::Choices;
use knownet_label::TableBuilder;
use knownet_rule::{Action, Match, Rule, Rules, Scalar, Tags};
use libfuzzer_sys::fuzz_target;
use wildcard::{Pattern, Place};

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let how = choices.byte();
    let mut parts = choices.rest().split(|&byte| byte == b'\n');
    let (first, second) = (parts.next().unwrap_or(b""), parts.next().unwrap_or(b""));
    let Ok(wanted) = std::str::from_utf8(first) else {
        return;
    };
    if how & 1 == 0 {
        if wanted.len() * second.len() < 1 << 16 {
            patterns(wanted, second);
        }
        return;
    }
    let values: Vec<Scalar> = parts.map_while(scalar).take(4).collect();
    rule(how, wanted, values, second);
});

fn scalar(text: &[u8]) -> Option<Scalar> {
    let text = std::str::from_utf8(text).ok()?;
    Some(match text {
        "null" => Scalar::Null,
        "true" | "false" => Scalar::Bool(text == "true"),
        _ => match (text.parse(), text.parse()) {
            (Ok(whole), _) => Scalar::Integer(whole),
            (_, Ok(real)) => Scalar::Float(real),
            _ => Scalar::Text(text.to_owned()),
        },
    })
}

/// Whatever the key and the values are: refused, or answered without harm.
fn rule(how: u8, key: &str, values: Vec<Scalar>, record: &[u8]) {
    let path = |text| Path::parse(text).expect("a path");
    let tags = Tags::new([(path("to"), Some(path("all")))]);
    let conditions = [(key.to_owned(), values)];
    let matches = match Match::new(&conditions, &tags, &["A", "B c"]) {
        Ok(matches) => matches,
        Err(errors) => {
            assert!(!errors.is_empty());
            return;
        }
    };
    let mut table = TableBuilder::new();
    table.label("A", false);
    table.label("B c", true);
    let rule = Rule {
        matches,
        action: [Action::Drop, Action::Keep, Action::Count][usize::from(how >> 1) % 3],
        even_threats: how & 8 == 8,
    };
    let mut rules = Rules::new(vec![rule], Arc::new(table.build()));
    let mut json = Json::new(&[path("ip")], &[], Options::default());
    let bytes = [record, b"\n"].concat();
    let mut work = Work::default();
    json.scan(&bytes, &mut work);
    if work.events.is_empty() {
        work.events.push(Event {
            raw: Span::new(0, record.len()),
            ..Event::default()
        });
    }
    rules.apply(&bytes, &mut work, &mut json);
}

fn patterns(wanted: &str, text: &[u8]) {
    for place in [Place::Whole, Place::Inside, Place::Start, Place::End] {
        let got = Pattern::new(wanted, place).matches(text);
        assert_eq!(
            got,
            reference(wanted, place, text),
            "{wanted:?} at {place:?} of {text:?}"
        );
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Step {
    Any,
    One,
    Just(u32),
}

/// Steps against units, every way tried at once.
fn reference(wanted: &str, place: Place, text: &[u8]) -> bool {
    let mut steps = Vec::new();
    let mut chars = wanted.chars().peekable();
    while let Some(c) = chars.next() {
        steps.push(match c {
            '*' => Step::Any,
            '?' => Step::One,
            '\\' => Step::Just(lower(chars.next_if(|&c| "*?\\".contains(c)).unwrap_or(c))),
            c => Step::Just(lower(c)),
        });
    }
    if matches!(place, Place::Inside | Place::End) {
        steps.insert(0, Step::Any);
    }
    if matches!(place, Place::Inside | Place::Start) {
        steps.push(Step::Any);
    }
    // Which steps may come next: after no unit, after one, …
    let mut at = vec![false; steps.len() + 1];
    at[0] = true;
    let skip = |at: &mut Vec<bool>| {
        for (index, step) in steps.iter().enumerate() {
            at[index + 1] |= at[index] && *step == Step::Any;
        }
    };
    skip(&mut at);
    for unit in units(text) {
        let mut next = vec![false; at.len()];
        for (index, step) in steps.iter().enumerate().filter(|&(index, _)| at[index]) {
            match step {
                Step::Any => next[index] = true,
                Step::One => next[index + 1] = true,
                Step::Just(wanted) => next[index + 1] |= *wanted == unit,
            }
        }
        skip(&mut next);
        at = next;
    }
    at[steps.len()]
}

fn units(text: &[u8]) -> Vec<u32> {
    let mut units = Vec::new();
    for chunk in text.utf8_chunks() {
        units.extend(chunk.valid().chars().map(lower));
        units.extend(
            chunk
                .invalid()
                .iter()
                .map(|&byte| 0x8000_0000 | u32::from(byte)),
        );
    }
    units
}

fn lower(c: char) -> u32 {
    c.to_lowercase().next().map_or(0, u32::from)
}
