//! Lines in which the place of an address is its role: columns without names.

use memchr::{memchr, memmem};

use crate::text::address::{is_ip, is_port};
use crate::text::field::Field;
use crate::text::record::Record;

/// Reads such a line; `false` if it is none.
pub fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    match text {
        [b'[', ..] => skyhigh(text, record),
        [b'0'..=b'9', ..] => {
            blue_coat(text, record) || barracuda(text, record) || transfer(text, record)
        }
        _ => symantec(text, record) || barracuda(text, record),
    }
}

/// Sets addresses and ports, if all are what they should be.
fn ends<'a>(ends: [&'a [u8]; 4], record: &mut Record<'a>) -> bool {
    let [source, from, destination, to] = ends;
    let good = is_ip(source) && is_ip(destination) && is_port(from) && is_port(to);
    if good {
        record.set(Field::SourceIp, source);
        record.set(Field::SourcePort, from);
        record.set(Field::DestinationIp, destination);
        record.set(Field::DestinationPort, to);
    }
    good
}

/// The words of a text; those beyond the array are left alone.
fn words<const N: usize>(text: &[u8]) -> [&[u8]; N] {
    let mut words: [&[u8]; N] = [b""; N];
    let found = text
        .split(|&byte| byte == b' ')
        .filter(|word| !word.is_empty());
    for (word, found) in words.iter_mut().zip(found) {
        *word = found;
    }
    words
}

/// ProxySG's main format: `date time time-taken c-ip cs-username cs-auth-group x-exception-id
/// sc-filter-result …`.
///
/// Source: Symantec, *ProxySG Log Fields and Substitutions*.
fn blue_coat<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let [date, _, taken, client, _, _, _, result] = words(text);
    let good = date.len() == 10
        && taken.iter().all(u8::is_ascii_digit)
        && matches!(result, b"OBSERVED" | b"PROXIED" | b"DENIED")
        && is_ip(client);
    good && record.set(Field::SourceIp, client)
}

/// The access log of Skyhigh's (McAfee's) web gateway: `[time] "user" client status "request" …`.
fn skyhigh<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let Some(close) = memmem::find(&text[..text.len().min(64)], b"] \"") else {
        return false;
    };
    let rest = &text[close + 3..];
    let Some(quote) = memmem::find(&rest[..rest.len().min(256)], b"\" ") else {
        return false;
    };
    let [client, status, request] = words(&rest[quote + 2..]);
    let good = is_ip(client)
        && status.len() == 3
        && status.iter().all(u8::is_ascii_digit)
        && request.starts_with(b"\"");
    if !good {
        return false;
    }
    if let Some(time) = record.context.clock.whole(&text[1..close]) {
        record.at(time);
    }
    record.set(Field::HttpResponseStatusCode, status);
    record.set(Field::SourceIp, client)
}

/// Barracuda's web application firewall, behind time and unit: `TR` (access) names the server
/// first, `WF` (attack) and `NF` (network) the client, `AUDIT` who has logged in.
///
/// Source: Barracuda Campus, *Syslog and Barracuda Web Application Firewall Logs*.
fn barracuda<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let front = &text[..text.len().min(128)];
    for (mark, skip) in [(&b" TR "[..], 0), (b" WF ", 2), (b" NF ", 2)] {
        let Some(at) = memmem::find(front, mark) else {
            continue;
        };
        let words: [&[u8]; 8] = words(&text[at + 4..]);
        if skip == 0 {
            // A service's name may stand in front.
            let first = usize::from(!is_ip(words[0]));
            let [to, to_port, from, from_port, ..] = words[first..] else {
                return false;
            };
            return ends([from, from_port, to, to_port], record);
        }
        let [_, _, from, from_port, to, to_port, ..] = words;
        return ends([from, from_port, to, to_port], record);
    }
    if let Some(at) = memmem::find(front, b" AUDIT ") {
        let [user, by, client, port] = words(&text[at + 7..]);
        if matches!(by, b"GUI" | b"API" | b"SSH") && is_ip(client) && is_port(port) {
            record.set(Field::UserName, user);
            record.set(Field::SourcePort, port);
            return record.set(Field::SourceIp, client);
        }
    }
    false
}

/// What FTP servers write of a transfer (xferlog): `seconds client bytes file type - direction mode
/// user service …`.
fn transfer<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let number = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_digit);
    let [first, second, third, fourth] = words(text);
    // The seconds may have been taken for a host's name behind the time.
    let [client, bytes, path] = match is_ip(first) {
        true => [first, second, third],
        false if number(first) => [second, third, fourth],
        false => return false,
    };
    let good = number(bytes)
        && is_ip(client)
        && !path.is_empty()
        && (text.ends_with(b" c") || text.ends_with(b" i"))
        && (memmem::find(text, b" ftp ").is_some() || memmem::find(text, b" ssh ").is_some());
    good && record.set(Field::SourceIp, client)
}

/// What tcpdump prints, whose ports stand behind a dot: `IP 192.0.2.1.5 > 198.51.100.1.443: …`.
pub fn capture<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let front = &text[..text.len().min(48)];
    let Some(at) = memmem::find(front, b" IP ").map(|at| at + 4).or_else(|| {
        let at = memmem::find(front, b" IP6 ")?;
        Some(at + 5)
    }) else {
        return false;
    };
    let [from, arrow, to] = words(&text[at..]);
    let (b">", Some(to)) = (arrow, to.strip_suffix(b":")) else {
        return false;
    };
    let split = |end: &'a [u8]| -> Option<(&'a [u8], Option<&'a [u8]>)> {
        if is_ip(end) {
            return Some((end, None));
        }
        let dot = end.iter().rposition(|&byte| byte == b'.')?;
        let (ip, port) = (&end[..dot], &end[dot + 1..]);
        is_ip(ip).then_some((ip, is_port(port).then_some(port)))
    };
    let (Some((source, from)), Some((destination, to))) = (split(from), split(to)) else {
        return false;
    };
    record.set(Field::SourceIp, source);
    record.set(Field::DestinationIp, destination);
    for (port, field) in [(from, Field::SourcePort), (to, Field::DestinationPort)] {
        if let Some(port) = port {
            record.set(field, port);
        }
    }
    true
}

/// Symantec Endpoint Protection's traffic: a local and a remote end, and which of them began.
fn symantec<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    if memmem::find(text, b"Remote Host IP: ").is_none() {
        return false;
    }
    let value = |name: &[u8]| {
        let at = memmem::find(text, name)? + name.len();
        let rest = &text[at..];
        Some(&rest[..memchr(b',', rest).unwrap_or(rest.len())])
    };
    let inbound = match () {
        () if memmem::find(text, b",Inbound,").is_some() => true,
        () if memmem::find(text, b",Outbound,").is_some() => false,
        () => return false,
    };
    let near = [
        value(b"Local Host IP: ").or_else(|| value(b"Local Host: ")),
        value(b"Local Port: "),
    ];
    let far = [value(b"Remote Host IP: "), value(b"Remote Port: ")];
    let (from, to) = if inbound { (far, near) } else { (near, far) };
    let mut found = false;
    for (value, field) in [
        (from[0], Field::SourceIp),
        (from[1], Field::SourcePort),
        (to[0], Field::DestinationIp),
        (to[1], Field::DestinationPort),
    ] {
        found |= value.is_some_and(|value| record.set(field, value));
    }
    found && (record.has(Field::SourceIp) || record.has(Field::DestinationIp))
}
