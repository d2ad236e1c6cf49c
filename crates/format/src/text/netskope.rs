//! Netskope transaction events without their header, separated by blanks or commas.
//!
//! Source: "Transaction Events" in Netskope's documentation; names are those of W3C extended logs
//! (`c-ip` is the client, `s-ip` the server), times are in UTC.

use memchr::memmem;

use super::Spec;
use super::address::is_ip;
use super::columns::{Column, Columns};
use super::field::Field::{self, *};
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "netskope",
    summary: "Netskope transaction events",
    example: "2026-03-01 11:59:57 138 512 4096 4608 192.0.2.10 203.0.113.5 ann@example.com GET https - \"curl/8.0\" - 200 text/html www.example.com www.example.com / 443 - 1 - - - - - - - - - - - - - - - - - - - - - - - - - - - - - - http_transaction - - - - - - - -",
    read,
};

/// The columns from the third on.
const CELLS: &[(Option<Field>, &str)] = &[
    (None, "time-taken"),
    (Some(SourceBytes), "cs-bytes"),
    (Some(DestinationBytes), "sc-bytes"),
    (Some(NetworkBytes), "bytes"),
    (Some(SourceIp), "c-ip"),
    (Some(DestinationIp), "s-ip"),
    (Some(UserName), "cs-username"),
    (Some(HttpRequestMethod), "cs-method"),
    (Some(NetworkProtocol), "cs-uri-scheme"),
    (None, "cs-uri-query"),
    (Some(UserAgentOriginal), "cs-user-agent"),
    (None, "cs-content-type"),
    (Some(HttpResponseStatusCode), "sc-status"),
    (None, "sc-content-type"),
    (None, "cs-dns"),
    (Some(UrlDomain), "cs-host"),
    (None, "cs-uri"),
    (None, "cs-uri-port"),
    (None, "cs-referer"),
    (None, "x-cs-session-id"),
];

/// Fewer columns than these are no transaction.
const FEWEST: usize = 60;

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let Some(
        &[
            b'2',
            _,
            _,
            _,
            b'-',
            _,
            _,
            b'-',
            _,
            _,
            delimiter @ (b' ' | b','),
            _,
            _,
            b':',
            _,
            _,
            b':',
            _,
            _,
            next,
        ],
    ) = text.first_chunk::<20>()
    else {
        return false;
    };
    if next != delimiter || memmem::find(text, b"http_transaction").is_none() {
        return false;
    }
    let mut columns = [Column::default(); 22];
    let count = Columns::new(text.trim_ascii_end(), delimiter).fill(&mut columns);
    let digits = |index: usize| {
        columns[index]
            .text
            .iter()
            .all(|b| b.is_ascii_digit() || *b == b'-')
    };
    let sure = count >= FEWEST
        && (2..6).all(digits)
        && is_ip(columns[6].text)
        && (is_ip(columns[7].text) || columns[7].text == b"-");
    if !sure {
        return false;
    }
    record.set(ObserverVendor, "Netskope");
    record.set(ObserverType, "proxy");
    let clock = &record.context.clock;
    if let Some(time) = clock.date_time(columns[0].text, columns[1].text, Some(b"Z")) {
        record.at(time);
    }
    for ((field, name), column) in CELLS.iter().zip(&columns[2..]) {
        if matches!(column.text, b"-" | b"") {
            continue;
        }
        let value = column.value(record);
        match field {
            Some(field) => {
                record.set(*field, value);
            }
            None => record.vendor(name.as_bytes(), value),
        }
    }
    true
}
