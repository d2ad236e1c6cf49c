//! Dotted quads from bytes, without a branch on where the dots stand.
//!
//! Guarantees: exactly four decimal octets of one to three digits without leading zeros, nothing
//! else; the same answer with and without vector instructions.

mod portable;
#[cfg(target_arch = "x86_64")]
mod ssse3;

/// Reads `a.b.c.d`, strictly.
#[inline]
pub(super) fn parse(text: &[u8]) -> Option<u32> {
    let (low, high) = load(text)?;
    #[cfg(target_arch = "x86_64")]
    if let Some(parsed) = ssse3::parse(low, high, text.len() as u32) {
        return parsed;
    }
    portable::parse(low, high, text.len() as u32)
}

/// The text in two little-endian words, zero bytes after its end; `None` if no quad is that long.
#[inline]
fn load(text: &[u8]) -> Option<(u64, u64)> {
    let len = text.len();
    match len {
        8..=15 => {
            let low = u64::from_le_bytes(*text.first_chunk()?);
            let tail = u64::from_le_bytes(*text.last_chunk()?);
            // The tail's first bytes are already in `low`; shifting by 64 would overflow.
            let high = (tail >> 8) >> (8 * (15 - len));
            Some((low, high))
        }
        7 => {
            let head = u64::from(u32::from_le_bytes(*text.first_chunk()?));
            let tail = u64::from(u32::from_le_bytes(*text.last_chunk()?));
            Some((head | tail << 24, 0))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
