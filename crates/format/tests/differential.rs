//! Holds the JSON format against what serde_json makes of the same records.
//!
//! The model parses with serde_json into members in text order and then does what the rule says,
//! without any thought of speed. Records are generated to be nasty: few names, so that duplicates,
//! flat spellings and wrong parents abound; escapes in keys; arrays; white space; strings that look
//! like structure.

mod model;

use knownet_flow::{Assignment, Event, Format, Output, Path, Span, Value, Verdict, Work, splice};
use knownet_format::json::{Json, Options};
use model::{Node, Random};

const FIELDS: [&str; 6] = ["ip", "a.ip", "a.b.ip", "b.ip", "é.x", "b"];
const TARGETS: [&str; 7] = ["t", "a.t", "a.b.t", "c.d.e", "c.f", "é.x", "x.t"];

fn paths(names: &[&str]) -> Vec<Path> {
    names
        .iter()
        .map(|name| Path::parse(name).unwrap())
        .collect()
}

fn formats() -> [(&'static str, Json); 2] {
    [("vector", false), ("portable", true)].map(|(name, portable)| {
        let options = Options {
            portable,
            ..Options::default()
        };
        (name, Json::new(&paths(&FIELDS), &paths(&TARGETS), options))
    })
}

/// The hits of one event, as (field, text).
fn hits(bytes: &[u8], work: &Work, event: &Event) -> Vec<(usize, Vec<u8>)> {
    let hits = work.hits[event.hits].iter();
    let mut hits: Vec<_> = hits
        .map(|hit| (hit.field as usize, work.hit_text(bytes, hit).to_vec()))
        .collect();
    hits.sort_by_key(|hit| hit.0);
    hits
}

fn records(random: &mut Random, count: usize) -> (Vec<String>, Vec<u8>) {
    let mut lines = Vec::new();
    let mut bytes = Vec::new();
    for _ in 0..count {
        let line = random.record();
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
        lines.push(line);
    }
    (lines, bytes)
}

const ROUNDS: usize = if cfg!(miri) {
    20
} else if cfg!(debug_assertions) {
    400
} else {
    8000
};

#[test]
fn finds_what_serde_json_finds() {
    for seed in 0..ROUNDS {
        let mut random = Random::new(seed as u64);
        let (lines, bytes) = records(&mut random, 40);
        for (name, mut json) in formats() {
            let mut work = Work::default();
            json.scan(&bytes, &mut work);
            assert_eq!(work.events.len(), lines.len());
            for (line, event) in lines.iter().zip(&work.events) {
                assert_eq!(&bytes[event.raw], line.as_bytes());
                let tree = Node::parse(line);
                let mut expected = Vec::new();
                for (field, path) in FIELDS.iter().enumerate() {
                    tree.scalars(path, &mut |text| expected.push((field, text.to_vec())));
                }
                assert_eq!(
                    hits(&bytes, &work, event),
                    expected,
                    "{name}, seed {seed}: {line}"
                );
            }
        }
    }
}

#[test]
fn writes_what_serde_json_would_set() {
    for seed in 0..ROUNDS {
        let mut random = Random::new(!(seed as u64));
        let (lines, bytes) = records(&mut random, 40);
        for (name, mut json) in formats() {
            let mut work = Work::default();
            json.scan(&bytes, &mut work);
            let mut chosen = Vec::new();
            for index in 0..work.events.len() {
                let mut targets: Vec<usize> = (0..TARGETS.len()).collect();
                targets.retain(|_| random.below(2) == 0);
                let start = work.assignments.len();
                for &target in &targets {
                    let from = work.text.len();
                    work.text
                        .extend_from_slice(format!("\"v{target}\"").as_bytes());
                    let value = Span::new(from, work.text.len());
                    work.assignments.push(Assignment {
                        target: target as u16,
                        value,
                    });
                }
                work.events[index].sinks = 1;
                work.events[index].assignments = Span::new(start, work.assignments.len());
                if !targets.is_empty() {
                    json.assign(&bytes, &mut work, index);
                }
                chosen.push(targets);
            }
            let mut output = Output::default();
            splice(&bytes, &work, &mut output);
            let out: Vec<u8> = output.events(0).slices().flatten().copied().collect();
            let mut written = out.split(|&b| b == b'\n');
            for ((line, targets), event) in lines.iter().zip(&chosen).zip(&work.events) {
                let got = std::str::from_utf8(written.next().unwrap()).unwrap();
                let mut expected = Node::parse(line);
                let mut failed = false;
                for &target in targets {
                    // Whether it can be written is a matter of the record as it came.
                    let value = || Node::Text(format!("v{target}"));
                    match Node::parse(line).set(TARGETS[target], value()) {
                        true => drop(expected.set(TARGETS[target], value())),
                        false => failed = true,
                    }
                }
                if failed {
                    expected.tag("_enrichfailure");
                }
                assert_eq!(
                    Node::parse(got).settle(),
                    expected.settle(),
                    "{name}, seed {seed}: {line}\nwith {targets:?} became {got}"
                );
                untouched(line.as_bytes(), got.as_bytes(), &work, event);
            }
        }
    }
}

/// Every byte outside the edits is the original's.
fn untouched(raw: &[u8], got: &[u8], work: &Work, event: &Event) {
    let (mut from, mut at) = (0, 0);
    for edit in &work.edits[event.edits] {
        let start = edit.raw.start() - event.raw.start();
        let gap = &raw[from..start];
        assert_eq!(&got[at..at + gap.len()], gap);
        at += gap.len();
        assert_eq!(&got[at..at + edit.text.len()], &work.text[edit.text]);
        at += edit.text.len();
        from = edit.raw.end() - event.raw.start();
    }
    assert_eq!(&got[at..], &raw[from..]);
}

#[test]
fn shows_the_values_that_serde_json_has() {
    for seed in 0..ROUNDS {
        let mut random = Random::new(seed as u64 ^ 0xabcd);
        let line = random.record();
        let tree = Node::parse(&line);
        let (_, mut json) = formats().into_iter().next().unwrap();
        for name in FIELDS {
            let mut expected = Vec::new();
            tree.scalars(name, &mut |text| expected.push(text.to_vec()));
            let mut shown = Vec::new();
            let there = json.values(line.as_bytes(), &Path::parse(name).unwrap(), &mut |value| {
                if let Value::Text(text) | Value::Number(text) = value {
                    shown.push(text.to_vec());
                }
            });
            assert_eq!(there, tree.find(name).is_some(), "{name} of {line}");
            assert_eq!(shown, expected, "{name} of {line}");
        }
    }
}

#[test]
fn shows_every_string_of_a_record() {
    for seed in 0..ROUNDS {
        let line = Random::new(seed as u64 ^ 0x7777).record();
        let mut expected = Vec::new();
        Node::parse(&line).strings(&mut |text| expected.push(text.to_owned()));
        let mut shown = Vec::new();
        let (_, mut json) = formats().into_iter().next().unwrap();
        json.strings(line.as_bytes(), &mut |text| {
            shown.push(String::from_utf8(text.to_vec()).unwrap());
        });
        assert_eq!(shown, expected, "{line}");
    }
}

#[test]
fn mutated_records_never_panic_and_never_lose_a_byte() {
    for seed in 0..ROUNDS {
        let mut random = Random::new(seed as u64 ^ 0x5555);
        let mut line = random.record().into_bytes();
        for _ in 0..1 + random.below(4) {
            let at = random.below(line.len());
            match random.below(3) {
                0 => line[at] = b"\"\\{}[]:,\0\xff a1\r"[random.below(14)],
                1 => drop(line.remove(at)),
                _ => line.insert(at, b"\"\\{}[]:,"[random.below(8)]),
            }
            if line.is_empty() {
                line.push(b'{');
            }
        }
        let mut bytes = line.clone();
        bytes.push(b'\n');
        let mut runs = Vec::new();
        for (_, mut json) in formats() {
            let mut work = Work::default();
            json.scan(&bytes, &mut work);
            for index in 0..work.events.len() {
                let from = work.text.len();
                work.text.extend_from_slice(b"1");
                let value = Span::new(from, from + 1);
                let start = work.assignments.len();
                for target in 0..TARGETS.len() {
                    work.assignments.push(Assignment {
                        target: target as u16,
                        value,
                    });
                }
                work.events[index].sinks = 1;
                work.events[index].verdict = Verdict::Keep;
                if work.events[index].edits.is_empty() {
                    work.events[index].assignments = Span::new(start, work.assignments.len());
                    json.assign(&bytes, &mut work, index);
                    untouched_if_spliced(&bytes, &work, index);
                }
            }
            runs.push(
                work.events
                    .iter()
                    .map(|e| hits(&bytes, &work, e))
                    .collect::<Vec<_>>(),
            );
        }
        assert_eq!(
            runs[0],
            runs[1],
            "seed {seed}: {}",
            String::from_utf8_lossy(&line)
        );
    }
}

fn untouched_if_spliced(bytes: &[u8], work: &Work, index: usize) {
    let mut output = Output::default();
    splice(bytes, work, &mut output);
    let out: Vec<u8> = output.events(0).slices().flatten().copied().collect();
    let event = &work.events[index];
    untouched(
        &bytes[event.raw],
        out.strip_suffix(b"\n").unwrap(),
        work,
        event,
    );
}

/// Found by the fuzzer: the tag may be spelled with an escape, and may stand in an element's inside.
#[test]
fn the_failure_tag_is_looked_for_among_the_elements() {
    let cases = [
        (
            r#"["x","_enrichfail\u0075re"]"#,
            r#"["x","_enrichfail\u0075re"]"#,
        ),
        (
            r#"[["_enrichfailure"]]"#,
            r#"[["_enrichfailure"],"_enrichfailure"]"#,
        ),
        (
            r#"[{"_enrichfailure":1}]"#,
            r#"[{"_enrichfailure":1},"_enrichfailure"]"#,
        ),
        (
            r#"["\"_enrichfailure\""]"#,
            r#"["\"_enrichfailure\"","_enrichfailure"]"#,
        ),
    ];
    for (tags, expected) in cases {
        for (_, mut json) in formats() {
            let bytes = format!("{{\"a\":1,\"tags\":{tags}}}\n").into_bytes();
            let mut work = Work::default();
            json.scan(&bytes, &mut work);
            work.text.extend_from_slice(b"1");
            let (target, value) = (1, Span::new(0, 1));
            work.assignments.push(Assignment { target, value });
            work.events[0].sinks = 1;
            work.events[0].assignments = Span::new(0, 1);
            json.assign(&bytes, &mut work, 0);
            let mut output = Output::default();
            splice(&bytes, &work, &mut output);
            let out: Vec<u8> = output.events(0).slices().flatten().copied().collect();
            let expected = format!("{{\"a\":1,\"tags\":{expected}}}\n");
            assert_eq!(String::from_utf8_lossy(&out), expected);
        }
    }
}

/// A parent that comes again is seen wherever the field before it lies, and only behind it.
#[test]
fn a_later_parent_undoes_an_earlier_one_at_every_distance() {
    let step = if cfg!(miri) { 23 } else { 1 };
    for before in (0..70).step_by(step) {
        for between in [0, 1, 20, 64] {
            let pad = |len| "x".repeat(len);
            let (first, second) = (pad(before), pad(between));
            for line in [
                format!(r#"{{"p":"{first}","a":{{"ip":"1.1.1.1"}},"q":"{second}","a":{{}}}}"#),
                format!(r#"{{"a":{{}},"p":"{first}","a":{{"ip":"1.1.1.1"}},"q":"{second}"}}"#),
            ] {
                finds_the_same(&format!("{line}\n{line}\n"));
            }
        }
    }
}

/// The hits of each line are what the model finds.
fn finds_the_same(lines: &str) {
    for (name, mut json) in formats() {
        let mut work = Work::default();
        json.scan(lines.as_bytes(), &mut work);
        assert_eq!(work.events.len(), lines.lines().count());
        for (line, event) in lines.lines().zip(&work.events) {
            let tree = Node::parse(line);
            let mut expected = Vec::new();
            for (field, path) in FIELDS.iter().enumerate() {
                tree.scalars(path, &mut |text| expected.push((field, text.to_vec())));
            }
            let got = hits(lines.as_bytes(), &work, event);
            assert_eq!(got, expected, "{name}: {line}");
        }
    }
}

/// Found by the fuzzer: a parent in a flat spelling may come again, too.
#[test]
fn a_later_parent_undoes_an_earlier_one_in_any_spelling() {
    let lines = [
        r#"{"a.b":{"ip":"1.1.1.1"},"a.b":null}"#,
        r#"{"a.b":{"ip":"1.1.1.1"},"a.b":{"x":"2.2.2.2"}}"#,
        r#"{"a":{"b":{"ip":"1.1.1.1"},"b":1}}"#,
        r#"{"x":{"a.b":0},"a.b":{"ip":"1.1.1.1"}}"#,
    ];
    for line in lines {
        finds_the_same(&format!("{line}\n"));
    }
}
