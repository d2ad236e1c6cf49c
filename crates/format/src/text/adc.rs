//! Application delivery controllers: NetScaler (Citrix ADC) and BIG-IP (F5).
//!
//! NetScaler's messages come from a packet engine (`0-PPE-1 : default TCP CONN_TERMINATE 7 0 : …`)
//! and are `name value - name value`. BIG-IP's begin with a code (`01260009:4: …`).
//!
//! Source: NetScaler Syslog Message Reference; F5, BIG-IP error and log messages.

use memchr::{memchr, memmem};

use super::Spec;
use super::address::{endpoint, is_ip};
use super::field::Field;
use super::record::Record;
use super::time::Time;
use super::transport;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "adc",
    summary: "NetScaler (Citrix ADC) and F5 BIG-IP system messages",
    example: "03/01/2026:12:00:00 GMT ns 0-PPE-0 : default TCP CONN_TERMINATE 7 0 : Source \
              203.0.113.9:40000 - Destination 192.0.2.7:443 - Total_bytes_send 1",
    read,
};

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let text = text.trim_ascii();
    big_ip(text, record) || netscaler(text, record)
}

/// What NetScaler's names stand for, the most telling one of a field first.
const NAMES: &[(&str, Field)] = &[
    ("Source", Field::SourceIp),
    ("Client_ip", Field::SourceIp),
    ("ClientIP", Field::SourceIp),
    ("Remote_ip", Field::SourceIp),
    ("ClientPort", Field::SourcePort),
    ("Destination", Field::DestinationIp),
    ("Vserver", Field::DestinationIp),
    ("VserverServiceIP", Field::DestinationIp),
    ("VserverServicePort", Field::DestinationPort),
    ("Nat_ip", Field::SourceNatIp),
    ("NatIP", Field::SourceNatIp),
    ("User", Field::UserName),
    ("Total_bytes_send", Field::SourceBytes),
    ("Total_bytes_recv", Field::DestinationBytes),
    ("Reason", Field::EventReason),
    ("Failure_reason", Field::EventReason),
];

/// What stands before addresses in messages without a form of their own.
const WORDS: &[(&str, Field)] = &[
    ("client ip : ", Field::SourceIp),
    ("client ip: ", Field::SourceIp),
    ("Client IP: ", Field::SourceIp),
    ("Srcip: ", Field::SourceIp),
    ("vserver ip: ", Field::DestinationIp),
    ("Dstip: ", Field::DestinationIp),
];

fn netscaler<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let near = &text[..text.len().min(120)];
    let Some(engine) = memmem::find(near, b"-PPE-") else {
        return false;
    };
    let Some(colon) = memmem::find(&text[engine..text.len().min(engine + 16)], b" : ") else {
        return false;
    };
    let head = text[engine + colon + 3..].trim_ascii_start();
    let head = head.strip_prefix(b"default ").unwrap_or(head);
    let mut words = head.splitn(3, |&byte| byte == b' ');
    let (Some(module), Some(event), Some(rest)) = (words.next(), words.next(), words.next()) else {
        return false;
    };
    let is_module = |word: &[u8]| {
        !word.is_empty()
            && word
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let Some(body) = memmem::find(&rest[..rest.len().min(60)], b" : ") else {
        return false;
    };
    if !is_module(module) || !is_module(event) {
        return false;
    }
    let body = rest[body + 3..].trim_ascii();
    record.set(Field::ObserverVendor, "Citrix");
    record.set(Field::ObserverProduct, "NetScaler");
    record.set(Field::EventProvider, module);
    record.set(Field::EventCode, event);
    if let Some(time) = time(text, record) {
        record.at(time);
    }
    if event == b"Message" {
        for (word, field) in WORDS {
            if !record.has(*field)
                && let Some(at) = memmem::find(body, word.as_bytes())
            {
                record.set(*field, first(&body[at + word.len()..]));
            }
        }
        return true;
    }
    if module == b"APPFW" {
        // `client id-engine session profile url message`
        record.set(Field::SourceIp, first(body));
    }
    for part in Parts(body) {
        let part = part.trim_ascii();
        let Some(blank) = memchr(b' ', part) else {
            continue;
        };
        // `Start Time`, `End Time`, `Delink Time` are the names of two words.
        let blank = match part[blank..].starts_with(b" Time ") {
            true => blank + 5,
            false => blank,
        };
        let (name, value) = (&part[..blank], part[blank + 1..].trim_ascii());
        if name == b"Context" {
            // Whoever has a session: `ann@203.0.113.9`.
            if let Some(at) = memchr::memrchr(b'@', value)
                && !record.has(Field::SourceIp)
            {
                record.set(Field::SourceIp, &value[at + 1..]);
            }
        } else if let Some((_, field)) = NAMES.iter().find(|(known, _)| known.as_bytes() == name) {
            one(*field, name, unquoted(value), record);
        } else {
            record.vendor(name.strip_suffix(b":").unwrap_or(name), unquoted(value));
        }
    }
    let outcome = match (event, record.vendor_value(b"Status")) {
        (b"CMD_EXECUTED", Some(b"Success")) => "success",
        (b"CMD_EXECUTED", Some(_)) | (b"LOGIN_FAILED" | b"SSL_HANDSHAKE_FAILURE", _) => "failure",
        (b"LOGIN" | b"SSL_HANDSHAKE_SUCCESS", _) => "success",
        _ => return true,
    };
    record.set(Field::EventOutcome, outcome);
    true
}

