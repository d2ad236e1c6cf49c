//! key=value: Fortinet, SonicWall, Sophos, WatchGuard and others.
//!
//! Pairs stand between blanks, tabs, commas, semicolons or pipes; what stands between them is found
//! out from the first few. Names are taken for ECS fields by the one table of aliases; names whose
//! meaning depends on the product are settled after the product is known.

mod quote;
mod scan;
mod seen;
mod settle;
mod style;
mod tuple;

use memchr::memmem;

use super::Spec;
use super::field::{Field, Kind};
use super::near;
use super::record::{Record, Value};
use scan::Scan;
use seen::Seen;
use style::Between;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "kv",
    summary: "key=value: Fortinet, SonicWall, Sophos, WatchGuard and others",
    example: "date=2026-02-03 time=04:05:06 devid=\"FG100E0000000000\" logid=\"0000000013\" \
              type=\"traffic\" srcip=192.0.2.10 srcport=51514 dstip=203.0.113.9 dstport=443 \
              proto=6 action=\"accept\"",
    read,
};

/// How a user's pairs are written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Between pairs.
    pub pair: Vec<u8>,
    /// Between name and value.
    pub value: Vec<u8>,
}

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    // JSON and XML have pairs of their own.
    if matches!(text, [b'{', ..] | [b'<', b'?' | b'!' | b'A'..=b'Z' | b'a'..=b'z', ..]) {
        return false;
    }
    let Some(style) = style::style(text) else {
        return tuple::read(text, record);
    };
    let mut scan = Scan::new(text, style);
    let Some(start) = scan.start() else {
        return tuple::read(text, record);
    };
    let mut seen = Seen::new(text, &text[..start]);
    let (mut pairs, mut covered) = (0, 0);
    for pair in &mut scan {
        pairs += 1;
        covered += pair.name.len() + pair.value.len() + 2;
        let mut value = Value::Raw(pair.value);
        if pair.escaped {
            value = record.own(|own| quote::unescape(pair.value, own));
        } else {
            seen.note(pair.name, pair.value);
            if style.between == Between::Blank
                && !pair.quoted
                && let Some(blank) = near::find(b' ', pair.value)
            {
                // What stands behind the first word may be text that is no part of the value: it
                // proves nothing, and an address ends before it.
                covered -= pair.value.len() - blank;
                if is_word(pair.name, record) {
                    value = Value::Raw(&pair.value[..blank]);
                }
            }
        }
        record.pair(pair.name, value);
    }
    let addressed = record.has(Field::SourceIp)
        || record.has(Field::DestinationIp)
        || settle::named_client(&seen, record);
    if addressed || pairs > 1 && covered * 2 > text.len() {
        settle::settle(&seen, record);
        return true;
    }
    settle::watchguard(&seen, record) || tuple::read(text, record)
}

/// Whether the field of this name is one word.
fn is_word<'a>(name: &'a [u8], record: &mut Record<'a>) -> bool {
    let meaning = record.meaning(name);
    meaning
        .is_some_and(|meaning| matches!(meaning.field.kind(), Kind::Ip | Kind::Port | Kind::Number))
}

/// Reads a text whose pairs are written as `options` say; `false` if it has none.
pub fn read_with<'a>(options: &Options, text: &'a [u8], record: &mut Record<'a>) -> bool {
    if options.pair.is_empty() || options.value.is_empty() {
        return false;
    }
    let pair = memmem::Finder::new(&options.pair);
    let assign = memmem::Finder::new(&options.value);
    let mut seen = Seen::new(text, b"");
    let (mut at, mut any) = (0, false);
    // The next signs, looked for again only once they are behind.
    let (mut end, mut sign) = (None, None);
    while at < text.len() {
        let next = |known: Option<usize>, finder: &memmem::Finder<'_>, from: usize| match known {
            Some(known) if known >= from => known,
            _ => finder
                .find(&text[from..])
                .map_or(text.len(), |found| from + found),
        };
        let stop = next(end, &pair, at);
        let assigns = next(sign, &assign, at);
        (end, sign) = (Some(stop), Some(assigns));
        if assigns >= stop {
            at = stop + options.pair.len();
            continue;
        }
        let name = text[at..assigns].trim_ascii();
        let start = assigns + options.value.len();
        let between = Between::Mark(options.pair[0]);
        let quoted = match text.get(start) {
            Some(b'"') => quote::end(&text[start + 1..], between),
            _ => None,
        };
        any = true;
        if let Some(quoted) = quoted {
            let value = &text[start + 1..start + 1 + quoted.end];
            if quoted.escaped {
                let value = record.own(|own| quote::unescape(value, own));
                record.pair(name, value);
            } else {
                seen.note(name, value);
                record.pair(name, value);
            }
            let close = start + quoted.end + 2;
            let stop = next(end, &pair, close);
            end = Some(stop);
            at = stop + options.pair.len();
        } else {
            // A value's separator may hold the pair's.
            let stop = next(end, &pair, start);
            end = Some(stop);
            let value = text[start..stop].trim_ascii();
            seen.note(name, value);
            record.pair(name, value);
            at = stop + options.pair.len();
        }
    }
    if any {
        settle::settle(&seen, record);
    }
    any
}

#[cfg(test)]
mod tests;
