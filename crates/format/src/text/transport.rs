//! Names of transport protocols, as ECS spells them, from names and numbers as devices write them.

use super::field::Field;
use super::record::Record;

/// Names, lower case, and their numbers.
///
/// Source: IANA, Assigned Internet Protocol Numbers.
const KNOWN: &[(&str, &str)] = &[
    ("tcp", "6"),
    ("udp", "17"),
    ("icmp", "1"),
    ("ipv6-icmp", "58"),
    ("icmp6", "58"),
    ("icmpv6", "58"),
    ("igmp", "2"),
    ("gre", "47"),
    ("esp", "50"),
    ("ah", "51"),
    ("eigrp", "88"),
    ("ospf", "89"),
    ("pim", "103"),
    ("vrrp", "112"),
    ("carp", "112"),
    ("sctp", "132"),
];

/// Sets `network.transport` by a protocol's name or number, and `network.iana_number` where it is a
/// number.
pub fn set<'a>(record: &mut Record<'a>, name: &'a [u8]) {
    let name = name.trim_ascii();
    let number = name.strip_prefix(b"protocol ").unwrap_or(name);
    if number.is_empty() || number.len() > 16 {
        return;
    }
    if number.iter().all(u8::is_ascii_digit) {
        record.set(Field::NetworkIanaNumber, number);
        if let Some((name, _)) = KNOWN.iter().find(|(_, known)| known.as_bytes() == number) {
            record.set(Field::NetworkTransport, *name);
        }
        return;
    }
    if !name
        .iter()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
    {
        return;
    }
    // "IP" says nothing of what is in the packet.
    if name.eq_ignore_ascii_case(b"ip") {
        return;
    }
    match KNOWN
        .iter()
        .find(|(known, _)| name.eq_ignore_ascii_case(known.as_bytes()))
    {
        Some((known, "58")) if *known != "ipv6-icmp" => {
            record.set(Field::NetworkTransport, "ipv6-icmp");
        }
        Some((known, _)) => {
            record.set(Field::NetworkTransport, *known);
        }
        None if name.iter().all(|byte| !byte.is_ascii_uppercase()) => {
            record.set(Field::NetworkTransport, name);
        }
        None => {
            let lower = record.own(|out| out.extend(name.iter().map(u8::to_ascii_lowercase)));
            record.set(Field::NetworkTransport, lower);
        }
    }
}

/// Whether the protocol has no ports, so that numbers beside its addresses are something else.
pub fn without_ports(record: &Record<'_>) -> bool {
    matches!(
        record.get(Field::NetworkTransport),
        Some(
            b"icmp" | b"ipv6-icmp" | b"igmp" | b"gre" | b"esp" | b"ah" | b"vrrp" | b"pim" | b"ospf"
        )
    )
}
