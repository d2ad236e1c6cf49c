//! Load balancers: HAProxy, Envoy, Amazon's.
//!
//! Source: HAProxy Configuration Manual, 8.2 Log formats; Envoy, Access logging, default format;
//! Elastic Load Balancing user guides, Access log entries.

use memchr::memmem;

use super::part::{is_method, is_status, quoted, request, status, with_port, word};
use crate::text::address::{endpoint, is_ip};
use crate::text::field::Field;
use crate::text::record::Record;

/// HAProxy: `client:port [time] frontend backend/server timers …`.
pub fn haproxy<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let (host, rest) = word(text);
    let (Some((ip, port)), [b'[', rest @ ..]) = (with_port(host), rest) else {
        return false;
    };
    let Some(close) = memchr::memchr(b']', &rest[..rest.len().min(40)]) else {
        return false;
    };
    let (time, rest) = (&rest[..close], rest[close + 1..].trim_ascii_start());
    let (frontend, rest) = word(rest);
    let (backend, rest) = word(rest);
    let is_name = |name: &[u8]| !name.is_empty() && !name.starts_with(b"\"");
    if !is_name(frontend) || !(backend.contains(&b'/') || frontend.contains(&b'/')) {
        return false;
    }
    let Some(time) = record.context.clock.whole(time) else {
        return false;
    };
    record.at(time);
    record.set(Field::SourceIp, ip);
    record.set(Field::SourcePort, port);
    record.set(Field::ObserverProduct, "haproxy");
    record.set(Field::ObserverType, "proxy");
    record.vendor(b"frontend", frontend.strip_suffix(b"~").unwrap_or(frontend));
    if !backend.contains(&b'/') {
        // `frontend/bind: Connection error during SSL handshake`
        return true;
    }
    record.vendor(b"backend", backend);
    // Three timers are TCP's, which has no status.
    let (timers, mut rest) = word(rest);
    if timers.iter().filter(|&&byte| byte == b'/').count() >= 4 {
        let (code, more) = word(rest);
        status(code, record);
        rest = more;
    }
    record.set(Field::DestinationBytes, word(rest).0);
    if let Some(at) = memmem::rfind(rest, b" \"")
        && let Some((line, _)) = quoted(&rest[at + 1..])
    {
        request(line, record);
    }
    true
}

/// HAProxy without options: `Connect from client:port to server:port (frontend/mode)`.
pub fn connect<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let Some(rest) = text.strip_prefix(b"Connect from ") else {
        return false;
    };
    let (source, rest) = word(rest);
    let Some(rest) = rest.strip_prefix(b"to ") else {
        return false;
    };
    let (destination, rest) = word(rest);
    let (Some(source), Some(destination), [b'(', ..]) =
        (with_port(source), with_port(destination), rest)
    else {
        return false;
    };
    ends(source, Some(destination), record);
    record.set(Field::ObserverProduct, "haproxy");
    record.set(Field::ObserverType, "proxy");
    true
}

/// Envoy: `[time] "request" status flags … "forwarded for" "agent" "id" "authority" "upstream"`;
/// Istio adds the cluster, its own address towards it, and both ends on the client's side.
pub fn envoy<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let Some(rest) = text.strip_prefix(b"[") else {
        return false;
    };
    let Some(close) = memchr::memchr(b']', &rest[..rest.len().min(40)]) else {
        return false;
    };
    let time = &rest[..close];
    if !matches!(
        time,
        [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'0'..=b'9', b'-', ..]
    ) {
        return false;
    }
    let Some((line, rest)) = quoted(rest[close + 1..].trim_ascii_start()) else {
        return false;
    };
    let (code, mut rest) = word(rest.trim_ascii_start());
    if !is_status(code) && code != b"0" {
        return false;
    }
    // The last five quoted strings are what is looked for.
    let mut strings = [&b""[..]; 8];
    let mut count = 0;
    while let Some(at) = memchr::memchr(b'"', rest) {
        let Some((value, more)) = quoted(&rest[at..]) else {
            break;
        };
        rest = more;
        strings.rotate_left(1);
        strings[7] = value;
        count += 1;
    }
    if count < 5 {
        return false;
    }
    if let Some(time) = record.context.clock.whole(time) {
        record.at(time);
    }
    if line != b"- - -" {
        request(line, record);
    }
    status(code, record);
    let [.., forwarded, agent, id, authority, upstream] = strings;
    record.set(Field::UserAgentOriginal, agent);
    record.vendor(b"request_id", id);
    record.set(Field::UrlDomain, super::part::authority(authority).0);
    record.set(Field::ObserverType, "proxy");
    if let Some((ip, port)) = with_port(upstream) {
        record.set(Field::DestinationIp, ip);
        record.set(Field::DestinationPort, port);
    }
    let downstream = rest.trim_ascii().split(|&byte| byte == b' ').nth(3);
    if let Some(source) = downstream.and_then(with_port) {
        ends(source, None, record);
    } else {
        let first = forwarded
            .split(|&byte| byte == b',')
            .next()
            .unwrap_or_default();
        record.set(Field::SourceIp, first.trim_ascii());
    }
    true
}

