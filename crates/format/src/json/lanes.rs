//! Sixty-four bytes at a time as bit masks: bit *i* speaks of byte *i*.
//!
//! [`Portable`] is the reference and runs everywhere; the vector twin must answer the same, which
//! the tests hold it to.

/// Bytes that [`Lanes::raw`] looks at: 64, and those behind them that a needle and the beginning of
/// its value may reach into.
pub const WINDOW: usize = 68;

/// Three-byte needles: two bytes of a key's end and its closing quote.
///
/// The low nibble of the second byte names the bits of the pair that matter, and what they are.
/// Needles with the same nibble keep what they have in common, and a second byte beyond ASCII
/// passes always: there may be false candidates, but none is missed.
#[derive(Clone)]
pub struct Needles {
    /// Of the first byte: the bits that matter, and their values.
    pub first: ([u8; 16], [u8; 16]),
    /// Of the second byte.
    pub second: ([u8; 16], [u8; 16]),
    /// What the second byte behind the quote is not: the first of a value that is of no use.
    pub not: u8,
}

impl Default for Needles {
    fn default() -> Needles {
        // No bit matters, and yet one must be set: nothing passes.
        let nothing = ([0; 16], [0xff; 16]);
        Needles {
            first: nothing,
            second: nothing,
            not: b'\n',
        }
    }
}

impl Needles {
    /// Adds a pair.
    pub fn add(&mut self, pair: [u8; 2]) {
        if !pair[1].is_ascii() {
            return;
        }
        let nibble = usize::from(pair[1] & 15);
        for (byte, tables) in pair.into_iter().zip([&mut self.first, &mut self.second]) {
            let (bits, values) = (&mut tables.0[nibble], &mut tables.1[nibble]);
            (*bits, *values) = match *values & !*bits {
                0 => (*bits & !(*values ^ byte), *values & !(*values ^ byte)),
                _ => (0xff, byte),
            };
        }
    }

    /// Whether the pair may be a needle's.
    #[inline]
    pub fn may_be(&self, pair: [u8; 2]) -> bool {
        let nibble = usize::from(pair[1] & 15);
        let fits =
            |byte: u8, tables: &([u8; 16], [u8; 16])| byte & tables.0[nibble] == tables.1[nibble];
        !pair[1].is_ascii() || (fits(pair[0], &self.first) && fits(pair[1], &self.second))
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

impl Raw {
    /// Everything there is to see.
    #[inline(always)]
    pub fn any(&self) -> u64 {
        self.line_feed | self.needle | self.escape
    }
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
    /// The first look; if it is `STRICT`, at the beginnings of values, too.
    fn raw<const STRICT: bool>(self, bytes: &[u8; WINDOW], needles: &Needles) -> Raw;
    /// Moves `at` on, 64 bytes at a time, to the first look that shows something; `None` if that is
    /// not in the windows of `bytes`.
    #[inline(always)]
    fn seek<const STRICT: bool>(
        self,
        bytes: &[u8],
        at: &mut usize,
        needles: &Needles,
    ) -> Option<Raw> {
        while let Some(window) = bytes[*at..].first_chunk() {
            let raw = self.raw::<STRICT>(window, needles);
            if raw.any() != 0 {
                return Some(raw);
            }
            *at += 64;
        }
        None
    }
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
    fn raw<const STRICT: bool>(self, b: &[u8; WINDOW], needles: &Needles) -> Raw {
        let (Some(here), Some(behind)) = (b.first_chunk(), b[2..].first_chunk()) else {
            unreachable!("a window holds both");
        };
        Raw {
            line_feed: mask(here, b'\n', 0),
            needle: keep(mask(behind, b'"', 0), |i| {
                needles.may_be([b[i], b[i + 1]]) && !(STRICT && b[i + 4] == needles.not)
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
