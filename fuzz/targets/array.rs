//! Any bytes as JSON of an unknown shape, arriving in any pieces.
//!
//! The parser is private to its crate, so its file is taken in here.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/source/src/http/parse/mod.rs"]
mod parse;

use knownet_fuzz::choice::Choices;
use libfuzzer_sys::fuzz_target;
use parse::json::Json;
use parse::{Out, Parse};
use serde_json::value::RawValue;

fn parsed(pieces: impl Iterator<Item = impl AsRef<[u8]>>) -> (Vec<u8>, u64) {
    let mut out = Out::new(1 << 20);
    let mut json = Json::default();
    let mut bytes = Vec::new();
    for piece in pieces {
        json.push(piece.as_ref(), &mut out).expect("no body fails");
        let runs: Vec<&[u8]> = out.runs().map(|(bytes, _)| bytes).collect();
        bytes.extend(runs.concat());
        out.clear(0);
    }
    json.end(&mut out).expect("no body fails");
    let runs: Vec<&[u8]> = out.runs().map(|(bytes, _)| bytes).collect();
    bytes.extend(runs.concat());
    (bytes, out.events())
}

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let size = 1 + choices.below(40);
    let body = choices.rest();
    let (out, events) = parsed(std::iter::once(body));
    assert_eq!((&out, events), (&parsed(body.chunks(size)).0, events));
    if out.len() >= 1 << 20 {
        return;
    }
    assert!(out.is_empty() || out.ends_with(b"\n"));
    let lines: Vec<&[u8]> = out.split_inclusive(|byte| *byte == b'\n').collect();
    assert_eq!(lines.len() as u64, events);
    assert!(lines.iter().all(|line| !line.trim_ascii().is_empty()));
    // An array of objects is its elements, as another parser sees them.
    let Ok(all) = serde_json::from_slice::<Vec<&RawValue>>(body) else {
        return;
    };
    if all
        .first()
        .is_some_and(|first| !first.get().starts_with(['{', '[', '"']))
    {
        return;
    }
    assert_eq!(all.len(), lines.len());
    for (element, line) in all.iter().zip(lines) {
        let spaced = element.get().replace('\n', " ");
        assert_eq!(spaced.as_bytes(), line.trim_ascii_end());
    }
});
