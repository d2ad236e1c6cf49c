//! ArcSight Common Event Format: `CEF:0|vendor|product|version|class|name|severity|key=value …`.
//!
//! Sources: *ArcSight Common Event Format (CEF) Implementation Standard*, versions 25 and 26, and
//! what devices make of it: text in front of `CEF:`, `CEF` taken off as a syslog tag, empty or
//! missing header fields, line feeds between pairs.

mod custom;
pub(super) mod dictionary;
pub(super) mod pair;
#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use memchr::memmem::Finder;
use memchr::{memchr, memchr2};

use super::Spec;
use super::field::Field;
use super::record::{Record, Value};

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "cef",
    summary: "ArcSight Common Event Format",
    example: "CEF:0|Example|Gateway|1.0|100|Connection denied|5|src=192.0.2.1 spt=40000 dst=198.51.100.7 dpt=443 proto=TCP act=deny",
    read,
};

/// How far from the beginning of the text `CEF:` may stand.
const FRONT: usize = 128;

static MARKER: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("CEF:"));

/// The parts of a record: vendor, product, version, class, name, severity; and the pairs.
struct Parts<'a> {
    header: [&'a [u8]; 6],
    pairs: &'a [u8],
}

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let Some(parts) = parts(text) else {
        return false;
    };
    // A syslog header may have taken the format's name for a program's.
    for field in [Field::LogSyslogAppname, Field::ProcessName] {
        if record.get(field) == Some(b"CEF") {
            record.unset(field);
        }
    }
    let [vendor, product, version, class, name, severity] = parts.header;
    for (field, bytes) in [
        (Field::ObserverVendor, vendor),
        (Field::ObserverProduct, product),
        (Field::ObserverVersion, version),
        (Field::EventCode, class),
    ] {
        let value = unescape(bytes, record);
        record.set(field, value);
    }
    if !record.set(Field::EventSeverity, severity) {
        record.vendor(b"severity", severity);
    }
    dictionary::read(parts.pairs, vendor, record);
    let name = unescape(name, record);
    if !record.has(Field::EventAction) {
        record.set(Field::EventAction, name);
    }
    record.vendor(b"name", name);
    true
}

/// Whether `text` is of this format, and its parts.
fn parts(text: &[u8]) -> Option<Parts<'_>> {
    let text = text.trim_ascii_start();
    if let Some(rest) = text.strip_prefix(b"CEF:") {
        return split(rest);
    }
    match text {
        [b'0'..=b'9', b'|', ..] => split(text).filter(Parts::is_certain),
        [b'{', ..] => None,
        _ => {
            let front = &text[..text.len().min(FRONT + 8)];
            memchr(b'|', front)?;
            split(&text[MARKER.find(front)? + 4..])
        }
    }
}

/// Takes apart what stands behind the marker.
fn split(mut text: &[u8]) -> Option<Parts<'_>> {
    while let Some(rest) = text.strip_prefix(b"CEF:") {
        text = rest;
    }
    let text = text.trim_ascii_start();
    let digits = text
        .iter()
        .take(5)
        .take_while(|b| b.is_ascii_digit())
        .count();
    if digits == 0 || text.get(digits) != Some(&b'|') {
        return None;
    }
    let mut rest = &text[digits + 1..];
    let mut header: [&[u8]; 6] = [b""; 6];
    let mut found = 0;
    while found < 6 {
        // Some devices leave out a field: the pairs begin where its place is.
        if found >= 4 && pair::begins(rest) {
            break;
        }
        let end = pipe(rest);
        header[found] = &rest[..end];
        found += 1;
        rest = rest.get(end + 1..).unwrap_or_default();
        if rest.is_empty() {
            break;
        }
    }
    match found {
        ..=3 => return None,
        // Of the last two the name is missing.
        5 if header[4].len() <= 2 => header.swap(4, 5),
        6 if header[0].is_empty() => shift(&mut header, &mut rest),
        _ => {}
    }
    let header = header.map(<[u8]>::trim_ascii);
    Some(Parts {
        header,
        pairs: rest,
    })
}

/// Leaves out an empty field in front of the vendor, if there is one field too many.
fn shift<'a>(header: &mut [&'a [u8]; 6], rest: &mut &'a [u8]) {
    let Some(at) = memchr2(b'|', b'=', rest).filter(|&at| rest[at] == b'|') else {
        return;
    };
    header.rotate_left(1);
    header[5] = &rest[..at];
    *rest = &rest[at + 1..];
}

/// Where the next pipe is that is not escaped; the end, if there is none.
fn pipe(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(found) = memchr2(b'|', b'\\', text.get(at..).unwrap_or_default()) {
        at += found;
        if text[at] == b'|' {
            return at;
        }
        at += 2;
    }
    text.len()
}

impl Parts<'_> {
    /// Whether it is the format even without its name in front.
    fn is_certain(&self) -> bool {
        let [vendor, product, .., severity] = self.header;
        let word = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b' ' | b'_');
        let named = vendor.first().is_some_and(u8::is_ascii_alphabetic) || vendor.is_empty();
        named
            && !product.is_empty()
            && (1..=16).contains(&severity.len())
            && severity.iter().all(word)
            && (self.pairs.trim_ascii().is_empty() || pair::begins(self.pairs))
    }
}

/// The bytes that are meant: `\=`, `\|` and `\\` without their backslash, `\n` and `\r` as what they
/// stand for. Any other backslash is one.
pub(super) fn unescape<'a>(bytes: &'a [u8], record: &mut Record<'a>) -> Value<'a> {
    let Some(first) = memchr(b'\\', bytes) else {
        return Value::Raw(bytes);
    };
    record.own(|out| {
        let (mut rest, mut at) = (bytes, Some(first));
        while let Some(found) = at {
            out.extend_from_slice(&rest[..found]);
            let (byte, length) = match rest.get(found + 1) {
                Some(&byte @ (b'=' | b'|' | b'\\')) => (byte, 2),
                Some(b'n') => (b'\n', 2),
                Some(b'r') => (b'\r', 2),
                _ => (b'\\', 1),
            };
            out.push(byte);
            rest = &rest[found + length..];
            at = memchr(b'\\', rest);
        }
        out.extend_from_slice(rest);
    })
}
