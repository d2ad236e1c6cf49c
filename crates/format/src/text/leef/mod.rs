//! IBM's Log Event Extended Format: `LEEF:2.0|vendor|product|version|event|delimiter|key=value…`.
//!
//! Source: *IBM QRadar Log Event Extended Format (LEEF) Guide*. Version 1.0 has no delimiter field and
//! a tab between pairs. Devices that put blanks or a written-out `\t` there are understood, too.

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use memchr::memmem::{self, Finder};
use memchr::{memchr, memchr2};

use super::Spec;
use super::cef::dictionary::{application, host, outcome, protocol};
use super::cef::pair::{Pairs, begins};
use super::field::Field;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "leef",
    summary: "IBM QRadar Log Event Extended Format 1.0 and 2.0",
    example: "LEEF:2.0|Example|Gateway|1.0|denied|^|src=192.0.2.1^srcPort=40000^dst=198.51.100.7^dstPort=443^proto=TCP",
    read,
};

/// How far from the beginning of the text `LEEF:` may stand.
const FRONT: usize = 128;

static MARKER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("LEEF:"));

/// What stands between pairs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Between {
    Byte(u8),
    /// A backslash and a `t`.
    WrittenTab,
    /// Blanks, which values may hold, too.
    Blank,
}

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let Some((rest, named)) = behind_marker(text) else {
        return false;
    };
    let Some((header, pairs, between)) = split(rest) else {
        return false;
    };
    if !named && !begins(pairs) {
        return false;
    }
    for field in [Field::LogSyslogAppname, Field::ProcessName] {
        if record.get(field) == Some(b"LEEF") {
            record.unset(field);
        }
    }
    for (field, value) in [
        (Field::ObserverVendor, header[0]),
        (Field::ObserverProduct, header[1]),
        (Field::ObserverVersion, header[2]),
        (Field::EventCode, header[3]),
    ] {
        record.set(field, value);
    }
    let mut hosts = Hosts::default();
    match between {
        Between::Blank => {
            for (key, value) in Pairs::new(pairs) {
                pair(key, value, &mut hosts, record);
            }
        }
        Between::Byte(byte) => {
            for part in pairs.split(|&b| b == byte) {
                part_of(part, &mut hosts, record);
            }
        }
        Between::WrittenTab => {
            let mut from = 0;
            for at in memmem::find_iter(pairs, b"\\t") {
                // A path may hold it, too.
                if begins(&pairs[at + 2..]) {
                    part_of(&pairs[from..at], &mut hosts, record);
                    from = at + 2;
                }
            }
            part_of(&pairs[from..], &mut hosts, record);
        }
    }
    hosts.finish(record);
    true
}

/// What stands behind the format's name, and whether the name is there.
fn behind_marker(text: &[u8]) -> Option<(&[u8], bool)> {
    let text = text.trim_ascii_start();
    if let Some(rest) = text.strip_prefix(b"LEEF:") {
        return Some((rest, true));
    }
    match text {
        // A syslog header may have taken the format's name for a program's.
        [b'1' | b'2', b'.', b'0', b'|', ..] => Some((text, false)),
        [b'{', ..] => None,
        _ => {
            let front = &text[..text.len().min(FRONT + 9)];
            memchr(b'|', front)?;
            Some((&text[MARKER.find(front)? + 5..], true))
        }
    }
}

/// Vendor, product, version and event; the pairs; and what stands between them.
type Split<'a> = ([&'a [u8]; 4], &'a [u8], Between);

fn split(text: &[u8]) -> Option<Split<'_>> {
    let text = text.trim_ascii_start();
    if !matches!(text, [b'1' | b'2', b'.', _, ..] | [b'1' | b'2', b'|', ..]) {
        return None;
    }
    let mut rest = &text[memchr(b'|', &text[..text.len().min(8)])? + 1..];
    let mut header: [&[u8]; 4] = [b""; 4];
    for (index, field) in header.iter_mut().enumerate() {
        let end = match memchr(b'|', rest) {
            Some(end) => end,
            // The last may end the record.
            None if index == 3 && !rest.contains(&b'=') => rest.len(),
            None => return None,
        };
        *field = rest[..end].trim_ascii();
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    let declared = memchr2(b'|', b'=', rest)
        .filter(|&at| rest[at] == b'|')
        .and_then(|at| Some((delimiter(&rest[..at])?, &rest[at + 1..])));
    let byte = match declared {
        Some((byte, pairs)) => {
            rest = pairs;
            byte
        }
        None => b'\t',
    };
    Some((header, rest, between(byte, rest)))
}

