//! RFC 3164 and what came before and after it: everything that is not RFC 5424.

use memchr::memchr_iter;

use super::word::{self, blank};
use super::{host, priority, program, rfc5424};
use crate::text::field::Field;
use crate::text::record::Record;
use crate::text::time::{Clock, Time};

/// A time in a header.
struct Stamp<'a> {
    time: Time,
    rest: &'a [u8],
    /// A colon follows, as Cisco has it: no host comes.
    colon: bool,
    spelling: Spelling,
}

#[derive(PartialEq)]
enum Spelling {
    /// `Mar  5 13:08:27`
    Named,
    /// `2024-03-05T13:08:27Z`
    Iso,
    /// `2024-03-05 13:08:27`
    Blank,
}

/// A header without a priority.
pub fn dated<'a>(text: &'a [u8], record: &mut Record<'a>) -> Option<&'a [u8]> {
    let stamp = match stamp(&record.context.clock, text) {
        Some(stamp) => stamp,
        None if text.first()?.is_ascii_uppercase() => return None,
        None => return cisco(text, record),
    };
    record.at(stamp.time);
    match stamp.spelling {
        Spelling::Named => Some(behind(stamp, record)),
        _ => sure(blank(stamp.rest), record),
    }
}

/// What follows a priority.
pub fn prioritised<'a>(text: &'a [u8], record: &mut Record<'a>) -> &'a [u8] {
    let text = blank(text);
    let Some(stamp) = stamp(&record.context.clock, text) else {
        if let Some(message) = cisco(text, record) {
            return message;
        }
        let length = word::name(text);
        if word::tag(text, length).is_none()
            && let Some((name, rest)) = word::host(text, length)
            && (word::is_message(rest)
                || word::tag(rest, word::name(rest)).is_some_and(|tag| !tag.pid.is_empty()))
        {
            host(name, record);
            return message(rest, record);
        }
        return message(text, record);
    };
    record.at(stamp.time);
    match stamp.spelling {
        // Other logs' lines begin so: they keep their time.
        Spelling::Blank => sure(blank(stamp.rest), record).unwrap_or(text),
        _ => behind(stamp, record),
    }
}

/// A host and a program, a host and a message, or a program with its process; `None` if what
/// follows the time may be anything.
fn sure<'a>(text: &'a [u8], record: &mut Record<'a>) -> Option<&'a [u8]> {
    let length = word::name(text);
    if let Some(tag) = word::tag(text, length) {
        return (!tag.pid.is_empty()).then(|| message(text, record));
    }
    let (name, rest) = word::host(text, length)?;
    let length = word::name(rest);
    let proven = word::tag(rest, length).is_some()
        || word::is_message(rest)
        || length > 0 && rest.get(length) == Some(&b'=');
    proven.then(|| {
        host(name, record);
        message(rest, record)
    })
}

/// What follows a time in a header that is certainly one.
fn behind<'a>(stamp: Stamp<'a>, record: &mut Record<'a>) -> &'a [u8] {
    let mut text = blank(stamp.rest);
    if stamp.colon {
        return message(text, record);
    }
    // AIX names itself so when it passes a message on.
    if let Some(rest) = text.strip_prefix(b"Message forwarded from ")
        && let length = word::name(rest)
        && let Some(after) = rest[length..].strip_prefix(b":")
    {
        host(&rest[..length], record);
        return message(blank(after), record);
    }
    let mut length = word::name(text);
    if text.get(length) == Some(&b' ') && word::is_facility(&text[..length]) {
        return message(blank(&text[length..]), record);
    }
    if let Some(tag) = word::tag(text, length) {
        let rest = blank(tag.rest);
        // `fw01: %ASA-6-302013:`, `fw01: sshd[12]:`
        let inner = || word::tag(rest, word::name(rest)).is_some_and(|tag| !tag.pid.is_empty());
        if !tag.pid.is_empty() || !(rest.first() == Some(&b'%') || inner()) {
            return finish(tag, record);
        }
        host(tag.name, record);
        return message(rest, record);
    }
    let Some((name, rest)) = word::host(text, length) else {
        return message(text, record);
    };
    if word::is_message(text) || rest.is_empty() {
        return message(text, record);
    }
    host(name, record);
    text = rest;
    // Some send their name twice.
    if text.len() > name.len() && text[name.len()] == b' ' && text.starts_with(name) {
        text = blank(&text[name.len()..]);
    }
    length = word::name(text);
    if text.get(length) == Some(&b' ') && word::is_facility(&text[..length]) {
        text = blank(&text[length..]);
    }
    inner(text, record).unwrap_or_else(|| message(text, record))
}

