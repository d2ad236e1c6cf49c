//! OpenSSH and PAM: who logged in from where.
//!
//! Where a header names another program, only PAM's own messages are taken. A name that somebody
//! types in at a login may be anything, `root from 192.0.2.1 port 22` included: the address that the
//! server wrote is the last one before its own words.

mod pam;
mod sshd;

use super::address::is_ip;
use super::field::Field;
use super::record::Record;
use super::{Spec, syslog};

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "auth",
    summary: "OpenSSH and PAM: who logged in from where",
    example: "Mar  5 13:08:27 box sshd[8710]: Failed password for root from 192.0.2.1 port 50022 ssh2",
    read,
};

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let mut text = text.trim_ascii();
    if !record.has(Field::ProcessName) {
        // Only these letters begin a message that tells by itself what it is.
        match text.first() {
            Some(b'A'..=b'F' | b'I' | b'M' | b'P' | b'R'..=b'U') => {}
            Some(b'b' | b'd'..=b'f' | b'l'..=b'm' | b'p' | b'r'..=b's') => {}
            _ => return false,
        }
        if let Some(rest) = syslog::tag(text, record) {
            text = rest.trim_ascii();
        }
    }
    match record.get_raw(Field::ProcessName) {
        Some(b"sshd" | b"sshd-session" | b"sshd-auth") => {
            sshd::read(text, record, true) || pam::read(text, record)
        }
        Some(program @ (b"sudo" | b"su" | b"login" | b"systemd-logind")) => {
            pam::read(text, record) || pam::program(program, text, record)
        }
        Some(_) => pam::read(text, record),
        None => sshd::read(text, record, false) || pam::read(text, record),
    }
}

/// What happened, and how it ended.
fn event(action: &'static str, outcome: &'static str, record: &mut Record<'_>) {
    record.set(Field::EventAction, action);
    record.set(Field::EventOutcome, outcome);
}

/// Sets the other end: an address, or the name of a host that was looked up. `false` if it is
/// neither.
fn source<'a>(peer: &'a [u8], record: &mut Record<'a>) -> bool {
    if record.set(Field::SourceIp, peer) {
        return true;
    }
    let name = !peer.is_empty()
        && peer != b"UNKNOWN"
        && peer.iter().any(u8::is_ascii_alphabetic)
        && peer
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    name && record.set(Field::SourceDomain, peer)
}

/// The word in front of `text` without the comma or colon that ends it, and what follows the word.
fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr(b' ', text).unwrap_or(text.len());
    let (mut word, rest) = text.split_at(end);
    if let [inner @ .., b',' | b':' | b'.'] = word
        && !is_ip(word)
    {
        word = inner;
    }
    (word, rest)
}
