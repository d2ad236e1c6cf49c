//! Palo Alto PAN-OS CSV: one order of columns for each type of log.
//!
//! Known by its second column (when it was received) and its fourth (the type, one of a closed
//! list). Logs that come through Strata Logging Service lack the first, unused column.

mod layout;
mod system;

use super::Spec;
use super::address::is_ip;
use super::columns::{Column, Columns};
use super::field::Field;
use super::record::Record;
use super::transport;
use layout::{Cell, FIRST, MOST, SESSION, TYPE};

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "panos",
    summary: "Palo Alto PAN-OS CSV",
    example: "1,2026/03/01 11:59:58,013201001234,TRAFFIC,end,2561,2026/03/01 11:59:57,192.0.2.10,203.0.113.7,198.51.100.1,203.0.113.7,out,example\\ann,,ssl,vsys1,trust,untrust,ethernet1/2,ethernet1/1,fwd,2026/03/01 11:59:58,4711,1,50123,443,40123,443,0x400053,tcp,allow,5120,1024,4096,20,2026/03/01 11:59:40,15,any",
    read,
};

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    if !matches!(text, [b'0'..=b'9', ..]) {
        return false;
    }
    let Some(shift) = shift(text) else {
        return false;
    };
    let mut columns = [Column::default(); MOST];
    // The columns stand where they would be with the first one.
    let count = Columns::new(text, b',').fill(&mut columns[shift..]) + shift;
    let columns = &columns[..count.min(MOST)];
    let kind = columns[TYPE].text;
    let Some(mut layout) = layout::of(kind) else {
        return false;
    };
    // Some columns of every type; fewer are a quotation of a log, not one.
    if count < FIRST + 6 {
        return false;
    }
    if kind == b"CONFIG" && !is_flags(columns, FIRST + 8) && is_flags(columns, FIRST + 10) {
        layout = layout::config_with_detail();
    }
    record.set(Field::ObserverVendor, "Palo Alto Networks");
    record.set(Field::ObserverProduct, "PAN-OS");
    record.set(Field::ObserverType, "firewall");
    record.set(Field::ObserverSerialNumber, columns[2].text);
    record.vendor(b"type", kind);
    record.vendor(b"subtype", columns[4].text);
    time(columns, record);
    let session = if layout.session { SESSION } else { &[] };
    let cells = session.iter().chain(layout.cells);
    for (cell, column) in cells.zip(&columns[FIRST..]) {
        if !column.text.is_empty() {
            set(*cell, *column, columns[4].text, record);
        }
    }
    if kind == b"SYSTEM" {
        let opaque = columns.get(FIRST + 7).copied().unwrap_or_default();
        system::read(columns[8].text, opaque.text, record);
    }
    true
}

/// How many columns the record lacks in front: none, or the first; `None` if it is no such record.
fn shift(text: &[u8]) -> Option<usize> {
    // What comes before the type is never quoted and never long.
    let head = &text[..text.len().min(128)];
    let mut columns = head.split(|&byte| byte == b',');
    let [first, second] = [columns.next()?, columns.next()?];
    let serial = columns.next()?;
    if first.len() < 4 {
        let kind = columns.next()?;
        return (is_time(second) && layout::of(kind).is_some()).then_some(0);
    }
    (is_time(first) && layout::of(serial).is_some()).then_some(1)
}

/// Whether it looks like `2026/03/01 11:59:58`, `3/1/26 11:59` or `2026-03-01T11:59:58Z`.
fn is_time(text: &[u8]) -> bool {
    text.len() >= 11
        && text[0].is_ascii_digit()
        && text.contains(&b':')
        && text.iter().any(|byte| matches!(byte, b'/' | b'-'))
}

fn is_flags(columns: &[Column<'_>], at: usize) -> bool {
    columns
        .get(at)
        .is_some_and(|column| column.text.starts_with(b"0x"))
}

/// The time with its zone if the record has it, else the generated one, else the received one.
fn time(columns: &[Column<'_>], record: &mut Record<'_>) {
    let exact = columns[FIRST..].iter().map(|column| column.text);
    let exact = exact
        .filter(|text| text.len() >= 24 && text.len() <= 29 && text[4] == b'-' && text[10] == b'T');
    for text in exact.chain([columns[6].text, columns[1].text]) {
        if let Some(time) = record.context.clock.whole(text) {
            return record.at(time);
        }
    }
}

fn set<'a>(cell: Cell, column: Column<'a>, subtype: &[u8], record: &mut Record<'a>) {
    let text = column.text;
    match cell {
        Cell::Skip => {}
        Cell::Is(Field::NetworkTransport) => transport::set(record, text),
        Cell::Is(field) => {
            let value = column.value(record);
            record.set(field, value);
        }
        // Most devices are in no group.
        Cell::Named(name) if text == b"0" && name.starts_with("dg_") => {}
        Cell::Named(name) => {
            let value = column.value(record);
            record.vendor(name.as_bytes(), value);
        }
        Cell::Nat(field) => {
            if !matches!(text, b"0.0.0.0" | b"::" | b"0") && !record.has(field) {
                record.set(field, text);
            }
        }
        Cell::User(field) => user(field, text, record),
        Cell::Severity => {
            record.set(Field::LogLevel, text);
        }
        Cell::Threat => {
            record.vendor(b"threatid", text);
            let open = text.iter().rposition(|&byte| byte == b'(');
            if let (Some(open), [.., b')']) = (open, text) {
                record.set(Field::EventCode, &text[open + 1..text.len() - 1]);
                record.set(Field::EventReason, text[..open].trim_ascii());
            }
        }
        Cell::Target => {
            let value = column.value(record);
            if subtype == b"url" {
                record.set(Field::UrlOriginal, value);
                let end = text.iter().position(|byte| matches!(byte, b'/' | b':'));
                record.set(Field::UrlDomain, &text[..end.unwrap_or(text.len())]);
            } else if matches!(subtype, b"file" | b"virus" | b"data" | b"wildfire") {
                record.set(Field::FilePath, value);
            } else {
                record.vendor(b"misc", value);
            }
        }
        Cell::Action => {
            record.set(Field::EventAction, text);
        }
    }
}

fn user<'a>(field: Field, text: &'a [u8], record: &mut Record<'a>) {
    // Where the firewall is told to take the client of a proxy for the user.
    if let Some(address) = text.strip_prefix(b"x-fwd-for: ") {
        if is_ip(address) {
            record.vendor(b"x-fwd-for", address);
        }
        return;
    }
    record.set(field, text);
    if field == Field::DestinationUserName {
        return;
    }
    match memchr::memrchr(b'\\', text) {
        Some(at) => {
            let domain = &text[..at];
            record.set(
                Field::UserDomain,
                domain.strip_suffix(b"\\").unwrap_or(domain),
            );
            record.set(Field::UserName, &text[at + 1..]);
        }
        None => {
            record.set(Field::UserName, text);
        }
    }
}

#[cfg(test)]
mod tests;
