//! RFC 5424: version, time, names, structured data.

use knownet_flow::text;

use super::{BOM, host, program, word};
use crate::text::field::Field;
use crate::text::record::Record;
use crate::text::time::{self, Time};

/// Pairs of one element beyond this many stay in `message`.
const MOST_PAIRS: usize = 64;
/// Elements beyond this many stay in `message`.
const MOST_ELEMENTS: usize = 16;

/// What follows the priority, if a version and a time come first.
pub fn versioned<'a>(text: &'a [u8], record: &mut Record<'a>) -> Option<&'a [u8]> {
    let digits = text.iter().take(3).take_while(|b| b.is_ascii_digit());
    let (version, rest) = text.split_at(digits.count());
    let rest = rest.strip_prefix(b" ")?;
    if version.is_empty() || version[0] == b'0' {
        return None;
    }
    let (time, rest) = stamp(rest, record)?;
    if let Some(time) = time {
        record.at(time);
    }
    record.set(Field::LogSyslogVersion, version);
    Some(names(rest, record))
}

/// A header whose priority and version are lost: `1 2024-…` or a time, and all the names.
pub fn bare<'a>(text: &'a [u8], record: &mut Record<'a>) -> Option<&'a [u8]> {
    let is_iso = |text: &[u8]| matches!(text, [_, _, _, _, b'-', _, _, b'-', _, _, b'T', ..]);
    if let [version @ b'1'..=b'9', b' ', rest @ ..] = text
        && is_iso(rest)
        && version.is_ascii_digit()
    {
        return versioned(text, record);
    }
    if !is_iso(text) {
        return None;
    }
    let (time, rest) = stamp(text, record)?;
    // Host, program, process, message id, structured data.
    let mut words = rest.splitn(5, |&byte| byte == b' ');
    let (_host, program) = (words.next()?, words.next()?);
    let (process, id, data) = (words.next()?, words.next()?, words.next()?);
    let empty = process == b"-" && id == b"-";
    let named = !program.ends_with(b":")
        && (process == b"-" || process.iter().all(u8::is_ascii_digit))
        && !process.is_empty();
    let data_follows = matches!(data, [b'-'] | [b'-', b' ', ..] | [b'[', ..]);
    if !data_follows || !(empty || named) {
        return None;
    }
    record.at(time?);
    Some(names(rest, record))
}

/// The time, or that there is none, and what follows the blank behind it.
fn stamp<'a>(text: &'a [u8], record: &Record<'a>) -> Option<(Option<Time>, &'a [u8])> {
    if let [b'-', b' ', rest @ ..] = text {
        return Some((None, rest));
    }
    let clock = &record.context.clock;
    let (time, length) = match text.get(..11)? {
        [_, _, _, _, b'-', _, _, b'-', ..] => clock.iso(text)?,
        // Meraki counts seconds.
        [b'0'..=b'9', .., b'.'] => time::epoch(text)?,
        [b'A'..=b'Z', ..] => clock.named(text)?,
        _ => return None,
    };
    match &text[length..] {
        [b' ', rest @ ..] => Some((Some(time), rest)),
        [] => Some((Some(time), b"")),
        _ => None,
    }
}

/// Reads host, program, process, message id and structured data; answers the message.
fn names<'a>(text: &'a [u8], record: &mut Record<'a>) -> &'a [u8] {
    let mut rest = text;
    let mut words: [&[u8]; 4] = [b""; 4];
    for (index, slot) in words.iter_mut().enumerate() {
        // A message where names should be: leave it whole.
        if word::is_message(rest) || index > 0 && word::is_pair(rest) {
            break;
        }
        let end = memchr::memchr(b' ', rest).unwrap_or(rest.len());
        *slot = &rest[..end];
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    let [host_name, app, procid, msgid] = words;
    if host_name != b"-" {
        host(host_name, record);
    }
    let app = app.strip_suffix(b":").unwrap_or(app);
    if app != b"-" {
        program(app, if procid == b"-" { b"" } else { procid }, record);
    } else {
        record.set(Field::LogSyslogProcid, procid);
        record.set(Field::ProcessPid, procid);
    }
    record.set(Field::LogSyslogMsgid, msgid);
    let message = match rest {
        [b'-'] => b"",
        [b'-', b' ', message @ ..] => message,
        [b'[', ..] => match data_end(rest) {
            Some(end) => {
                data(&rest[..end], record);
                let message = &rest[end..];
                message.strip_prefix(b" ").unwrap_or(message)
            }
            None => rest,
        },
        _ => rest,
    };
    message.strip_prefix(BOM).unwrap_or(message)
}

/// Takes structured data with a pair at least, which some send in a header of RFC 3164, off the
/// message.
pub fn early<'a>(text: &'a [u8], record: &mut Record<'a>) -> Option<&'a [u8]> {
    let mut rest = text;
    let (_, Part::Pair(..)) = (part(&mut rest, false)?, part(&mut rest, true)?) else {
        return None;
    };
    let end = data_end(text)?;
    data(&text[..end], record);
    Some(word::blank(&text[end..]))
}

/// One step through structured data.
enum Part<'a> {
    Open(&'a [u8]),
    Pair(&'a [u8], &'a [u8]),
    Close,
}

/// Takes the next part off `text`, which stands behind `[` or a part; `None` if that is not well
/// formed.
fn part<'a>(text: &mut &'a [u8], open: bool) -> Option<Part<'a>> {
    let whole = *text;
    if !open {
        let rest = whole.strip_prefix(b"[")?;
        let end = rest
            .iter()
            .position(|&byte| matches!(byte, b' ' | b']' | b'=' | b'"' | b'['))?;
        if end == 0 || !matches!(rest[end], b' ' | b']') {
            return None;
        }
        *text = &rest[end..];
        return Some(Part::Open(&rest[..end]));
    }
    let rest = word::blank(whole);
    if let Some(rest) = rest.strip_prefix(b"]") {
        *text = rest;
        return Some(Part::Close);
    }
    if rest.len() == whole.len() {
        return None;
    }
    let equals = rest
        .iter()
        .position(|&byte| matches!(byte, b'=' | b' ' | b']' | b'"'))?;
    let value = rest[equals..].strip_prefix(b"=\"")?;
    if equals == 0 {
        return None;
    }
    let mut end = 0;
    loop {
        end += memchr::memchr2(b'"', b'\\', &value[end..])?;
        if value[end] == b'"' {
            break;
        }
        end = (end + 2).min(value.len());
    }
    *text = &value[end + 1..];
    Some(Part::Pair(&rest[..equals], &value[..end]))
}

