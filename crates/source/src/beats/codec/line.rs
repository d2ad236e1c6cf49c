//! Takes the line feeds out of an event.

use memchr::memchr2;

/// Writes the event from `start` on as one line: line feeds and carriage returns become spaces,
/// within a string, where JSON forbids them, their escapes.
pub(super) fn flatten(bytes: &mut Vec<u8>, start: usize) {
    let Some(first) = memchr2(b'\n', b'\r', &bytes[start..]) else {
        return;
    };
    let event = bytes.split_off(start);
    bytes.reserve(event.len() + event.len() / 8);
    let (mut in_string, mut escaped) = (false, false);
    for (at, &byte) in event.iter().enumerate() {
        let escape = match byte {
            b'\n' => Some(b'n'),
            b'\r' => Some(b'r'),
            _ => None,
        };
        match escape {
            Some(letter) if in_string => {
                debug_assert!(at >= first);
                // Behind a backslash the letter alone makes the escape.
                if !escaped {
                    bytes.push(b'\\');
                }
                bytes.push(letter);
            }
            Some(_) => bytes.push(b' '),
            None => bytes.push(byte),
        }
        let was_escaped = std::mem::replace(&mut escaped, false);
        match byte {
            b'"' if !was_escaped => in_string = !in_string,
            b'\\' if in_string && !was_escaped => escaped = true,
            _ => {}
        }
    }
}

/// Makes spaces of line feeds and carriage returns.
pub(super) fn level(bytes: &mut [u8]) {
    for byte in bytes {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}
