//! Sixty-four bytes at a time as bit masks: bit *i* speaks of byte *i*.
//!
//! [`Portable`] is the reference and runs everywhere; the vector twin must answer the same, which
//! the tests hold it to.

/// Bytes that [`Lanes::raw`] looks at: 64, and the two behind them that a needle may reach into.
pub const WINDOW: usize = 66;

/// Three-byte needles: two bytes of a key's end and its closing quote.
///
/// Each needle sets one of eight bits (its bucket) in four tables of nibbles; a byte pair is a
/// candidate if some bucket survives all four. Needles that share a bucket may bring false
/// candidates, never miss one.
#[derive(Clone, Default)]
pub struct Needles {
    /// Tables of the first byte: by low nibble, by high nibble.
    pub first: ([u8; 16], [u8; 16]),
    /// Tables of the second byte.
    pub second: ([u8; 16], [u8; 16]),
}

impl Needles {
    /// Adds the pair as needle number `index`.
    pub fn add(&mut self, index: usize, pair: [u8; 2]) {
        let bucket = 1 << (index % 8);
        for (byte, tables) in pair.into_iter().zip([&mut self.first, &mut self.second]) {
            tables.0[usize::from(byte & 15)] |= bucket;
            tables.1[usize::from(byte >> 4)] |= bucket;
        }
    }
}

/// What the first look at 64 bytes shows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Raw {
    /// Line feeds.
    pub line_feed: u64,
    /// First bytes of possible needles.
    pub needle: u64,
    /// The backslash of every `\u`.
    pub escape: u64,
}

/// The bytes that structure JSON, inside and outside strings.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Structure {
    /// `"`
    pub quote: u64,
    /// `\`
    pub backslash: u64,
    /// `{` and `[`
    pub open: u64,
    /// `}` and `]`
    pub close: u64,
}

/// One way to compute the masks.
pub trait Lanes: Copy {
    /// The first look.
    fn raw(self, bytes: &[u8; WINDOW], needles: &Needles) -> Raw;
    /// The structural bytes.
    fn structure(self, bytes: &[u8; 64]) -> Structure;
    /// Bit *i* of the result is the parity of the bits `0..=i`.
    fn prefix_xor(self, bits: u64) -> u64;
}

/// Work that is compiled once for each way to compute the masks.
pub trait Task {
    /// What it returns.
    type Out;
    /// Does the work. Mark it `#[inline(always)]`, so that it takes on the caller's instructions.
    fn run<L: Lanes>(self, lanes: L) -> Self::Out;
}

/// The masks without special instructions.
#[derive(Clone, Copy)]
pub struct Portable;

/// Bit *i* says whether byte *i*, with the bits of `fold` set, is `byte`: eight bytes at a time in
/// a register (each byte of `differs` is zero where they agree, and no carry leaves a byte).
#[inline]
fn mask(bytes: &[u8; 64], byte: u8, fold: u8) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const LOW: u64 = 0x7f * ONES;
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().enumerate().fold(0, |mask, (at, word)| {
        let word = u64::from_le_bytes(*word) | (u64::from(fold) * ONES);
        let differs = word ^ (u64::from(byte) * ONES);
        let zero = !(((differs & LOW) + LOW) | differs | LOW) >> 7;
        // Gathers the lowest bit of each byte in the highest byte.
        let bits = zero.wrapping_mul(0x0102_0408_1020_4080) >> 56;
        mask | bits << (8 * at)
    })
}

/// The bits of `mask` that `test` says yes to.
#[inline]
fn keep(mask: u64, test: impl Fn(usize) -> bool) -> u64 {
    let (mut left, mut kept) = (mask, 0);
    while left != 0 {
        let bit = left & left.wrapping_neg();
        left ^= bit;
        if test(bit.trailing_zeros() as usize) {
            kept |= bit;
        }
    }
    kept
}

impl Lanes for Portable {
    #[inline]
    fn raw(self, b: &[u8; WINDOW], needles: &Needles) -> Raw {
        let (Some(here), Some(behind)) = (b.first_chunk(), b.last_chunk()) else {
            unreachable!("a window holds both");
        };
        let buckets = |tables: &([u8; 16], [u8; 16]), byte: u8| {
            tables.0[usize::from(byte & 15)] & tables.1[usize::from(byte >> 4)]
        };
        Raw {
            line_feed: mask(here, b'\n', 0),
            needle: keep(mask(behind, b'"', 0), |i| {
                buckets(&needles.first, b[i]) & buckets(&needles.second, b[i + 1]) != 0
            }),
            escape: keep(mask(here, b'\\', 0), |i| b[i + 1] == b'u'),
        }
    }

    #[inline]
    fn structure(self, b: &[u8; 64]) -> Structure {
        Structure {
            quote: mask(b, b'"', 0),
            backslash: mask(b, b'\\', 0),
            open: mask(b, b'{', 0x20),
            close: mask(b, b'}', 0x20),
        }
    }

    #[inline]
    fn prefix_xor(self, mut bits: u64) -> u64 {
        for shift in [1, 2, 4, 8, 16, 32] {
            bits ^= bits << shift;
        }
        bits
    }
}

#[cfg(test)]
mod tests;
