//! Where addresses stand in a message.

use crate::text::address::{is_ip, is_port};

/// An address in a text.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    pub ip: &'a [u8],
    pub port: Option<&'a [u8]>,
    /// Where the address begins.
    pub start: usize,
    /// What follows the address, with its port and the brackets around it.
    pub end: usize,
    /// Digits behind a slash: a port or a mask.
    pub slash: Option<&'a [u8]>,
}

/// What an address may hold.
const PART: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] =
            (byte as u8).is_ascii_alphanumeric() || matches!(byte as u8, b'.' | b':' | b'_');
        byte += 1;
    }
    table
};

/// The first address in `text` at or behind `from`.
pub fn next(text: &[u8], from: usize) -> Option<Place<'_>> {
    let mut at = from;
    loop {
        at += text
            .get(at..)?
            .iter()
            .position(|&byte| PART[usize::from(byte)])?;
        let length = text[at..]
            .iter()
            .position(|&byte| !PART[usize::from(byte)])
            .unwrap_or(text.len() - at);
        if let Some(place) = read(text, at, length) {
            return Some(place);
        }
        at += length;
    }
}

fn read(text: &[u8], at: usize, length: usize) -> Option<Place<'_>> {
    if !(2..=64).contains(&length) {
        return None;
    }
    let mut start = at;
    let mut word = &text[at..at + length];
    // `ip:192.0.2.1`, `src:192.0.2.1:5`
    if word[0].is_ascii_alphabetic()
        && let Some(colon) = word.iter().position(|&byte| byte == b':')
        && word[..colon].iter().any(|byte| !byte.is_ascii_hexdigit())
    {
        start += colon + 1;
        word = &word[colon + 1..];
    }
    if !word.first()?.is_ascii_hexdigit() && word[0] != b':' {
        return None;
    }
    // A sentence or a label may end here.
    while let [inner @ .., b'.' | b':'] = word
        && !is_ip(word)
    {
        word = inner;
    }
    let mut port = None;
    if !is_ip(word) {
        // All eight groups of an IPv6 address may have a port behind one more colon.
        let colons = word.iter().filter(|&&byte| byte == b':').count();
        let colon = match colons {
            8 => word.iter().rposition(|&byte| byte == b':')?,
            _ => word.iter().position(|&byte| byte == b':')?,
        };
        let (ip, rest) = (&word[..colon], &word[colon + 1..]);
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !is_ip(ip) || !is_port(&rest[..digits]) || !matches!(rest.get(digits), None | Some(b':'))
        {
            return None;
        }
        port = Some(&rest[..digits]);
        word = ip;
    }
    // Parts of longer names are no addresses.
    if start > 0 && matches!(text[start - 1], b'-' | b'/' | b'\\' | b'%') {
        let arrow = start > 1 && text[start - 2..start] == *b"/\\";
        if arrow || !matches!(text[start - 1], b'/') {
            return None;
        }
    }
    let mut place = Place {
        ip: word,
        port,
        start,
        end: start + word.len() + port.map_or(0, |port| port.len() + 1),
        slash: None,
    };
    if let [b'-', next, ..] = text[place.end..]
        && next.is_ascii_alphanumeric()
    {
        return None;
    }
    place.behind(text);
    Some(place)
}

impl<'a> Place<'a> {
    /// Takes the port that stands behind the address in one of many ways, and the closing bracket.
    fn behind(&mut self, text: &'a [u8]) {
        let rest = &text[self.end..];
        let number = |skip: usize, close: &[u8]| {
            let digits = rest.get(skip..)?.iter().take(6);
            let length = digits.take_while(|byte| byte.is_ascii_digit()).count();
            let port = &rest[skip..skip + length];
            let ends = rest[skip + length..].starts_with(close);
            (ends && is_port(port)).then_some((port, skip + length + close.len()))
        };
        let found = match rest {
            _ if self.port.is_some() => None,
            [b'#', ..] => number(1, b""),
            [b'(', ..] => number(1, b")"),
            [b'[', ..] => number(1, b"]"),
            [b']', b':', ..] => number(2, b""),
            [b')', b':', ..] => number(2, b""),
            [b' ', b'p', b'o', b'r', b't', b' ' | b'=' | b':', ..] => number(6, b""),
            [b',', b' ', b'p', b'o', b'r', b't', b' ' | b'=' | b':', ..] => number(7, b""),
            [b'/', ..] => {
                if let Some((digits, length)) = number(1, b"") {
                    self.slash = Some(digits);
                    self.end += length;
                }
                None
            }
            _ => None,
        };
        if let Some((port, length)) = found {
            self.port = Some(port);
            self.end += length;
        } else if self.start > 0
            && let (b'[' | b'(' | b'<' | b'"' | b'\'', Some(b']' | b')' | b'>' | b'"' | b'\'')) =
                (text[self.start - 1], text.get(self.end))
        {
            self.end += 1;
        }
    }

    /// The port, where a number behind a slash is one.
    pub fn any_port(&self) -> Option<&'a [u8]> {
        self.port.or(self.slash)
    }
}