/// The time in front, which syslog readers do not know: `03/01/2026:12:00:00 GMT`. The month comes
/// first unless it cannot be one; years first are read, too.
fn time(text: &[u8], record: &Record<'_>) -> Option<Time> {
    let clock = &record.context.clock;
    let (date, rest) = text.split_at_checked(10)?;
    let (&[b':'], rest) = rest.split_at_checked(1)? else {
        return None;
    };
    let clock_time = rest.get(..8)?;
    let zone = rest[8..].starts_with(b" GMT").then_some(b"Z".as_slice());
    let &[a, b, b'/', c, d, b'/', y, e, a2, r] = date else {
        return clock.read(text).map(|(time, _)| time);
    };
    let (month, day) = match [a, b] > *b"12" {
        true => ([c, d], [a, b]),
        false => ([a, b], [c, d]),
    };
    let date = [y, e, a2, r, b'-', month[0], month[1], b'-', day[0], day[1]];
    clock.date_time(&date, clock_time, zone)
}

/// Sets a field by one of its names: a connection's own ends count more than those of its session.
fn one<'a>(field: Field, name: &[u8], value: &'a [u8], record: &mut Record<'a>) {
    let is_best = matches!(name, b"Source" | b"Destination");
    if !record.has(field) || is_best {
        if is_best && let Some(port) = field.port() {
            record.unset(port);
        }
        record.set(field, value);
    }
}

/// The parts of `name value - name value- name value`.
struct Parts<'a>(&'a [u8]);

impl<'a> Iterator for Parts<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let stop = memmem::find(self.0, b"- ").unwrap_or(self.0.len());
        let part = &self.0[..stop];
        self.0 = self.0.get(stop + 2..).unwrap_or_default();
        Some(part)
    }
}

fn big_ip<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    // `tmm3[20358]: ` may still be in front of the code.
    let near = &text[..text.len().min(48)];
    let (program, rest) = match memmem::find(near, b"]: ") {
        Some(close) => (
            memchr(b'[', near).map(|open| (&near[..open], &near[open + 1..close])),
            &text[close + 3..],
        ),
        None => (None, text),
    };
    let [code @ .., b':', b'0'..=b'7', b':', b' '] = &rest[..rest.len().min(12)] else {
        return false;
    };
    if code.len() != 8 || !code.iter().all(u8::is_ascii_hexdigit) {
        return false;
    }
    record.set(Field::ObserverVendor, "F5");
    record.set(Field::ObserverProduct, "BIG-IP");
    record.set(Field::EventCode, code);
    record.set(Field::EventSeverity, &rest[9..10]);
    if let Some((name, pid)) = program {
        let name = name.rsplit(|&byte| byte == b' ').next().unwrap_or(name);
        record.set(Field::ProcessName, name);
        record.set(Field::ProcessPid, pid);
    }
    let body = &rest[12..];
    if let Some(at) = memmem::find(body, b" -> ") {
        arrow(&body[..at], &body[at + 4..], record);
    }
    for (word, field) in [
        ("client IP ", Field::SourceIp),
        (" VIP ", Field::DestinationIp),
        ("source ip: ", Field::SourceIp),
        ("source port: ", Field::SourcePort),
        ("destination ip: ", Field::DestinationIp),
        ("destination port: ", Field::DestinationPort),
        (" host=", Field::SourceIp),
    ] {
        if !record.has(field)
            && let Some(at) = memmem::find(body, word.as_bytes())
        {
            record.set(field, first(&body[at + word.len()..]));
        }
    }
    if let Some(at) = memmem::find(body, b" ACL: ") {
        let verb = body[..at]
            .rsplit(|&byte| byte == b' ')
            .next()
            .unwrap_or_default();
        let (action, outcome) = match verb {
            b"allow" | b"continue" => ("allowed", "success"),
            b"discard" | b"reject" => ("denied", "failure"),
            _ => return true,
        };
        record.set(Field::EventAction, action);
        record.set(Field::EventOutcome, outcome);
        record.set(Field::RuleName, first(&body[at + 6..]));
    }
    true
}

/// Both ends of `… tcp 203.0.113.9:40000 -> 192.0.2.7:443: …`.
fn arrow<'a>(before: &'a [u8], behind: &'a [u8], record: &mut Record<'a>) {
    let mut words = before.rsplit(|&byte| byte == b' ');
    let source = words.next().unwrap_or_default();
    let destination = first(behind);
    if endpoint(source).is_none() || endpoint(destination).is_none() {
        return;
    }
    record.set(Field::SourceIp, source);
    record.set(Field::DestinationIp, destination);
    if let Some(protocol @ (b"tcp" | b"udp" | b"TCP" | b"UDP" | b"icmp")) = words.next() {
        transport::set(record, protocol);
    }
}