/// Where well-formed structured data ends; `None` if `text` is a message with brackets.
fn data_end(text: &[u8]) -> Option<usize> {
    let mut rest = text;
    let mut elements = 0;
    while rest.first() == Some(&b'[') {
        let before = rest;
        let mut open = false;
        loop {
            match part(&mut rest, open) {
                Some(Part::Open(_)) => open = true,
                Some(Part::Pair(..)) => {}
                Some(Part::Close) => break,
                // The message came without a blank.
                None if elements > 0 => return Some(text.len() - before.len()),
                None => return None,
            }
        }
        elements += 1;
    }
    Some(text.len() - rest.len())
}

/// Keeps well-formed structured data as a JSON object, and the pairs that are ECS fields by their
/// names as those.
fn data<'a>(text: &'a [u8], record: &mut Record<'a>) {
    let mut ids: [&[u8]; MOST_ELEMENTS] = [b""; MOST_ELEMENTS];
    let mut elements = 0;
    let json = record.own(|out| {
        out.push(b'{');
        let mut rest = text;
        while !rest.is_empty() && elements < MOST_ELEMENTS {
            let Some(Part::Open(id)) = part(&mut rest, false) else {
                break;
            };
            let known = ids[..elements].contains(&id);
            if !known {
                ids[elements] = id;
                elements += 1;
                if elements > 1 {
                    out.push(b',');
                }
                text::quote(id, out);
                out.extend_from_slice(b":{");
            }
            let mut names: [&[u8]; MOST_PAIRS] = [b""; MOST_PAIRS];
            let mut pairs = 0;
            while let Some(Part::Pair(name, value)) = part(&mut rest, true) {
                if known || pairs == MOST_PAIRS || names[..pairs].contains(&name) {
                    continue;
                }
                names[pairs] = name;
                pairs += 1;
                if pairs > 1 {
                    out.push(b',');
                }
                text::quote(name, out);
                out.push(b':');
                quote(value, out);
            }
            if !known {
                out.push(b'}');
            }
        }
        out.push(b'}');
    });
    record.set(Field::LogSyslogStructuredData, json);
    fields(text, record);
}

/// Pairs that the alias table knows; those of the elements that RFC 5424 defines tell of the sender.
fn fields<'a>(text: &'a [u8], record: &mut Record<'a>) {
    let (mut rest, mut taken) = (text, 0);
    while let Some(Part::Open(id)) = part(&mut rest, false) {
        let skip = matches!(id, b"timeQuality" | b"origin" | b"meta");
        while let Some(Part::Pair(name, value)) = part(&mut rest, true) {
            if skip || taken == MOST_PAIRS || record.context.aliases.of(name).is_none() {
                continue;
            }
            taken += 1;
            if value.contains(&b'\\') {
                let value = record.own(|out| plain(value, |part| out.extend_from_slice(part)));
                record.pair(name, value);
            } else {
                record.pair(name, value);
            }
        }
    }
}

/// Hands on a value's runs of bytes without the backslashes that escape `"`, `\` and `]`.
fn plain(value: &[u8], mut take: impl FnMut(&[u8])) {
    let mut rest = value;
    while let Some(at) = memchr::memchr(b'\\', rest) {
        let escapes = matches!(rest.get(at + 1), Some(b'"' | b'\\' | b']'));
        take(&rest[..at + usize::from(!escapes)]);
        if escapes {
            take(&rest[at + 1..at + 2]);
        }
        rest = &rest[at + 1 + usize::from(escapes)..];
    }
    take(rest);
}

fn quote(value: &[u8], out: &mut Vec<u8>) {
    if memchr::memchr(b'\\', value).is_none() {
        return text::quote(value, out);
    }
    let mut bytes = Vec::with_capacity(value.len());
    plain(value, |part| bytes.extend_from_slice(part));
    text::quote(&bytes, out);
}
