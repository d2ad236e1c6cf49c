//! Networks in CIDR form, always canonical.
//!
//! Guarantees: a [`Prefix`]'s host bits are zero, its length fits its family, and a prefix inside
//! `::ffff:0:0/96` is the v4 prefix that it stands for.

mod range;

use crate::addr::{Addr, trim};
use std::fmt;

pub use range::PrefixRange;

/// A network: an address and how many of its leading bits count.
///
/// Ordered by address (v4 before v6), then by length, so that a covering prefix stands before those
/// it covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    addr: Addr,
    len: u8,
}

/// A prefix as read, and whether bits had to be cleared for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The canonical prefix.
    pub prefix: Prefix,
    /// Whether the text had host bits set (`10.1.2.3/8`).
    pub host_bits: bool,
}

/// A text that is neither an address nor a prefix.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrefixError {
    /// The part before the slash is no address.
    #[error("\"{0}\" is not an address or prefix")]
    Address(String),
    /// What follows the slash is no length of that family.
    #[error("\"{text}\" has no prefix length from 0 to {most}")]
    Length {
        /// The text as it stood there, at most 64 characters of it.
        text: String,
        /// 32 or 128.
        most: u8,
    },
}

impl Prefix {
    /// The network of `len` bits around `addr`, host bits cleared; `None` if `len` is too long for
    /// the family (32 or 128). v4-mapped v6 of at least 96 bits becomes v4.
    pub fn new(addr: Addr, len: u8) -> Option<Prefix> {
        let (addr, len) = match addr {
            Addr::V6(bits) if bits >> 32 == 0xffff && (96..=128).contains(&len) => {
                (Addr::V4(bits as u32), len - 96)
            }
            _ => (addr, len),
        };
        if len > addr.width() {
            return None;
        }
        let addr = match addr {
            Addr::V4(bits) => Addr::V4(bits & !low_u32(len)),
            Addr::V6(bits) => Addr::V6(bits & !low_u128(len)),
        };
        Some(Prefix { addr, len })
    }

    /// The network that holds this address alone.
    pub fn host(addr: Addr) -> Prefix {
        Prefix {
            addr,
            len: addr.width(),
        }
    }

    /// Reads `ADDRESS/LENGTH`, or a bare address as its host prefix; spaces around are allowed.
    ///
    /// # Errors
    /// The text is not that; host bits are no error, [`Parsed::host_bits`] tells.
    pub fn parse(text: &[u8]) -> Result<Parsed, PrefixError> {
        let text = trim(text);
        let slash = text.iter().position(|&byte| byte == b'/');
        let (head, tail) = match slash {
            Some(at) => (&text[..at], Some(&text[at + 1..])),
            None => (text, None),
        };
        // The bits as written: a mapped prefix keeps its v6 length until `new` sees both.
        let addr = Addr::parse_bare(head).ok_or_else(|| PrefixError::Address(shown(text)))?;
        let mapped = matches!(addr, Addr::V4(_)) && head.contains(&b':');
        let most = if mapped { 128 } else { addr.width() };
        let len = match tail {
            None => most,
            Some(tail) => length(tail, most).ok_or_else(|| PrefixError::Length {
                text: shown(text),
                most,
            })?,
        };
        let written = match addr {
            Addr::V4(bits) if mapped => Addr::V6(0xffff << 32 | u128::from(bits)),
            _ => addr,
        };
        let prefix = Prefix::new(written, len).ok_or_else(|| PrefixError::Length {
            text: shown(text),
            most,
        })?;
        let host_bits = match (prefix.addr, written) {
            (Addr::V4(_), _) => prefix.addr != addr,
            (kept, written) => kept != written,
        };
        Ok(Parsed { prefix, host_bits })
    }

    /// The network's first address.
    pub fn addr(&self) -> Addr {
        self.addr
    }

    /// The network's last address.
    pub fn last(&self) -> Addr {
        match self.addr {
            Addr::V4(bits) => Addr::V4(bits | low_u32(self.len)),
            Addr::V6(bits) => Addr::V6(bits | low_u128(self.len)),
        }
    }

    /// How many leading bits count: 0 to 32, or 0 to 128.
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> u8 {
        self.len
    }

    /// Whether the address is in this network. Families never mix.
    pub fn contains(&self, addr: Addr) -> bool {
        match (self.addr, addr) {
            (Addr::V4(net), Addr::V4(bits)) => (net ^ bits) & !low_u32(self.len) == 0,
            (Addr::V6(net), Addr::V6(bits)) => (net ^ bits) & !low_u128(self.len) == 0,
            _ => false,
        }
    }

    /// Whether every address of `other` is in this network.
    pub fn covers(&self, other: Prefix) -> bool {
        self.len <= other.len && self.contains(other.addr)
    }

    /// Whether this is a whole address family: `0.0.0.0/0` or `::/0`.
    pub fn is_default(&self) -> bool {
        self.len == 0
    }

    /// The fewest prefixes that hold exactly `first` to `last`, in order; none if `last` comes
    /// before `first` or is of the other family.
    pub fn range(first: Addr, last: Addr) -> PrefixRange {
        PrefixRange::new(first, last)
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.addr, self.len)
    }
}

impl std::str::FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Prefix, PrefixError> {
        Prefix::parse(text.as_bytes()).map(|parsed| parsed.prefix)
    }
}

/// The host bits of a v4 prefix.
fn low_u32(len: u8) -> u32 {
    u32::MAX.checked_shr(len.into()).unwrap_or(0)
}

/// The host bits of a v6 prefix.
fn low_u128(len: u8) -> u128 {
    u128::MAX.checked_shr(len.into()).unwrap_or(0)
}

/// A decimal length without sign or leading zero.
fn length(text: &[u8], most: u8) -> Option<u8> {
    if !matches!(text, [b'0'] | [b'1'..=b'9', ..]) || text.len() > 3 {
        return None;
    }
    let mut len = 0u32;
    for &byte in text {
        if !byte.is_ascii_digit() {
            return None;
        }
        len = len * 10 + u32::from(byte - b'0');
    }
    u8::try_from(len).ok().filter(|&len| len <= most)
}

/// The text for a message: printable, at most 64 characters.
fn shown(text: &[u8]) -> String {
    let mut shown: String = text[..text.len().min(64)].escape_ascii().to_string();
    if text.len() > 64 {
        shown.push('…');
    }
    shown
}
