//! What sshd writes (OpenSSH 3 to 10: `auth.c`, `packet.c`, `sshd.c`).

use memchr::memmem;

use super::{event, source, word};
use crate::text::field::Field;
use crate::text::record::Record;

/// How a message goes on behind its first words.
#[derive(Clone, Copy)]
enum Shape {
    /// `METHOD for [invalid user ]USER from A port N ssh2…`
    ForFrom,
    /// `USER from A port N`
    UserFrom,
    /// `[… user USER ]A port N[ [preauth]]`
    UserPeer,
    /// `A port N…`
    Peer,
    /// `… from A port N`, behind words of the other end.
    LastFrom,
    /// `NAME [A] failed…`
    Bracket,
    /// `A maps to …`
    Maps,
}

use Shape::*;

/// First words, what follows, the action, the outcome; and whether only sshd writes so.
#[rustfmt::skip]
const RULES: &[(&[u8], Shape, &str, &str, bool)] = &[
    (b"Failed ", ForFrom, "ssh_login", "failure", false),
    (b"Accepted ", ForFrom, "ssh_login", "success", false),
    (b"Partial ", ForFrom, "ssh_login", "unknown", false),
    (b"Postponed ", ForFrom, "ssh_login", "unknown", false),
    (b"Invalid user ", UserFrom, "ssh_login", "failure", true),
    (b"Illegal user ", UserFrom, "ssh_login", "failure", true),
    (
        b"input_userauth_request: invalid user ",
        UserFrom,
        "ssh_login",
        "failure",
        true,
    ),
    (
        b"maximum authentication attempts exceeded ",
        ForFrom,
        "ssh_login",
        "failure",
        true,
    ),
    (
        b"Connection closed by ",
        UserPeer,
        "ssh_disconnect",
        "",
        false,
    ),
    (
        b"Connection reset by ",
        UserPeer,
        "ssh_disconnect",
        "",
        false,
    ),
    (b"Disconnected from ", UserPeer, "ssh_disconnect", "", false),
    (b"Disconnecting ", UserPeer, "ssh_disconnect", "", false),
    (
        b"Received disconnect from ",
        Peer,
        "ssh_disconnect",
        "",
        true,
    ),
    (b"Connection from ", Peer, "ssh_connection", "", false),
    (
        b"Connection closed by remote host ",
        Peer,
        "ssh_disconnect",
        "",
        false,
    ),
    (
        b"Unable to negotiate with ",
        Peer,
        "ssh_negotiation",
        "failure",
        true,
    ),
    (
        b"Did not receive identification string from ",
        Peer,
        "ssh_connection",
        "failure",
        true,
    ),
    (
        b"Bad protocol version identification ",
        LastFrom,
        "ssh_connection",
        "failure",
        true,
    ),
    (
        b"Bad remote protocol version identification: ",
        LastFrom,
        "ssh_connection",
        "failure",
        true,
    ),
    (
        b"Protocol major versions differ for ",
        Peer,
        "ssh_negotiation",
        "failure",
        true,
    ),
    (
        b"Timeout before authentication for connection from ",
        Peer,
        "ssh_login",
        "failure",
        true,
    ),
    (
        b"Timeout before authentication for ",
        Peer,
        "ssh_login",
        "failure",
        true,
    ),
    (
        b"Timeout before authentication, pid ",
        LastFrom,
        "ssh_login",
        "failure",
        true,
    ),
    (b"Starting session: ", ForFrom, "ssh_session", "", true),
    (b"Close session: user ", UserFrom, "ssh_session", "", true),
    (b"User ", UserFrom, "ssh_login", "failure", false),
    (
        b"ROOT LOGIN REFUSED FROM ",
        Peer,
        "ssh_login",
        "failure",
        true,
    ),
    (
        b"drop connection ",
        LastFrom,
        "ssh_connection",
        "failure",
        false,
    ),
    (
        b"refused connect from ",
        Peer,
        "ssh_connection",
        "failure",
        false,
    ),
    (
        b"reverse mapping checking getaddrinfo for ",
        Bracket,
        "ssh_connection",
        "",
        true,
    ),
    (
        b"reverse mapping checking getnameinfo for ",
        Bracket,
        "ssh_connection",
        "",
        true,
    ),
    (b"Address ", Maps, "ssh_connection", "", true),
    (b"PAM: ", ForFrom, "ssh_login", "failure", false),
];

