//! Any text as an address, held against the standard library's reading of what is inside.
#![no_main]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use knownet_label::Addr;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let got = Addr::parse(text);
    let expected = std::str::from_utf8(text)
        .ok()
        .and_then(spelled)
        .map(Addr::from);
    assert_eq!(got, expected, "{:?}", String::from_utf8_lossy(text));
    // Wherever it lies in a buffer, what stands beside it does not count.
    let around = [b"1.2.3.4, 255", text, b"5.6:::7.8.9.10 "].concat();
    assert_eq!(Addr::parse(&around[12..12 + text.len()]), got);
    if let Some(addr) = got {
        assert_eq!(Addr::parse(addr.to_string().as_bytes()), Some(addr));
    }
});

/// The rule for what may stand around an address.
fn spelled(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches([' ', '\t']);
    if let Some(rest) = text.strip_prefix('[') {
        let (inside, after) = rest.split_once(']')?;
        return match after.strip_prefix(':') {
            Some(port) if !is_port(port) => None,
            None if !after.is_empty() => None,
            _ => zoned(inside),
        };
    }
    if let Some((host, port)) = text.split_once(':')
        && let Ok(quad) = host.parse::<Ipv4Addr>()
    {
        return is_port(port).then_some(quad.into());
    }
    zoned(text)
}

fn zoned(text: &str) -> Option<IpAddr> {
    match text.split_once('%') {
        None => text.parse().ok(),
        Some((addr, zone)) => {
            let good = |c: char| c.is_ascii_graphic() && !"[]%/".contains(c);
            let named = !zone.is_empty() && zone.chars().all(good);
            let addr = addr.parse::<Ipv6Addr>().ok();
            addr.filter(|_| named).map(IpAddr::V6)
        }
    }
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len())
        && text.bytes().all(|digit| digit.is_ascii_digit())
        && text.parse::<u16>().is_ok()
}
