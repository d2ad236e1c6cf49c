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
use super::transport;

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
    transport::set(record, protocol);
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
