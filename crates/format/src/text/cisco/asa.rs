//! The firewalls: ASA, FTD, FWSM and PIX, whose messages have a number.
//!
//! Which address is the source is the number's (and the direction's) to say:
//! - Built connections (302013, 302015, 302020, 302035) name the foreign host first. Inbound ones
//!   were begun by it, outbound ones by the local host.
//! - Ends of connections (302014, 302016, 302036) have no direction. The first host is taken for
//!   the source, the second for the destination, as is the custom of everything that reads them;
//!   302018 and 302304 say `from`. 302021, and 302020 without a direction, tell the local host and
//!   its mapped address: it is taken for the source.
//! - IKE peers are the source of their session, and the device its destination; the same goes for
//!   VPN users. A security association goes the way its direction says.
//!
//! Source: Cisco Secure Firewall ASA Series Syslog Messages.

mod table;

use memchr::memmem;

use super::end::{Style, end};
use super::template::{self, Found};
use crate::text::address::is_ip;
use crate::text::field::Field;
use crate::text::record::Record;
use table::{GROUP_USER_IP, MESSAGES};

/// How messages begin, what was done, and whether the one who wanted it got it.
const VERBS: &[(&str, &str, &str)] = &[
    ("Deny ", "denied", "failure"),
    ("Denied ", "denied", "failure"),
    ("Drop", "denied", "failure"),
    ("Discard", "denied", "failure"),
    ("Access denied", "denied", "failure"),
    ("Shunned packet", "denied", "failure"),
    ("Invalid transport", "denied", "failure"),
    ("Terminating ", "denied", "failure"),
    ("Built ", "connection-started", "success"),
    ("Teardown ", "connection-ended", "success"),
];

/// Messages whose number says how it ended.
fn ending(number: u32) -> Option<(&'static str, &'static str)> {
    Some(match number {
        106001 | 106002 | 106018 | 106027 | 305005 | 305006 | 305013 | 338007..=338008 => {
            ("denied", "failure")
        }
        420002 | 420003 | 434001 | 710003..=710006 => ("denied", "failure"),
        710002 => ("allowed", "success"),
        109005 | 113012 | 605005 | 611101 | 716038 => ("login", "success"),
        113004 => ("authentication", "success"),
        113005 | 113014..=113017 => ("authentication", "failure"),
        109006 | 113021 | 308001 | 605004 | 611102 | 716039 => ("login", "failure"),
        109007 => ("authorization", "success"),
        109008 | 109024 | 109025 => ("authorization", "failure"),
        113039 | 716001 | 721016 | 722033 | 722034 => ("session-started", "success"),
        113019 | 716002 | 721018 | 722037 => ("session-ended", "success"),
        609001 => ("host-added", "success"),
        609002 => ("host-removed", "success"),
        305009 | 305011 => ("translation-created", "success"),
        305010 | 305012 => ("translation-removed", "success"),
        _ => return None,
    })
}

/// Reads the text of a message behind its number.
pub fn read<'a>(number: u32, text: &'a [u8], record: &mut Record<'a>) {
    let row = MESSAGES
        .iter()
        .find(|(first, last, _)| (*first..=*last).contains(&number));
    let verb = VERBS
        .iter()
        .find(|(begin, ..)| text.starts_with(begin.as_bytes()));
    let ending = ending(number).or(verb.map(|(_, action, outcome)| (*action, *outcome)));
    if let Some((action, outcome)) = ending {
        record.set(Field::EventAction, action);
        record.set(Field::EventOutcome, outcome);
    }
    match number {
        304001 => return accessed(text, record),
        602303 | 602304 | 702305 | 702307 => return association(text, record),
        750001 => return,
        _ => {}
    }
    let mut found = row.and_then(|(_, _, templates)| template::read(templates, text));
    // The device is a server's client here.
    if let (725001..=725016, Some(found)) = (number, &mut found)
        && memmem::find(text, b" server ").is_some()
    {
        found.toward_server();
    }
    if let Some(found) = found.or_else(|| sure(text)) {
        found.set(record);
    }
}

/// What grammar alone proves: one address from which something came, and one to which it went.
fn sure(text: &[u8]) -> Option<Found<'_>> {
    const PLACES: &[(&[u8], &[&str])] = &[
        (
            b" from ",
            &[
                " from {S} to {D} on interface {if}",
                " from {S} to {D}",
                " from {S} ({}) to {D}",
            ],
        ),
        (b"src ", &["src {S} dst {D}", "src {S} dest {D}"]),
        (b"Group <", GROUP_USER_IP),
    ];
    PLACES.iter().find_map(|(words, templates)| {
        memmem::find_iter(text, words).take(4).find_map(|at| {
            // What is between the ends of a template belongs to them, so this looks near the place.
            let near = &text[at..text.len().min(at + 600)];
            let found = template::read(templates, near)?;
            (found.is_sure() || words.starts_with(b"Group")).then_some(found)
        })
    })
}

/// 304001: `user@source Accessed URL user@destination:url`.
fn accessed<'a>(text: &'a [u8], record: &mut Record<'a>) {
    let Some(verb) = memmem::find(text, b" Accessed ") else {
        return;
    };
    let host = |part: &'a [u8]| match memchr::memrchr(b'@', part) {
        Some(at) => (&part[..at], &part[at + 1..]),
        None => (&b""[..], part),
    };
    let who = &text[..verb];
    // The name behind the address may have an `@`, too.
    let who = &who[..memchr::memchr(b'(', who).unwrap_or(who.len())];
    let (user, source) = host(who);
    if let Some((source, _)) = end(source, Style::Bare)
        && is_ip(source.host)
    {
        record.set(Field::SourceIp, source.host);
        record.set(Field::SourceUserName, super::end::user(user));
    }
    let Some(url) = memmem::find(&text[verb..], b"URL ") else {
        return;
    };
    let rest = &text[verb + url + 4..];
    let near = &rest[..rest.len().min(300)];
    let cut = memmem::find(near, b":http")
        .or_else(|| memmem::find(near, b":/"))
        .or_else(|| memchr::memchr(b':', near));
    let Some(cut) = cut else {
        return;
    };
    let (_, destination) = host(&rest[..cut]);
    if !record.set(Field::DestinationIp, destination) {
        record.set(Field::DestinationDomain, destination);
    }
    record.set(Field::UrlOriginal, &rest[cut + 1..]);
}

/// 602303 and its like: the device's address is named first, and an association goes one way.
fn association<'a>(text: &'a [u8], record: &mut Record<'a>) {
    const OUT: &[&str] = &[
        "{}n outbound {} between {S} and {D} (user= {user}) {}",
        "{}n outbound {} between {S} and {D} ",
    ];
    const IN: &[&str] = &[
        "{}n inbound {} between {D} and {S} (user= {user}) {}",
        "{}n inbound {} between {D} and {S} ",
    ];
    for (templates, direction) in [(OUT, "outbound"), (IN, "inbound")] {
        if let Some(found) = template::read(templates, text) {
            found.set(record);
            record.set(Field::NetworkDirection, direction);
            return;
        }
    }
}

#[cfg(test)]
mod tests;
