//! What the sentence of a SYSTEM log says of addresses and users.
//!
//! Its grammar proves the roles: an administrator or a user comes *from* an address, a server that
//! is asked has a *server address*.

use crate::text::address::is_ip;
use crate::text::address::is_port;
use crate::text::field::Field;
use crate::text::record::Record;
use memchr::memmem;

/// Words in front of an address that say whose it is.
const WORDS: &[(&[u8], Field)] = &[
    (b"rom", Field::SourceIp),
    (b"nitiated by", Field::SourceIp),
    (b"erver address", Field::DestinationIp),
    (b"erver Address", Field::DestinationIp),
    (b"connected to server", Field::DestinationIp),
];

/// Reads the description of the event.
pub fn read<'a>(event: &'a [u8], text: &'a [u8], record: &mut Record<'a>) {
    for &(word, field) in WORDS {
        if record.has(field) {
            continue;
        }
        for at in memmem::find_iter(text, word) {
            if let Some(address) = after(&text[at + word.len()..]) {
                record.set(field, address);
                break;
            }
        }
    }
    user(text, record);
    if event.ends_with(b"-fail") || event.ends_with(b"-failed") {
        record.set(Field::EventOutcome, "failure");
    } else if event.ends_with(b"-success") || event.ends_with(b"-succ") {
        record.set(Field::EventOutcome, "success");
    }
}

/// The address behind a word, with its port if it has one.
fn after(text: &[u8]) -> Option<&[u8]> {
    let start = text
        .iter()
        .take(4)
        .position(|byte| !matches!(byte, b' ' | b':' | b'\'' | b'"'))?;
    // A letter at once is the rest of a longer word.
    if start == 0 {
        return None;
    }
    let text = &text[start..];
    let end = text
        .iter()
        .take(64)
        .position(|byte| !byte.is_ascii_hexdigit() && !matches!(byte, b'.' | b':' | b'%'));
    let text = &text[..end.unwrap_or(text.len().min(64))];
    let text = text.trim_ascii_end();
    let text = text.strip_suffix(b".").unwrap_or(text);
    let text = text.strip_suffix(b":").unwrap_or(text);
    let with_port = || {
        let (ip, port) = text.split_at(memchr::memrchr(b':', text)?);
        (is_ip(ip) && is_port(&port[1..])).then_some(())
    };
    (is_ip(text) || with_port().is_some()).then_some(text)
}

/// `for user 'ann'`, `User ann logged in`, `User name: ann,`.
fn user<'a>(text: &'a [u8], record: &mut Record<'a>) {
    for word in [&b"ser name: "[..], b"ser '", b"user ", b"User "] {
        let Some(at) = memmem::find(text, word) else {
            continue;
        };
        let rest = &text[at + word.len()..];
        let end = rest
            .iter()
            .position(|byte| matches!(byte, b'\'' | b',' | b' '))
            .unwrap_or(rest.len());
        let name = rest[..end].strip_suffix(b".").unwrap_or(&rest[..end]);
        let known = [
            &b"authentication"[..],
            b"is",
            b"to",
            b"from",
            b"not",
            b"session",
            b"login",
            b"group",
            b"name",
        ];
        if !name.is_empty() && !known.contains(&name) {
            record.set(Field::UserName, name);
            return;
        }
    }
}
