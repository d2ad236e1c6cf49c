//! Dotted quads with one byte shuffle (SSSE3, in every x86-64 processor since 2006).
//!
//! Guarantees: those of its parent. The one `unsafe` is the call of a function that needs SSSE3; the
//! invariant is that it happens only after the processor was found to have it. `cargo bench --bench
//! lookup -- parse` shows what it buys over the portable twin.

#![allow(unsafe_code)]

use std::arch::x86_64::*;

/// The quad of `len` (7 to 15) bytes, the first in the lowest byte of `low`; the outer `None` if the
/// processor cannot.
#[inline]
pub(super) fn parse(low: u64, high: u64, len: u32) -> Option<Option<u32>> {
    if !is_x86_feature_detected!("ssse3") {
        return None;
    }
    // SAFETY: the processor has SSSE3, as was just asked.
    Some(unsafe { shuffle(low, high, len) })
}

/// How one combination of octet lengths is read.
#[derive(Clone, Copy)]
struct Shape {
    /// For each octet, where its hundreds, tens and ones stand; absent ones and the fourth byte of
    /// each word become 0.
    places: [u64; 2],
    /// The least value of each octet of that length: what is less has a leading zero.
    least: [u64; 2],
}

/// All combinations of four lengths from 1 to 3, the last varying fastest.
static SHAPES: [Shape; 81] = shapes();

const fn shapes() -> [Shape; 81] {
    let mut shapes = [Shape {
        places: [0; 2],
        least: [0; 2],
    }; 81];
    let mut at = 0;
    while at < 81 {
        let lens = [at / 27 % 3 + 1, at / 9 % 3 + 1, at / 3 % 3 + 1, at % 3 + 1];
        let mut end = 0;
        let mut octet = 0;
        while octet < 4 {
            end += lens[octet];
            let mut word = 0x8080_8080u32;
            let mut digit = 0;
            while digit < lens[octet] {
                // The ones in byte 2, tens in byte 1, hundreds in byte 0.
                let shift = 8 * (2 - digit);
                word = word & !(0xff << shift) | ((end - 1 - digit) as u32) << shift;
                digit += 1;
            }
            let least = [0, 10, 100][lens[octet] - 1];
            shapes[at].places[octet / 2] |= (word as u64) << (32 * (octet % 2));
            shapes[at].least[octet / 2] |= least << (32 * (octet % 2));
            end += 1;
            octet += 1;
        }
        at += 1;
    }
    shapes
}

#[target_feature(enable = "ssse3")]
fn shuffle(low: u64, high: u64, len: u32) -> Option<u32> {
    let text = pair([low, high]);
    let digits = _mm_sub_epi8(text, _mm_set1_epi8(b'0' as i8));
    let is_digit = _mm_cmpeq_epi8(_mm_min_epu8(digits, _mm_set1_epi8(9)), digits);
    let is_dot = _mm_cmpeq_epi8(text, _mm_set1_epi8(b'.' as i8));
    let dots = _mm_movemask_epi8(is_dot) as u32;
    // Bytes past the end are zero, so neither.
    if dots | _mm_movemask_epi8(is_digit) as u32 != (1 << len) - 1 {
        return None;
    }
    // Lengths less one; a missing dot counts from position 32 and gives a length that is too long.
    let first = dots.trailing_zeros();
    let rest = dots & dots.wrapping_sub(1);
    let second = rest.trailing_zeros();
    let rest = rest & rest.wrapping_sub(1);
    let third = rest.trailing_zeros();
    let a = first.wrapping_sub(1);
    let b = second.wrapping_sub(first + 2);
    let c = third.wrapping_sub(second + 2);
    let d = len.wrapping_sub(third + 2);
    let more = rest & rest.wrapping_sub(1);
    if a.max(b).max(c).max(d) > 2 || more != 0 {
        return None;
    }
    let shape = &SHAPES[(27 * a + 9 * b + 3 * c + d) as usize];
    let placed = _mm_shuffle_epi8(digits, pair(shape.places));
    let weights = _mm_set1_epi32(i32::from_le_bytes([100, 10, 1, 0]));
    // Hundreds and tens, and ones, in halves of a word; then their sum.
    let halves = _mm_maddubs_epi16(placed, weights);
    let octets = _mm_madd_epi16(halves, _mm_set1_epi16(1));
    let small = _mm_cmplt_epi32(octets, pair(shape.least));
    let large = _mm_cmpgt_epi32(octets, _mm_set1_epi32(255));
    if _mm_movemask_epi8(_mm_or_si128(small, large)) != 0 {
        return None;
    }
    let order = _mm_set1_epi32(i32::from_le_bytes([12, 8, 4, 0]));
    Some(_mm_cvtsi128_si32(_mm_shuffle_epi8(octets, order)) as u32)
}

#[target_feature(enable = "ssse3")]
fn pair(words: [u64; 2]) -> __m128i {
    _mm_set_epi64x(words[1] as i64, words[0] as i64)
}
