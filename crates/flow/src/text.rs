//! Bytes as JSON string text.
//!
//! Whatever the bytes are, the result is valid JSON and valid UTF-8: a byte that is not UTF-8
//! becomes the four characters `\xNN`, as Logstash writes it.

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Appends `bytes` to `out` as a quoted JSON string.
pub fn quote(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
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

fn plain(text: &[u8], out: &mut Vec<u8>) {
    let mut from = 0;
    for (at, &byte) in text.iter().enumerate() {
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            0x08 => b'b',
            0x0c => b'f',
            0..0x20 => 0,
            _ => continue,
        };
        out.extend_from_slice(&text[from..at]);
        from = at + 1;
        match short {
            0 => {
                out.extend_from_slice(b"\\u00");
                out.push(HEX[(byte >> 4) as usize]);
                out.push(HEX[(byte & 15) as usize]);
            }
            short => out.extend_from_slice(&[b'\\', short]),
        }
    }
    out.extend_from_slice(&text[from..]);
}
