//! Squid's native log, and that of Cisco's Secure Web Appliance, which is made after it.
//!
//! Source: Squid wiki, Features/LogFormat; Cisco Secure Web Appliance user guide, access log.

use super::clf::server_port;
use super::part::{authority, client, is_method, status, word};
use crate::text::address::is_ip;
use crate::text::field::Field;
use crate::text::record::Record;
use crate::text::time::epoch;

/// Reads one line: `time elapsed client code/status bytes method URL user hierarchy/server type`.
pub fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let appliance = text.strip_prefix(b"Info: ");
    let text = appliance.unwrap_or(text);
    // Seconds and milliseconds.
    let (time, rest) = word(text);
    let [seconds @ .., b'.', _, _, _] = time else {
        return false;
    };
    if !(9..=11).contains(&seconds.len()) || !seconds.iter().all(u8::is_ascii_digit) {
        return false;
    }
    let (elapsed, rest) = word(rest);
    let (host, rest) = word(rest);
    let (result, rest) = word(rest);
    let (bytes, rest) = word(rest);
    let (method, rest) = word(rest);
    let Some(slash) = memchr::memchr(b'/', result) else {
        return false;
    };
    let is_result = result[..slash]
        .iter()
        .all(|byte| byte.is_ascii_uppercase() || *byte == b'_');
    if slash == 0 || !is_result || !is_method(method) || !client(host, record) {
        return false;
    }
    if let Some((time, _)) = epoch(time) {
        record.at(time);
    }
    if !elapsed.is_empty() && elapsed.len() < 12 && elapsed.iter().all(u8::is_ascii_digit) {
        // Milliseconds; ECS has nanoseconds.
        let nanos = record.own(|out| {
            out.extend_from_slice(elapsed);
            out.extend_from_slice(b"000000");
        });
        record.set(Field::EventDuration, nanos);
    }
    record.set(Field::ObserverType, "proxy");
    record.set(Field::EventAction, &result[..slash]);
    status(&result[slash + 1..], record);
    record.set(Field::DestinationBytes, bytes);
    record.set(Field::HttpRequestMethod, method);
    let (url, rest) = word(rest);
    record.set(Field::UrlOriginal, url);
    server_port(url, record);
    let (user, rest) = word(rest);
    let user = user
        .strip_prefix(b"\"")
        .and_then(|user| user.strip_suffix(b"\""))
        .unwrap_or(user);
    record.set(Field::UserName, user);
    let (way, _) = word(rest);
    record.vendor(b"hierarchy", way);
    let slash = memchr::memchr(b'/', way).unwrap_or(way.len());
    let (way, server) = (&way[..slash], way.get(slash + 1..).unwrap_or_default());
    let (name, _) = authority(url);
    // Only a direct way ends at the origin; the others lead to another proxy.
    let direct = way.ends_with(b"DIRECT")
        || way.ends_with(b"ORIGINAL_DST")
        || way == b"PINNED"
        || way == b"DEFAULT_PARENT_DIRECT";
    if direct && is_ip(server) {
        record.set(Field::DestinationIp, server);
    } else if is_ip(name) {
        record.set(Field::DestinationIp, name);
    }
    if !is_ip(name) {
        record.set(Field::UrlDomain, name);
    }
    true
}