/// The first word, without the punctuation behind it.
fn first(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii_start();
    let near = &text[..text.len().min(200)];
    let stop = near
        .iter()
        .position(|byte| matches!(byte, b' ' | b',' | b')' | b'"'));
    let word = &near[..stop.unwrap_or(near.len())];
    match word.strip_suffix(b":") {
        Some(word) if !is_ip(text) && !word.ends_with(b":") => word,
        _ => word,
    }
}

fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"', inner @ .., b'"'] => inner,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Context;
    use crate::text::time::Clock;

    fn found(text: &str) -> Option<String> {
        let context = Context::new(Clock::at(Time::default()));
        let mut record = Record::new(&context);
        record.begin(text.as_bytes());
        read(text.as_bytes(), &mut record).then(|| {
            let get =
                |field| String::from_utf8_lossy(record.get(field).unwrap_or(b"-")).into_owned();
            [
                Field::SourceIp,
                Field::SourcePort,
                Field::DestinationIp,
                Field::DestinationPort,
                Field::UserName,
            ]
            .map(get)
            .join(" ")
        })
    }

    #[test]
    fn messages_of_controllers() {
        for (text, expected) in [
            (
                "03/01/2026:12:00:00 GMT ns 0-PPE-0 : default TCP CONN_TERMINATE 7 0 :  Source 203.0.113.9:40000 - Destination 192.0.2.7:443 - Start Time x - Total_bytes_send 1",
                "203.0.113.9 40000 192.0.2.7 443 -",
            ),
            (
                "03/01/2026:12:00:00 GMT ns 0-PPE-0 : TCP CONN_DELINK 7 0 : Source 203.0.113.9:40000 - Vserver 192.0.2.1:443 - NatIP 192.0.2.2:9 - Destination 192.0.2.7:80 - Delink Time x",
                "203.0.113.9 40000 192.0.2.7 80 -",
            ),
            (
                "0-PPE-0 : default SSLVPN LOGIN 7 0 : Context ann@203.0.113.9 - SessionId: 7- User ann - Client_ip 203.0.113.9 - Nat_ip \"Mapped Ip\" - Vserver 192.0.2.1:443 - Browser_type \"a - b\"",
                "203.0.113.9 - 192.0.2.1 443 ann",
            ),
            (
                "0-PPE-0 : default GUI CMD_EXECUTED 7 0 : User ann - ADM_User NONE - Remote_ip 203.0.113.9 - Command \"show - x\" - Status \"Success\"",
                "203.0.113.9 - - - ann",
            ),
            (
                "0-PPE-1 : default SSLLOG SSL_HANDSHAKE_FAILURE 7 0 : SPCBId 5 - ClientIP 203.0.113.9 - ClientPort 60892 - VserverServiceIP 192.0.2.1 - VserverServicePort 443 - ClientVersion TLSv1.2",
                "203.0.113.9 60892 192.0.2.1 443 -",
            ),
            (
                "0-PPE-0 : default AAA Message 7 0 : \"Rejected for ann (client ip : 203.0.113.9  , vserver ip: 192.0.2.1   ), error\"",
                "203.0.113.9 - 192.0.2.1 - -",
            ),
            (
                "0-PPE-0 : default APPFW APPFW_STARTURL 7 0 :  203.0.113.9 12-PPE0 - p http://www.example.net/ Disallow Illegal URL <blocked>",
                "203.0.113.9 - - - -",
            ),
            (
                "tmm3[20358]: 01260009:4: 203.0.113.9:53586 -> 192.0.2.1:443: Connection error: ssl",
                "203.0.113.9 53586 192.0.2.1 443 -",
            ),
            (
                "01260013:4: SSL Handshake failed for TCP 203.0.113.9:53586 -> 192.0.2.1:443",
                "203.0.113.9 53586 192.0.2.1 443 -",
            ),
            (
                "01580002:5: /Common/p:Common:0f: allow ACL: /Common/a:59 packet: tcp 203.0.113.9:50992 -> 192.0.2.1:135",
                "203.0.113.9 50992 192.0.2.1 135 -",
            ),
            (
                "01490500:5: /Common/p:Common:0f: New session from client IP 203.0.113.9 (ST=/CC=/C=) at VIP 192.0.2.1 Listener /Common/v (Reputation=Unknown)",
                "203.0.113.9 - 192.0.2.1 - -",
            ),
            (
                "perl[1]: 01310039:3: [SECEV] Request violations: x. Support id: 1, source ip: 203.0.113.9, xff ip: N/A, source port: 34066, destination ip: 192.0.2.1, destination port: 443, route_domain: 0",
                "203.0.113.9 34066 192.0.2.1 443 -",
            ),
        ] {
            assert_eq!(found(text).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "-PPE-",
            "0-PPE-0 : ",
            "0-PPE-0 : a b c",
            "01260009:4:",
            "x 01260009:4: y",
            "0126000g:4: y",
            "12:00:00:1: x",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
    }
}
