//! Any bytes as a bulk request, arriving in any pieces.
//!
//! The parser is private to its crate, so its file is taken in here.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/source/src/http/parse/mod.rs"]
mod parse;

use knownet_fuzz::choice::Choices;
use libfuzzer_sys::fuzz_target;
use parse::bulk::{Bulk, Ids, Options};
use parse::{Malformed, Out, Parse};

/// What became of the body: all that came out, and the answer.
fn parsed(
    pieces: impl Iterator<Item = impl AsRef<[u8]>>,
    terse: bool,
) -> (Out, Result<Bulk, Malformed>) {
    let mut out = Out::new(1 << 10);
    let options = Options {
        index: "path".to_owned(),
        terse,
    };
    let mut bulk = Bulk::new(options, Ids::new(7));
    for piece in pieces {
        if let Err(error) = bulk.push(piece.as_ref(), &mut out) {
            return (out, Err(error));
        }
    }
    let ended = bulk.end(&mut out).map(|()| bulk);
    (out, ended)
}

fn bytes(out: &Out) -> Vec<u8> {
    let runs: Vec<&[u8]> = out.runs().map(|(bytes, _)| bytes).collect();
    runs.concat()
}

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let terse = choices.byte() & 1 == 1;
    let size = 1 + choices.below(40);
    let body = choices.rest();
    let (out, whole) = parsed(std::iter::once(body), terse);
    let (cut, pieces) = parsed(body.chunks(size), terse);
    let (whole, pieces) = match (whole, pieces) {
        (Ok(whole), Ok(pieces)) => (whole, pieces),
        (Err(whole), Err(pieces)) => return assert_eq!(whole, pieces),
        _ => panic!("fails in pieces of {size} only, or not in them"),
    };
    assert_eq!(whole.answer(0), pieces.answer(0));
    assert_eq!(bytes(&out), bytes(&cut));

    let answer: serde_json::Value = serde_json::from_str(&whole.answer(0)).expect("JSON");
    let items = answer["items"].as_array().expect("items");
    let (mut created, mut refused) = (0, 0);
    for item in items {
        let result = item.as_object().expect("an object").values().next();
        match result.expect("a result")["status"].as_u64() {
            Some(201) => created += 1,
            Some(400) => refused += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(out.events(), created);
    assert_eq!(whole.refused(), refused);
    assert_eq!(answer["errors"], refused > 0);
    // Events are lines of the body, in its order, as they are.
    let mut lines = body.split(|byte| *byte == b'\n');
    for (run, oversized) in out.runs() {
        if oversized {
            return;
        }
        for line in run.split_inclusive(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\n").expect("a whole line");
            assert!(lines.any(|known| known == line));
        }
    }
});
