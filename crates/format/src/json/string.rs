//! JSON string text back to the bytes it stands for (RFC 8259, section 7).

/// Appends the text of `raw` (a string's inside) to `out`. A lone surrogate becomes U+FFFD; an
/// escape that JSON does not know stays as it is.
pub fn unescape(raw: &[u8], out: &mut Vec<u8>) {
    let mut rest = raw;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        out.extend_from_slice(&rest[..at]);
        rest = &rest[at..];
        let short = match rest.get(1) {
            Some(&c @ (b'"' | b'\\' | b'/')) => c,
            Some(b'b') => 0x08,
            Some(b'f') => 0x0c,
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'u') => {
                rest = unicode(rest, out);
                continue;
            }
            _ => {
                out.push(b'\\');
                rest = &rest[1..];
                continue;
            }
        };
        out.push(short);
        rest = &rest[2..];
    }
    out.extend_from_slice(rest);
}

/// The code unit of `\uXXXX` at the start of `text`.
pub fn unit(text: &[u8]) -> Option<u32> {
    let hex = text.get(..6)?.strip_prefix(b"\\u")?;
    hex.iter()
        .try_fold(0, |unit, &c| Some(unit << 4 | char::from(c).to_digit(16)?))
}

fn unicode<'a>(text: &'a [u8], out: &mut Vec<u8>) -> &'a [u8] {
    let Some(first) = unit(text) else {
        out.push(b'\\');
        return &text[1..];
    };
    let (code, rest) = match (first, unit(&text[6..])) {
        (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) => (
            0x10000 + ((first - 0xd800) << 10 | (second - 0xdc00)),
            &text[12..],
        ),
        _ => (first, &text[6..]),
    };
    let c = char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER);
    out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
    rest
}
