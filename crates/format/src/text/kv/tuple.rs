//! Both ends of a connection written side by side, with no names.
//!
//! Juniper `192.0.2.1/51514->203.0.113.9/443`, MikroTik and Hillstone
//! `192.0.2.1:51514->203.0.113.9:443`, WatchGuard `192.0.2.1 203.0.113.9 51514 443`.

use memchr::memmem;

use crate::text::address::{Endpoint, endpoint, is_ip, is_port};
use crate::text::field::Field;
use crate::text::iptables::transport;
use crate::text::record::Record;

/// Reads the first `end->end`; `false` if there is none.
pub fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let Some(arrow) = memmem::find(text, b"->") else {
        return false;
    };
    if record.has(Field::SourceIp) || record.has(Field::DestinationIp) {
        return false;
    }
    let start = text[..arrow]
        .iter()
        .rposition(|&byte| is_end(byte))
        .map_or(0, |at| at + 1);
    let behind = &text[arrow + 2..];
    let stop = behind
        .iter()
        .position(|&byte| is_end(byte))
        .unwrap_or(behind.len());
    let (Some(source), Some(destination)) = (end(&text[start..arrow]), end(&behind[..stop])) else {
        return false;
    };
    set(source, destination, record);
    if text[..start].ends_with(b"session created ") || text[..start].ends_with(b"session denied ") {
        record.set(Field::ObserverVendor, "Juniper");
        record.set(Field::ObserverProduct, "SRX");
        record.set(Field::ObserverType, "firewall");
    }
    true
}

fn is_end(byte: u8) -> bool {
    byte.is_ascii_whitespace() || matches!(byte, b',' | b';' | b'(' | b')' | b'=' | b'"' | b'|')
}

/// `address:port`, `address/port`, `address`.
fn end(text: &[u8]) -> Option<Endpoint<'_>> {
    if let Some(slash) = memchr::memrchr(b'/', text)
        && is_ip(&text[..slash])
        && is_port(&text[slash + 1..])
    {
        return Some(Endpoint {
            ip: &text[..slash],
            port: Some(&text[slash + 1..]),
        });
    }
    endpoint(text)
}

fn set<'a>(source: Endpoint<'a>, destination: Endpoint<'a>, record: &mut Record<'a>) {
    record.set(Field::SourceIp, source.ip);
    record.set(Field::DestinationIp, destination.ip);
    for (field, port) in [
        (Field::SourcePort, source.port),
        (Field::DestinationPort, destination.port),
    ] {
        if let Some(port) = port {
            record.set(field, port);
        }
    }
}

/// Reads WatchGuard's positions: `Allow … tcp … 192.0.2.1 203.0.113.9 51514 443 …`; `false` if
/// they are not there.
pub fn watchguard<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    const WORDS: usize = 32;
    let mut words = text
        .split(|&byte| byte == b' ')
        .filter(|word| !word.is_empty())
        .take(WORDS);
    let Some(verdict) = words.find(|word| matches!(*word, b"Allow" | b"Deny")) else {
        return false;
    };
    let action = match verdict {
        b"Allow" => "allowed",
        _ => "denied",
    };
    let mut protocol = None;
    while let Some(word) = words.next() {
        if matches!(
            word,
            b"tcp" | b"udp" | b"icmp" | b"igmp" | b"esp" | b"gre" | b"icmpv6"
        ) {
            protocol = Some(word);
        }
        if !is_ip(word) {
            continue;
        }
        let Some(destination) = words.next().filter(|word| is_ip(word)) else {
            return false;
        };
        record.set(Field::EventAction, action);
        record.set(Field::SourceIp, word);
        record.set(Field::DestinationIp, destination);
        let Some(next) = words.next() else {
            return true;
        };
        // Fireware's Traffic Monitor: `http/tcp` stands behind the addresses.
        let source = match next.split(|&byte| byte == b'/').nth(1) {
            Some(name) => {
                protocol = Some(name);
                words.next()
            }
            None => Some(next),
        };
        if let Some(protocol) = protocol {
            transport(protocol, record);
        }
        if matches!(protocol, Some(b"tcp" | b"udp"))
            && let (Some(source), Some(destination)) = (source, words.next())
        {
            record.set(Field::SourcePort, source);
            record.set(Field::DestinationPort, destination);
        }
        return true;
    }
    false
}
