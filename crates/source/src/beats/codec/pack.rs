//! One compressed frame after the other, inflated through a buffer of fixed size.

use flate2::{Decompress, FlushDecompress, Status};

use super::Broken;

/// Bytes inflated at once.
const OUT: usize = 32 << 10;

/// What inflating brought.
pub(super) enum Inflated {
    /// Bytes are ready.
    Some,
    /// More input is needed.
    Hungry,
    /// The frame is at its end.
    End,
}

pub(super) struct Pack {
    zlib: Decompress,
    out: Box<[u8]>,
    /// Of `out`: what is inflated and not taken.
    ready: std::ops::Range<usize>,
    /// Bytes of the frame still to come.
    left: usize,
    /// More may come out without more going in.
    full: bool,
    /// The zlib stream is at its end; bytes behind it are skipped.
    ended: bool,
    open: bool,
}

impl Default for Pack {
    fn default() -> Pack {
        Pack {
            zlib: Decompress::new(true),
            out: vec![0; OUT].into_boxed_slice(),
            ready: 0..0,
            left: 0,
            full: false,
            ended: false,
            open: false,
        }
    }
}

impl Pack {
    /// Begins a frame with a payload of `len` bytes.
    pub fn begin(&mut self, len: usize) {
        self.zlib.reset(true);
        self.ready = 0..0;
        self.left = len;
        self.full = false;
        self.ended = false;
        self.open = true;
    }

    /// Whether a frame has begun and is not at its end.
    pub fn is_open(&self) -> bool {
        self.open
    }

    /// What is inflated.
    pub fn ready(&self) -> &[u8] {
        &self.out[self.ready.clone()]
    }

    /// Takes the first `n` of it.
    pub fn take(&mut self, n: usize) {
        self.ready.start += n;
    }

    /// Inflates some more from the beginning of `input`, once everything is taken.
    pub fn inflate(&mut self, input: &mut &[u8]) -> Result<Inflated, Broken> {
        loop {
            let n = self.left.min(input.len());
            if self.ended {
                *input = &input[n..];
                self.left -= n;
            }
            if self.left == 0 && self.ended {
                self.open = false;
                return Ok(Inflated::End);
            }
            if self.left == 0 && !self.full {
                // Its checksum is missing.
                return Err(Broken::Compressed);
            }
            if n == 0 && !self.full || self.ended {
                return Ok(Inflated::Hungry);
            }
            let (before_in, before_out) = (self.zlib.total_in(), self.zlib.total_out());
            let status = self
                .zlib
                .decompress(&input[..n], &mut self.out, FlushDecompress::None)
                .map_err(|_| Broken::Compressed)?;
            let used = (self.zlib.total_in() - before_in) as usize;
            let made = (self.zlib.total_out() - before_out) as usize;
            *input = &input[used..];
            self.left -= used;
            let was_full = std::mem::replace(&mut self.full, made == self.out.len());
            self.ended = status == Status::StreamEnd;
            if made > 0 {
                self.ready = 0..made;
                return Ok(Inflated::Some);
            }
            if used == 0 && !self.ended && !was_full {
                return Err(Broken::Compressed);
            }
        }
    }
}
