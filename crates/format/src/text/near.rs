//! Bytes looked for where they are expected to be near.

use memchr::memchr;

/// One in each byte.
const ONES: u64 = u64::MAX / 255;

/// Where the byte stands first among the eight of a little-endian word; 8 if it does not.
#[inline]
pub fn first(word: u64, byte: u8) -> usize {
    let zeros = word ^ (ONES * byte as u64);
    // The lowest marked byte is right; a carry can only spoil those above.
    let marks = zeros.wrapping_sub(ONES) & !zeros & (ONES << 7);
    marks.trailing_zeros() as usize / 8
}

/// Where the byte stands first. As [`memchr`], but without a call where it is one of the first
/// sixteen bytes.
#[inline]
pub fn find(byte: u8, text: &[u8]) -> Option<usize> {
    let Some(head) = text.first_chunk::<16>() else {
        return text.iter().position(|&other| other == byte);
    };
    let head = u128::from_le_bytes(*head);
    let at = first(head as u64, byte);
    if at < 8 {
        return Some(at);
    }
    let at = first((head >> 64) as u64, byte);
    if at < 8 {
        return Some(8 + at);
    }
    memchr(byte, &text[16..]).map(|at| 16 + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_one_is_found_at_any_place() {
        for length in 0..50 {
            for place in 0..length {
                // Neighbours by one bit, which a carry could mark.
                let mut text = vec![b'='; length];
                text[..place].fill(b'<');
                assert_eq!(find(b'=', &text), Some(place), "{place} of {length}");
                text[place..].fill(b'<');
                assert_eq!(find(b'=', &text), None, "{length}");
            }
        }
    }
}
