//! Prefixes: canonical form, membership, ranges.

use knownet_label::{Addr, Prefix, PrefixError};
use proptest::prelude::*;

fn addr(text: &str) -> Addr {
    Addr::parse(text.as_bytes()).unwrap()
}

#[test]
fn texts_become_canonical() {
    let cases = [
        ("13.104.0.0/14", "13.104.0.0/14", false),
        (" 13.104.0.0/14 ", "13.104.0.0/14", false),
        ("10.1.2.3/8", "10.0.0.0/8", true),
        ("1.2.3.4", "1.2.3.4/32", false),
        ("1.2.3.4/0", "0.0.0.0/0", true),
        ("0.0.0.0/0", "0.0.0.0/0", false),
        ("::/0", "::/0", false),
        ("2001:db8::1", "2001:db8::1/128", false),
        ("2001:DB8::1/32", "2001:db8::/32", true),
        ("::ffff:1.2.3.4", "1.2.3.4/32", false),
        ("::ffff:1.2.3.0/120", "1.2.3.0/24", false),
        ("::ffff:1.2.3.4/120", "1.2.3.0/24", true),
        ("::ffff:0:0/96", "0.0.0.0/0", false),
        ("::ffff:0:0/95", "::fffe:0:0/95", true),
        ("::fffe:0:0/95", "::fffe:0:0/95", false),
    ];
    for (text, expected, host_bits) in cases {
        let parsed = Prefix::parse(text.as_bytes()).unwrap();
        assert_eq!(
            (parsed.prefix.to_string().as_str(), parsed.host_bits),
            (expected, host_bits),
            "{text:?}"
        );
    }
}

#[test]
fn errors_name_the_text() {
    let error = |text: &str| Prefix::parse(text.as_bytes()).unwrap_err().to_string();
    assert_eq!(
        error("10.0.0.300/8"),
        "\"10.0.0.300/8\" is not an address or prefix"
    );
    assert_eq!(
        error("10.0.0.0/33"),
        "\"10.0.0.0/33\" has no prefix length from 0 to 32"
    );
    assert_eq!(
        error("::/129"),
        "\"::/129\" has no prefix length from 0 to 128"
    );
    for text in [
        "10.0.0.0/",
        "10.0.0.0/08",
        "10.0.0.0/+8",
        "10.0.0.0/8/8",
        "10.0.0.0/8 x",
        "::/1000",
        "::1/",
    ] {
        assert!(
            matches!(
                Prefix::parse(text.as_bytes()),
                Err(PrefixError::Length { .. })
            ),
            "{text:?}"
        );
    }
    for text in [
        "",
        "/8",
        "10/8",
        "[::1]/128",
        "1.2.3.4:80",
        "fe80::1%eth0/64",
        "example.org",
    ] {
        assert!(
            matches!(Prefix::parse(text.as_bytes()), Err(PrefixError::Address(_))),
            "{text:?}"
        );
    }
    assert!(error(&"x".repeat(100_000)).len() < 120);
}

#[test]
fn lengths_fit_the_family() {
    assert_eq!(Prefix::new(Addr::V4(1), 33), None);
    assert_eq!(Prefix::new(Addr::V6(1), 129), None);
    let prefix = Prefix::new(addr("192.0.2.77"), 24).unwrap();
    assert_eq!(
        (prefix.addr(), prefix.last(), prefix.len()),
        (addr("192.0.2.0"), addr("192.0.2.255"), 24)
    );
    assert!(prefix.contains(addr("192.0.2.255")) && !prefix.contains(addr("192.0.3.0")));
    assert!(!prefix.contains(Addr::V6(0xc000_024d)));
    assert!(
        Prefix::new(Addr::V6(7), 0)
            .unwrap()
            .contains(Addr::V6(u128::MAX))
    );
}

#[test]
fn ranges_are_the_fewest_prefixes() {
    let range = |first, last| -> Vec<String> {
        Prefix::range(addr(first), addr(last))
            .map(|prefix| prefix.to_string())
            .collect()
    };
    assert_eq!(range("1.0.0.0", "1.0.0.255"), ["1.0.0.0/24"]);
    assert_eq!(
        range("1.0.0.1", "1.0.0.6"),
        ["1.0.0.1/32", "1.0.0.2/31", "1.0.0.4/31", "1.0.0.6/32"]
    );
    assert_eq!(range("0.0.0.0", "255.255.255.255"), ["0.0.0.0/0"]);
    assert_eq!(
        range("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ["::/0"]
    );
    assert_eq!(
        range("255.255.255.255", "255.255.255.255"),
        ["255.255.255.255/32"]
    );
    assert!(range("1.0.0.2", "1.0.0.1").is_empty());
    assert!(range("1.0.0.2", "2001::").is_empty());
}

proptest! {
    #[test]
    fn ranges_hold_exactly_their_addresses(first: u32, size in 0u32..70_000) {
        let last = first.saturating_add(size);
        let mut next = u64::from(first);
        let mut before: Option<Prefix> = None;
        for prefix in Prefix::range(Addr::V4(first), Addr::V4(last)) {
            let (Addr::V4(from), Addr::V4(to)) = (prefix.addr(), prefix.last()) else { panic!() };
            prop_assert_eq!(u64::from(from), next);
            if let Some(before) = before {
                let joined = Prefix::new(before.addr(), before.len().saturating_sub(1)).unwrap();
                prop_assert!(before.len() != prefix.len() || !joined.covers(prefix) || joined.addr() != before.addr());
            }
            next = u64::from(to) + 1;
            before = Some(prefix);
        }
        prop_assert_eq!(next, u64::from(last) + 1);
    }

    #[test]
    fn order_puts_covering_prefixes_first(bits: u128, outer in 0u8..=128, inner in 0u8..=128) {
        let (outer, inner) = (outer.min(inner), outer.max(inner));
        let (outer, inner) = (Prefix::new(Addr::V6(bits), outer).unwrap(), Prefix::new(Addr::V6(bits), inner).unwrap());
        prop_assert!(outer <= inner && outer.covers(inner));
    }
}
