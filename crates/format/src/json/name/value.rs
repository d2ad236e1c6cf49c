//! Values that may be an address or a port.

use knownet_flow::Span;

use crate::json::exact;
use crate::text::address;

/// Whether the value that begins at `at` may be an address, a port or a list of them, by its first
/// bytes.
#[inline]
pub fn worth(b: &[u8], at: usize) -> bool {
    match b.get(at) {
        Some(b'"') => match b[at + 1..].first_chunk() {
            // Two are looked at, so that a word such as `false` is none.
            Some(&[first, second, third]) => {
                const fn part(byte: u8) -> bool {
                    byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':' | b'[')
                }
                part(first) && (second == b'"' || (part(second) && (part(third) || third == b'"')))
            }
            None => false,
        },
        Some(b'0'..=b'9') => true,
        Some(b'[') => worth_first(b, at),
        _ => false,
    }
}

fn worth_first(b: &[u8], at: usize) -> bool {
    let first = exact::space(b, at + 1);
    b.get(first) != Some(&b'[') && worth(b, first)
}

/// The text of the value at `at`: a string's inside, a number, or an array's first of these. A
/// string is cut before an escaped slash, behind which only a mask can be.
fn text(b: &[u8], mut at: usize) -> Option<Span> {
    if b.get(at) == Some(&b'[') {
        at = exact::space(b, at + 1);
    }
    match *b.get(at)? {
        b'"' => {
            let inside = Span::new(at + 1, exact::string_end(b, at)? - 1);
            match memchr::memchr(b'\\', &b[inside]) {
                None => Some(inside),
                Some(cut) if b[inside][cut..].starts_with(b"\\/") => {
                    Some(Span::new(inside.start(), inside.start() + cut))
                }
                Some(_) => None,
            }
        }
        b'0'..=b'9' => Some(Span::new(at, exact::value_end(b, at)?)),
        _ => None,
    }
}

/// The address in the value at `at`, and the port that is written with it.
pub fn address(b: &[u8], at: usize) -> Option<(Span, Option<Span>)> {
    let text = text(b, at)?;
    let bytes = &b[text];
    if bytes.len() > 100 {
        return None;
    }
    let found = address::endpoint(bytes)?;
    let span = |part: &[u8]| {
        let start = text.start() + (part.as_ptr() as usize - bytes.as_ptr() as usize);
        Span::new(start, start + part.len())
    };
    Some((span(found.ip), found.port.map(span)))
}

/// The port in the value at `at`.
pub fn port(b: &[u8], at: usize) -> Option<Span> {
    let text = text(b, at)?;
    address::is_port(&b[text]).then_some(text)
}
