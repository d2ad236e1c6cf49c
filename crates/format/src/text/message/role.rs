//! The words that prove an address's role.

use memchr::memmem;

use super::place::Place;
use crate::text::field::Field;
use crate::text::record::Record;

/// Which end of a connection an address is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Source,
    Destination,
}

use Role::{Destination, Source};

/// How far back words are looked at.
const BACK: usize = 96;

/// Whether an arrow points from one address to the next, with nothing else between.
pub fn arrow(text: &[u8], from: &Place<'_>, to: &Place<'_>) -> bool {
    let between = text[from.end..to.start].trim_ascii();
    let between = between.strip_suffix(b"[").unwrap_or(between).trim_ascii();
    matches!(between, b"->" | b"-->" | b"=>" | b"-\\>")
}

/// Whether these words between a source and the next address make that the other end.
pub fn behind_source(between: &[u8]) -> bool {
    let between = between.trim_ascii().trim_end_matches_any(b"[('\"");
    matches!(between, b"to" | b", to" | b"(IP=" | b"IP=")
}

/// The role that the words before the address prove.
pub fn of(text: &[u8], place: &Place<'_>, record: &Record<'_>) -> Option<Role> {
    let mut left = &text[place.start.saturating_sub(BACK)..place.start];
    let behind = &text[place.end..];
    if left.ends_with(b"'@'") && memmem::find(left, b"user '").is_some() {
        return Some(Source);
    }
    // `rshd: root@192.0.2.1 as root`, `192.0.2.1:50022 login succeeded`
    if left.ends_with(b"@") && behind.starts_with(b" as ")
        || place.port.is_some() && behind.starts_with(b" login ")
    {
        return Some(Source);
    }
    for mark in [&b"AF_INET]"[..], b"AF_INET6]", b"IP=", b"//"] {
        left = left.strip_suffix(mark).unwrap_or(left);
    }
    let bracket = left.ends_with(b"[");
    left = left.trim_end_matches_any(b"[('\"<");
    // `client=mx.example.org[192.0.2.1]`, `from mx.example.org [192.0.2.1]`
    let mut named = false;
    if bracket {
        let name = left.trim_ascii_end();
        let length = name.iter().rev().take_while(|byte| is_name(**byte)).count();
        let (before, host) = name.split_at(name.len() - length);
        if host.contains(&b'.') || matches!(host, b"unknown" | b"localhost") {
            (left, named) = (before, true);
        }
    }
    let left = left.trim_ascii_end();
    let (left, separator) = match left {
        [inner @ .., b @ (b'=' | b':')] => (inner.trim_ascii_end(), *b),
        // BIND's address of the client's state.
        _ => match left.iter().rposition(|&byte| byte == b' ') {
            Some(space) if left[space..].starts_with(b" @0x") => (&left[..space], b' '),
            _ => (left, b' '),
        },
    };
    let (before, word) = last(left);
    let mut lower = [0; 24];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    let (earlier, previous) = last(before.trim_ascii_end());
    let previous_is = |word: &str| previous.eq_ignore_ascii_case(word.as_bytes());
    let role = match &*lower {
        b"from" if separator == b' ' => {
            let moved = ["changed", "moved", "updated", "switched", "address", "ip"];
            if moved.iter().any(|word| previous_is(word)) {
                return None;
            }
            Source
        }
        // Of two gateways either may have begun.
        b"remote_ip" if memmem::find(text, b"local_ip").is_some() => return None,
        b"session" if place.port.is_some() => Source,
        b"whitelisted" if named && separator == b':' => Source,
        b"client" | b"src" | b"source" | b"srcip" | b"src_ip" | b"source_ip" | b"clientip"
        | b"client_ip" | b"client-ip" | b"userip" | b"user_ip" | b"remote_ip" | b"remoteip"
        | b"remote_addr" | b"rhost" | b"raddr" | b"rip" | b"client_address" => Source,
        b"dst" | b"destination" | b"dstip" | b"dst_ip" | b"destination_ip" | b"dest"
        | b"serverip" | b"server_ip" => Destination,
        b"cli" if previous.iter().all(u8::is_ascii_digit) => Source,
        b"lip" if separator == b'=' => Destination,
        b"relay" if separator == b'=' => Destination,
        b"ban" | b"unban" | b"found" if before.ends_with(b"] ") => Source,
        b"ip" | b"address" | b"addr" => match () {
            _ if ["client", "source", "src", "remote", "user"]
                .iter()
                .any(|w| previous_is(w)) =>
            {
                Source
            }
            _ if ["destination", "dest", "dst", "vserver"]
                .iter()
                .any(|w| previous_is(w)) =>
            {
                Destination
            }
            // `user:alice, ip:192.0.2.1`
            _ if &*lower == b"ip"
                && separator != b' '
                && memmem::find(earlier, b"user").is_some() =>
            {
                Source
            }
            _ => return None,
        },
        b"query" | b"info" | b"reply" if separator == b':' && question(behind) => Source,
        b"host" if named && behind.starts_with(b" said:") => Destination,
        b"host" if named && behind.starts_with(b" refused to talk") => Destination,
        b"warning" if named && separator == b':' && behind.starts_with(b": SASL ") => Source,
        b"for" if named && place.port.is_some() && left.ends_with(b"TLS for") => Destination,
        b"to" if separator == b' ' && (place.port.is_some() || sends(before)) => Destination,
        b"host" if separator == b'=' && before.ends_with(b"connection received: ") => Source,
        _ if separator != b' ' => match record.context.aliases.of(word)?.field {
            Field::SourceIp => Source,
            Field::DestinationIp => Destination,
            _ => return None,
        },
        _ => return None,
    };
    Some(role)
}

