//! Transport protocols by number and by name, as devices write them, for `network.transport`.

use crate::text::field::Field;
use crate::text::record::Record;

/// Sets `network.transport` in lower case, and `network.iana_number` if it is a number; `false` if
/// it is neither.
pub fn set<'a>(value: &'a [u8], record: &mut Record<'a>) -> bool {
    if value.is_empty() || value.len() > 16 {
        return false;
    }
    if value.iter().all(u8::is_ascii_digit) {
        if value.len() > 3 {
            return false;
        }
        record.set(Field::NetworkIanaNumber, value);
        return name(value).is_none_or(|name| record.set(Field::NetworkTransport, name));
    }
    for name in ["tcp", "udp", "icmp", "ipv6-icmp", "gre", "esp", "sctp"] {
        if value.eq_ignore_ascii_case(name.as_bytes()) {
            return record.set(Field::NetworkTransport, name);
        }
    }
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    if !value.iter().all(word) {
        return false;
    }
    let lower = record.own(|out| out.extend(value.iter().map(u8::to_ascii_lowercase)));
    record.set(Field::NetworkTransport, lower)
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
