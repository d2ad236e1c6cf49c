//! IPv6 text (RFC 4291, 2.2) from bytes.
//!
//! Guarantees: what `std::net::Ipv6Addr` accepts, and nothing else.

use super::v4;

/// Reads a v6 address without zone, brackets or port.
pub(super) fn parse(text: &[u8]) -> Option<u128> {
    // "::" is the shortest; eight groups with an embedded quad the longest.
    if !matches!(text.len(), 2..=45) {
        return None;
    }
    let mut bits = 0u128;
    let mut groups = 0u32;
    // How many groups stand before the "::".
    let mut gap = None;
    let mut at = 0;
    if text[0] == b':' {
        if text[1] != b':' {
            return None;
        }
        gap = Some(0);
        at = 2;
    }
    while at < text.len() {
        let start = at;
        let mut group = 0u32;
        while let Some(&byte) = text.get(at) {
            let digit = HEX[usize::from(byte)];
            if digit > 15 {
                break;
            }
            group = group << 4 | u32::from(digit);
            at += 1;
            if at - start > 4 {
                return None;
            }
        }
        if text.get(at) == Some(&b'.') {
            let quad = v4::parse(&text[start..])?;
            bits = bits << 32 | u128::from(quad);
            groups += 2;
            at = text.len();
        } else {
            if at == start {
                return None;
            }
            bits = bits << 16 | u128::from(group);
            groups += 1;
            if at < text.len() {
                if text[at] != b':' {
                    return None;
                }
                at += 1;
                match text.get(at) {
                    None => return None,
                    Some(b':') if gap.is_some() => return None,
                    Some(b':') => {
                        gap = Some(groups);
                        at += 1;
                    }
                    Some(_) => {}
                }
            }
        }
        if groups > 8 {
            return None;
        }
    }
    match gap {
        None => (groups == 8).then_some(bits),
        Some(_) if groups > 7 => None,
        // Nothing or everything after the gap: a shift by 128 would overflow.
        Some(0) => Some(bits),
        Some(before) => {
            let after = groups - before;
            let tail = bits & ((1 << (16 * after)) - 1);
            Some((bits >> (16 * after)) << (16 * (8 - before)) | tail)
        }
    }
}

const HEX: [u8; 256] = {
    let mut table = [0xff; 256];
    let mut digit = 0;
    while digit < 16 {
        table[b"0123456789abcdef"[digit] as usize] = digit as u8;
        table[b"0123456789ABCDEF"[digit] as usize] = digit as u8;
        digit += 1;
    }
    table
};