/// Whether something is sent or connected: ` to A` is where.
fn sends(left: &[u8]) -> bool {
    [
        &b"onnect"[..],
        b"ession established",
        b"sent",
        b"sending",
        b"Sending",
        b"orwarded",
        b"orwarding",
        b"delivered",
        b"Send ",
    ]
    .iter()
    .any(|word| memmem::find(left, word).is_some())
}

/// Whether a question to a name server follows: ` example.com. A IN`.
fn question(text: &[u8]) -> bool {
    let mut words = text.trim_ascii_start().splitn(4, |&byte| byte == b' ');
    let (_, kind, class) = (words.next(), words.next(), words.next());
    kind.is_some_and(|kind| {
        kind.iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    }) && matches!(class, Some(b"IN" | b"CH" | b"HS"))
}

/// The last word, and what stands before it.
fn last(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().rev().take_while(|byte| is_name(**byte)).count();
    text.split_at(text.len() - length)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Ports that stand apart from their addresses.
pub fn ports<'a>(text: &'a [u8], record: &mut Record<'a>) {
    const NAMES: [(&[u8], Field, Field); 5] = [
        (b",rport=", Field::SourceIp, Field::SourcePort),
        (b" to port ", Field::SourceIp, Field::DestinationPort),
        (b"ClientPort ", Field::SourceIp, Field::SourcePort),
        (b"source port: ", Field::SourceIp, Field::SourcePort),
        (
            b"destination port: ",
            Field::DestinationIp,
            Field::DestinationPort,
        ),
    ];
    for (name, ip, port) in NAMES {
        if record.has(ip)
            && !record.has(port)
            && let Some(at) = memmem::find(text, name)
        {
            let rest = &text[at + name.len()..];
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
            record.set(port, &rest[..digits.count()]);
        }
    }
}

trait TrimEnd {
    /// Without the bytes of `set` at the end.
    fn trim_end_matches_any(&self, set: &[u8]) -> &[u8];
}

impl TrimEnd for [u8] {
    fn trim_end_matches_any(&self, set: &[u8]) -> &[u8] {
        let length = self.iter().rposition(|byte| !set.contains(byte));
        &self[..length.map_or(0, |last| last + 1)]
    }
}
