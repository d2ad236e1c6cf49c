//! AWS VPC flow logs in their default order (version 2).
//!
//! Source: "Flow log records"
//! (<https://docs.aws.amazon.com/vpc/latest/userguide/flow-log-records.html>). What was skipped has
//! `-` for all that is about the flow.

use super::Spec;
use super::columns::{Column, Columns};
use super::field::Field;
use super::record::Record;
use super::transport;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "vpc_flow",
    summary: "AWS VPC flow log in its default order",
    example: "2 123456789010 eni-1235b8ca123456789 192.0.2.10 203.0.113.7 50123 443 6 20 4249 1772366340 1772366399 ACCEPT OK",
    read,
};

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    if !text.starts_with(b"2 ") {
        return false;
    }
    let mut columns = [Column::default(); 14];
    let count = Columns::plain(text.trim_ascii_end(), b' ').fill(&mut columns);
    let [
        _,
        account,
        interface,
        source,
        destination,
        from,
        to,
        protocol,
        packets,
        bytes,
        start,
        end,
        action,
        status,
    ] = columns.map(|column| column.text);
    let sure = count == 14
        && (account == b"unknown" || account.len() == 12 && account.iter().all(u8::is_ascii_digit))
        && matches!(status, b"OK" | b"NODATA" | b"SKIPDATA")
        && matches!(action, b"ACCEPT" | b"REJECT" | b"-");
    if !sure {
        return false;
    }
    observer(record);
    if let Some(time) = record.context.clock.whole(start) {
        record.at(time);
    }
    record.set(Field::SourceIp, source);
    record.set(Field::DestinationIp, destination);
    record.set(Field::SourcePort, from);
    record.set(Field::DestinationPort, to);
    transport::set(record, protocol);
    record.set(Field::NetworkPackets, packets);
    record.set(Field::NetworkBytes, bytes);
    record.set(Field::EventAction, action);
    record.vendor(b"account-id", account);
    record.vendor(b"interface-id", interface);
    record.vendor(b"start", start);
    record.vendor(b"end", end);
    record.vendor(b"log-status", status);
    true
}

/// Says what writes such a log.
pub fn observer(record: &mut Record<'_>) {
    record.set(Field::ObserverVendor, "AWS");
    record.set(Field::ObserverProduct, "VPC flow logs");
}
