//! Roles that the grammar of one program proves: words that say nothing elsewhere.

use memchr::memmem;

use super::place::Place;
use super::role::Role::{self, Destination, Source};
use crate::text::field::Field;
use crate::text::record::Record;

/// The role of the address between `left` and what is behind it.
pub fn of(text: &[u8], place: &Place<'_>, left: &[u8], record: &Record<'_>) -> Option<Role> {
    let behind = &text[place.end..];
    let program = record.get(Field::ProcessName).unwrap_or_default();
    let by_program = match program {
        // `192.0.2.1:5 …`, `ann/192.0.2.1:5 …` in front of what a client did.
        b"openvpn" => {
            let name = text[..place.start].strip_suffix(b"/").unwrap_or(b"");
            let first = place.start == 0 || !name.is_empty() && !name.contains(&b' ');
            (first && place.port.is_some()).then_some(Source)
        }
        b"pure-ftpd" => {
            let account = text.starts_with(b"(") && left.ends_with(b"@");
            (account && place.start < 96 && behind.starts_with(b") [")).then_some(Source)
        }
        // `passwd-file(ann,192.0.2.1,<session>): unknown user`
        b"dovecot" | b"auth" | b"auth-worker" => {
            let lookup = left.ends_with(b",") && matches!(behind, [b')' | b',', ..]);
            (lookup && contains(left, b"(")).then_some(Source)
        }
        b"amavis" => {
            let verdict = contains(left, b"Passed ") || contains(left, b"Blocked ");
            let first = left.ends_with(b"}, [") || left.ends_with(b"LOCAL [");
            (first && verdict).then_some(Source)
        }
        b"sshguard" => left.ends_with(b"Blocking \"").then_some(Source),
        // The server that a zone comes from: the connection goes there.
        b"named" => behind
            .starts_with(b": connected using ")
            .then_some(Destination),
        b"smbd_audit" => (left.ends_with(b"|") && behind.starts_with(b"|")).then_some(Source),
        // Barracuda's mail gateway names who delivers first.
        b"inbound/pass1" | b"scan" => {
            let named = text[..place.start].strip_suffix(b"[").unwrap_or_default();
            (place.start == 0 || !named.is_empty() && !named.contains(&b' ')).then_some(Source)
        }
        _ => None,
    };
    if by_program.is_some() {
        return by_program;
    }
    match behind {
        // `[sshd] 192.0.2.1 already banned`
        [b' ', ..] if left.ends_with(b"] ") && behind.starts_with(b" already banned") => {
            Some(Source)
        }
        // Kerberos: `AS_REQ (2 etypes {18 17}) 192.0.2.1: ISSUE: …`
        [b':', ..] if left.ends_with(b"}) ") => {
            contains(&text[..place.start.min(256)], b"_REQ (").then_some(Source)
        }
        // Cowrie: `New connection: 192.0.2.1:5 (198.51.100.1:22) [session: …]`
        [b' ', ..] if left.ends_with(b" (") && contains(left, b"New connection: ") => {
            behind.starts_with(b" [session: ").then_some(Destination)
        }
        // CoreDNS: `[INFO] 192.0.2.1:5 - 5 "A IN example.com. …`
        [b' ', ..] if left.ends_with(b"[INFO] ") && place.start < 48 => {
            (behind.starts_with(b" - ") && contains(behind, b" IN ")).then_some(Source)
        }
        // PowerDNS; CrowdSec; vaultwarden; iLO
        [b' ', ..] if behind.starts_with(b" wants '") && left.ends_with(b"Remote ") => Some(Source),
        [b' ', ..] if behind.starts_with(b" performed '") && left.ends_with(b"Ip ") => Some(Source),
        [b'.', ..] if behind.starts_with(b". Username: ") && left.ends_with(b"IP: ") => {
            Some(Source)
        }
        [b'(', ..] if left.ends_with(b" - ") && contains(left, b" login: ") => Some(Source),
        // `Cannot login root@192.0.2.1`
        [] | [b' ' | b':', ..] if left.ends_with(b"@") && contains(left, b"Cannot login ") => {
            Some(Source)
        }
        // VMware: `User EXAMPLE\ann@192.0.2.1 logged in as …`
        [b' ', ..]
            if left.ends_with(b"@")
                && contains(left, b"User ")
                && (behind.starts_with(b" logged in") || behind.starts_with(b" logged out")) =>
        {
            Some(Source)
        }
        // `SSH session was opened for 'root@192.0.2.1'`
        [b'\'', ..] if left.ends_with(b"@") && contains(left, b"session was opened for '") => {
            Some(Source)
        }
        // Samba: `box (ipv4:192.0.2.1:5) connect to service …`
        [b')', ..]
            if left.ends_with(b" (ipv4:")
                || left.ends_with(b" (ipv6:")
                || left.ends_with(b" (") =>
        {
            let share = [
                &b") connect to service "[..],
                b") closed connection to service ",
            ];
            share
                .iter()
                .any(|words| behind.starts_with(words))
                .then_some(Source)
        }
        // Cowrie: `[HoneyPotSSHTransport,5,192.0.2.1]`
        [b']', ..] if left.ends_with(b",") && contains(left, b"Transport,") => text
            .first()
            .is_some_and(|_| contains(left, b"["))
            .then_some(Source),
        _ => None,
    }
}

fn contains(text: &[u8], words: &[u8]) -> bool {
    memmem::find(text, words).is_some()
}
