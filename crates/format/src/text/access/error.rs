//! Error logs of Apache and nginx.
//!
//! Source: Apache HTTP Server, ErrorLogFormat; nginx, error_log.

use memchr::{memchr, memmem};

use super::part::{quoted, request};
use super::proxy::client;
use crate::text::field::Field;
use crate::text::record::Record;

/// Apache: `[time] [module:level] [pid 1:tid 2] [client 192.0.2.1:4000] AH00001: message`; a syslog
/// pipe takes the time away. nginx: `[error] 1#2: *3 message, client: 192.0.2.1, server: name, …`.
pub fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    if nginx(text, record) {
        return true;
    }
    // Only what is in brackets at the front is the server's own.
    let (mut rest, mut level, mut known, mut time) = (text, None, false, None);
    while let [b'[', inner @ ..] = rest {
        let Some(close) = memchr(b']', &inner[..inner.len().min(120)]) else {
            return false;
        };
        let (part, more) = (&inner[..close], inner[close + 1..].trim_ascii_start());
        rest = more;
        let name = part.rsplit(|&byte| byte == b':').next().unwrap_or(part);
        if let Some(host) = part.strip_prefix(b"client ") {
            let part = host.trim_ascii();
            if level.is_none() || !client(part, record) {
                return false;
            }
            known = true;
        } else if part.starts_with(b"pid ") {
            let pid = &part[4..];
            let digits = pid.iter().take_while(|byte| byte.is_ascii_digit()).count();
            record.set(Field::ProcessPid, &pid[..digits]);
        } else if is_level(name) && level.is_none() {
            level = Some(name);
        } else if time.is_none() {
            time = record.context.clock.whole(part);
            if time.is_none() {
                return false;
            }
        }
    }
    if !known {
        return false;
    }
    if let Some(time) = time {
        record.at(time);
    }
    record.set(Field::LogLevel, level.unwrap_or_default());
    record.set(Field::EventOutcome, "failure");
    true
}

/// nginx; the time and what else is in front may have been taken for a syslog header.
pub fn nginx<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let rest = match text {
        [b'0'..=b'9', _, _, _, b'/', _, _, b'/', _, _, b' ', ..] => {
            match memchr(b'[', &text[..text.len().min(40)]) {
                Some(open) => &text[open..],
                None => return false,
            }
        }
        _ => text,
    };
    let Some(inner) = rest.strip_prefix(b"[") else {
        return false;
    };
    let Some(close) = memchr(b']', &inner[..inner.len().min(12)]) else {
        return false;
    };
    let level = &inner[..close];
    let behind = inner[close + 1..].trim_ascii_start();
    let digits = behind
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    if !is_level(level) || digits == 0 || behind.get(digits) != Some(&b'#') {
        return false;
    }
    record.set(Field::LogLevel, level);
    record.set(Field::ObserverProduct, "nginx");
    record.set(Field::ProcessPid, &behind[..digits]);
    if let Some((time, _)) = record
        .context
        .clock
        .read(text)
        .filter(|_| text.len() > rest.len())
    {
        record.at(time);
    }
    // The message may hold anything; what nginx adds is behind it.
    if let Some(at) = memmem::rfind(behind, b", client: ") {
        let behind = &behind[at + 10..];
        let host = behind.split(|&byte| byte == b',').next().unwrap_or(behind);
        client(host, record);
        if let Some(at) = memmem::find(behind, b", request: ")
            && let Some((line, _)) = quoted(&behind[at + 11..])
        {
            request(line, record);
        }
    }
    true
}

fn is_level(name: &[u8]) -> bool {
    matches!(
        name,
        b"emerg" | b"alert" | b"crit" | b"error" | b"warn" | b"notice" | b"info" | b"debug"
    ) || matches!(name, [b't', b'r', b'a', b'c', b'e', b'1'..=b'8'])
}