/// The delimiter that a header declares: a character, or its number (`x5E`, `0x5E`, `\x5E`).
fn delimiter(text: &[u8]) -> Option<u8> {
    match text.trim_ascii() {
        b"" | b"\\t" => Some(b'\t'),
        [byte] if !byte.is_ascii_alphanumeric() => Some(*byte),
        text => {
            let digits = text
                .strip_prefix(b"0x")
                .or_else(|| text.strip_prefix(b"\\x"))
                .or_else(|| text.strip_prefix(b"x"))?;
            let digits = std::str::from_utf8(digits).ok().filter(|d| d.len() <= 4)?;
            let number = u32::from_str_radix(digits, 16).ok()?;
            u8::try_from(number).ok().filter(u8::is_ascii)
        }
    }
}

/// What really stands between the pairs: devices declare one thing and do another.
fn between(declared: u8, pairs: &[u8]) -> Between {
    for byte in [declared, b'\t'] {
        if memchr(byte, pairs).is_some() && byte != b' ' {
            return Between::Byte(byte);
        }
    }
    // PAN-OS goes on as the header does.
    if memchr(b'|', pairs).is_some_and(|at| begins(&pairs[at + 1..])) {
        return Between::Byte(b'|');
    }
    match memmem::find(pairs, b"\\t") {
        Some(at) if begins(&pairs[at + 2..]) => Between::WrittenTab,
        _ => Between::Blank,
    }
}

/// What is decided when all pairs are known.
#[derive(Default)]
struct Hosts<'a> {
    source: &'a [u8],
    destination: &'a [u8],
}

impl<'a> Hosts<'a> {
    fn finish(self, record: &mut Record<'a>) {
        let (ip, domain) = (Field::SourceIp, Field::SourceDomain);
        host(self.source, ip, domain, b"shost", record);
        let (ip, domain) = (Field::DestinationIp, Field::DestinationDomain);
        host(self.destination, ip, domain, b"dhost", record);
    }
}

fn part_of<'a>(part: &'a [u8], hosts: &mut Hosts<'a>, record: &mut Record<'a>) {
    let Some(at) = memchr(b'=', part) else {
        return;
    };
    let (key, value) = (part[..at].trim_ascii(), part[at + 1..].trim_ascii());
    pair(key, value, hosts, record);
}

fn pair<'a>(key: &'a [u8], value: &'a [u8], hosts: &mut Hosts<'a>, record: &mut Record<'a>) {
    if value.is_empty() {
        return;
    }
    let taken = match key {
        b"devTime" => match record.context.clock.whole(value) {
            Some(time) => {
                record.at(time);
                true
            }
            None => false,
        },
        b"sev" | b"severity" => first(Field::EventSeverity, value, record),
        b"act" | b"action" | b"Action" => first(Field::EventAction, value, record),
        b"policy" => first(Field::RuleName, value, record),
        b"url" => first(Field::UrlOriginal, value, record),
        b"reason" => first(Field::EventReason, value, record),
        b"externalId" => first(Field::EventId, value, record),
        b"proto" => protocol(value, record),
        b"app" => application(value, record),
        b"outcome" => outcome(value, record),
        b"shost" if hosts.source.is_empty() => {
            hosts.source = value;
            true
        }
        b"dhost" if hosts.destination.is_empty() => {
            hosts.destination = value;
            true
        }
        _ => false,
    };
    if !taken {
        record.pair(key, value);
    }
}

fn first<'a>(field: Field, value: &'a [u8], record: &mut Record<'a>) -> bool {
    !record.has(field) && record.set(field, value)
}
