//! The prefix of a netfilter rule, and what it says about the rule.
//!
//! It is free text, but those that firewalls choose say the verdict: `[UFW BLOCK]`,
//! `Shorewall:net2fw:DROP:`, `FINAL_REJECT:`, `[WAN_LOCAL-default-D]` (VyOS, EdgeOS),
//! `[WAN_LAN-D-2000] DESCR="…"` (UniFi).

use memchr::{memchr, memmem};

use crate::text::field::Field;
use crate::text::record::Record;

const DENIED: &str = "denied";
const ALLOWED: &str = "allowed";

/// Reads all that stands before `IN=`.
pub fn read<'a>(text: &'a [u8], record: &mut Record<'a>) {
    let mut text = text.trim_ascii();
    if let Some(rest) = text.strip_prefix(b"kernel:") {
        text = rest.trim_ascii_start();
    }
    text = uptime(text);
    if text.is_empty() {
        return;
    }
    let description = description(&mut text);
    let bracket = bracket(text);
    let shape = bracket.and_then(shape);
    if let Some(description) = description {
        record.set(Field::RuleName, description);
        record.set(Field::RuleId, bracket.unwrap_or(text));
    } else {
        let name = bracket.unwrap_or(text);
        let end = name
            .iter()
            .rposition(|byte| !matches!(byte, b':' | b' ' | b'-' | b'>' | b'='));
        record.set(Field::RuleName, &name[..end.map_or(0, |end| end + 1)]);
    }
    let numbered_last = matches!(shape, Some((_, true)));
    if description.is_some() || numbered_last {
        record.set(Field::ObserverVendor, "Ubiquiti");
        record.set(Field::ObserverProduct, "UniFi");
    } else if text.starts_with(b"Shorewall") {
        record.set(Field::ObserverProduct, "Shorewall");
    }
    let action = match shape {
        Some((action, _)) => Some(action),
        None => verdict(bracket.unwrap_or(text)),
    };
    if let Some(action) = action {
        record.set(Field::EventAction, action);
    }
}

/// Without the kernel's `[12345.678901]`.
fn uptime(text: &[u8]) -> &[u8] {
    let Some(rest) = text.strip_prefix(b"[") else {
        return text;
    };
    match memchr(b']', rest) {
        Some(close)
            if rest[..close].contains(&b'.')
                && rest[..close]
                    .iter()
                    .all(|&byte| matches!(byte, b'0'..=b'9' | b'.' | b' ')) =>
        {
            rest[close + 1..].trim_ascii_start()
        }
        _ => text,
    }
}

/// Takes the rule's description off, which UniFi writes.
fn description<'a>(text: &mut &'a [u8]) -> Option<&'a [u8]> {
    let rest = text.strip_suffix(b"\"")?;
    let start = memmem::find(rest, b"DESCR=\"")?;
    let value = &rest[start + 7..];
    *text = text[..start].trim_ascii_end();
    Some(value)
}

/// What stands in the brackets at the end.
fn bracket(text: &[u8]) -> Option<&[u8]> {
    let inner = text.strip_suffix(b"]")?;
    Some(&inner[memchr::memrchr(b'[', inner)? + 1..])
}

/// The verdict in a name such as `WAN_LAN-D-2000` or `WAN_LOCAL-2000-D`, and whether the number
/// comes last, as with UniFi.
fn shape(name: &[u8]) -> Option<(&'static str, bool)> {
    let mut parts = name.rsplitn(3, |&byte| byte == b'-');
    let (last, before) = (parts.next()?, parts.next()?);
    let set = parts.next()?;
    let number = |part: &[u8]| !part.is_empty() && part.iter().all(u8::is_ascii_digit);
    if set.is_empty() {
        return None;
    }
    if let Some(action) = letter(before).filter(|_| number(last)) {
        return Some((action, true));
    }
    let rule = number(before) || before == b"default";
    letter(last).filter(|_| rule).map(|action| (action, false))
}

fn letter(text: &[u8]) -> Option<&'static str> {
    match text {
        b"A" => Some(ALLOWED),
        b"D" | b"R" | b"B" => Some(DENIED),
        _ => None,
    }
}

/// The verdict that a word of the prefix names; none if two disagree.
fn verdict(text: &[u8]) -> Option<&'static str> {
    let mut found = None;
    for word in text.split(|byte| !byte.is_ascii_alphabetic()) {
        let mut upper = [0; 8];
        let Some(upper) = upper.get_mut(..word.len()) else {
            continue;
        };
        upper.copy_from_slice(word);
        upper.make_ascii_uppercase();
        let says = match &*upper {
            b"DROP" | b"DROPPED" | b"BLOCK" | b"BLOCKED" | b"DENY" | b"DENIED" | b"REJECT"
            | b"REJECTED" | b"REJ" => DENIED,
            b"ACCEPT" | b"ACCEPTED" | b"ACC" | b"ALLOW" | b"ALLOWED" | b"PASS" | b"PERMIT" => {
                ALLOWED
            }
            _ => continue,
        };
        if found.is_some_and(|found| found != says) {
            return None;
        }
        found = Some(says);
    }
    found
}