/// Reads a message; without a header (`named` is false) only such as nobody else writes.
pub fn read<'a>(text: &'a [u8], record: &mut Record<'a>, named: bool) -> bool {
    let mut text = text;
    for prefix in [
        &b"error: "[..],
        b"fatal: ",
        b"info: ",
        b"banner exchange: ",
        b"ssh_dispatch_run_fatal: ",
        b"packet_write_poll: ",
        b"packet_write_wait: ",
        b"kex_exchange_identification: ",
    ] {
        text = text.strip_prefix(prefix).unwrap_or(text);
    }
    let Some((prefix, shape, action, outcome, sure)) =
        RULES.iter().find(|rule| text.starts_with(rule.0))
    else {
        return false;
    };
    let rest = &text[prefix.len()..];
    let mark = record.mark();
    if !(shaped(*shape, rest, record)
        && (named || *sure || record.has(Field::SourcePort) && !record.has(Field::SourceDomain)))
    {
        record.back(mark);
        return false;
    }
    event(action, outcome, record);
    record.set(Field::NetworkTransport, "tcp");
    record.set(Field::NetworkProtocol, "ssh");
    true
}

fn shaped<'a>(shape: Shape, rest: &'a [u8], record: &mut Record<'a>) -> bool {
    match shape {
        ForFrom => {
            let Some((user, from)) = last_from(rest) else {
                return false;
            };
            let Some(at) = memmem::find(user, b"for ") else {
                return false;
            };
            record.set(Field::UserName, account(&user[at + 4..]));
            peer(from, record)
        }
        UserFrom => {
            let Some((user, from)) = last_from(rest) else {
                return false;
            };
            record.set(Field::UserName, user);
            peer(from, record)
        }
        UserPeer => {
            let Some(at) = memmem::rfind(rest, b" port ") else {
                // Before version 7 the port was not written.
                return peer(rest, record);
            };
            let before = &rest[..at];
            let start = memchr::memrchr(b' ', before).map_or(0, |space| space + 1);
            let user = account(before[..start].trim_ascii());
            if !user.is_empty() {
                record.set(Field::UserName, user);
            }
            peer(&rest[start..], record)
        }
        Peer => {
            let rest = rest.strip_prefix(b"user ").unwrap_or(rest);
            peer(rest, record)
        }
        LastFrom => last_from(rest).is_some_and(|(_, from)| peer(from, record)),
        Bracket => {
            let Some(open) = memmem::find(rest, b" [") else {
                return false;
            };
            let inner = &rest[open + 2..];
            let Some(close) = memchr::memchr(b']', inner) else {
                return false;
            };
            record.set(Field::SourceDomain, &rest[..open]);
            record.set(Field::SourceIp, &inner[..close])
        }
        Maps => {
            let (address, after) = word(rest);
            after.starts_with(b" maps to ") && record.set(Field::SourceIp, address)
        }
    }
}

/// What stands before and behind the last ` from ` with an address or a host and its port behind
/// it, or else the last one with an address alone.
fn last_from(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut before, mut best) = (text, None);
    for _ in 0..64 {
        let Some(at) = memmem::rfind(before, b"from ") else {
            break;
        };
        if at == 0 || before[at - 1] == b' ' {
            let behind = &text[at + 5..];
            let (host, after) = word(behind);
            let user = text[..at].trim_ascii_end();
            if after.starts_with(b" port ") || host.first() == Some(&b'[') {
                return Some((user, behind));
            }
            if best.is_none() {
                best = Some((user, behind));
            }
        }
        before = &before[..at];
    }
    best
}

/// The name without what sshd thinks of it.
fn account(text: &[u8]) -> &[u8] {
    let mut text = text;
    for prefix in [
        &b"authenticating user "[..],
        b"invalid user ",
        b"illegal user ",
        b"user ",
    ] {
        text = text.strip_prefix(prefix).unwrap_or(text);
    }
    match text {
        b"authenticating user" | b"invalid user" | b"illegal user" | b"user" => b"",
        text => text,
    }
}

/// Reads `A`, `A port N`, `[A]:N`, and `on B port M` or `to B` behind it.
fn peer<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let (host, mut rest) = word(text);
    if !source(host, record) {
        return false;
    }
    if let Some(more) = rest.strip_prefix(b" port ") {
        let digits = more.iter().take_while(|byte| byte.is_ascii_digit()).count();
        record.set(Field::SourcePort, &more[..digits]);
        rest = &more[digits..];
    }
    if let Some(more) = rest.strip_prefix(b" on ") {
        let (host, rest) = word(more);
        if record.set(Field::DestinationIp, host)
            && let Some(more) = rest.strip_prefix(b" port ")
        {
            let digits = more.iter().take_while(|byte| byte.is_ascii_digit());
            record.set(Field::DestinationPort, &more[..digits.count()]);
        }
    } else if let Some(more) = rest.strip_prefix(b" to ") {
        record.set(Field::DestinationIp, word(more).0);
    }
    true
}
