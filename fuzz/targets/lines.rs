//! Any bytes, arriving in any pieces, as the lines of a source.
//!
//! The line cutter is private to its crate, so its file is taken in here.
#![no_main]

#[allow(dead_code)]
#[path = "../../crates/source/src/lines.rs"]
mod lines;

use std::io;

use knownet_flow::{Batch, Framing, Read, Stop};
use knownet_fuzz::choice::Choices;
use libfuzzer_sys::fuzz_target;
use lines::{Input, Limits, Lines, Pulled};

/// Gives `left` out in pieces of the given sizes.
struct Pieces<'a> {
    left: &'a [u8],
    sizes: &'a [u8],
    pulls: usize,
    may_pause: bool,
    /// The stop is set before the pull with this number.
    stop_at: usize,
    stop: &'a Stop,
    fails: bool,
}

impl Input for Pieces<'_> {
    fn pull(&mut self, into: &mut [u8], stop: &Stop) -> io::Result<Pulled> {
        assert!(!into.is_empty());
        if self.pulls == self.stop_at {
            self.stop.set();
        }
        if self.may_pause && stop.is_set() {
            return Ok(Pulled::Stopped);
        }
        let size = 1 + usize::from(self.sizes[self.pulls % self.sizes.len()]);
        self.pulls += 1;
        let n = size.min(into.len()).min(self.left.len());
        into[..n].copy_from_slice(&self.left[..n]);
        self.left = &self.left[n..];
        match n {
            0 if self.fails => Err(io::Error::other("broken")),
            0 => Ok(Pulled::End),
            n => Ok(Pulled::Bytes(n)),
        }
    }

    fn may_pause(&self) -> bool {
        self.may_pause
    }
}

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices::new(data);
    let limits = Limits {
        batch: choices.below(40),
        max_event: choices.below(60),
        framing: Framing::default(),
    };
    let how = choices.byte();
    let stop_at = if how & 4 == 4 {
        choices.below(8)
    } else {
        usize::MAX
    };
    let sizes = [choices.byte() & 31, choices.byte() & 63, choices.byte()];
    let bytes = choices.rest();
    let stop = Stop::new().expect("a pipe");
    let mut input = Pieces {
        left: bytes,
        sizes: &sizes,
        pulls: 0,
        may_pause: how & 1 == 1,
        stop_at,
        stop: &stop,
        fails: how & 2 == 2,
    };
    let longest = limits.max_event.max(1);
    let mut lines = Lines::new(limits);
    let (mut got, mut position, mut inside) = (Vec::new(), 0, false);
    let mut failed = false;
    let mut batch = Batch::default();
    // Every read takes something, so there are at most as many as bytes, and the end.
    for _ in 0..bytes.len() + 3 {
        batch.bytes.clear(1 << 20);
        let read = lines.read(&mut input, &mut batch, &stop);
        assert!(batch.position >= position);
        position = batch.position;
        let filled = batch.bytes.filled();
        // What a read asks for lies on top of one whole event at most.
        assert!(filled.len() <= 2 * longest + 1);
        match read {
            Ok(Read::Lines) => {
                assert!(!inside && filled.ends_with(b"\n"));
                let mut parts = filled[..filled.len() - 1].split(|&byte| byte == b'\n');
                assert!(parts.all(|line| line.len() <= longest));
                got.extend_from_slice(filled);
            }
            Ok(Read::Oversized(piece)) => {
                assert_eq!(piece.first, !inside);
                assert!(!filled.contains(&b'\n'));
                got.extend_from_slice(filled);
                inside = !piece.last;
                if piece.last {
                    let line = got.rsplit(|&byte| byte == b'\n').next();
                    assert!(line.is_some_and(|line| line.len() > longest));
                    got.push(b'\n');
                }
            }
            Ok(Read::End) => break,
            Err(_) => {
                assert!(input.fails && !failed, "fails once");
                failed = true;
            }
        }
    }
    assert!(!inside);
    let taken = bytes.len() - input.left.len();
    if !stop.is_set() {
        assert_eq!(taken, bytes.len());
        assert_eq!(position, taken as u64);
        assert_eq!(failed, input.fails);
    }
    assert!(position <= taken as u64);
    let mut expected = bytes[..position as usize].to_vec();
    if !expected.is_empty() && expected.last() != Some(&b'\n') {
        expected.push(b'\n');
    }
    assert_eq!(got, expected);
    if input.may_pause {
        assert_eq!(position, taken as u64, "what was taken is handed on");
    }
});
