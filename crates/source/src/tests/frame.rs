use std::sync::Arc;

use knownet_flow::Framing;
use proptest::prelude::*;

use super::count::{Count, count, count_of_message};
use super::{Bound, FIRST, Frames, Next, record};
use crate::Limits;

const MOST: usize = 40;

fn limits() -> Limits {
    Limits {
        batch: 64,
        max_event: MOST,
        ..Limits::default()
    }
}

fn bound() -> Arc<Bound> {
    Bound::new(1 << 20)
}

/// What came out: each record, or the bytes of one that is too long.
#[derive(Default, Debug, PartialEq)]
struct Got(Vec<(bool, Vec<u8>)>);

impl Got {
    fn oversized(&mut self, part: &[u8]) {
        if part.is_empty() {
            // The stream ended behind the count.
            return;
        }
        match self.0.last_mut() {
            // Where one ends and the next begins cannot be told from outside.
            Some((true, long)) => long.extend_from_slice(part),
            _ => self.0.push((true, part.to_vec())),
        }
    }

    fn record(&mut self, line: &[u8]) {
        match line.len() > MOST {
            true => self.oversized(line),
            false => self.0.push((false, line.to_vec())),
        }
    }

    fn lines(&mut self, lines: &[u8]) {
        let lines = lines.strip_suffix(b"\n").expect("whole lines");
        lines.split(|&b| b == b'\n').for_each(|l| self.record(l));
    }

    fn texts(&self) -> Vec<String> {
        let text = |(_, line): &(bool, Vec<u8>)| String::from_utf8_lossy(line).into_owned();
        self.0.iter().map(text).collect()
    }
}

fn drain(frames: &mut Frames, got: &mut Got) {
    loop {
        match frames.next() {
            Next::Records(records) => got.lines(records),
            Next::Oversized(part) => got.oversized(part),
            Next::More => return,
        }
    }
}

fn feed(frames: &mut Frames, mut bytes: &[u8], got: &mut Got) {
    while !bytes.is_empty() {
        let room = frames.room();
        let n = bytes.len().min(room.capacity() - room.len());
        assert!(n > 0, "no room");
        room.extend_from_slice(&bytes[..n]);
        bytes = &bytes[n..];
        drain(frames, got);
    }
}

/// Through a connection, in reads of these sizes.
fn received(bytes: &[u8], sizes: &[usize]) -> Got {
    let (mut frames, mut got) = (Frames::new(&limits(), bound().share()), Got::default());
    let mut left = bytes;
    for size in sizes.iter().cycle() {
        let (now, rest) = left.split_at((*size).clamp(1, left.len().max(1)).min(left.len()));
        feed(&mut frames, now, &mut got);
        left = rest;
        if left.is_empty() {
            break;
        }
    }
    frames.end();
    drain(&mut frames, &mut got);
    assert!(frames.received().is_empty() && matches!(frames.next(), Next::More));
    got
}

fn strip(line: &[u8]) -> &[u8] {
    let end = line
        .iter()
        .rposition(|&byte| byte != 0)
        .map_or(0, |n| n + 1);
    &line[..end]
}

/// The same from all the bytes at once, written for being read.
fn model(bytes: &[u8]) -> Got {
    let mut got = Got::default();
    if !matches!(count_of_message(bytes), Count::Of { .. }) {
        let lines = bytes.strip_suffix(b"\n").unwrap_or(bytes);
        if !bytes.is_empty() {
            lines
                .split(|&b| b == b'\n')
                .for_each(|l| got.record(strip(l)));
        }
        return got;
    }
    let mut left = bytes;
    loop {
        let pad = left.iter().take_while(|b| matches!(b, b'\n' | b'\r' | 0));
        left = &left[pad.count()..];
        if left.is_empty() {
            return got;
        }
        if let Count::Of { header, len } = count(left) {
            let frame = &left[header..left.len().min(header + len)];
            left = &left[header + frame.len()..];
            match len > MOST {
                true => got.oversized(frame),
                false => {
                    let mut lines = Vec::new();
                    record::write(frame, &mut lines);
                    if !lines.is_empty() {
                        got.lines(&lines);
                    }
                }
            }
        } else {
            let end = left.iter().position(|&b| b == b'\n').unwrap_or(left.len());
            let line = strip(&left[..end]);
            if !line.is_empty() {
                got.record(line);
            }
            left = &left[end..];
        }
    }
}

#[test]
fn lines_come_as_they_are() {
    let text = b"one\r\n\n404 <html>\n{\"a\":1}\n2026-01-01 x\nlast";
    let expected = [
        "one\r",
        "",
        "404 <html>",
        "{\"a\":1}",
        "2026-01-01 x",
        "last",
    ];
    assert_eq!(received(text, &[1]).texts(), expected);
    assert_eq!(received(text, &[1000]).texts(), expected);
}

#[test]
fn counted_frames_are_told_by_their_first_bytes() {
    let text = b"8 <13>one\n10 <13>two\na\n6 <13>x\0\n8 <13>four7 <13>cut";
    let expected = ["<13>one", "<13>two#012a", "<13>x", "<13>four", "<13>cut"];
    for size in 1..text.len() {
        assert_eq!(received(text, &[size]).texts(), expected, "{size}");
    }
}

#[test]
fn a_count_in_a_line_is_none() {
    for text in [
        "12 apples\n7 <13>abc\n",
        "<13>x\n999999999 <13>y\nz\n",
        "3 <13>abc\nx\n",
        "0 <13>abc\n",
        "1234567890 <13>abc\n",
        "12  <13>abc\n",
        "5 <1234>\nx\n",
    ] {
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(received(text.as_bytes(), &[3]).texts(), lines);
    }
}

