//! The packet filter's log of pfSense and OPNsense: `filterlog: 5,,,1000000103,igb0,match,block,in,4,…`.
//!
//! The fields up to the IP version are always there; which follow depends on it and on the protocol.
//! Source and destination are the first two fields that are addresses and neighbours, with protocol,
//! its number and the packet's length before them.
//!
//! Source: Netgate docs, Raw Filter Log Format.

use super::Spec;
use super::address::is_ip;
use super::field::Field;
use super::record::Record;
use super::transport;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "pf",
    summary: "pfSense and OPNsense filterlog",
    example: "filterlog[4711]: 5,,,1000000103,igb0,match,block,in,4,0x0,,64,12345,0,DF,6,tcp,60,\
              203.0.113.9,192.0.2.5,40000,443,0,S,1234567890,,64240,,mss",
    read,
};

/// So many fields are looked at; the longest records have fewer.
const MOST: usize = 40;

/// What stands in front of the IP version, by place.
const RULE: usize = 0;
const SUB_RULE: usize = 1;
const ANCHOR: usize = 2;
const TRACKER: usize = 3;
const INTERFACE: usize = 4;
const REASON: usize = 5;
const ACTION: usize = 6;
const DIRECTION: usize = 7;
const VERSION: usize = 8;

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let text = match text {
        [b'0'..=b'9', ..] => text,
        [b'f', ..] => {
            let Some(rest) = without_program(text) else {
                return false;
            };
            rest
        }
        _ => return false,
    };
    // A rule's number and its comma come first; most other text is out here.
    let digits = text
        .iter()
        .take(8)
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if digits == 0 || text.get(digits) != Some(&b',') {
        return false;
    }
    let mut fields = [&b""[..]; MOST];
    let mut count = 0;
    for (place, field) in fields.iter_mut().zip(text.split(|&byte| byte == b',')) {
        *place = field.trim_ascii();
        count += 1;
    }
    let fields = &fields[..count];
    if count <= VERSION || !matches!(fields[VERSION], b"4" | b"6") {
        return false;
    }
    let (action, outcome) = match fields[ACTION] {
        b"pass" => ("allowed", "success"),
        b"block" | b"reject" => ("denied", "failure"),
        // Translations and the like decide nothing.
        b"match" | b"nat" | b"binat" | b"rdr" | b"scrub" | b"no" | b"synproxy drop" => ("", ""),
        _ => return false,
    };
    let (direction, interface) = match fields[DIRECTION] {
        b"in" => ("inbound", Field::ObserverIngressInterfaceName),
        b"out" => ("outbound", Field::ObserverEgressInterfaceName),
        _ => return false,
    };
    record.set(Field::ObserverProduct, "pf");
    record.set(Field::ObserverType, "firewall");
    record.set(Field::EventAction, action);
    record.set(Field::EventOutcome, outcome);
    record.set(Field::EventReason, fields[REASON]);
    record.set(Field::NetworkDirection, direction);
    record.set(interface, fields[INTERFACE]);
    record.set(Field::RuleId, fields[TRACKER]);
    record.vendor(b"rule", fields[RULE]);
    record.vendor(b"sub_rule", fields[SUB_RULE]);
    record.vendor(b"anchor", fields[ANCHOR]);
    let pair = (VERSION + 1..count.saturating_sub(1))
        .find(|&at| is_ip(fields[at]) && is_ip(fields[at + 1]));
    if let Some(at) = pair {
        packet(&fields[VERSION + 1..at], record);
        record.set(Field::SourceIp, fields[at]);
        record.set(Field::DestinationIp, fields[at + 1]);
        behind(&fields[at + 2..], record);
    }
    true
}

/// What follows the program's name, if it is this one.
fn without_program(text: &[u8]) -> Option<&[u8]> {
    let rest = text.strip_prefix(b"filterlog")?;
    let rest = match rest.strip_prefix(b"[") {
        Some(pid) => {
            let close = pid.iter().take(12).position(|&byte| byte == b']')?;
            &pid[close + 1..]
        }
        None => rest,
    };
    Some(rest.strip_prefix(b":").unwrap_or(rest).trim_ascii_start())
}

