//! The twins agree with each other and with std on every shape of text.

use super::{load, portable};
use std::net::Ipv4Addr;

fn answers(text: &str) -> Vec<Option<u32>> {
    let Some((low, high)) = load(text.as_bytes()) else {
        return vec![None];
    };
    let len = text.len() as u32;
    let mut answers = vec![portable::parse(low, high, len)];
    #[cfg(target_arch = "x86_64")]
    answers.extend(super::ssse3::parse(low, high, len));
    answers
}

#[test]
fn twins_agree_with_std() {
    let octets = [
        "0", "1", "9", "10", "42", "99", "100", "128", "255", "256", "260", "999", "00", "05",
        "007", "", "1000", "/", ":", "a", "1 ", "\u{80}", "..", ".",
    ];
    for a in octets {
        for b in octets {
            for c in octets {
                for d in octets {
                    let text = format!("{a}.{b}.{c}.{d}");
                    let expected = text.parse::<Ipv4Addr>().ok().map(Ipv4Addr::to_bits);
                    for answer in answers(&text) {
                        assert_eq!(answer, expected, "{text:?}");
                    }
                }
            }
        }
    }
}

#[test]
fn any_byte_anywhere_agrees_with_std() {
    for good in ["1.2.3.4", "10.20.30.40", "192.168.100.200", "255.0.9.25"] {
        for at in 0..good.len() {
            for byte in 0..=127u8 {
                let mut text = good.as_bytes().to_vec();
                text[at] = byte;
                let text = String::from_utf8(text).unwrap();
                let expected = text.parse::<Ipv4Addr>().ok().map(Ipv4Addr::to_bits);
                for answer in answers(&text) {
                    assert_eq!(answer, expected, "{text:?}");
                }
            }
        }
    }
}
