//! One end of a connection as Cisco writes it: interface, address, port, translation, user.

use memchr::memchr;

use crate::text::address::{self, is_ip, is_port};

/// One end of a connection; what is not there is empty.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub struct End<'a> {
    /// The interface's name.
    pub interface: &'a [u8],
    /// The address, or a host's name.
    pub host: &'a [u8],
    /// The port.
    pub port: &'a [u8],
    /// A service's name where the port could stand.
    pub service: &'a [u8],
    /// The mapped address.
    pub nat: &'a [u8],
    /// The mapped port.
    pub nat_port: &'a [u8],
    /// Who is there.
    pub user: &'a [u8],
}

/// How an end is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// `address`, `address/port`, `address(port)`, `address:port`; with an interface in front only
    /// where it is no address otherwise.
    Bare,
    /// `interface:address/port`.
    Interface,
    /// `interface/address(port)`.
    List,
    /// `address:port`; the last colon is the port's, for IPv6, too.
    Colon,
    /// As [`Style::Bare`], and there may be something else instead (`console`).
    Maybe,
}

/// Nothing of an end is longer.
const LONGEST: usize = 300;

fn is_end(byte: u8) -> bool {
    matches!(
        byte,
        b' ' | b'/' | b'(' | b')' | b',' | b';' | b'<' | b'>' | b'"' | b'\'' | b'[' | b']' | b'='
    )
}

/// A host's name: letters among what names are made of.
fn is_name(text: &[u8]) -> bool {
    text.len() <= 253
        && text
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        && text.iter().any(u8::is_ascii_alphabetic)
}

/// Reads an end from the front of `text`, and says how much of it that is.
pub fn end(text: &[u8], style: Style) -> Option<(End<'_>, usize)> {
    let blank = text
        .iter()
        .take(4)
        .take_while(|&&byte| byte == b' ')
        .count();
    let mut end = End::default();
    let mut at = blank;
    let near = &text[..text.len().min(LONGEST)];
    match style {
        Style::Interface => {
            if let Some(colon) = memchr(b':', &near[at..]).map(|colon| colon + at)
                && !near[at..colon].contains(&b' ')
            {
                end.interface = &near[at..colon];
                at = colon + 1;
            }
        }
        Style::List => {
            let slash = memchr(b'/', &near[at..])? + at;
            end.interface = &near[at..slash];
            at = slash + 1;
        }
        Style::Bare | Style::Colon | Style::Maybe => {}
    }
    let length = |at: usize| {
        near[at..]
            .iter()
            .position(|&byte| is_end(byte))
            .unwrap_or(near.len() - at)
    };
    let stop = at + length(at);
    let mut host = &near[at..stop];
    while let [rest @ .., b':' | b'.'] = host {
        // Two colons end an address; one is punctuation.
        if rest.ends_with(b":") {
            break;
        }
        host = rest;
    }
    if style == Style::Colon {
        let colon = memchr::memrchr(b':', host)?;
        (host, end.port) = (&host[..colon], &host[colon + 1..]);
        if !is_port(end.port) {
            return None;
        }
    } else if !is_ip(host) && host.contains(&b':') {
        if let Some(found) = address::endpoint(host) {
            host = found.ip;
            end.port = found.port.unwrap_or_default();
        } else if end.interface.is_empty() {
            let colon = memchr(b':', host)?;
            (end.interface, host) = (&host[..colon], &host[colon + 1..]);
        } else if is_ip(&near[blank..stop]) {
            // There is no interface in front after all.
            (end.interface, host) = (b"", &near[blank..stop]);
        }
    }
    if !is_ip(host) {
        match style {
            Style::Maybe => return Some((End::default(), stop)),
            _ if is_name(host) => {}
            _ => return None,
        }
    }
    end.host = host;
    at = stop;
    if near.get(at) == Some(&b'/') {
        let stop = at + 1 + length(at + 1);
        let port = near[at + 1..stop].trim_ascii_end();
        let port = port.strip_suffix(b".").unwrap_or(port);
        if is_port(port) {
            end.port = port;
        } else if port.iter().all(u8::is_ascii_alphabetic) {
            end.service = port;
        }
        at = stop;
    }
    let at = groups(near, at, &mut end);
    Some((end, at))
}

/// Reads what stands in parentheses behind an end: a port, a mapped address, a user.
fn groups<'a>(near: &'a [u8], mut at: usize, end: &mut End<'a>) -> usize {
    for _ in 0..3 {
        let open = at + usize::from(near.get(at) == Some(&b' '));
        if near.get(open) != Some(&b'(') {
            break;
        }
        let Some(close) = memchr(b')', &near[open..]).map(|close| open + close) else {
            break;
        };
        let inner = &near[open + 1..close];
        let cut = inner.iter().position(|byte| matches!(byte, b'/' | b'('));
        let (host, port) = match cut {
            Some(cut) => (&inner[..cut], &inner[cut + 1..]),
            None => (inner, &b""[..]),
        };
        if is_ip(host) {
            if end.nat.is_empty() {
                end.nat = host;
                end.nat_port = if is_port(port) { port } else { b"" };
            }
        } else if is_port(inner) && end.port.is_empty() {
            end.port = inner;
        } else if is_port(port) && is_name(host) {
            // A name where the mapped address would be.
        } else if open == at {
            let name = inner.split(|&byte| byte == b',').next().unwrap_or(inner);
            if name.contains(&b'\\') || name.contains(&b'@') {
                end.user = user(name);
            }
        } else {
            break;
        }
        at = close + 1;
    }
    at
}

/// A user's name without the mark of the local database.
pub fn user(name: &[u8]) -> &[u8] {
    let name = name.trim_ascii();
    let rest = name.strip_prefix(b"LOCAL\\").unwrap_or(name);
    rest.strip_prefix(b"\\").unwrap_or(rest)
}
