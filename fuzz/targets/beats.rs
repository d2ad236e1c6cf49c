//! Any bytes as the stream of a client that speaks Lumberjack, arriving in any pieces.
//!
//! The codec is private to its crate, so its folder is taken in here.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/source/src/beats/codec/mod.rs"]
mod codec;

use codec::{Bounds, Broken, Decoder, Due, Lines, Step};
use knownet_fuzz::choice::Choices;
use libfuzzer_sys::fuzz_target;

/// What came out.
#[derive(Debug, Default, PartialEq)]
struct Read {
    /// Lines and parts of lines that are too long, by where they were handed on.
    bytes: Vec<u8>,
    windows: Vec<Due>,
    error: Option<Broken>,
}

fn read(bounds: Bounds, room: usize, mut bytes: &[u8], piece: usize) -> Read {
    let mut decoder = Decoder::new(bounds);
    let mut lines = Lines {
        room,
        ..Lines::default()
    };
    let mut read = Read::default();
    while !bytes.is_empty() {
        let (mut input, rest) = bytes.split_at(piece.min(bytes.len()));
        bytes = rest;
        // Every step but the last takes input, hands lines on, or makes room.
        loop {
            let step = decoder.step(&mut input, &mut lines);
            let whole = &lines.bytes[..lines.whole];
            assert!(whole.is_empty() || whole.ends_with(b"\n"));
            // Line feeds may have become escapes, and text JSON.
            assert!(lines.bytes.len() <= 6 * lines.room + 100);
            match step {
                Ok(Step::Hungry) => {
                    assert!(input.is_empty());
                    break;
                }
                Ok(Step::Room) => {
                    read.bytes.extend_from_slice(whole);
                    let whole = std::mem::take(&mut lines.whole);
                    lines.bytes.drain(..whole);
                    if whole == 0 {
                        lines.room *= 2;
                    }
                    assert!(lines.room <= 16 * (bounds.max_event + 64));
                }
                Ok(Step::Part | Step::Window(_)) => {
                    if let Ok(Step::Window(due)) = step {
                        assert_eq!(lines.whole, lines.bytes.len());
                        read.windows.push(due);
                    }
                    read.bytes.extend_from_slice(&lines.bytes);
                    lines.bytes.clear();
                    lines.whole = 0;
                }
                Err(error) => {
                    read.error = Some(error);
                    return read;
                }
            }
        }
    }
    // Whole events of a window that is not: whether they were handed on yet depends on the room.
    read.bytes.extend_from_slice(&lines.bytes[..lines.whole]);
    read
}

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let bounds = Bounds {
        max_event: 1 + choices.below(2000),
        max_window: 1 << 16,
        keep_metadata: choices.byte() & 1 == 1,
    };
    let (room, piece) = (64 + choices.below(2000), 1 + choices.below(100));
    let bytes = choices.rest();
    let whole = read(bounds, room, bytes, bytes.len().max(1));
    let pieces = read(bounds, room, bytes, piece);
    assert_eq!(whole.windows, pieces.windows);
    if whole.error.is_none() {
        assert_eq!(whole, pieces);
    }
});