/// Protocol and length, which are the last three of these; IPv4 has the number before the name.
fn packet<'a>(fields: &[&'a [u8]], record: &mut Record<'a>) {
    let [.., a, b, length] = fields else {
        return;
    };
    // The name counts where both are there.
    let is_number = |field: &[u8]| field.iter().all(u8::is_ascii_digit);
    let (number, name) = if is_number(a) { (a, b) } else { (b, a) };
    transport::set(record, number);
    transport::set(record, name);
    record.set(Field::NetworkBytes, *length);
}

/// What follows the addresses.
fn behind<'a>(fields: &[&'a [u8]], record: &mut Record<'a>) {
    match record.get(Field::NetworkTransport) {
        Some(b"tcp" | b"udp" | b"sctp") => {
            let names = [&b""[..], b"", b"data_length", b"tcp_flags", b"sequence"];
            for (index, (field, name)) in fields.iter().zip(names).enumerate() {
                match index {
                    0 => _ = record.set(Field::SourcePort, *field),
                    1 => _ = record.set(Field::DestinationPort, *field),
                    _ => record.vendor(name, *field),
                }
            }
        }
        Some(b"icmp" | b"ipv6-icmp") => {
            if let [kind, ..] = fields {
                record.vendor(b"icmp_type", *kind);
            }
        }
        Some(b"vrrp" | b"carp") => {
            let names = [
                b"carp_type".as_slice(),
                b"carp_ttl",
                b"vhid",
                b"version",
                b"advskew",
                b"advbase",
            ];
            for (field, name) in fields.iter().zip(names) {
                record.vendor(name, *field);
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Context;
    use crate::text::time::{Clock, Time};

    fn found(text: &str) -> Option<String> {
        let context = Context::new(Clock::at(Time::default()));
        let mut record = Record::new(&context);
        record.begin(text.as_bytes());
        read(text.as_bytes(), &mut record).then(|| {
            let get =
                |field| String::from_utf8_lossy(record.get(field).unwrap_or(b"-")).into_owned();
            [
                Field::NetworkTransport,
                Field::SourceIp,
                Field::SourcePort,
                Field::DestinationIp,
                Field::DestinationPort,
                Field::EventAction,
            ]
            .map(get)
            .join(" ")
        })
    }

    #[test]
    fn packets_of_every_kind() {
        for (text, expected) in [
            (
                "filterlog[7]: 5,,,1000000103,igb0,match,block,in,4,0x0,,64,12345,0,DF,6,tcp,60,203.0.113.9,192.0.2.5,40000,443,0,S,1,,64240,,mss",
                "tcp 203.0.113.9 40000 192.0.2.5 443 denied",
            ),
            (
                "filterlog: 5,,,0,igb0,match,pass,out,4,0x0,,64,0,0,none,17,udp,60,192.0.2.5,203.0.113.9,53,40000,32",
                "udp 192.0.2.5 53 203.0.113.9 40000 allowed",
            ),
            (
                "5,16777216,anchor/x,0,ovpns1,match,pass,out,4,0x0,,64,0,0,none,1,icmp,60,192.0.2.5,203.0.113.9,request,4,1957",
                "icmp 192.0.2.5 - 203.0.113.9 - allowed",
            ),
            (
                "5,,,0,igb0,match,reject,in,6,0x00,0xf6279,1,UDP,17,32,fe80::5,ff02::1:2,546,547,32",
                "udp fe80::5 546 ff02::1:2 547 denied",
            ),
            (
                "5,,,0,igb0,match,pass,in,6,0x00,0x0,255,ICMPv6,58,32,fe80::5,ff02::1,",
                "ipv6-icmp fe80::5 - ff02::1 - allowed",
            ),
            (
                "5,,,0,igb0,match,block,out,4,0xe0,,255,0,0,DF,112,carp,56,192.0.2.5,224.0.0.18,advertise,255,1,2,0,1",
                "carp 192.0.2.5 - 224.0.0.18 - denied",
            ),
            ("5,,,0,igb0,match,block,in,4", "- - - - - denied"),
        ] {
            assert_eq!(found(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn other_lists_are_left_alone() {
        for text in [
            "",
            "f",
            "filterlog",
            "filterlog[7",
            "filterlog: starting",
            "5",
            "5,,,,,,,,",
            "5,a,b,c,d,e,pass,in,5,x",
            "1,2026/03/01 12:00:00,0011,TRAFFIC,end,1,2,3,4,192.0.2.5,203.0.113.9",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