#[test]
fn where_no_counted_frame_begins_a_line_is_read() {
    let text = b"7 <13>abcgarbage\n7 <13>defmore";
    let expected = ["<13>abc", "garbage", "<13>def", "more"];
    assert_eq!(received(text, &[1]).texts(), expected);
}

#[test]
fn nul_at_the_end_goes_and_other_nul_stays() {
    assert_eq!(received(b"a\0b\0\0\nc\0", &[2]).texts(), ["a\0b", "c"]);
}

#[test]
fn an_announced_length_takes_no_memory() {
    let bound = Bound::new(1 << 30);
    let limits = Limits::default();
    let mut frames = Frames::new(&limits, bound.share());
    feed(&mut frames, b"16777216 <13>x", &mut Got::default());
    assert!(frames.room().capacity() <= FIRST);
}

#[test]
fn a_long_line_goes_out_in_parts() {
    let long = "x".repeat(300_000);
    let text = format!("a\n{long}\nb\n");
    let got = received(text.as_bytes(), &[7, 70, 700]);
    assert_eq!(got.texts(), ["a", &long, "b"]);
    assert!(got.0[1].0);
    let text = format!("6 <13>ab300004 <13>{long}6 <13>cd");
    let expected = ["<13>ab", &format!("<13>{long}"), "<13>cd"];
    assert_eq!(received(text.as_bytes(), &[9_000]).texts(), expected);
}

#[test]
fn connections_share_the_memory_for_begun_lines() {
    let bound = Bound::new(16 << 10);
    let limits = Limits::default();
    let begun = |len: usize| {
        let mut frames = Frames::new(&limits, bound.share());
        let mut got = Got::default();
        feed(&mut frames, &vec![b'x'; len], &mut got);
        (frames, got)
    };
    let (first, got) = begun(12 << 10);
    assert_eq!(got, Got::default());
    let (mut second, mut got) = begun(12 << 10);
    assert!(got.0[0].0, "no memory is left for it");
    feed(&mut second, b"end\nnext\n", &mut got);
    assert_eq!(got.0[0].1.len(), (12 << 10) + 3);
    assert_eq!(got.texts()[1], "next");
    drop((first, second));
    assert_eq!(begun(12 << 10).1, Got::default(), "it was given back");
}

#[test]
fn a_record_of_several_lines_is_held_back_until_it_is_whole_or_quiet() {
    // A record ends with a line that ends with a full stop.
    let whole = |bytes: &[u8]| {
        let ends = bytes.windows(2).rposition(|two| two == b".\n");
        ends.map_or(0, |at| at + 2)
    };
    let limits = Limits {
        framing: Framing {
            whole,
            ..Framing::default()
        },
        ..limits()
    };
    let mut frames = Frames::new(&limits, bound().share());
    let mut got = Got::default();
    feed(&mut frames, b"a\nb.\nc\nd", &mut got);
    assert_eq!(got.texts(), ["a", "b."]);
    assert!(frames.is_restless());
    feed(&mut frames, b"\n", &mut got);
    assert_eq!(got.texts(), ["a", "b."]);
    frames.rest();
    drain(&mut frames, &mut got);
    assert_eq!(got.texts(), ["a", "b.", "c", "d"]);
    assert!(!frames.is_restless());
    // Nothing is released before it is asked for again, but for one that is too long.
    feed(&mut frames, b"e\n", &mut got);
    assert_eq!(got.texts().len(), 4);
    feed(&mut frames, "f\n".repeat(30).as_bytes(), &mut got);
    assert!(got.texts().len() > 5);
    frames.end();
    drain(&mut frames, &mut got);
    assert_eq!(got.texts().len(), 35);
}

#[test]
fn quiet_gives_memory_back() {
    let bound = Bound::new(1 << 20);
    let limits = Limits::default();
    let mut frames = Frames::new(&limits, bound.share());
    let mut got = Got::default();
    feed(&mut frames, "a line\n".repeat(50_000).as_bytes(), &mut got);
    assert!(frames.room().capacity() > 16 << 10 && frames.is_restless());
    frames.rest();
    drain(&mut frames, &mut got);
    assert!(frames.room().capacity() <= FIRST && !frames.is_restless());
    assert!(bound.share().take(1 << 20), "all of it is there");
}

/// Pieces of streams, more or less well-formed.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        "[a-z\\{\\}\"<> 0-9]{0,12}\n".prop_map(String::into_bytes),
        "<[0-9]{1,4}>[a-z\n]{0,60}".prop_map(|m| format!("{} {m}", m.len()).into_bytes()),
        "<[0-9]{1,3}>[a-z\n]{0,10}".prop_map(|m| format!("{} {m}\n", m.len() + 3).into_bytes()),
        "x{30,90}\n".prop_map(String::into_bytes),
        prop::collection::vec(prop::sample::select(&b"\n\r0159 <>a"[..]), 0..12),
    ]
}

proptest! {
    #[test]
    fn the_same_bytes_give_the_same_records(
        pieces in prop::collection::vec(piece(), 0..20),
        sizes in prop::collection::vec(1usize..50, 1..8),
    ) {
        let bytes = pieces.concat();
        prop_assert_eq!(received(&bytes, &sizes), model(&bytes));
    }

    #[test]
    fn any_end_gives_what_came_before(pieces in prop::collection::vec(piece(), 0..6)) {
        let bytes = pieces.concat();
        for end in 0..bytes.len() {
            prop_assert_eq!(received(&bytes[..end], &[5]), model(&bytes[..end]));
        }
    }
}
