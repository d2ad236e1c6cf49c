//! Any text as a prefix, held against the standard library; two addresses as a range.
#![no_main]

use std::net::IpAddr;

use knownet_label::{Addr, Prefix};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let got = Prefix::parse(text);
    let expected = std::str::from_utf8(text).ok().and_then(reference);
    let shown = String::from_utf8_lossy(text);
    match &got {
        Ok(parsed) => {
            let prefix = parsed.prefix;
            assert_eq!(Some((prefix, parsed.host_bits)), expected, "{shown:?}");
            let again = Prefix::parse(prefix.to_string().as_bytes());
            let again = again.expect("what was written can be read");
            assert_eq!((again.prefix, again.host_bits), (prefix, false));
            assert!(prefix.contains(prefix.addr()) && prefix.contains(prefix.last()));
            assert!(Prefix::range(prefix.addr(), prefix.last()).eq([prefix]));
        }
        Err(error) => {
            assert_eq!(expected, None, "{shown:?}");
            assert!(!error.to_string().contains(char::is_control));
        }
    }
    if let Some((first, rest)) = text.split_first_chunk::<16>()
        && let Some(last) = rest.first_chunk::<16>()
    {
        let (first, last) = (u128::from_be_bytes(*first), u128::from_be_bytes(*last));
        range(Addr::V4(first as u32), Addr::V4(last as u32));
        range(Addr::V6(first), Addr::V6(last));
    }
});

/// The canonical prefix, and whether host bits were cleared.
fn reference(text: &str) -> Option<(Prefix, bool)> {
    let text = text.trim_matches([' ', '\t']);
    let (addr, len) = match text.split_once('/') {
        Some((addr, len)) => (addr, Some(len)),
        None => (text, None),
    };
    let (addr, most) = match addr.parse().ok()? {
        IpAddr::V4(addr) => (u128::from(addr.to_bits()), 32),
        IpAddr::V6(addr) => (addr.to_bits(), 128),
    };
    let len: u8 = match len {
        None => most,
        Some(len) => {
            let plain = len.bytes().all(|digit| digit.is_ascii_digit());
            let plain = plain && (len == "0" || !len.starts_with('0'));
            len.parse().ok().filter(|&len| plain && len <= most)?
        }
    };
    let host = u128::MAX
        .checked_shr((128 - most + len).into())
        .unwrap_or(0);
    let network = match most {
        32 => Prefix::new(Addr::V4((addr & !host) as u32), len),
        _ => Prefix::new(Addr::V6(addr & !host), len),
    };
    Some((network?, addr & host != 0))
}

/// The prefixes are exactly the range, in order, and as few as can be.
fn range(first: Addr, last: Addr) {
    let prefixes: Vec<Prefix> = Prefix::range(first, last).collect();
    let bits = |addr| match addr {
        Addr::V4(bits) => u128::from(bits),
        Addr::V6(bits) => bits,
    };
    if bits(first) > bits(last) {
        assert!(prefixes.is_empty());
        return;
    }
    let mapped = |addr| matches!(addr, Addr::V6(bits) if bits >> 32 == 0xffff);
    // Prefixes of mapped addresses are v4 ones; the sum is not comparable there.
    if prefixes.iter().any(|p| mapped(p.addr())) || mapped(first) || mapped(last) {
        return;
    }
    if prefixes.iter().any(|p| p.addr().width() != first.width()) {
        return;
    }
    let mut next = Some(bits(first));
    for prefix in &prefixes {
        assert_eq!(Some(bits(prefix.addr())), next);
        next = bits(prefix.last()).checked_add(1);
    }
    assert_eq!(prefixes.last().map(Prefix::last), Some(last));
    for pair in prefixes.windows(2) {
        let shorter = Prefix::new(pair[0].addr(), pair[0].len().saturating_sub(1));
        let joined = shorter.is_some_and(|p| p.covers(pair[1]) && p.addr() == pair[0].addr());
        assert!(
            !(joined && pair[0].len() == pair[1].len()),
            "{pair:?} are one"
        );
    }
}
