//! Addresses, and how users' logs write them.
//!
//! Guarantees: parsing never allocates and never panics; what is not one of the accepted spellings
//! is no address ([`Addr::parse`] lists them).

mod v4;
mod v6;

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// One IP address in host byte order. [`Addr::parse`] and the conversions give v4-mapped v6
/// addresses as [`Addr::V4`]; a hand-made `V6` of that block is never found in a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Addr {
    /// An IPv4 address; `1.2.3.4` is `0x01020304`.
    V4(u32),
    /// An IPv6 address; `::1` is `1`.
    V6(u128),
}

impl Addr {
    /// Reads an address as logs write it, or `None`.
    ///
    /// Accepted: dotted quads without leading zeros; every RFC 4291 spelling of v6, uncompressed,
    /// with leading zeros (four digits a group at most) and with an embedded v4 address. Around it:
    /// spaces, brackets (`[::1]`), a port after a v4 or bracketed address (`1.2.3.4:443`,
    /// `[::1]:443`), a zone after a v6 one (`fe80::1%eth0`). `::ffff:a.b.c.d` answers as v4, in its
    /// hexadecimal form too. An unbracketed v6 address never has a port.
    #[inline]
    pub fn parse(text: &[u8]) -> Option<Addr> {
        match v4::parse(text) {
            Some(quad) => Some(Addr::V4(quad)),
            None => spelled(text),
        }
    }

    /// Reads an address and nothing around it: no spaces, brackets, port or zone.
    pub(crate) fn parse_bare(text: &[u8]) -> Option<Addr> {
        match v4::parse(text) {
            Some(quad) => Some(Addr::V4(quad)),
            None => v6::parse(text).map(Addr::from_v6),
        }
    }

    /// The address of these 128 bits: v4 if they are v4-mapped (RFC 4291, 2.5.5.2), else v6.
    #[inline]
    pub fn from_v6(bits: u128) -> Addr {
        if bits >> 32 == 0xffff {
            Addr::V4(bits as u32)
        } else {
            Addr::V6(bits)
        }
    }

    /// Number of bits in an address of this family: 32 or 128.
    pub fn width(self) -> u8 {
        match self {
            Addr::V4(_) => 32,
            Addr::V6(_) => 128,
        }
    }
}

/// Everything that is not a plain dotted quad.
fn spelled(text: &[u8]) -> Option<Addr> {
    // Plain v6 is by far the most frequent of these.
    if let Some(bits) = v6::parse(text) {
        return Some(Addr::from_v6(bits));
    }
    let text = trim(text);
    if let Some(rest) = text.strip_prefix(b"[") {
        let close = rest.iter().position(|&byte| byte == b']')?;
        let (inside, after) = (&rest[..close], &rest[close + 1..]);
        if !after.is_empty() && !is_port(after.strip_prefix(b":")?) {
            return None;
        }
        return zoned(inside);
    }
    let mut colons = text.iter().enumerate().filter(|&(_, &byte)| byte == b':');
    if let (Some((at, _)), None) = (colons.next(), colons.next()) {
        return match is_port(&text[at + 1..]) {
            true => v4::parse(&text[..at]).map(Addr::V4),
            false => None,
        };
    }
    zoned(text)
}

/// An address that may carry a zone (RFC 4007, 11.2), which only v6 has.
fn zoned(text: &[u8]) -> Option<Addr> {
    let Some(at) = text.iter().position(|&byte| byte == b'%') else {
        return Addr::parse_bare(text);
    };
    let zone = &text[at + 1..];
    let named = !zone.is_empty()
        && zone
            .iter()
            .all(|&byte| byte.is_ascii_graphic() && !matches!(byte, b'[' | b']' | b'%' | b'/'));
    match named {
        true => v6::parse(&text[..at]).map(Addr::from_v6),
        false => None,
    }
}

fn is_port(text: &[u8]) -> bool {
    matches!(text.len(), 1..=5)
        && text.iter().all(u8::is_ascii_digit)
        && text
            .iter()
            .fold(0, |port, &digit| port * 10 + u32::from(digit - b'0'))
            <= 65535
}

/// Without the spaces and tabs around it.
pub(crate) fn trim(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

impl From<Ipv4Addr> for Addr {
    fn from(addr: Ipv4Addr) -> Addr {
        Addr::V4(addr.to_bits())
    }
}

impl From<Ipv6Addr> for Addr {
    fn from(addr: Ipv6Addr) -> Addr {
        Addr::from_v6(addr.to_bits())
    }
}

impl From<IpAddr> for Addr {
    fn from(addr: IpAddr) -> Addr {
        match addr {
            IpAddr::V4(addr) => addr.into(),
            IpAddr::V6(addr) => addr.into(),
        }
    }
}

impl From<Addr> for IpAddr {
    fn from(addr: Addr) -> IpAddr {
        match addr {
            Addr::V4(bits) => Ipv4Addr::from_bits(bits).into(),
            Addr::V6(bits) => Ipv6Addr::from_bits(bits).into(),
        }
    }
}

/// The canonical text (RFC 5952), as `std::net::IpAddr` writes it.
impl fmt::Display for Addr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        IpAddr::from(*self).fmt(f)
    }
}
