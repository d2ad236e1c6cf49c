//! Any bytes of a followed file, cut at any places, as its records.
//!
//! The cutter is private to its crate, so its file is taken in here.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/source/src/tail/cut.rs"]
mod cut;

use cut::{Cutter, Encoding, Rest};
use knownet_flow::Framing;
use knownet_fuzz::choice::Choices;
use libfuzzer_sys::fuzz_target;
use regex::bytes::Regex;

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let encoding = match choices.below(3) {
        0 => Encoding::Bytes,
        1 => Encoding::Utf16Le,
        _ => Encoding::Utf16Be,
    };
    let first = Regex::new("^[#0-9]").expect("a pattern");
    let joins = choices.below(2) == 1;
    let mut cutter = Cutter {
        encoding,
        multiline: joins.then_some(&first),
        framing: Framing::default(),
        max_event: 1 + choices.below(60),
        offset: 0,
    };
    let step = 1 + choices.below(9);
    let raw = choices.rest();
    let mut cut = |at: usize, end: usize, rest| {
        let (mut out, mut places, mut from) = (Vec::new(), Vec::new(), 0);
        cutter.offset = at as u64;
        let taken = cutter.cut(&raw[at..end], rest, &mut out, &mut places);
        let records = places.iter().map(|place| {
            let record = out[from..place.end].to_vec();
            from = place.end;
            (place.position, record)
        });
        let records: Vec<_> = records.collect();
        assert_eq!(from, out.len());
        if encoding == Encoding::Bytes && !joins && rest == Rest::Nothing {
            assert_eq!(cutter.whole(&raw[at..end], rest), taken);
        }
        (taken, records)
    };
    let (mut at, mut end, mut parts) = (0, 0, Vec::new());
    while end < raw.len() {
        end = (end + step).min(raw.len());
        let (taken, records) = cut(at, end, Rest::Waits);
        assert!(taken <= end - at);
        at += taken;
        parts.extend(records);
    }
    // A record that waits is handed out later.
    let (taken, rest) = cut(at, raw.len(), Rest::Nothing);
    assert_eq!(taken, raw.len() - at);
    parts.extend(rest);
    let (taken, whole) = cut(0, raw.len(), Rest::Nothing);
    assert_eq!(taken, raw.len());
    assert!(whole.iter().all(|(_, record)| record.ends_with(b"\n")));
    assert_eq!(parts, whole);
});
