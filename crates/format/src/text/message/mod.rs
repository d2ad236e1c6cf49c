//! Addresses in a plain syslog message.
//!
//! Only such whose role the message's own words prove: `from A port N`, `A:N -> B:M`, `client A#N`.
//! Everything else about the message stays in `message`. Time and memory are bounded: addresses
//! beyond the first sixteen and the first 16 KiB are left alone.

mod daemon;
mod place;
mod role;
mod shape;
#[cfg(test)]
mod tests;

use memchr::memmem;

use super::field::Field;
use super::record::Record;
use super::{Spec, syslog};
use place::Place;
use role::Role;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "message",
    summary: "addresses in a plain syslog message",
    example: "Mar  5 13:08:27 box named[8710]: client 192.0.2.1#50022 (example.com): query: example.com IN A +",
    read,
};

/// Addresses beyond so many are left alone.
const MOST: usize = 16;
/// Text beyond so many bytes is left alone.
const LONGEST: usize = 16 << 10;

/// Reads a message.
pub fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let mut text = text.trim_ascii();
    text = &text[..text.len().min(LONGEST)];
    // Structured text is other readers' own, whether they took it or not.
    if matches!(text, [] | [b'{' | b'"', ..] | [b'<', b'?' | b'!' | b'A'..=b'Z' | b'a'..=b'z', ..])
    {
        return false;
    }
    let mark = record.mark();
    if shape::capture(text, record) {
        return true;
    }
    let Some(first) = place::next(text, 0) else {
        return false;
    };
    if !record.has(Field::ProcessName)
        && let Some(rest) = syslog::tag(text, record)
        && text.len() - rest.len() <= first.start
    {
        text = rest;
    }
    let mut places = [first; MOST];
    let (mut count, mut at) = (0, 0);
    while count < MOST
        && let Some(place) = place::next(text, at)
    {
        (places[count], at) = (place, place.end);
        count += 1;
    }
    if !shape::read(text, record) && !assign(text, &places[..count], record) {
        record.back(mark);
        return false;
    }
    role::ports(text, record);
    true
}

/// Gives each address the role that its words prove; the first of a role counts.
fn assign<'a>(text: &'a [u8], places: &[Place<'a>], record: &mut Record<'a>) -> bool {
    if ssh_connection(text, places, record) {
        return true;
    }
    let mut pairs = 0;
    for (index, place) in places.iter().enumerate() {
        if let Some(next) = places.get(index + 1)
            && role::arrow(text, place, next)
        {
            // A10: `A:N -> NAT:N to B:M`
            let target = places.get(index + 2).filter(|target| {
                text[next.end..target.start].trim_ascii() == b"to" && target.port.is_some()
            });
            match target {
                Some(target) if pairs == 0 => {
                    record.set(Field::SourceNatIp, next.ip);
                    if let Some(port) = next.any_port() {
                        record.set(Field::SourceNatPort, port);
                    }
                    pair(place, target, pairs, record);
                }
                _ => pair(place, next, pairs, record),
            }
            pairs += 1;
        }
    }
    if pairs > 0 {
        return true;
    }
    if let [from, to, ..] = places
        && let Some(ports) = role::protocol_pair(text, from, to)
    {
        record.set(Field::SourceIp, from.ip);
        record.set(Field::SourcePort, ports.0);
        record.set(Field::DestinationIp, to.ip);
        record.set(Field::DestinationPort, ports.1);
        return true;
    }
    let mut from: Option<&Place<'_>> = None;
    for (index, place) in places.iter().enumerate() {
        // The name in `name[address]` may look like an address.
        if places
            .get(index + 1)
            .is_some_and(|next| text[place.end..next.start] == *b"[")
        {
            continue;
        }
        let role = role::of(text, place, record).or_else(|| {
            let before = from?;
            role::behind_source(&text[before.end..place.start]).then_some(Role::Destination)
        });
        match role {
            Some(Role::Source) if !record.has(Field::SourceIp) => {
                record.set(Field::SourceIp, place.ip);
                if let Some(port) = place.port {
                    record.set(Field::SourcePort, port);
                }
                from = Some(place);
            }
            Some(Role::Destination) if !record.has(Field::DestinationIp) => {
                record.set(Field::DestinationIp, place.ip);
                if let Some(port) = place.port {
                    record.set(Field::DestinationPort, port);
                }
            }
            _ => {}
        }
    }
    record.has(Field::SourceIp) || record.has(Field::DestinationIp)
}

/// Source and destination with an arrow between; where a flow has a second pair, it is the
/// translated one.
fn pair<'a>(from: &Place<'a>, to: &Place<'a>, nth: usize, record: &mut Record<'a>) {
    let head = &record.line()[..record.line().len().min(256)];
    let flow = memmem::find(head, b"RT_FLOW").is_some();
    let fields = match nth {
        0 => [
            Field::SourceIp,
            Field::SourcePort,
            Field::DestinationIp,
            Field::DestinationPort,
        ],
        1 if flow => [
            Field::SourceNatIp,
            Field::SourceNatPort,
            Field::DestinationNatIp,
            Field::DestinationNatPort,
        ],
        _ => return,
    };
    for (place, ip, port) in [(from, fields[0], fields[1]), (to, fields[2], fields[3])] {
        record.set(ip, place.ip);
        if let Some(digits) = place.any_port() {
            record.set(port, digits);
        }
    }
}

/// The four words of `SSH_CONNECTION`, as Junos writes them.
fn ssh_connection<'a>(text: &'a [u8], places: &[Place<'a>], record: &mut Record<'a>) -> bool {
    if let [first, second, ..] = places
        && text[..first.start].ends_with(b"ssh-connection '")
    {
        let digits = |place: &Place<'_>| {
            let rest = text.get(place.end + 1..).unwrap_or_default();
            &rest[..rest.iter().take_while(|byte| byte.is_ascii_digit()).count()]
        };
        record.set(Field::SourceIp, first.ip);
        record.set(Field::SourcePort, digits(first));
        record.set(Field::DestinationIp, second.ip);
        record.set(Field::DestinationPort, digits(second));
        return true;
    }
    false
}
