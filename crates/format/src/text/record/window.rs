//! Short stretches of text looked at as a whole.

/// How many bytes a window has.
pub const WINDOW: usize = 32;

/// The bytes that do not stand in a JSON string as they are, or are no ASCII: a bit for each.
#[inline]
pub fn special<const N: usize>(window: &[u8; N]) -> u64 {
    const HIGH: u64 = eight(0x80);
    let mut bits = 0;
    for (index, bytes) in window.as_chunks::<8>().0.iter().enumerate() {
        let word = u64::from_le_bytes(*bytes);
        // Nothing is carried from one byte to the next.
        let zero = |word: u64| !(((word & !HIGH) + !HIGH) | word);
        let control = !((word & !HIGH) + eight(0x60));
        let marks = zero(word ^ eight(b'"')) | zero(word ^ eight(b'\\')) | control | word;
        // The eight high bits next to each other, in the highest byte.
        let together = ((marks & HIGH) >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        bits |= together << (8 * index);
    }
    bits
}

/// Whether the first `length` bytes stand in a JSON string as they are.
#[inline]
pub fn is_plain<const N: usize>(window: &[u8; N], length: usize) -> bool {
    let counts = match length {
        0..64 => (1 << length) - 1,
        _ => u64::MAX,
    };
    match window.first_chunk::<SHORT>() {
        Some(short) if length <= SHORT => special(short) & counts == 0,
        _ => special(window) & counts == 0,
    }
}

/// What [`short`] takes at most.
pub const SHORT: usize = 16;

/// Up to sixteen bytes with zeros behind them, without a loop or a call for most.
#[inline]
pub fn short(bytes: &[u8]) -> [u8; SHORT] {
    let length = bytes.len();
    // What both halves have is the same in both.
    let word = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
        (Some(first), Some(last)) => {
            let last = u128::from(u64::from_le_bytes(*last));
            u128::from(u64::from_le_bytes(*first)) | last << (8 * (length - 8))
        }
        _ => match (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
            (Some(first), Some(last)) => {
                let last = u128::from(u32::from_le_bytes(*last));
                u128::from(u32::from_le_bytes(*first)) | last << (8 * (length - 4))
            }
            _ => bytes
                .iter()
                .rev()
                .fold(0, |word, &byte| word << 8 | u128::from(byte)),
        },
    };
    word.to_le_bytes()
}

/// Eight times the byte.
const fn eight(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn simple(window: &[u8; WINDOW]) -> u64 {
        window.iter().rev().fold(0, |bits, &byte| {
            let special = !(b' '..0x80).contains(&byte) || matches!(byte, b'"' | b'\\');
            bits << 1 | u64::from(special)
        })
    }

    #[test]
    fn short_text_is_what_it_was() {
        let text = *b"0123456789abcdef";
        for length in 0..=SHORT {
            let mut window = [0; SHORT];
            window[..length].copy_from_slice(&text[..length]);
            assert_eq!(short(&text[..length]), window);
        }
    }

    #[test]
    fn each_special_byte_is_found_where_it_stands() {
        for byte in 0..=255 {
            for place in 0..WINDOW {
                let mut window = [b'a'; WINDOW];
                window[place] = byte;
                assert_eq!(special(&window), simple(&window), "{byte} at {place}");
            }
        }
        let mut window = [b'a'; WINDOW];
        (window[0], window[31], window[7]) = (b'"', 0x1f, 0xff);
        assert_eq!(special(&window), 1 | 1 << 31 | 1 << 7);
    }
}
