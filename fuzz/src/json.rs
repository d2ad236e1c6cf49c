//! Holds the JSON format against the model, for any bytes.
//!
//! - Lines become the events that a plain reading of the rule gives, of the right kind.
//! - The vector and the portable way find the same, wherever in a batch a line lies.
//! - Of a record that serde_json takes, fields and values are those of the model, and what is
//!   written reads back as the model's.
//! - Of any record, every byte outside the edits is the original's.

use std::cell::RefCell;
use std::collections::HashMap;

use knownet_flow::{
    Assignment, Event, Format, Kind, Output, Path, Span, Value, Verdict, Work, splice,
};
use knownet_format::json::{Json, Options};

use crate::model::Node;
use crate::paths::{Paths, SETS};
use crate::tree;

/// How a batch is run.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Setup {
    /// Which of [`SETS`].
    pub set: usize,
    /// Whether invalid JSON becomes an envelope.
    pub validate: bool,
    /// The longest line that is looked at.
    pub max_line: usize,
    /// Blank lines before the batch, so that it lies elsewhere in the vectors.
    pub shift: usize,
    /// Which targets are written, a bit each.
    pub chosen: u8,
}

impl Setup {
    /// From two bytes.
    pub fn new(options: u8, chosen: u8) -> Setup {
        Setup {
            set: usize::from(options & 3),
            validate: options >> 2 & 3 == 3,
            max_line: if options >> 4 & 7 == 7 { 96 } else { 1 << 20 },
            shift: 1 + usize::from(chosen.wrapping_mul(37) & 63),
            chosen,
        }
    }

    fn paths(&self) -> &'static Paths {
        &SETS[self.set]
    }
}

type Key = (usize, bool, usize, bool);

thread_local! {
    static FORMATS: RefCell<HashMap<Key, Json>> = RefCell::default();
}

fn with<T>(setup: &Setup, portable: bool, run: impl FnOnce(&mut Json) -> T) -> T {
    let parse = |names: &[&str]| -> Vec<Path> {
        let path = |name: &&str| Path::parse(name).expect("a path");
        names.iter().map(path).collect()
    };
    FORMATS.with_borrow_mut(|formats| {
        let key = (setup.set, setup.validate, setup.max_line, portable);
        let json = formats.entry(key).or_insert_with(|| {
            let options = Options {
                validate: setup.validate,
                max_line: setup.max_line,
                portable,
                aliases: None,
            };
            let Paths { fields, targets } = setup.paths();
            Json::new(&parse(fields), &parse(targets), options)
        });
        run(json)
    })
}

/// A line as the rule has it: what its event is.
struct Line<'a> {
    raw: &'a [u8],
    /// Without the white space around it.
    text: &'a [u8],
    kind: Kind,
}

fn lines<'a>(bytes: &'a [u8], setup: &Setup) -> Vec<Line<'a>> {
    let mut lines = Vec::new();
    for raw in bytes.split(|&byte| byte == b'\n') {
        let raw = raw.strip_prefix(b"\xef\xbb\xbf").unwrap_or(raw);
        let mut text = raw;
        while let [b' ' | b'\t' | b'\r', rest @ ..] | [rest @ .., b' ' | b'\t' | b'\r'] = text {
            text = rest;
        }
        if text.is_empty() {
            continue;
        }
        let kind = if raw.len() > setup.max_line {
            Kind::Long
        } else if text.starts_with(b"{") && text.ends_with(b"}") {
            Kind::Json
        } else {
            Kind::Unparsed
        };
        lines.push(Line { raw, text, kind });
    }
    lines
}

/// The hits of one event, as (field, text).
type Hits = Vec<(usize, Vec<u8>)>;

fn hits(bytes: &[u8], work: &Work, event: &Event) -> Hits {
    let mut hits: Vec<_> = work.hits[event.hits]
        .iter()
        .map(|hit| (usize::from(hit.field), work.hit_text(bytes, hit).to_vec()))
        .collect();
    hits.sort_by_key(|hit| hit.0);
    hits
}

/// Everything that a run found, without the places.
fn summary(bytes: &[u8], work: &Work) -> Vec<(Kind, Hits)> {
    let events = work.events.iter();
    events
        .map(|event| (event.kind, hits(bytes, work, event)))
        .collect()
}

/// Checks all of it for `batch`.
pub fn check(batch: &[u8], setup: &Setup) {
    let mut bytes = batch.to_vec();
    if bytes.last() != Some(&b'\n') {
        bytes.push(b'\n');
    }
    let lines = lines(&bytes, setup);
    let (mut work, mut portable, mut shifted) = (Work::default(), Work::default(), Work::default());
    with(setup, false, |json| json.scan(&bytes, &mut work));
    with(setup, true, |json| json.scan(&bytes, &mut portable));
    let found = summary(&bytes, &work);
    assert_eq!(
        found,
        summary(&bytes, &portable),
        "vector and portable differ"
    );
    if bytes.len() < 1024 {
        let moved = [&vec![b'\n'; setup.shift][..], &bytes].concat();
        with(setup, false, |json| json.scan(&moved, &mut shifted));
        assert_eq!(
            found,
            summary(&moved, &shifted),
            "the place in the batch matters"
        );
    }
    assert_eq!(work.events.len(), lines.len());
    let mut written = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let event = work.events[index];
        assert_eq!(&bytes[event.raw], line.raw);
        let parsed = std::str::from_utf8(line.text).ok();
        let tree = parsed
            .and_then(tree::parse)
            .filter(|tree| tree::arrays(tree) <= 32);
        if setup.validate && line.kind == Kind::Json {
            validated(line, event.kind);
        } else {
            assert_eq!(event.kind, line.kind);
        }
        if event.kind == Kind::Unparsed {
            envelope(line, work.record(&bytes, &event));
        }
        if event.kind != Kind::Json {
            assert!(event.hits.is_empty());
        } else if let Some(tree) = &tree {
            fields(setup, line, tree, &hits(&bytes, &work, &event));
        }
        written.push(tree);
        assign(setup, &bytes, &mut work, index);
    }
    let mut output = Output::default();
    splice(&bytes, &work, &mut output);
    let out: Vec<u8> = output.events(0).slices().flatten().copied().collect();
    let mut out = &out[..];
    for ((line, tree), event) in lines.iter().zip(written).zip(&work.events) {
        let (got, left) = untouched(line.raw, out, &work, event);
        out = left;
        if let (Kind::Json, Some(tree)) = (event.kind, tree) {
            reads_back(setup, line, tree, got);
        }
    }
    assert!(out.is_empty());
}

