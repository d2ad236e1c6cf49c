//! Transport protocols by number and by name, as devices write them, for `network.transport`.

use crate::text::field::Field;
use crate::text::record::Record;

/// Sets `network.transport` in lower case, and `network.iana_number` if it is a number; `false` if
/// it is neither a number nor a word.
pub fn set<'a>(value: &'a [u8], record: &mut Record<'a>) -> bool {
    if set_known(value, record) {
        return true;
    }
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    if !(1..=16).contains(&value.len()) || !value.iter().all(word) {
        return false;
    }
    let lower = record.own(|out| out.extend(value.iter().map(u8::to_ascii_lowercase)));
    record.set(Field::NetworkTransport, lower)
}

/// As [`set`], for numbers and names of transport protocols alone.
pub fn set_known<'a>(value: &'a [u8], record: &mut Record<'a>) -> bool {
    if (1..=3).contains(&value.len()) && value.iter().all(u8::is_ascii_digit) {
        record.set(Field::NetworkIanaNumber, value);
        return name(value).is_none_or(|name| record.set(Field::NetworkTransport, name));
    }
    let known = ["tcp", "udp", "icmp", "ipv6-icmp", "gre", "esp", "sctp"];
    let mut known = known.into_iter();
    known
        .find(|name| value.eq_ignore_ascii_case(name.as_bytes()))
        .is_some_and(|name| record.set(Field::NetworkTransport, name))
}

/// The name of a number in IANA's *Protocol Numbers*.
fn name(number: &[u8]) -> Option<&'static str> {
    Some(match number {
        b"1" => "icmp",
        b"2" => "igmp",
        b"6" => "tcp",
        b"17" => "udp",
        b"47" => "gre",
        b"50" => "esp",
        b"51" => "ah",
        b"58" => "ipv6-icmp",
        b"88" => "eigrp",
        b"89" => "ospf",
        b"103" => "pim",
        b"112" => "vrrp",
        b"132" => "sctp",
        _ => return None,
    })
}