/// A second header behind that of a relay.
fn inner<'a>(text: &'a [u8], record: &mut Record<'a>) -> Option<&'a [u8]> {
    let text = match text.first()? {
        b'<' => blank(priority(text)?.1),
        b'0'..=b'9' | b'*' | b'.' | b':' | b'A'..=b'Z' => text,
        _ => return None,
    };
    let Some(stamp) = stamp(&record.context.clock, text) else {
        return match text.first()? {
            b'0'..=b'9' => cisco(text, record),
            _ => None,
        };
    };
    if stamp.spelling == Spelling::Blank {
        return None;
    }
    let rest = blank(stamp.rest);
    let found = match stamp.colon {
        true => message(rest, record),
        false => sure(rest, record)?,
    };
    record.at(stamp.time);
    Some(found)
}

/// Reads what Cisco puts before its mnemonic: `585919: fw01: 000123: *Mar  1 00:00:01.123: %`, any
/// of it.
fn cisco<'a>(text: &'a [u8], record: &mut Record<'a>) -> Option<&'a [u8]> {
    let (mut rest, mut name) = (text, None);
    for _ in 0..4 {
        if let Some(stamp) = stamp(&record.context.clock, rest) {
            // Nothing was in front of the time: whoever asked knows better.
            if stamp.spelling == Spelling::Blank || rest.len() == text.len() {
                return None;
            }
            record.at(stamp.time);
            if let Some(name) = name {
                host(name, record);
            }
            return Some(behind(stamp, record));
        }
        if rest.first() == Some(&b'%') && rest.len() < text.len() {
            if let Some(name) = name {
                host(name, record);
            }
            return Some(rest);
        }
        rest = rest.strip_prefix(b"*").unwrap_or(rest);
        let length = colon(&rest[..rest.len().min(65)])?;
        let word = &rest[..length];
        // A number, or how long the device has been running.
        let counts = word.iter().all(|byte| {
            byte.is_ascii_digit() || matches!(byte, b'.' | b':' | b'w' | b'd' | b'h' | b'y')
        });
        if !counts || !word.first()?.is_ascii_digit() {
            if name.is_some() || word::name(word) < length || !word::is_host(word) {
                return None;
            }
            name = Some(word);
        }
        rest = blank(&rest[length + 2..]);
    }
    None
}

/// Where a colon stands that has a blank behind it.
fn colon(text: &[u8]) -> Option<usize> {
    memchr_iter(b':', text).find(|&at| text.get(at + 1) == Some(&b' '))
}

fn stamp<'a>(clock: &Clock, text: &'a [u8]) -> Option<Stamp<'a>> {
    // Cisco: a clock that was never set, or lost touch with its source.
    let marked = matches!(text, [b'*' | b'.' | b':', b'A'..=b'Z' | b'0'..=b'9', ..]);
    let text = match text.strip_prefix(b": ") {
        // NX-OS has a blank behind the colon.
        Some(rest @ ([b'A'..=b'Z', ..] | [b'1' | b'2', _, _, _, b' ', ..])) => rest,
        _ => &text[usize::from(marked)..],
    };
    let ((time, length), spelling) = match text {
        [b'A'..=b'Z', ..] => (clock.named(text)?, Spelling::Named),
        [_, _, _, _, b'-' | b'/', _, _, b'-' | b'/', _, _, b'T', ..] => {
            (clock.iso(text)?, Spelling::Iso)
        }
        [_, _, _, _, b'-' | b'/', _, _, b'-' | b'/', ..] => (clock.iso(text)?, Spelling::Blank),
        [b'1' | b'2', _, _, _, b' ', b'A'..=b'Z', ..] => (clock.named(text)?, Spelling::Named),
        _ => return None,
    };
    let rest = &text[length..];
    let (colon, rest) = match rest {
        [b':'] | [b':', b' ', ..] => (true, &rest[1..]),
        [b' ' | b'\t', ..] | [] => (false, rest),
        _ => return None,
    };
    Some(Stamp {
        time,
        rest,
        colon,
        spelling,
    })
}

/// Reads the program in front, if there is one, and answers the message.
fn message<'a>(text: &'a [u8], record: &mut Record<'a>) -> &'a [u8] {
    // `host : %ASA-6-302013:`
    let text = match text {
        [b':', b' ', rest @ ..] => blank(rest),
        _ => text,
    };
    match word::tag(text, word::name(text)) {
        Some(tag) => finish(tag, record),
        None => text,
    }
}

fn finish<'a>(tag: word::Tag<'a>, record: &mut Record<'a>) -> &'a [u8] {
    program(tag.name, tag.pid, record);
    let text = tag.rest.strip_prefix(b" ").unwrap_or(tag.rest);
    if text.first() != Some(&b'[') {
        return text;
    }
    if let Some(rest) = rfc5424::early(text, record) {
        return rest;
    }
    // Solaris: `[ID 800047 auth.info] `
    if let Some(id) = text.strip_prefix(b"[ID ")
        && let Some(space) = id.iter().take(12).position(|&byte| byte == b' ')
        && let Some(close) = id.iter().take(40).position(|&byte| byte == b']')
        && space < close
    {
        record.set(Field::LogSyslogMsgid, &id[..space]);
        return blank(&id[close + 1..]);
    }
    text
}
