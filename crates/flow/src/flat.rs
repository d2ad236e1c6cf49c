//! Takes the line feeds out of events.

use memchr::memchr2;

/// Writes the event from `start` on as one line: line feeds and carriage returns become spaces,
/// within a string, where JSON forbids them, their escapes.
pub fn flatten(bytes: &mut Vec<u8>, start: usize) {
    if memchr2(b'\n', b'\r', &bytes[start..]).is_none() {
        return;
    }
    let event = bytes.split_off(start);
    bytes.reserve(event.len() + event.len() / 8);
    let mut pen = Pen::default();
    for &byte in &event {
        pen.write(byte, true, bytes);
    }
}

/// Appends `message` with each of its objects as one line, as [`flatten`] does; the line feeds between
/// objects stay. `false`, and nothing is appended, if it ends within an object.
pub fn objects(message: &[u8], lines: &mut Vec<u8>) -> bool {
    let start = lines.len();
    lines.reserve(message.len() + message.len() / 8);
    let (mut pen, mut depth) = (Pen::default(), 0_usize);
    for &byte in message {
        pen.write(byte, depth > 0, lines);
        match byte {
            b'{' if !pen.in_string => depth += 1,
            b'}' if !pen.in_string => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    if depth > 0 {
        lines.truncate(start);
    }
    depth == 0
}

/// Makes spaces of line feeds and carriage returns.
pub fn level(bytes: &mut [u8]) {
    for byte in bytes {
        if matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// Where in JSON text it is.
#[derive(Default)]
struct Pen {
    in_string: bool,
    escaped: bool,
}

impl Pen {
    /// Writes the next byte; what is not `inside` an event is left as it is.
    fn write(&mut self, byte: u8, inside: bool, out: &mut Vec<u8>) {
        if !inside {
            out.push(byte);
            return;
        }
        let escape = match byte {
            b'\n' => Some(b'n'),
            b'\r' => Some(b'r'),
            _ => None,
        };
        match escape {
            Some(letter) if self.in_string => {
                // Behind a backslash the letter alone makes the escape.
                if !self.escaped {
                    out.push(b'\\');
                }
                out.push(letter);
            }
            Some(_) => out.push(b' '),
            None => out.push(byte),
        }
        let was_escaped = std::mem::replace(&mut self.escaped, false);
        match byte {
            b'"' if !was_escaped => self.in_string = !self.in_string,
            b'\\' if self.in_string && !was_escaped => self.escaped = true,
            _ => {}
        }
    }
}

#[cfg(test)]
#[path = "tests/flat.rs"]
mod tests;
