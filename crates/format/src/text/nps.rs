//! Windows Network Policy Server and Remote Access logs in their database-compatible order.
//!
//! Source: "Interpret NPS Database Format Log Files"
//! (<https://learn.microsoft.com/previous-versions/windows/it-pro/windows-server-2008-R2-and-2008/cc771748(v=ws.10)>).
//! The source is the RADIUS client, who sends the request. Times are the machine's own.

use super::Spec;
use super::columns::{Column, Columns};
use super::field::Field::{self, *};
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "nps",
    summary: "Windows NPS and RRAS, database-compatible",
    example: "\"NPS1\",\"IAS\",03/01/2026,11:59:57,1,\"ann\",\"EXAMPLE\\ann\",\"198.51.100.1\",\"203.0.113.9\",,,\"GW1\",\"192.0.2.5\",12,9,\"192.0.2.5\",\"gw\",,,5,,1,2,4,,0,",
    read,
};

const CELLS: &[(Option<Field>, &str)] = &[
    (Some(HostName), "Computer-Name"),
    (Some(EventProvider), "Service-Name"),
    (None, ""),
    (None, ""),
    (Some(EventCode), "Packet-Type"),
    (Some(UserName), "User-Name"),
    (None, "Fully-Qualified-Distinguished-Name"),
    (None, "Called-Station-ID"),
    (None, "Calling-Station-ID"),
    (None, "Callback-Number"),
    (None, "Framed-IP-Address"),
    (None, "NAS-Identifier"),
    (None, "NAS-IP-Address"),
    (None, "NAS-Port"),
    (None, "Client-Vendor"),
    (Some(SourceIp), "Client-IP-Address"),
    (None, "Client-Friendly-Name"),
    (None, "Event-Timestamp"),
    (None, "Port-Limit"),
    (None, "NAS-Port-Type"),
    (None, "Connect-Info"),
    (None, "Framed-Protocol"),
    (None, "Service-Type"),
    (None, "Authentication-Type"),
    (Some(RuleName), "Policy-Name"),
    (Some(EventReason), "Reason-Code"),
    (None, "Class"),
];

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    if text.first() != Some(&b'"') {
        return false;
    }
    // A computer's name is short: what it is shows at once.
    let head = &text[..text.len().min(96)];
    if !matches!(Columns::new(head, b',').nth(1), Some(column) if matches!(column.text, b"IAS" | b"RAS"))
    {
        return false;
    }
    let mut columns = [Column::default(); CELLS.len()];
    let count = Columns::new(text, b',').fill(&mut columns);
    let &[m1, m2, b'/', d1, d2, b'/', y1, y2, y3, y4] = columns[2].text else {
        return false;
    };
    if count < 20 || columns[4].text.is_empty() || !columns[4].text.iter().all(u8::is_ascii_digit) {
        return false;
    }
    record.set(ObserverVendor, "Microsoft");
    record.set(ObserverProduct, "Network Policy Server");
    let date = [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2];
    if let Some(time) = record.context.clock.date_time(&date, columns[3].text, None) {
        record.at(time);
    }
    for ((field, name), column) in CELLS.iter().zip(columns) {
        let value = column.value(record);
        match field {
            Some(field) => {
                record.set(*field, value);
            }
            None => record.vendor(name.as_bytes(), value),
        }
    }
    let (action, outcome) = match columns[4].text {
        b"1" => ("access-request", ""),
        b"2" => ("access-accept", "success"),
        b"3" => ("access-reject", "failure"),
        b"4" => ("accounting-request", ""),
        b"5" => ("accounting-response", ""),
        b"11" => ("access-challenge", ""),
        _ => ("", ""),
    };
    record.set(EventAction, action);
    record.set(EventOutcome, outcome);
    true
}
