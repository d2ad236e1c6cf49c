//! Windows Firewall's `pfirewall.log` without its header, in the order it has always had.
//!
//! Source: "Interpreting the Windows Firewall log"
//! (<https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2003/cc758040(v=ws.10)>);
//! `pid` came later. Times are the machine's own.

use super::Spec;
use super::address::{is_ip, is_port};
use super::columns::{Column, Columns};
use super::field::Field;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "pfirewall",
    summary: "Windows Firewall pfirewall.log without its header",
    example: "2026-03-01 11:59:57 DROP TCP 203.0.113.7 192.0.2.10 50123 445 52 S 1234567890 0 64240 - - - RECEIVE 4",
    read,
};

/// The names of the columns that have no ECS field, from the size on.
const NAMES: &[&str] = &[
    "size", "tcpflags", "tcpsyn", "tcpack", "tcpwin", "icmptype", "icmpcode", "info", "path",
];

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let Some(
        &[
            _,
            _,
            _,
            _,
            b'-',
            _,
            _,
            b'-',
            _,
            _,
            b' ',
            _,
            _,
            b':',
            _,
            _,
            b':',
            _,
            _,
            b' ',
            ..,
        ],
    ) = text.first_chunk::<24>()
    else {
        return false;
    };
    let mut columns = [Column::default(); 18];
    let count = Columns::plain(text.trim_ascii_end(), b' ').fill(&mut columns);
    let [
        date,
        time,
        action,
        protocol,
        source,
        destination,
        from,
        to,
        ..,
    ] = columns.map(|column| column.text);
    let unset = |text: &[u8]| text == b"-";
    let sure = (16..=18).contains(&count)
        && match action {
            b"ALLOW" | b"DROP" | b"OPEN" | b"CLOSE" | b"OPEN-INBOUND" => {
                is_ip(source) && is_ip(destination)
            }
            b"INFO-EVENTS-LOST" => unset(source) && unset(destination),
            _ => false,
        }
        && [from, to].iter().all(|port| unset(port) || is_port(port));
    if !sure {
        return false;
    }
    observer(record);
    if let Some(time) = record.context.clock.date_time(date, time, None) {
        record.at(time);
    }
    record.set(Field::EventAction, action);
    transport(protocol, record);
    record.set(Field::SourceIp, source);
    record.set(Field::DestinationIp, destination);
    record.set(Field::SourcePort, from);
    record.set(Field::DestinationPort, to);
    for (name, column) in NAMES.iter().zip(&columns[8..]) {
        if !unset(column.text) {
            record.vendor(name.as_bytes(), column.text);
        }
    }
    direction(columns[16].text, record);
    record.set(Field::ProcessPid, columns[17].text);
    true
}

/// Says what writes such a log.
pub fn observer(record: &mut Record<'_>) {
    record.set(Field::ObserverVendor, "Microsoft");
    record.set(Field::ObserverProduct, "Windows Firewall");
    record.set(Field::ObserverType, "firewall");
}

/// Sets the direction by the log's `path`.
pub fn direction(path: &[u8], record: &mut Record<'_>) {
    let direction = match path {
        b"RECEIVE" => "ingress",
        b"SEND" => "egress",
        _ => return,
    };
    record.set(Field::NetworkDirection, direction);
}

/// Sets a protocol, given as its name in any case or as its number.
pub fn transport<'a>(protocol: &'a [u8], record: &mut Record<'a>) {
    if protocol.is_empty() || protocol == b"-" {
        return;
    }
    if protocol[0].is_ascii_digit() {
        record.set(Field::NetworkIanaNumber, protocol);
        if let Some(name) = name(protocol) {
            record.set(Field::NetworkTransport, name);
        }
        return;
    }
    let known = [&b"tcp"[..], b"udp", b"icmp", b"icmpv6"];
    let value = known
        .into_iter()
        .find(|name| name.eq_ignore_ascii_case(protocol));
    let value = match value {
        Some(name) => name.into(),
        None => record.own(|out| out.extend(protocol.iter().map(u8::to_ascii_lowercase))),
    };
    record.set(Field::NetworkTransport, value);
}

/// The name of a protocol by its number (IANA, "Protocol Numbers").
fn name(number: &[u8]) -> Option<&'static str> {
    Some(match number {
        b"1" => "icmp",
        b"2" => "igmp",
        b"6" => "tcp",
        b"17" => "udp",
        b"41" => "ipv6",
        b"47" => "gre",
        b"50" => "esp",
        b"51" => "ah",
        b"58" => "ipv6-icmp",
        b"89" => "ospf",
        b"103" => "pim",
        b"112" => "vrrp",
        b"132" => "sctp",
        _ => return None,
    })
}
