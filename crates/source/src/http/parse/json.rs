//! JSON of a shape that the sender does not say: an array of events, events one a line, or events
//! that go over several lines.
//!
//! The beginning tells. `[` before a value that could be an event begins an array, whose elements are
//! the events. A `{` that is not closed before the first line feed begins an event of several lines.
//! Everything else is read line by line, so that one broken line breaks no other.

use memchr::memchr3;

use super::line::Lines;
use super::{Malformed, Out, Parse};

/// Finds out the shape and reads it.
#[derive(Default)]
pub(crate) struct Json {
    shape: Shape,
    values: Values,
}

#[derive(Default, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// Only white space so far.
    #[default]
    Unknown,
    /// `[` and white space behind it.
    Bracket,
    /// In the first object, on the first line.
    First,
    /// The first object is closed, the first line goes on.
    Closed,
    Lines,
    Values,
}

impl Parse for Json {
    fn push(&mut self, piece: &[u8], out: &mut Out) -> Result<(), Malformed> {
        let mut at = 0;
        while let Some(&byte) = piece.get(at) {
            match self.shape {
                Shape::Lines => return Lines.push(&piece[at..], out),
                Shape::Values => {
                    self.values.push(&piece[at..], out);
                    return Ok(());
                }
                Shape::Unknown => match byte {
                    b'[' => {
                        out.extend(b"[");
                        self.shape = Shape::Bracket;
                    }
                    // Taken by the next round.
                    b'{' => {
                        self.shape = Shape::First;
                        continue;
                    }
                    byte if byte.is_ascii_whitespace() => {}
                    _ => {
                        self.shape = Shape::Lines;
                        continue;
                    }
                },
                Shape::Bracket => match byte {
                    b'{' | b'[' | b'"' | b']' => {
                        out.forget_line();
                        self.values.in_array = true;
                        self.shape = Shape::Values;
                        continue;
                    }
                    b'\n' => out.extend(b" "),
                    byte if byte.is_ascii_whitespace() => out.extend(&[byte]),
                    _ => {
                        self.shape = Shape::Lines;
                        continue;
                    }
                },
                Shape::First => {
                    at += self.first(&piece[at..], out);
                    continue;
                }
                Shape::Closed => match byte {
                    b'{' => {
                        out.end_line();
                        self.shape = Shape::Values;
                        continue;
                    }
                    b' ' | b'\t' | b'\r' => out.extend(&[byte]),
                    _ => {
                        self.shape = Shape::Lines;
                        continue;
                    }
                },
            }
            at += 1;
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Out) -> Result<(), Malformed> {
        out.end_line();
        Ok(())
    }
}

impl Json {
    /// Takes what there is of the first object on its line; how many bytes that were.
    fn first(&mut self, piece: &[u8], out: &mut Out) -> usize {
        let mut at = 0;
        while at < piece.len() {
            if self.values.is_plain() {
                match memchr3(b'"', b'\\', b'\n', &piece[at..]) {
                    Some(next) => at += next,
                    None => {
                        at = piece.len();
                        break;
                    }
                }
            }
            if piece[at] == b'\n' {
                // A string does not go over a line feed: the line is broken, or no JSON.
                self.shape = match self.values.in_string {
                    true => Shape::Lines,
                    false => Shape::Values,
                };
                break;
            }
            self.values.byte(piece[at]);
            at += 1;
            if self.values.depth == 0 {
                self.shape = Shape::Closed;
                break;
            }
        }
        out.extend(&piece[..at]);
        at
    }
}

/// Cuts between JSON values, whether they stand in arrays or behind each other.
#[derive(Default)]
struct Values {
    /// In an array whose elements are the events.
    in_array: bool,
    /// Open braces and brackets of the value.
    depth: usize,
    /// In a number or a word at the top.
    in_scalar: bool,
    in_string: bool,
    escaped: bool,
}

impl Values {
    fn push(&mut self, piece: &[u8], out: &mut Out) {
        let mut at = 0;
        // Where what has to be copied begins.
        let mut begin = 0;
        while at < piece.len() {
            if self.is_plain() {
                match memchr3(b'"', b'\\', b'\n', &piece[at..]) {
                    Some(next) => at += next,
                    None => break,
                }
            }
            let byte = piece[at];
            let idle = self.depth == 0 && !self.in_string && !self.in_scalar;
            let ends_scalar = self.in_scalar
                && (byte.is_ascii_whitespace() || byte == b',' || self.in_array && byte == b']');
            if idle || ends_scalar {
                out.extend(&piece[begin..at]);
                if ends_scalar {
                    self.in_scalar = false;
                    out.end_line();
                }
                begin = at;
                let skipped = match byte {
                    b',' => true,
                    b'[' if !self.in_array => {
                        self.in_array = true;
                        true
                    }
                    b']' if self.in_array => {
                        self.in_array = false;
                        true
                    }
                    byte => byte.is_ascii_whitespace(),
                };
                if skipped {
                    begin += 1;
                    at += 1;
                    continue;
                }
            }
            if byte == b'\n' {
                out.extend(&piece[begin..at]);
                out.extend(match (self.in_string, self.escaped) {
                    (false, _) => b" ",
                    (true, false) => b"\\n",
                    (true, true) => b"n",
                });
                self.escaped = false;
                begin = at + 1;
            } else if self.byte(byte) {
                out.extend(&piece[begin..=at]);
                out.end_line();
                begin = at + 1;
            }
            at += 1;
        }
        out.extend(&piece[begin..]);
    }

    /// Whether the next bytes mean nothing up to a quote, a backslash or a line feed.
    fn is_plain(&self) -> bool {
        self.in_string && !self.escaped
    }

    /// Takes a byte of a value; whether the value ends with it.
    fn byte(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.in_string = false;
                    return self.depth == 0;
                }
                _ => {}
            }
            return false;
        }
        match byte {
            b'"' if !self.in_scalar => self.in_string = true,
            b'{' | b'[' if !self.in_scalar => self.depth += 1,
            b'}' | b']' if self.depth > 0 => {
                self.depth -= 1;
                return self.depth == 0;
            }
            _ if self.depth == 0 => self.in_scalar = true,
            _ => {}
        }
        false
    }
}
