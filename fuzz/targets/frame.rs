//! Any bytes of a connection, arriving in any pieces, as records.
//!
//! The cutter is private to its crate, so its file is taken in here.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/source/src/frame/mod.rs"]
mod frame;
#[allow(dead_code)]
#[path = "../../crates/source/src/lines.rs"]
mod lines;

use frame::{Bound, Frames, Next};
use knownet_flow::Framing;
use knownet_fuzz::choice::Choices;
use libfuzzer_sys::fuzz_target;
use lines::Limits;

/// What came out, without what may differ by how it came in: where parts were cut.
#[derive(Default, PartialEq, Debug)]
struct Got(Vec<(bool, Vec<u8>)>);

impl Got {
    fn oversized(&mut self, part: &[u8]) {
        match self.0.last_mut() {
            Some((true, long)) => long.extend_from_slice(part),
            _ => self.0.push((true, part.to_vec())),
        }
    }

    fn drain(&mut self, frames: &mut Frames, most: usize) {
        loop {
            match frames.next() {
                Next::Records(records) => {
                    let lines = records.strip_suffix(b"\n").expect("whole lines");
                    for line in lines.split(|&byte| byte == b'\n') {
                        match line.len() > most {
                            true => self.oversized(line),
                            false => self.0.push((false, line.to_vec())),
                        }
                    }
                }
                Next::Oversized(part) => {
                    assert!(!part.is_empty());
                    self.oversized(part);
                }
                Next::More => return,
            }
        }
    }
}

/// A record of several lines ends with an empty one.
fn whole(bytes: &[u8]) -> usize {
    let end = bytes.windows(2).rposition(|two| two == b"\n\n");
    end.map_or(0, |at| at + 2)
}

fn received(bytes: &[u8], limits: &Limits, memory: usize, sizes: &[usize], rests: bool) -> Got {
    let bound = Bound::new(memory);
    let (mut frames, mut got) = (Frames::new(limits, bound.share()), Got::default());
    let mut left = bytes;
    for size in sizes.iter().cycle() {
        if left.is_empty() {
            break;
        }
        let room = frames.room();
        let n = (room.capacity() - room.len()).min(*size).min(left.len());
        assert!(n > 0, "there is always room");
        room.extend_from_slice(&left[..n]);
        left = &left[n..];
        got.drain(&mut frames, limits.max_event);
        if rests {
            frames.rest();
            got.drain(&mut frames, limits.max_event);
        }
        assert!(frames.room().capacity() <= 2 * memory + (4 << 10));
    }
    frames.end();
    got.drain(&mut frames, limits.max_event);
    assert!(frames.received().is_empty());
    drop(frames);
    assert!(bound.share().take(memory), "all memory is given back");
    got
}

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let several = choices.byte();
    let mut limits = Limits {
        batch: 1 + choices.below(200),
        max_event: 1 + choices.below(100),
        framing: Framing::default(),
    };
    let sizes = [
        1 + choices.below(8),
        1 + choices.below(64),
        1 + choices.wide(),
    ];
    let bytes = choices.rest();
    // A line ends before NULs or with them: which of the two counts may depend on where it was cut.
    let plain: Vec<u8> = bytes.iter().map(|&byte| byte.max(1)).collect();
    let one = received(&plain, &limits, 1 << 20, &sizes, false);
    let other = received(&plain, &limits, 1 << 20, &[1 << 20], several & 1 == 1);
    assert_eq!(one, other);
    // Nothing is said about what comes out here, but that it ends.
    if several & 2 == 2 {
        limits.framing.whole = whole;
    }
    limits.max_event = 1 << 20;
    received(
        bytes,
        &limits,
        choices_of(several),
        &sizes,
        several & 4 == 4,
    );
});

/// Little memory, or none.
fn choices_of(byte: u8) -> usize {
    usize::from(byte >> 4) << 8
}