/// Amazon's classic load balancer: `time name client:port backend:port times … statuses bytes …`.
/// The time and the name may have been taken for a syslog header.
pub fn elb<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let (first, rest) = word(text);
    if with_port(first).is_some() {
        return amazon(text, record);
    }
    if !matches!(
        first,
        [b'0'..=b'9', _, _, _, b'-', _, _, b'-', _, _, b'T', ..]
    ) {
        return false;
    }
    let (_name, rest) = word(rest);
    if !amazon(rest, record) {
        return false;
    }
    if let Some(time) = record.context.clock.whole(first) {
        record.at(time);
    }
    true
}

/// Amazon's application load balancer: `type time name client:port target:port times …`.
pub fn alb<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let (kind, rest) = word(text);
    if !matches!(kind, b"http" | b"https" | b"h2" | b"grpcs" | b"ws" | b"wss") {
        return false;
    }
    let (time, rest) = word(rest);
    let (_name, rest) = word(rest);
    if !amazon(rest, record) {
        return false;
    }
    if let Some(time) = record.context.clock.whole(time) {
        record.at(time);
    }
    record.set(Field::NetworkProtocol, kind);
    true
}

/// What the balancers of Amazon have in common.
fn amazon<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let (client, rest) = word(text);
    let (target, rest) = word(rest);
    let Some(source) = with_port(client) else {
        return false;
    };
    let destination = with_port(target);
    if destination.is_none() && target != b"-" {
        return false;
    }
    let mut rest = rest;
    for _ in 0..3 {
        let (time, more) = word(rest);
        let is_time = !time.is_empty()
            && time
                .iter()
                .all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
        if !is_time {
            return false;
        }
        rest = more;
    }
    let (code, rest) = word(rest);
    let (_target_code, rest) = word(rest);
    let (received, rest) = word(rest);
    let (sent, rest) = word(rest);
    let Some((line, rest)) = quoted(rest) else {
        return false;
    };
    ends(source, destination, record);
    status(code, record);
    record.set(Field::SourceBytes, received);
    record.set(Field::DestinationBytes, sent);
    if is_method(word(line).0) {
        request(line, record);
    }
    if let Some((agent, _)) = quoted(rest.trim_ascii_start()) {
        record.set(Field::UserAgentOriginal, agent);
    }
    record.set(Field::ObserverVendor, "Amazon");
    record.set(Field::ObserverType, "proxy");
    true
}

fn ends<'a>(
    source: (&'a [u8], &'a [u8]),
    destination: Option<(&'a [u8], &'a [u8])>,
    record: &mut Record<'a>,
) {
    record.set(Field::SourceIp, source.0);
    record.set(Field::SourcePort, source.1);
    if let Some((ip, port)) = destination {
        record.set(Field::DestinationIp, ip);
        record.set(Field::DestinationPort, port);
    }
}

/// An address that may have a port, from the error logs.
pub fn client<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    if let Some((ip, port)) = with_port(text)
        && !is_ip(text)
    {
        ends((ip, port), None, record);
        return true;
    }
    match endpoint(text) {
        Some(found) => record.set(Field::SourceIp, found.ip),
        None => false,
    }
}
