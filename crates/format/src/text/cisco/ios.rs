//! Routers and switches: IOS, IOS-XE, IOS-XR and NX-OS, whose messages have a mnemonic.
//!
//! Source: Cisco IOS System Message Guide; NX-OS System Messages Reference.

use memchr::memmem;

use super::template::{self, Found};
use crate::text::address::is_ip;
use crate::text::field::Field;
use crate::text::record::Record;
use crate::text::transport;

/// Access lists: `list 110 denied tcp 192.0.2.1(1024) -> 203.0.113.2(80), 1 packet`.
const LIST: &[&str] = &[
    "list {list} {act} {proto} {S}{} -> {D}{}, {packets} packet",
    "list {list} {act} {proto} {S}{} -> {D}",
    "list {list} {act} {S} ",
    "access-list {list} {act} {proto} {S}{} -> {D}",
];

/// Messages by mnemonic, whatever their facility.
#[rustfmt::skip]
const MESSAGES: &[(&str, &[&str])] = &[
    ("CONFIG_I", &["Configured from {} by {user} on {} ({S})", "Configured from {} by {user} on ", "Configured from {S?} by "]),
    ("PRIV_AUTH_FAIL", &["{} failed by {user} on {} ({S})"]),
    ("PRIV_AUTH_PASS", &["{} succeeded by {user} on {} ({S})"]),
    ("TTY_EXPIRE_TIMER", &["{} ({S})), user {user}"]),
    ("LOGOUT", &["User {user} has exited tty session {}({S})"]),
    ("LOGGINGHOST_STARTSTOP", &["Logging to host {D} port {dport} ", "Logging to host {D}{}"]),
    ("LOGGINGHOST_FAIL", &["Logging to host {D} port {dport} ", "Logging to host {D}{}"]),
    ("CFGLOG_LOGGEDCMD", &["User:{user} logged command:{cmd}"]),
    // The address that is there twice is the one that the other's packet came with.
    ("DUPADDR", &["Duplicate address {S} on {if}, sourced by {smac}"]),
    ("STCKYARPOVR", &["Attempt to overwrite Sticky ARP entry: {S}, hw: {} by hw: {smac}"]),
    ("MODEL_RPC_I", &["{} invoked from {S} via {} user {user} session"]),
    ("AUTH_PASSED", &["User '{user}' authenticated {} from {S} and"]),
    ("SSH2_USERAUTH", &["User '{user}' authentication for {} from {S} ({}) {reason}"]),
    ("SSH2_UNEXPECTED_MSG", &["{} from {S}"]),
    ("SSH2_SESSION", &["{} request from {S} ({}) {reason}"]),
    ("SSH2_CLOSE", &["{} from {S} ({}) for user '{user}' using"]),
    ("SSH_SESSION", &["{} request from {S} ({}) {reason}"]),
    ("SSH_USERAUTH", &["User '{user}' authentication for {} from {S} ({}) {reason}"]),
    ("SSH_CLOSE", &["{} from {S} ({}) for user '{user}' using"]),
    // Wireless controllers.
    ("AAA_AUTH_ADMIN_USER", &["{} user '{user}' on {S}"]),
    ("AUTHFAIL", &["{} from host {S}", "{} from {S}"]),
    ("BADAUTH", &["{} from {S} to {D}"]),
    ("SESS_AUDIT_TRAIL", &["{} {proto} session{}: initiator ({S}) {} responder ({D})", "{} {proto} session{}initiator ({S}){}responder ({D})", "{proto} session initiator ({S}){}responder ({D})"]),
    ("SESS_AUDIT_TRAIL_START", &["{} {proto} session{}: initiator ({S}) {} responder ({D})", "{} {proto} session{}initiator ({S}){}responder ({D})"]),
    ("DROP_PKT", &["Dropping {proto} session {S} {D} "]),
    ("DHCP_SNOOPING_DENY", &["{}([{smac}/{S}/{D}"]),
    ("INVALID_ARP", &["{}([{smac}/{S}/{D}"]),
    ("ACL_DENY", &["{}([{smac}/{S}/{D}"]),
    ("RECVD_PKT_INV_SPI", &["{}destaddr={D}, prot={proto}, spi={}, srcaddr={S}"]),
    ("RECVD_PKT_NOT_IPSEC", &["{}dest_addr= /{D}, src_addr= {S}, prot= {proto}", "{}dest_addr= {D}, src_addr= {S}, prot= {proto}"]),
    ("FAILED_LOGIN", &["{} from {S}"]),
    ("PSECURE_VIOLATION", &["{}caused by MAC address {smac} on port {if}"]),
];

