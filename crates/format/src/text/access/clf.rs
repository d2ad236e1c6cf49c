//! The common log format, and what servers make of it: combined, with a virtual host in front, with
//! forwarding addresses in front or behind, Traefik's, NetScaler's.
//!
//! Source: Apache HTTP Server, mod_log_config; nginx, ngx_http_log_module.

use memchr::{memchr, memmem};

use super::part::{client, is_status, quoted, request, status, url_port, with_port, word};
use crate::text::address::{is_ip, is_port};
use crate::text::field::Field;
use crate::text::record::Record;

/// The time is not farther from the front.
const FRONT: usize = 600;

/// Reads one line.
pub fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    if let Some(done) = arrow(text, record) {
        return done;
    }
    let Some((before, time, behind)) = bracket(text) else {
        return false;
    };
    // mod_ssl's log: time, host, protocol, cipher, request, bytes.
    if before.is_empty() {
        let (host, rest) = word(behind);
        let (version, rest) = word(rest);
        let (_, rest) = word(rest);
        if !is_ip(host)
            || !(version.starts_with(b"TLS") || version.starts_with(b"SSL") || version == b"-")
        {
            return false;
        }
        let Some((line, _)) = quoted(rest) else {
            return false;
        };
        client(host, record);
        set_time(time, record);
        request(line, record);
        return true;
    }
    let Some((line, rest)) = quoted(behind) else {
        return false;
    };
    let (code, rest) = word(rest.trim_ascii_start());
    if !is_status(code) && code != b"-" {
        return false;
    }
    if !hosts(before, record) {
        return false;
    }
    set_time(time, record);
    request(line, record);
    status(code, record);
    let (bytes, mut rest) = word(rest);
    record.set(Field::DestinationBytes, bytes);
    for name in [b"referrer".as_slice(), b"agent", b"forwarded_for"] {
        let value = match quoted(rest) {
            Some((value, more)) => {
                rest = more.trim_ascii_start();
                value
            }
            // Traefik has `-` without quotes.
            None if rest.starts_with(b"- ") => {
                rest = rest[1..].trim_ascii_start();
                continue;
            }
            None => break,
        };
        match name {
            b"agent" => {
                record.set(Field::UserAgentOriginal, value);
            }
            b"forwarded_for"
                if !value
                    .split(|&byte| byte == b',')
                    .all(|ip| is_ip(ip.trim_ascii())) => {}
            _ if value == b"-" => {}
            _ => record.vendor(name, value),
        }
    }
    true
}

/// What stands before the brackets with the time, in them, and behind them.
fn bracket(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let near = &text[..text.len().min(FRONT)];
    let mut at = 0;
    for _ in 0..4 {
        let open = memchr(b'[', &near[at..])? + at;
        let rest = &text[open + 1..];
        let is_date = matches!(
            rest,
            [b'0'..=b'9', b'0'..=b'9', b'/', _, _, b'/' | b'a'..=b'z', ..]
        );
        let close = memchr(b']', &rest[..rest.len().min(40)]);
        match close {
            Some(close) if is_date => {
                return Some((
                    text[..open].trim_ascii(),
                    &rest[..close],
                    rest[close + 1..].trim_ascii_start(),
                ));
            }
            _ => at = open + 1,
        }
    }
    None
}

/// Reads hosts and user: `[virtual host] client ident user`, perhaps with forwarding addresses.
fn hosts<'a>(before: &'a [u8], record: &mut Record<'a>) -> bool {
    // A program's or a log's own name, as syslog pipes have it: `logger[1]: [ssl_acc] …`.
    let before = match memmem::rfind(&before[..before.len().min(80)], b"] ") {
        Some(close) => before[close + 2..].trim_ascii_start(),
        None => match memmem::rfind(&before[..before.len().min(80)], b"]: ") {
            Some(close) => before[close + 3..].trim_ascii_start(),
            None => before,
        },
    };
    let mut words = [&b""[..]; 16];
    let mut count = 0;
    for part in before
        .split(|&byte| byte == b' ')
        .filter(|part| !part.is_empty())
    {
        *match words.get_mut(count) {
            Some(place) => place,
            None => return false,
        } = part;
        count += 1;
    }
    let mut words = &words[..count];
    while let [b"-", rest @ ..] = words
        && rest.len() > 2
    {
        words = rest;
    }
    let is_list = |word: &[u8]| word.ends_with(b",");
    let listed = words.iter().take_while(|word| is_list(word)).count();
    let (front, rest) = match words {
        // `192.0.2.1, 198.51.100.2 198.51.100.3 - -`: who it was forwarded for comes first.
        _ if listed > 0 && words.len() > listed + 1 => {
            let first = &words[0][..words[0].len() - 1];
            let skip = if words.len() > listed + 3 && is_ip(words[listed + 1]) {
                2
            } else {
                1
            };
            (first, &words[listed + skip..])
        }
        [host, ident, ..] if is_ip(host) && *ident == b"-" => (*host, &words[1..]),
        [virtual_host, host, _, _, ..] if is_ip(host) || host.contains(&b'.') => {
            let (name, port) = match memchr::memrchr(b':', virtual_host) {
                Some(at) if is_port(&virtual_host[at + 1..]) => {
                    (&virtual_host[..at], &virtual_host[at + 1..])
                }
                _ => (*virtual_host, &b""[..]),
            };
            if !is_ip(virtual_host) {
                record.set(Field::UrlDomain, name);
                record.set(Field::DestinationPort, port);
            }
            (*host, &words[2..])
        }
        [host, rest @ ..] if !rest.is_empty() => (*host, rest),
        _ => return false,
    };
    let found = match with_port(front) {
        Some((ip, port)) if !is_ip(front) => {
            record.set(Field::SourcePort, port);
            client(ip, record)
        }
        _ => client(front, record),
    };
    if let [_, user, ..] = rest {
        record.set(Field::UserName, *user);
    }
    found
}

/// `client -> server "request" status bytes …`, as NetScaler's own server writes it.
fn arrow<'a>(text: &'a [u8], record: &mut Record<'a>) -> Option<bool> {
    let (source, rest) = word(text);
    let rest = rest.strip_prefix(b"-> ")?;
    let (destination, rest) = word(rest);
    let (line, rest) = quoted(rest)?;
    let (code, rest) = word(rest.trim_ascii_start());
    if !is_ip(source) || !is_ip(destination) || !is_status(code) {
        return Some(false);
    }
    record.set(Field::SourceIp, source);
    record.set(Field::DestinationIp, destination);
    request(line, record);
    status(code, record);
    let (bytes, rest) = word(rest);
    record.set(Field::DestinationBytes, bytes);
    if let Some((agent, _)) = quoted(rest).and_then(|(_, rest)| quoted(rest.trim_ascii_start())) {
        record.set(Field::UserAgentOriginal, agent);
    }
    Some(true)
}

fn set_time(time: &[u8], record: &mut Record<'_>) {
    if let Some(time) = record.context.clock.whole(time) {
        record.at(time);
    }
}

/// The port that a URL names is the server's.
pub fn server_port<'a>(url: &'a [u8], record: &mut Record<'a>) {
    if let Some(port) = url_port(url) {
        record.set(Field::DestinationPort, port);
    }
}
