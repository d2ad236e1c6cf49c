//! Bytes as JSON string text.
//!
//! Whatever the bytes are, the result is valid JSON and valid UTF-8: a byte that is not UTF-8
//! becomes the four characters `\xNN`, as Logstash writes it.

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends `bytes` to `out` as a quoted JSON string.
pub fn quote(bytes: &[u8], out: &mut Vec<u8>) {
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    if is_plain(bytes) {
        out.extend_from_slice(bytes);
        out.push(b'"');
        return;
    }
    let rest = escape(bytes, out);
    invalid(rest, out);
    out.push(b'"');
}

/// Appends `bytes` to `out`, escaped for the inside of a JSON string, and returns the bytes at the
/// end that may be the beginning of a character whose rest is still to come (at most three).
pub fn escape<'a>(bytes: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let mut rest = bytes;
    loop {
        match std::str::from_utf8(rest) {
            Ok(text) => {
                plain(text.as_bytes(), out);
                return &[];
            }
            Err(error) => {
                let (good, bad) = rest.split_at(error.valid_up_to());
                plain(good, out);
                match error.error_len() {
                    Some(n) => {
                        invalid(&bad[..n], out);
                        rest = &bad[n..];
                    }
                    None => return bad,
                }
            }
        }
    }
}

/// Appends each of `bytes` as `\xNN` (its backslash escaped for JSON).
pub fn invalid(bytes: &[u8], out: &mut Vec<u8>) {
    for &byte in bytes {
        out.extend_from_slice(b"\\\\x");
        out.push(HEX[(byte >> 4) as usize].to_ascii_uppercase());
        out.push(HEX[(byte & 15) as usize].to_ascii_uppercase());
    }
}

/// Whether `bytes` are ASCII that stands in a JSON string as it is.
#[inline]
pub fn is_plain(bytes: &[u8]) -> bool {
    // Whole blocks without a branch inside become vector instructions.
    let plain = |block: &[u8; 32]| !block.iter().fold(false, |any, &byte| any | special(byte));
    match bytes.last_chunk() {
        // The last block may look at some bytes again.
        Some(last) => plain(last) && bytes.as_chunks().0.iter().all(plain),
        None => !bytes.iter().fold(false, |any, &byte| any | special(byte)),
    }
}

#[inline]
fn special(byte: u8) -> bool {
    (byte.wrapping_sub(0x20) >= 0x60) | (byte == b'"') | (byte == b'\\')
}

/// Eight times the byte.
const fn eight(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The high bit of each byte of `word` that has to be escaped; exact, as nothing is carried from
/// one byte to the next.
#[inline]
fn marks(word: u64) -> u64 {
    const LOW: u64 = eight(0x7f);
    let zero = |word: u64| !(((word & LOW) + LOW) | word);
    let control = !(((word & LOW) + eight(0x60)) | word);
    (zero(word ^ eight(b'"')) | zero(word ^ eight(b'\\')) | control) & !LOW
}

/// Appends UTF-8 text, escaped.
fn plain(text: &[u8], out: &mut Vec<u8>) {
    // Room for text in which little is escaped, so that most pieces find theirs.
    out.reserve(text.len() + text.len() / 8);
    let mut from = 0;
    let mut words = text.chunks_exact(8);
    for (index, word) in words.by_ref().enumerate() {
        let word = u64::from_le_bytes(word.try_into().unwrap_or_default());
        let mut left = marks(word);
        while left != 0 {
            let at = index * 8 + left.trailing_zeros() as usize / 8;
            left &= left - 1;
            out.extend_from_slice(&text[from..at]);
            sequence(text[at], out);
            from = at + 1;
        }
    }
    let tail = text.len() - words.remainder().len();
    for (at, &byte) in text.iter().enumerate().skip(tail) {
        if matches!(byte, b'"' | b'\\' | 0..0x20) {
            out.extend_from_slice(&text[from..at]);
            sequence(byte, out);
            from = at + 1;
        }
    }
    out.extend_from_slice(&text[from..]);
}

/// Appends the escape sequence of one byte.
fn sequence(byte: u8, out: &mut Vec<u8>) {
    let short = match byte {
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        0..0x20 => {
            out.extend_from_slice(b"\\u00");
            out.push(HEX[(byte >> 4) as usize]);
            out.push(HEX[(byte & 15) as usize]);
            return;
        }
        byte => byte,
    };
    out.extend_from_slice(&[b'\\', short]);
}
