//! Both ends of a connection written side by side, with no names.
//!
//! Juniper `192.0.2.1/51514->203.0.113.9/443`, MikroTik and Hillstone
//! `192.0.2.1:51514->203.0.113.9:443`, WatchGuard `192.0.2.1 203.0.113.9 51514 443`, Barracuda's
//! columns.

use memchr::memmem;

use crate::text::address::{Endpoint, endpoint, is_ip, is_port};
use crate::text::field::Field;
use crate::text::iptables::transport;
use crate::text::record::Record;

/// Reads both ends; `false` if they are not there.
pub fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    arrow(text, record) || barracuda(text, record) || ssh_connection(text, record)
}

/// The first `end->end`.
fn arrow<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
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

/// Barracuda CloudGen Firewall: `Allow: FWD|TCP|port|address|port|MAC|address|port|…`.
fn barracuda<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let Some(bar) = memchr::memchr(b'|', text) else {
        return false;
    };
    let mut columns = [&b""[..]; 14];
    let parts = text[bar + 1..].split(|&byte| byte == b'|');
    let count = columns[1..]
        .iter_mut()
        .zip(parts)
        .map(|(column, part)| *column = part);
    let count = count.count();
    let mac =
        columns[5].len() == 17 && columns[5].iter().filter(|&&byte| byte == b':').count() == 5;
    if count < 8 || !mac || !is_ip(columns[3]) || !is_ip(columns[6]) {
        return false;
    }
    for (field, column) in [
        (Field::ObserverIngressInterfaceName, 2),
        (Field::SourceIp, 3),
        (Field::SourcePort, 4),
        (Field::DestinationIp, 6),
        (Field::DestinationPort, 7),
        (Field::RuleName, 10),
        (Field::SourceNatIp, 12),
        (Field::DestinationNatIp, 13),
    ] {
        record.set(field, columns[column]);
    }
    transport(columns[1], record);
    let front = &text[..bar];
    if let Some(colon) = memmem::rfind(front, b": ") {
        let start = front[..colon].iter().rposition(|&byte| byte == b' ');
        record.set(
            Field::EventAction,
            &front[start.map_or(0, |at| at + 1)..colon],
        );
    }
    record.set(Field::ObserverVendor, "Barracuda");
    record.set(Field::ObserverType, "firewall");
    true
}

/// Junos `ssh-connection '192.0.2.1 51514 192.0.2.2 22'`, as sshd's `SSH_CONNECTION`.
fn ssh_connection<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    const NAME: &[u8] = b"ssh-connection '";
    let Some(at) = memmem::find(text, NAME) else {
        return false;
    };
    let rest = &text[at + NAME.len()..];
    let end = memchr::memchr(b'\'', rest).unwrap_or(rest.len());
    let mut words = rest[..end].split(|&byte| byte == b' ');
    for field in [
        Field::SourceIp,
        Field::SourcePort,
        Field::DestinationIp,
        Field::DestinationPort,
    ] {
        match words.next() {
            Some(word) if record.set(field, word) => {}
            _ => return false,
        }
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
