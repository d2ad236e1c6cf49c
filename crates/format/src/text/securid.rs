//! RSA Authentication Manager's runtime, administration and system logs over syslog.
//!
//! Source: "Formatting for syslog data sent from RSA Authentication Manager 8.x", with the columns
//! of the log tables. The client is the agent that asks the server; both have columns of their own.

use memchr::memmem;

use super::Spec;
use super::columns::{Column, Columns};
use super::field::Field::{self, *};
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "securid",
    summary: "RSA Authentication Manager (SecurID)",
    example: "2026-03-01 11:59:57,344, am1.example, audit.runtime.com.rsa.ims.authn.impl.AuthenticationBrokerImpl, INFO, a6c436a2,6ceed1b2,192.0.2.10,192.0.2.46,AUTHN_LOGIN_EVENT,13002,SUCCESS,AUTHN_METHOD_SUCCESS,a636,ce3d,d001,e001,ann,Ann,Example",
    read,
};

/// The columns behind the one of the logger.
const CELLS: &[(Option<Field>, &str)] = &[
    (Some(LogLevel), "level"),
    (Some(EventId), "id"),
    (None, "session_id"),
    (Some(SourceIp), "client_ip"),
    (Some(DestinationIp), "server_node_ip"),
    (Some(EventAction), "action_key"),
    (Some(EventCode), "action_id"),
    (None, "result"),
    (Some(EventReason), "result_key"),
    (None, ""),
    (None, ""),
    (None, ""),
    (None, ""),
    (Some(UserName), "user"),
    (None, "first_name"),
    (None, "last_name"),
    (None, ""),
    (None, ""),
    (None, "agent_ip"),
    (None, "agent_name"),
];

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    if !matches!(text, [b'0'..=b'9', b'0'..=b'9', ..]) {
        return false;
    }
    let head = &text[..text.len().min(256)];
    let Some(at) = memmem::find(head, b".com.rsa.") else {
        return false;
    };
    let logger = memchr::memrchr(b',', &text[..at]).map_or(0, |comma| comma + 1);
    let kind = text[logger..at].trim_ascii();
    if !matches!(
        kind,
        b"audit.runtime" | b"audit.admin" | b"system" | b"audit.system"
    ) {
        return false;
    }
    let mut columns = [Column::default(); 24];
    let count = Columns::plain(&text[logger..], b',').fill(&mut columns);
    if count < 9 {
        return false;
    }
    record.set(ObserverVendor, "RSA");
    record.set(ObserverProduct, "Authentication Manager");
    record.set(EventProvider, kind);
    if let Some((time, _)) = record.context.clock.iso(text) {
        record.at(time);
    }
    let runtime = kind == b"audit.runtime";
    for (index, (field, name)) in CELLS.iter().enumerate() {
        let value = columns[index + 1].text.trim_ascii();
        // Who it is about stands elsewhere in the other logs.
        if name.is_empty() || index > 8 && !runtime {
            continue;
        }
        match field {
            Some(field) => {
                record.set(*field, value);
            }
            None => record.vendor(name.as_bytes(), value),
        }
    }
    match columns[8].text.trim_ascii() {
        b"SUCCESS" => record.set(EventOutcome, "success"),
        b"FAIL" | b"FAILURE" => record.set(EventOutcome, "failure"),
        _ => false,
    };
    true
}
