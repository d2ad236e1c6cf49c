//! Addresses as logs write them, and nothing else; std is the judge of bare ones.

use knownet_label::Addr;
use proptest::prelude::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

fn parse(text: &str) -> Option<String> {
    Addr::parse(text.as_bytes()).map(|addr| addr.to_string())
}

#[test]
fn accepts_what_logs_write() {
    let cases = [
        ("1.2.3.4", "1.2.3.4"),
        ("  13.107.4.50 ", "13.107.4.50"),
        ("\t0.0.0.0", "0.0.0.0"),
        ("255.255.255.255", "255.255.255.255"),
        ("1.2.3.4:443", "1.2.3.4"),
        ("1.2.3.4:0", "1.2.3.4"),
        ("255.255.255.255:65535", "255.255.255.255"),
        ("[1.2.3.4]", "1.2.3.4"),
        ("[1.2.3.4]:25", "1.2.3.4"),
        ("[::1]", "::1"),
        ("[2001:db8::1]:443", "2001:db8::1"),
        (" [2001:db8::1%eth0]:443 ", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("fe80::1%12", "fe80::1"),
        ("fe80:0:0:0:1:2:3:4", "fe80::1:2:3:4"),
        ("fe80:0000:0000:0000:0001:0002:0003:0004", "fe80::1:2:3:4"),
        ("FE80::AbCd", "fe80::abcd"),
        ("::", "::"),
        ("1::", "1::"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"),
        ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("1:2:3:4:5:6:192.0.2.33", "1:2:3:4:5:6:c000:221"),
        ("::1.2.3.4", "::102:304"),
        ("::ffff:1.2.3.4", "1.2.3.4"),
        ("::FFFF:0102:0304", "1.2.3.4"),
        ("0:0:0:0:0:ffff:1.2.3.4", "1.2.3.4"),
        ("[::ffff:1.2.3.4]:80", "1.2.3.4"),
        ("::ffff:1.2.3.4%3", "1.2.3.4"),
        ("1:2::3:443", "1:2::3:443"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text).as_deref(), Some(expected), "{text:?}");
    }
}

#[test]
fn refuses_everything_else() {
    let cases = [
        "",
        " ",
        "-",
        "null",
        "localhost",
        ".",
        ":",
        ":::",
        "1",
        "1.2.3",
        "1.2.3.",
        ".1.2.3",
        "1.2.3.4.5",
        "1..2.3",
        "01.2.3.4",
        "1.02.3.4",
        "1.2.3.00",
        "256.1.1.1",
        "1.2.3.256",
        "999.999.999.999",
        "1000.2.3.4",
        "1.2.3.4x",
        "x1.2.3.4",
        "1.2.3.4 5",
        "1.2.3.4/24",
        "+1.2.3.4",
        "1.2.3.-4",
        "1,2,3,4",
        "1.2.3.4:",
        "1.2.3.4:65536",
        "1.2.3.4:99999",
        "1.2.3.4:000080",
        "1.2.3.4:+80",
        "1.2.3.4:http",
        "1.2.3.4%eth0",
        "[1.2.3.4",
        "1.2.3.4]",
        "[]",
        "[::1",
        "::1]",
        "[::1]443",
        "[::1]:",
        "[::1]:65536",
        "[::1]%eth0",
        "[[::1]]",
        "[ ::1 ]",
        "1::2::3",
        ":1::2",
        "1:",
        "1:2",
        "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7:8::",
        "1:2:3:4::5:6:7:8",
        "12345::",
        "::12345",
        "::00001",
        "g::",
        "::1.2.3",
        "::1.2.3.4.5",
        "::01.2.3.4",
        "1.2.3.4::",
        "::1.2.3.4:5",
        "1:2:3:4:5:6:7:1.2.3.4",
        "fe80::1%",
        "fe80::1%a b",
        "fe80::1%eth0%1",
        "::1/128",
        "2001:db8:0:0:1:0:0:1:443",
        "\u{ff11}.2.3.4",
        "1.2.3.4\0",
        "1.2.3.4\n",
    ];
    for text in cases {
        assert_eq!(parse(text), None, "{text:?}");
    }
}

#[test]
fn every_length_and_dot_position_agrees_with_std() {
    let octets = [
        "0", "7", "10", "99", "100", "199", "249", "255", "256", "00", "01", "300", "", "1000", "a",
    ];
    for a in octets {
        for b in octets {
            for c in octets {
                for d in octets {
                    let text = format!("{a}.{b}.{c}.{d}");
                    let expected = text.parse::<Ipv4Addr>().ok().map(|addr| addr.to_string());
                    assert_eq!(parse(&text), expected, "{text:?}");
                }
            }
        }
    }
}

fn judged(text: &str) -> Option<Addr> {
    text.parse::<IpAddr>().ok().map(Addr::from)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn every_address_is_read_back(v4: u32, v6: u128, port: u16, shift in 0u32..128) {
        let v6 = Ipv6Addr::from_bits(v6 >> shift);
        let plain = Addr::from(v6);
        prop_assert_eq!(Addr::parse(Ipv4Addr::from_bits(v4).to_string().as_bytes()), Some(Addr::V4(v4)));
        prop_assert_eq!(Addr::parse(format!("{}:{port}", Ipv4Addr::from_bits(v4)).as_bytes()), Some(Addr::V4(v4)));
        prop_assert_eq!(Addr::parse(v6.to_string().as_bytes()), Some(plain));
        prop_assert_eq!(Addr::parse(format!("[{v6}]:{port}").as_bytes()), Some(plain));
        let groups = v6.segments().map(|group| format!("{group:04X}")).join(":");
        prop_assert_eq!(Addr::parse(groups.as_bytes()), Some(plain));
        let groups = v6.segments().map(|group| format!("{group:x}")).join(":");
        prop_assert_eq!(Addr::parse(groups.as_bytes()), Some(plain));
    }

    #[test]
    fn nearly_addresses_agree_with_std(text in "[0-9a-f]{0,5}(:{1,2}[0-9a-f]{0,5}){0,8}(\\.[0-9]{1,3}){0,4}") {
        // One colon after a quad is a port, which std does not know.
        prop_assume!(text.matches(':').count() != 1);
        prop_assert_eq!(Addr::parse(text.as_bytes()), judged(&text));
    }

    #[test]
    fn nearly_quads_agree_with_std(text in "[0-9]{0,4}(\\.[0-9]{0,4}){2,4}[ -~]?") {
        prop_assume!(!text.ends_with([' ', ':']));
        prop_assert_eq!(Addr::parse(text.as_bytes()), judged(&text));
    }

    #[test]
    fn bytes_never_panic(bytes: Vec<u8>) {
        let _ = Addr::parse(&bytes);
        let _ = knownet_label::Prefix::parse(&bytes);
    }
}
