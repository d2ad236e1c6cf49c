//! Cisco Umbrella's CSV exports: DNS, proxy, cloud firewall and IP logs.
//!
//! Source: "Log Formats and Versioning"
//! (<https://docs.umbrella.com/deployment-umbrella/docs/log-formats-and-versioning>). Every column is
//! quoted, times are in UTC, newer versions only add columns. The source is the address that the
//! cloud sees; the one inside is kept under its own name.

use super::Spec;
use super::address::{is_ip, is_port};
use super::columns::{Column, Columns};
use super::field::Field::{self, *};
use super::record::Record;
use super::transport;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "umbrella",
    summary: "Cisco Umbrella DNS, proxy and firewall logs",
    example: "\"2026-03-01 11:59:57\",\"ann\",\"ann,Office\",\"192.0.2.10\",\"198.51.100.1\",\"Allowed\",\"1 (A)\",\"NOERROR\",\"www.example.com.\",\"Business\"",
    read,
};

/// What a column is: a field, or a name.
enum Cell {
    Is(Field),
    Named(&'static str),
    Skip,
}

use Cell::{Is, Named, Skip};

#[rustfmt::skip]
const DNS: &[Cell] = &[
    Skip, Named("identity"), Named("identities"), Named("internal_ip"), Is(SourceIp),
    Is(EventAction), Is(DnsQuestionType), Named("response_code"), Is(DnsQuestionName),
    Named("categories"), Named("identity_type"), Named("identity_types"),
    Named("blocked_categories"), Is(RuleId),
];

#[rustfmt::skip]
const PROXY: &[Cell] = &[
    Skip, Named("identity"), Named("internal_ip"), Is(SourceIp), Is(DestinationIp),
    Named("content_type"), Is(EventAction), Is(UrlOriginal), Named("referer"),
    Is(UserAgentOriginal), Is(HttpResponseStatusCode), Is(SourceBytes), Is(DestinationBytes),
    Named("response_body_size"), Named("sha256"), Named("categories"), Named("av_detections"),
    Named("puas"), Named("amp_disposition"), Named("amp_malware_name"), Named("amp_score"),
    Named("identity_type"), Named("blocked_categories"), Named("identities"),
    Named("identity_types"), Is(HttpRequestMethod), Named("dlp_status"),
    Named("certificate_errors"), Named("file_name"), Named("ruleset_id"), Is(RuleId),
];

#[rustfmt::skip]
const FIREWALL: &[Cell] = &[
    Skip, Named("origin_id"), Named("identity"), Named("identity_type"), Is(NetworkDirection),
    Is(NetworkTransport), Named("packet_size"), Is(SourceIp), Is(SourcePort), Is(DestinationIp),
    Is(DestinationPort), Named("data_center"), Is(RuleId), Is(EventAction),
];

#[rustfmt::skip]
const IP: &[Cell] = &[
    Skip, Named("identity"), Is(SourceIp), Is(SourcePort), Is(DestinationIp), Is(DestinationPort),
    Named("categories"), Named("identity_types"),
];

/// What identities are, as the last column of IP logs says.
const IDENTITIES: &[&[u8]] = &[
    b"AD Users",
    b"AD Computers",
    b"AD Groups",
    b"Anyconnect Roaming Client",
    b"Chromebook Users",
    b"G Suite Users",
    b"Internal Networks",
    b"Mobile Devices",
    b"Network Devices",
    b"Network Tunnels",
    b"Networks",
    b"Roaming Computers",
    b"Sites",
];

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let text = text.trim_ascii_start();
    if !matches!(
        text,
        [b'"', b'2', _, _, _, b'-', _, _, b'-', _, _, b' ', ..]
    ) {
        return false;
    }
    let mut columns = [Column::default(); 32];
    let count = Columns::new(text, b',').fill(&mut columns);
    let at = |index: usize| columns[index].text;
    let ip = |index: usize| is_ip(at(index));
    let ip_or_none = |index: usize| at(index).is_empty() || ip(index);
    let cells = match () {
        () if count >= 10
            && ip_or_none(3)
            && ip(4)
            && matches!(at(5), b"Allowed" | b"Blocked" | b"Proxied")
            && at(6).ends_with(b")") =>
        {
            DNS
        }
        () if count >= 20
            && ip_or_none(2)
            && ip(3)
            && ip_or_none(4)
            && matches!(at(6), b"ALLOWED" | b"BLOCKED" | b"WARNED" | b"PROXIED") =>
        {
            PROXY
        }
        () if count >= 14
            && matches!(at(4), b"OUTBOUND" | b"INBOUND")
            && ip(7)
            && ip(9)
            && matches!(at(13), b"ALLOW" | b"BLOCK") =>
        {
            FIREWALL
        }
        () if count == 8
            && ip(2)
            && ip(4)
            && is_port(at(3))
            && is_port(at(5))
            && at(7)
                .split(|&byte| byte == b',')
                .all(|kind| IDENTITIES.contains(&kind)) =>
        {
            IP
        }
        () => return false,
    };
    record.set(ObserverVendor, "Cisco");
    record.set(ObserverProduct, "Umbrella");
    let when = at(0);
    let time = when.split_at_checked(10).and_then(|(date, time)| {
        let clock = &record.context.clock;
        clock.date_time(date, time.trim_ascii(), Some(b"Z"))
    });
    if let Some(time) = time {
        record.at(time);
    }
    for (cell, column) in cells.iter().zip(columns) {
        match cell {
            Skip => {}
            Is(NetworkTransport) => transport::set(record, column.text),
            Is(NetworkDirection) => {
                let outbound = column.text == b"OUTBOUND";
                record.set(
                    NetworkDirection,
                    if outbound { "outbound" } else { "inbound" },
                );
            }
            Is(DnsQuestionType) => {
                let text = column.text;
                let open = text.iter().position(|&byte| byte == b'(');
                let name = open.map_or(text, |open| &text[open + 1..text.len() - 1]);
                record.set(DnsQuestionType, name);
            }
            Is(DnsQuestionName) => {
                let name = column.text;
                record.set(DnsQuestionName, name.strip_suffix(b".").unwrap_or(name));
            }
            Is(field) => {
                let value = column.value(record);
                record.set(*field, value);
            }
            Named(name) => {
                let value = column.value(record);
                record.vendor(name.as_bytes(), value);
            }
        }
    }
    true
}
