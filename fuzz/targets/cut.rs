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
    let cutter = Cutter {
        encoding,
        multiline: joins.then_some(&first),
        framing: Framing::default(),
        max_event: 1 + choices.below(60),
    };
    let step = 1 + choices.below(9);
    let raw = choices.rest();
    let (mut at, mut end, mut parts) = (0, 0, Vec::new());
    while end < raw.len() {
        end = (end + step).min(raw.len());
        let taken = cutter.cut(&raw[at..end], Rest::Waits, &mut parts);
        assert!(taken <= end - at);
        assert!(parts.is_empty() || parts.ends_with(b"\n"));
        at += taken;
    }
    // A record that waits is handed out later.
    let mut rest = Vec::new();
    assert_eq!(
        cutter.cut(&raw[at..], Rest::Nothing, &mut rest),
        raw.len() - at
    );
    parts.extend(rest);
    let mut whole = Vec::new();
    assert_eq!(cutter.cut(raw, Rest::Nothing, &mut whole), raw.len());
    if encoding == Encoding::Bytes && !joins {
        assert_eq!(parts, whole);
        assert_eq!(cutter.whole(raw, Rest::Nothing), raw.len());
    }
    if !joins {
        let lines = |text: &[u8]| memchr::memchr_iter(b'\n', text).count();
        assert_eq!(lines(&parts), lines(&whole));
    }
});
