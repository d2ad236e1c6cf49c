//! Dotted quads eight bytes at a time in ordinary registers.
//!
//! Guarantees: those of its parent, on every processor.

const ONES: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Reads a quad of `len` (7 to 15) bytes, the first in the lowest byte of `low`.
pub(super) fn parse(low: u64, high: u64, len: u32) -> Option<u32> {
    // Per byte: what is neither digit nor dot fails; positions past the end are zero bytes.
    let dots = gather(equal(low, b'.')) | gather(equal(high, b'.')) << 8;
    let digits = gather(digit(low)) | gather(digit(high)) << 8;
    let all = (1u32 << len) - 1;
    if dots | digits != all || dots.count_ones() != 3 {
        return None;
    }
    let first = dots.trailing_zeros();
    let rest = dots & (dots - 1);
    let second = rest.trailing_zeros();
    let third = (rest & (rest - 1)).trailing_zeros();
    let bits = u128::from(low) | u128::from(high) << 64;
    let a = octet(bits, 0, first);
    let b = octet(bits, first + 1, second);
    let c = octet(bits, second + 1, third);
    let d = octet(bits, third + 1, len);
    if (a | b | c | d) > 255 {
        return None;
    }
    Some(a << 24 | b << 16 | c << 8 | d)
}

/// One octet from the bytes `from..to`, or a number over 255 if they are not one.
#[inline]
fn octet(bits: u128, from: u32, to: u32) -> u32 {
    let len = to.wrapping_sub(from);
    if !matches!(len, 1..=3) {
        return 256;
    }
    // Three digits right-aligned in a word: hundreds, tens, ones from its low byte upwards.
    let field = ((bits >> (8 * from)) as u32) << (8 * (3 - len)) & 0xff_ffff;
    let field = field & 0x0f_0f0f;
    let value = (field & 0xff) * 100 + (field >> 8 & 0xff) * 10 + (field >> 16);
    let least = [0, 0, 10, 100][len as usize];
    if value < least { 256 } else { value }
}

/// The high bit of each byte that equals `byte`. Exact for words of ASCII, the case that matters:
/// a byte over 127 is never marked.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    let differ = word ^ (ONES * u64::from(byte));
    !(((differ & !HIGH) + !HIGH) | differ) & HIGH
}

/// The high bit of each byte that is `0`..=`9`.
#[inline]
fn digit(word: u64) -> u64 {
    let low = word & !HIGH;
    let at_least_0 = low + ONES * (0x80 - 0x30);
    let over_9 = low + ONES * (0x80 - 0x3a);
    at_least_0 & !over_9 & !word & HIGH
}

/// The high bits of eight bytes as eight bits, the first byte lowest.
#[inline]
fn gather(marks: u64) -> u32 {
    ((marks >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}