/// What passes as JSON when that is promised is JSON.
fn validated(line: &Line<'_>, kind: Kind) {
    let text = std::str::from_utf8(line.text);
    let valid = text.is_ok_and(|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok());
    match kind {
        Kind::Json => assert!(valid, "passed as JSON"),
        Kind::Unparsed => {}
        Kind::Long => panic!("not long"),
    }
}

/// The envelope is JSON and holds the line.
fn envelope(line: &Line<'_>, got: &[u8]) {
    let got = std::str::from_utf8(got).expect("an envelope is UTF-8");
    let Some(Node::Object(members)) = tree::parse(got) else {
        panic!("not JSON: {got}");
    };
    assert_eq!(members[0].0, "message");
    assert_eq!(members[1].0, "tags");
    if let (Ok(text), Node::Text(message)) = (std::str::from_utf8(line.raw), &members[0].1) {
        assert_eq!(message, text.strip_suffix('\r').unwrap_or(text));
    }
}

/// The fields that were found are the model's.
fn fields(setup: &Setup, line: &Line<'_>, tree: &Node, found: &[(usize, Vec<u8>)]) {
    let names = setup.paths().fields;
    let mut expected = Vec::new();
    for (field, path) in names.iter().enumerate() {
        tree.scalars(path, &mut |text| expected.push((field, text.to_vec())));
    }
    let shown = || String::from_utf8_lossy(line.text);
    assert_eq!(found, expected, "{}", shown());
    for (field, name) in names.iter().enumerate() {
        let path = Path::parse(name).expect("a path");
        let mut values = Vec::new();
        let there = with(setup, false, |json| {
            json.values(line.raw, &path, &mut |value| {
                if let Value::Text(text) | Value::Number(text) = value {
                    values.push((field, text.to_vec()));
                }
            })
        });
        assert_eq!(there, tree.find(name).is_some(), "{name} of {}", shown());
        let expected = expected.iter().filter(|hit| hit.0 == field);
        assert!(values.iter().eq(expected), "{name} of {}", shown());
    }
}

/// Writes the chosen targets into an event.
fn assign(setup: &Setup, bytes: &[u8], work: &mut Work, index: usize) {
    work.events[index].sinks = 1;
    work.events[index].verdict = Verdict::Keep;
    if work.events[index].kind != Kind::Json {
        return;
    }
    let start = work.assignments.len();
    for (target, _) in chosen(setup) {
        let from = work.text.len();
        work.text
            .extend_from_slice(format!("\"v{target}\"").as_bytes());
        let value = Span::new(from, work.text.len());
        let target = target as u16;
        work.assignments.push(Assignment { target, value });
    }
    work.events[index].assignments = Span::new(start, work.assignments.len());
    if work.assignments.len() > start {
        with(setup, false, |json| json.assign(bytes, work, index));
    }
}

fn chosen(setup: &Setup) -> impl Iterator<Item = (usize, &'static str)> {
    let chosen = setup.chosen;
    let targets = setup.paths().targets.iter().copied().enumerate();
    targets.filter(move |(target, _)| chosen >> target & 1 == 1)
}

/// Every byte outside the edits is the original's; returns the event and what follows it.
fn untouched<'a>(raw: &[u8], out: &'a [u8], work: &Work, event: &Event) -> (&'a [u8], &'a [u8]) {
    let (mut from, mut at) = (0, 0);
    for edit in &work.edits[event.edits] {
        let gap = &raw[from..edit.raw.start() - event.raw.start()];
        assert_eq!(&out[at..at + gap.len()], gap);
        at += gap.len();
        assert_eq!(&out[at..at + edit.text.len()], &work.text[edit.text]);
        at += edit.text.len();
        from = edit.raw.end() - event.raw.start();
    }
    let tail = &raw[from..];
    assert_eq!(&out[at..at + tail.len()], tail);
    at += tail.len();
    assert_eq!(out[at], b'\n');
    (&out[..at], &out[at + 1..])
}

/// What was written is what the model would set.
fn reads_back(setup: &Setup, line: &Line<'_>, tree: Node, got: &[u8]) {
    let got = std::str::from_utf8(got).expect("valid text stays valid");
    let mut expected = tree.clone();
    let mut failed = false;
    for (target, path) in chosen(setup) {
        // Whether it can be written is a matter of the record as it came.
        let value = || Node::Text(format!("v{target}"));
        match tree.clone().set(path, value()) {
            true => drop(expected.set(path, value())),
            false => failed = true,
        }
    }
    if failed {
        expected.tag("_enrichfailure");
    }
    let shown = String::from_utf8_lossy(line.text);
    let Some(read) = tree::parse(got) else {
        panic!("{shown}\nbecame {got}\nwhich is not JSON");
    };
    assert_eq!(read.settle(), expected.settle(), "{shown}\nbecame {got}");
}