/// Words after which an end stands in any message that is in none of the tables.
const LABELS: &[(&str, Field)] = &[
    ("[Source: ", Field::SourceIp),
    ("[from: ", Field::SourceIp),
    ("Source IP: ", Field::SourceIp),
    ("Src IP: ", Field::SourceIp),
    ("Destination IP: ", Field::DestinationIp),
    ("Dst IP: ", Field::DestinationIp),
    ("Source Port: ", Field::SourcePort),
    ("Src Port: ", Field::SourcePort),
    ("Destination Port: ", Field::DestinationPort),
    ("Dst Port: ", Field::DestinationPort),
    ("[localport: ", Field::DestinationPort),
    ("[Reason: ", Field::EventReason),
    ("[user: ", Field::UserName),
    ("Protocol: \"", Field::NetworkTransport),
];

/// Something is gone from these, or was only known there.
const NOT_FROM: &[&[u8]] = &[
    b"changed",
    b"moved",
    b"switched",
    b"removed",
    b"deleted",
    b"away",
    b"learned",
];

/// Reads the text of a message behind its marker.
pub fn read<'a>(facility: &'a [u8], mnemonic: &'a [u8], text: &'a [u8], record: &mut Record<'a>) {
    let is_list = memmem::find(mnemonic, b"ACCESSLOG").is_some() || text.starts_with(b"list ");
    if is_list && let Some(found) = template::read(LIST, text) {
        return found.set(record);
    }
    let row = MESSAGES
        .iter()
        .find(|(name, _)| name.as_bytes() == mnemonic);
    if let Some((_, templates)) = row
        && let Some(found) = template::read(templates, text)
    {
        found.set(record);
        return outcome(facility, mnemonic, text, record);
    }
    for (label, field) in LABELS {
        if record.has(*field) {
            continue;
        }
        let Some(at) = memmem::find(text, label.as_bytes()) else {
            continue;
        };
        let value = &text[at + label.len()..];
        let stop = value
            .iter()
            .take(200)
            .position(|byte| matches!(byte, b',' | b']' | b'"'));
        let value = &value[..stop.unwrap_or(value.len().min(200))];
        match field {
            Field::NetworkTransport => transport::set(record, value),
            _ => {
                record.set(*field, value.trim_ascii());
            }
        }
    }
    let is_open = !record.has(Field::SourceIp) && !record.has(Field::DestinationIp);
    if is_open && let Some(found) = sure(text) {
        found.set(record);
    }
    outcome(facility, mnemonic, text, record);
}

/// What grammar alone proves.
fn sure(text: &[u8]) -> Option<Found<'_>> {
    const ENDS: &[&str] = &[" from {S} to {D}"];
    const ONE: &[&str] = &[
        " from host {S}",
        " from neighbor {S}",
        " from client {S}",
        " from {S}",
    ];
    memmem::find_iter(text, b" from ").take(4).find_map(|at| {
        let before = text[..at]
            .rsplit(|&byte| byte == b' ')
            .next()
            .unwrap_or_default();
        if NOT_FROM.contains(&before) {
            return None;
        }
        let near = &text[at..text.len().min(at + 400)];
        let both = template::read(ENDS, near).filter(Found::is_sure);
        both.or_else(|| template::read(ONE, near).filter(|found| is_ip(found.source())))
    })
}

/// What a message says of how it ended.
fn outcome<'a>(facility: &[u8], mnemonic: &[u8], text: &[u8], record: &mut Record<'a>) {
    if record.has(Field::EventOutcome) {
        return;
    }
    let is = |word: &[u8]| memmem::find(mnemonic, word).is_some();
    let (action, outcome) = match () {
        () if is(b"LOGIN_FAILED") || is(b"FAILED_LOGIN") => ("login", "failure"),
        () if is(b"LOGIN_SUCCESS") => ("login", "success"),
        () if is(b"AUTH_FAIL") || is(b"AUTHFAIL") || is(b"BADAUTH") => {
            ("authentication", "failure")
        }
        () if is(b"AUTH_PASS") => ("authentication", "success"),
        () if facility.starts_with(b"SSH") && (is(b"USERAUTH") || is(b"_SESSION")) => {
            let action = if is(b"USERAUTH") { "login" } else { "session" };
            match text.ends_with(b"Succeeded") {
                true => (action, "success"),
                false if text.ends_with(b"Failed") => (action, "failure"),
                false => return,
            }
        }
        () if is(b"CONFIG_I") || is(b"LOGGEDCMD") => ("configuration", "success"),
        () if is(b"DROP_PKT") || is(b"_DENY") => ("denied", "failure"),
        () => return,
    };
    record.set(Field::EventAction, action);
    record.set(Field::EventOutcome, outcome);
}
