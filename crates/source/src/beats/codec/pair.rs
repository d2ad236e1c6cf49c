//! Keys and values of a legacy event as a JSON object of strings.

use std::io::Write;

/// Makes a JSON string of the text from `start` on, which may be any bytes, with what follows a key
/// or a value.
pub(super) fn spell(bytes: &mut Vec<u8>, start: usize, is_key: bool) {
    let text = bytes.split_off(start);
    bytes.reserve(text.len() + 3);
    bytes.push(b'"');
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().bytes() {
            match character {
                b'"' | b'\\' => bytes.extend([b'\\', character]),
                b'\n' => bytes.extend(b"\\n"),
                b'\r' => bytes.extend(b"\\r"),
                b'\t' => bytes.extend(b"\\t"),
                // Writing to memory does not fail.
                0..0x20 => drop(write!(bytes, "\\u{character:04x}")),
                _ => bytes.push(character),
            }
        }
        if !chunk.invalid().is_empty() {
            bytes.extend("\u{fffd}".as_bytes());
        }
    }
    bytes.push(b'"');
    bytes.push(if is_key { b':' } else { b',' });
}

/// Ends the object.
pub(super) fn close(bytes: &mut Vec<u8>) {
    if bytes.last() == Some(&b',') {
        bytes.pop();
    }
    bytes.push(b'}');
}
