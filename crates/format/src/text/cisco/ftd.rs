//! Security events of Firepower: `SrcIP: 192.0.2.1, DstIP: 203.0.113.2, …`.
//!
//! A value ends where the next name begins: values may have commas, colons and blanks.
//!
//! Source: Cisco Secure Firewall Threat Defense Syslog Messages, security event syslog messages.

use memchr::{memchr, memchr_iter};

use crate::text::field::Field;
use crate::text::record::Record;
use crate::text::transport;

/// No name is longer.
const LONGEST: usize = 48;

/// What the names stand for.
const NAMES: &[(&str, Field)] = &[
    ("SrcIP", Field::SourceIp),
    ("SrcPort", Field::SourcePort),
    ("DstIP", Field::DestinationIp),
    ("DstPort", Field::DestinationPort),
    ("IngressInterface", Field::ObserverIngressInterfaceName),
    ("EgressInterface", Field::ObserverEgressInterfaceName),
    ("IngressZone", Field::ObserverIngressZone),
    ("EgressZone", Field::ObserverEgressZone),
    ("AccessControlRuleName", Field::RuleName),
    ("AccessControlRuleReason", Field::EventReason),
    ("ApplicationProtocol", Field::NetworkProtocol),
    ("WebApplication", Field::NetworkApplication),
    ("InitiatorBytes", Field::SourceBytes),
    ("InitiatorPackets", Field::SourcePackets),
    ("ResponderBytes", Field::DestinationBytes),
    ("ResponderPackets", Field::DestinationPackets),
    ("UserAgent", Field::UserAgentOriginal),
    ("HTTPResponse", Field::HttpResponseStatusCode),
    ("URL", Field::UrlOriginal),
    ("URI", Field::UrlOriginal),
    ("DNSQuery", Field::DnsQuestionName),
    ("DNSRecordType", Field::DnsQuestionType),
    ("SID", Field::RuleId),
    ("Message", Field::EventReason),
    ("FileName", Field::FilePath),
];

/// Reads the text of a message behind its number.
pub fn read<'a>(text: &'a [u8], record: &mut Record<'a>) {
    let mut nat = [&b""[..]; 4];
    let mut rest = text;
    while let Some(colon) = memchr(b':', &rest[..rest.len().min(LONGEST)]) {
        let name = rest[..colon].trim_ascii();
        let value = &rest[colon + 1..];
        let stop = memchr_iter(b',', value).find(|&comma| is_name(&value[comma + 1..]));
        let (value, more) = match stop {
            Some(comma) => (&value[..comma], &value[comma + 1..]),
            None => (value, &b""[..]),
        };
        rest = more;
        pair(name, value.trim_ascii(), &mut nat, record);
    }
    let sides = [
        (Field::SourceIp, Field::SourceNatIp),
        (Field::SourcePort, Field::SourceNatPort),
        (Field::DestinationIp, Field::DestinationNatIp),
        (Field::DestinationPort, Field::DestinationNatPort),
    ];
    for ((real, mapped), value) in sides.into_iter().zip(nat) {
        if record.get(real) != Some(value) {
            record.set(mapped, value);
        }
    }
    if transport::without_ports(record) {
        record.unset(Field::SourcePort);
        record.unset(Field::DestinationPort);
    }
}

fn pair<'a>(name: &'a [u8], value: &'a [u8], nat: &mut [&'a [u8]; 4], record: &mut Record<'a>) {
    match name {
        b"Protocol" => transport::set(record, value),
        b"User"
            if matches!(
                value,
                b"No Authentication Required" | b"Unknown" | b"Not Found"
            ) => {}
        b"User" => {
            record.set(Field::UserName, value);
        }
        b"NAT_InitiatorIP" => nat[0] = value,
        b"NAT_InitiatorPort" => nat[1] = value,
        b"NAT_ResponderIP" => nat[2] = value,
        b"NAT_ResponderPort" => nat[3] = value,
        b"AccessControlRuleAction" | b"InlineResult" | b"FileAction" => {
            let outcome = match value {
                b"Allow" | b"Trust" | b"Fastpath" | b"Monitor" => Some(("allowed", "success")),
                b"Block" | b"Block with reset" | b"Blocked" | b"Dropped" | b"Malware Block" => {
                    Some(("denied", "failure"))
                }
                _ => None,
            };
            if let Some((action, outcome)) = outcome {
                record.set(Field::EventAction, action);
                record.set(Field::EventOutcome, outcome);
            }
            record.vendor(name, value);
        }
        _ => {
            let known = NAMES.iter().find(|(known, _)| known.as_bytes() == name);
            match known {
                Some((_, field)) if !record.has(*field) && record.set(*field, value) => {}
                _ => record.vendor(name, value),
            }
        }
    }
}

/// Whether a name and its colon begin here, behind a comma.
fn is_name(text: &[u8]) -> bool {
    let near = &text[..text.len().min(LONGEST)];
    let near = near.strip_prefix(b" ").unwrap_or(near);
    let length = near
        .iter()
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b' ')));
    let Some(length @ 1..) = length else {
        return false;
    };
    near[0].is_ascii_uppercase() && near[length..].starts_with(b": ")
        || near[0].is_ascii_uppercase() && &near[length..] == b":"
}
