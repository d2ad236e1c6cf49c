//! The words that prove an address's role.

use memchr::memmem;

use super::daemon;
use super::place::Place;
use crate::text::address::is_port;
use crate::text::field::Field;
use crate::text::record::Record;

/// Which end of a connection an address is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    Source,
    Destination,
}

use Role::{Destination, Source};

/// How far back words are looked at.
const BACK: usize = 96;

/// Whether an arrow points from one address to the next, with nothing else between.
pub fn arrow(text: &[u8], from: &Place<'_>, to: &Place<'_>) -> bool {
    if from.port.is_none() && to.port.is_none() && counts(&text[..from.start]) {
        return false;
    }
    let between = text[from.end..to.start].trim_ascii();
    let between = between.strip_suffix(b"[").unwrap_or(between).trim_ascii();
    matches!(between, b"->" | b"-->" | b"=>" | b"-\\>")
}

/// The ports of two addresses in a row behind a protocol's name: `TCP A:N B:M`, `TCP A N B M`,
/// `tcp A/N to B/M`; or, with both ports, `A:N > B:M`.
pub fn protocol_pair<'a>(
    text: &'a [u8],
    from: &Place<'a>,
    to: &Place<'a>,
) -> Option<(&'a [u8], &'a [u8])> {
    let between = text[from.end..to.start].trim_ascii();
    if let (b">", Some(source), Some(destination)) = (between, from.port, to.port) {
        return Some((source, destination));
    }
    let before = text[..from.start].trim_ascii_end();
    let (_, word) = last(&before[before.len().saturating_sub(16)..]);
    if !word.eq_ignore_ascii_case(b"tcp") && !word.eq_ignore_ascii_case(b"udp") {
        return None;
    }
    if matches!(between, b"" | b"to")
        && let Some(ports) = from.any_port().zip(to.any_port())
    {
        return Some(ports);
    }
    let verdict = before[..before.len() - 3].trim_ascii_end();
    if between.is_empty()
        && [&b" A"[..], b" D", b" R"]
            .iter()
            .any(|a| verdict.ends_with(a))
    {
        // Junos: `FW: ge-0/0/0.0 D tcp 192.0.2.1 198.51.100.1 5 80`
        let mut words = text[to.end..]
            .split(|&byte| byte == b' ')
            .filter(|word| !word.is_empty());
        return words
            .next()
            .zip(words.next())
            .filter(|(from, to)| is_port(from) && is_port(to));
    }
    let rest = text[to.end..].trim_ascii_start();
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (is_port(between) && is_port(&rest[..digits]) && from.port.is_none() && to.port.is_none())
        .then_some((between, &rest[..digits]))
}

/// Whether these words between a source and the next address make that the other end.
pub fn behind_source(between: &[u8]) -> bool {
    let between = between.trim_ascii().trim_end_matches_any(b"[('\"");
    matches!(between, b"to" | b", to" | b"(IP=" | b"IP=")
}

/// The role that the words before the address prove.
pub fn of(text: &[u8], place: &Place<'_>, record: &Record<'_>) -> Option<Role> {
    // Any address is nobody's.
    if matches!(place.ip, b"0.0.0.0" | b"::") || is_network(place) {
        return None;
    }
    let mut left = &text[place.start.saturating_sub(BACK)..place.start];
    let behind = &text[place.end..];
    if left.ends_with(b"'@'") && memmem::find(left, b"user '").is_some() {
        return Some(Source);
    }
    // `rshd: root@192.0.2.1 as root`, `192.0.2.1:50022 login succeeded`
    if left.ends_with(b"@") && behind.starts_with(b" as ")
        || place.port.is_some() && behind.starts_with(b" login ")
    {
        return Some(Source);
    }
    if let Some(role) = daemon::of(text, place, left, record) {
        return Some(role);
    }
    for mark in [
        &b"ipv4:"[..],
        b"ipv6:",
        b"AF_INET]",
        b"AF_INET6]",
        b"IP=",
        b"//",
    ] {
        left = left.strip_suffix(mark).unwrap_or(left);
    }
    let account = left.strip_suffix(b"@").unwrap_or_default();
    // Ruckus: `User[ann@192.0.2.1]`
    if last(account).0.ends_with(b"User[") {
        return Some(Source);
    }
    let whose = last(last(account).0.trim_ascii_end()).1;
    if !account.is_empty() && (whose.eq_ignore_ascii_case(b"user") || whose == b"Connect") {
        return Some(Source);
    }
    let bracket = left.ends_with(b"[") || left.ends_with(b" (");
    left = left.trim_end_matches_any(b"[('\"<");
    // `client=mx.example.org[192.0.2.1]`, `from mx.example.org [192.0.2.1]`
    let mut named = false;
    if bracket {
        let mut name = left.trim_ascii_end();
        // `mx.example.org (helo) [192.0.2.1]`
        if name.ends_with(b")")
            && let Some(open) = memchr::memrchr(b'(', name)
        {
            name = name[..open].trim_ascii_end();
            (left, named) = (name, true);
        }
        let length = name.iter().rev().take_while(|byte| is_name(**byte)).count();
        let (before, host) = name.split_at(name.len() - length);
        let owned = !host.is_empty() && before.ends_with(b"=");
        if owned
            || host.contains(&b'.')
            || matches!(
                host,
                b"unknown" | b"localhost" | b"UNKNOWN" | b"UNDETERMINED"
            )
        {
            (left, named) = (before, true);
        }
    }
    // `from ann@mx.example.org (192.0.2.1)`
    if named && let Some(account) = left.strip_suffix(b"@") {
        left = last(account).0;
    }
    let left = left.trim_ascii_end();
    let (left, separator) = match left {
        [inner @ .., b @ (b'=' | b':')] => (inner.trim_ascii_end(), *b),
        // BIND's address of the client's state.
        _ => match left.iter().rposition(|&byte| byte == b' ') {
            Some(space) if left[space..].starts_with(b" @0x") => (&left[..space], b' '),
            _ => (left, b' '),
        },
    };
    let (before, word) = last(left);
    let mut lower = [0; 24];
    let lower = lower.get_mut(..word.len())?;
    lower.copy_from_slice(word);
    lower.make_ascii_lowercase();
    let (earlier, previous) = last(before.trim_ascii_end());
    let previous_is = |word: &str| previous.eq_ignore_ascii_case(word.as_bytes());
    let role = match &*lower {
        b"from" => {
            let moved = ["changed", "moved", "updated", "switched", "address", "ip"];
            if moved.iter().any(|word| previous_is(word)) || place.port.is_none() && counts(before)
            {
                return None;
            }
            Source
        }
        // The time's source.
        b"source" if separator == b' ' && previous_is("selected") => return None,
        // `Receiving handshake initiation from peer 1 (192.0.2.1:5)`
        number if previous_is("peer") && number.iter().all(u8::is_ascii_digit) => {
            match last(earlier.trim_ascii_end()).1 {
                b"from" => Source,
                b"to" => Destination,
                _ => return None,
            }
        }
        // Redis, MongoDB
        b"accepted" if place.port.is_some() => Source,
        b"connection" if previous == b"New" && place.port.is_some() && separator == b':' => Source,
        // `remote host [ipv4:192.0.2.1:5] … local host [ipv4:198.51.100.1:445]` (Samba)
        b"host" if previous == b"remote" || previous == b"from" => Source,
        // Oracle's listener
        b"host" if separator == b'=' && memmem::find(behind, b"* establish *").is_some() => Source,
        b"connected" if before.ends_with(b"s_connect: ") => Destination,
        b"host" if previous == b"local" && memmem::find(text, b"remote host [").is_some() => {
            Destination
        }
        // PostgreSQL
        b"host" if before.ends_with(b"pg_hba.conf entry for ") => Source,
        // Arbor
        b"host" if before.ends_with(b"direction incoming, ") => Destination,
        b"host" if before.ends_with(b"direction outgoing, ") => Source,
        // Windows' name server
        b"rcv" if previous_is("udp") || previous_is("tcp") => Source,
        b"snd" if previous_is("udp") || previous_is("tcp") => Destination,
        // AsyncOS
        b"address" if behind.starts_with(b" reverse dns host") => Source,
        b"address" if memmem::find(text, b"New SMTP DCID ").is_some() => Destination,
        b"ssh" | b"telnet" | b"web" | b"http" | b"https" if previous_is("through") => Source,
        // Of two gateways either may have begun.
        b"remote_ip" if memmem::find(text, b"local_ip").is_some() => return None,
        b"session" if place.port.is_some() => Source,
        b"whitelisted" if named && separator == b':' => Source,
        b"client" | b"src" | b"source" | b"srcip" | b"src_ip" | b"source_ip" | b"clientip"
        | b"client_ip" | b"client-ip" | b"userip" | b"user_ip" | b"remote_ip" | b"remoteip"
        | b"remote_addr" | b"rhost" | b"raddr" | b"rip" | b"client_address" => Source,
        b"dst" | b"destination" | b"dstip" | b"dst_ip" | b"destination_ip" | b"dest"
        | b"serverip" | b"server_ip" => Destination,
        b"cli" if previous.iter().all(u8::is_ascii_digit) => Source,
        b"lip" if separator == b'=' => Destination,
        // Sendmail's relay of what comes in is where it comes from.
        b"relay" if separator == b'=' => match memmem::find(text, b"to=<") {
            None if [&b"from=<"[..], b"ruleset="]
                .iter()
                .any(|name| memmem::find(text, name).is_some()) =>
            {
                Source
            }
            _ => Destination,
        },
        // Exim
        b"h" if separator == b'=' && memmem::find(text, b" <= ").is_some() => Source,
        b"h" if separator == b'='
            && [&b" => "[..], b" -> ", b" == ", b" ** "]
                .iter()
                .any(|sign| memmem::find(text, sign).is_some()) =>
        {
            Destination
        }
        // Exim: what came in was refused; `I=` is where it came in.
        b"h" if separator == b'=' && refused(text) => Source,
        b"i" if separator == b'='
            && bracket
            && (memmem::find(text, b" <= ").is_some() || refused(text)) =>
        {
            Destination
        }
        b"for" if named && before.ends_with(b" authenticator failed ") => Source,
        b"login" | b"badlogin" if named && separator == b':' => Source,
        b"remote" if bracket_word(text, place) => Source,
        b"ban" | b"unban" | b"found" if before.ends_with(b"] ") => Source,
        b"ip" | b"address" | b"addr" => match () {
            _ if previous_is("peer") && memmem::find(behind, b"User").is_some() => Source,
            _ if &*lower == b"ip"
                && [&b"]: Login_"[..], b"rspamd_task_write_log"]
                    .iter()
                    .any(|words| memmem::find(text, words).is_some()) =>
            {
                Source
            }
            _ if ["client", "source", "src", "remote", "user"]
                .iter()
                .any(|w| previous_is(w)) =>
            {
                Source
            }
            _ if ["destination", "dest", "dst", "vserver"]
                .iter()
                .any(|w| previous_is(w)) =>
            {
                Destination
            }
            // `user:alice, ip:192.0.2.1`
            _ if &*lower == b"ip"
                && separator != b' '
                && (memmem::find(earlier, b"user").is_some()
                    || memmem::find(earlier, b"User: ").is_some()) =>
            {
                Source
            }
            _ => return None,
        },
        b"query" | b"info" | b"reply" if separator == b':' && question(behind) => Source,
        b"host" if named && behind.starts_with(b" said:") => Destination,
        b"host" if named && behind.starts_with(b" refused to talk") => Destination,
        b"warning" if named && separator == b':' && behind.starts_with(b": SASL ") => Source,
        b"for" if named && place.port.is_some() && left.ends_with(b"TLS for") => Destination,
        b"to" if place.port.is_none() && counts(before_first(before)) => return None,
        b"to" if separator == b' ' && !binds(before) && (place.port.is_some() || sends(before)) => {
            Destination
        }
        b"for" if previous_is("failed") => Source,
        _ if named
            && behind.starts_with(b") - ")
            && record.get(Field::ProcessName) == Some(b"proftpd") =>
        {
            Source
        }
        b"host" if separator == b'=' && before.ends_with(b"connection received: ") => Source,
        _ if separator != b' ' => match record.context.aliases.of(word)?.field {
            Field::SourceIp => Source,
            Field::DestinationIp => Destination,
            _ => return None,
        },
        _ => return None,
    };
    Some(role)
}

/// Whether a mask makes it a network: what all of its bits count for is one address still.
fn is_network(place: &Place<'_>) -> bool {
    let bits = if place.ip.contains(&b':') { 128 } else { 32 };
    place.slash.is_some_and(|digits| {
        digits.len() <= 3
            && digits
                .iter()
                .fold(0, |n, digit| n * 10 + u32::from(digit - b'0'))
                < bits
    })
}

/// Whether a version, or a range, is spoken of in front of `from`: numbers with dots are no
/// addresses there.
fn counts(before: &[u8]) -> bool {
    let begins = |word: &[u8], names: &[&str]| {
        names.iter().any(|name| {
            word.get(..name.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(name.as_bytes()))
        })
    };
    let mut rest = before[before.len().saturating_sub(BACK)..].trim_ascii_end();
    for nth in 0..4 {
        let (left, word) = last(rest);
        // A colon or a bracket ends what the words are about.
        if word.is_empty() {
            return false;
        }
        if begins(word, &["upgrad", "downgrad", "firmware", "package"])
            || nth == 0 && begins(word, &["updat", "version", "release", "range"])
        {
            return true;
        }
        rest = left.trim_ascii_end();
    }
    false
}

/// What stands in front of the first number in `from 1.2.3.4` or `version 1.2.3.4`.
fn before_first(before: &[u8]) -> &[u8] {
    let before = before.trim_ascii_end();
    let (left, word) = last(before);
    if !word.first().is_some_and(u8::is_ascii_digit) {
        return before;
    }
    let left = left.trim_ascii_end();
    left.strip_suffix(b" from").unwrap_or(left)
}

/// Whether Exim has refused something.
fn refused(text: &[u8]) -> bool {
    memmem::find(text, b" F=<").is_some() && memmem::find(text, b" rejected ").is_some()
}

/// Whether `[remote A:N]` stands there.
fn bracket_word(text: &[u8], place: &Place<'_>) -> bool {
    place.port.is_some() && text[..place.start].ends_with(b"[remote ")
}

/// Whether a server says where it listens.
fn binds(left: &[u8]) -> bool {
    [&b"bind"[..], b"bound", b"isten"]
        .iter()
        .any(|word| memmem::find(left, word).is_some())
}

/// Whether something is sent or connected: ` to A` is where.
fn sends(left: &[u8]) -> bool {
    [
        &b"onnect"[..],
        b"ession established",
        b"sent",
        b"sending",
        b"Sending",
        b"orwarded",
        b"orwarding",
        b"delivered",
        b"Send ",
    ]
    .iter()
    .any(|word| memmem::find(left, word).is_some())
}

/// Whether a question to a name server follows: ` example.com. A IN`.
fn question(text: &[u8]) -> bool {
    let mut words = text.trim_ascii_start().splitn(4, |&byte| byte == b' ');
    let (_, kind, class) = (words.next(), words.next(), words.next());
    kind.is_some_and(|kind| {
        kind.iter()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    }) && matches!(class, Some(b"IN" | b"CH" | b"HS"))
}

/// The last word, and what stands before it.
fn last(text: &[u8]) -> (&[u8], &[u8]) {
    let length = text.iter().rev().take_while(|byte| is_name(**byte)).count();
    text.split_at(text.len() - length)
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

/// Ports that stand apart from their addresses.
pub fn ports<'a>(text: &'a [u8], record: &mut Record<'a>) {
    const NAMES: [(&[u8], Field, Field); 4] = [
        (b")(PORT=", Field::SourceIp, Field::SourcePort),
        (b",rport=", Field::SourceIp, Field::SourcePort),
        (b" to port ", Field::SourceIp, Field::DestinationPort),
        (b"ClientPort ", Field::SourceIp, Field::SourcePort),
    ];
    let missing = |ip, port, record: &Record<'_>| record.has(ip) && !record.has(port);
    for (name, ip, port) in NAMES {
        if missing(ip, port, record)
            && let Some(at) = memmem::find(text, name)
        {
            let rest = &text[at + name.len()..];
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
            record.set(port, &rest[..digits.count()]);
        }
    }
    let source = missing(Field::SourceIp, Field::SourcePort, record);
    let destination = missing(Field::DestinationIp, Field::DestinationPort, record);
    if !source && !destination {
        return;
    }
    // `Source Port: 5`, `src_port:"5"`, `dstport=6`
    for at in memmem::find_iter(text, b"ort").take(MOST_PORTS) {
        let Some((ip, port)) = named_port(&text[at.saturating_sub(16)..at + 3]) else {
            continue;
        };
        let rest = text[at + 3..].trim_ascii_start();
        if let [b':' | b'=', rest @ ..] = rest
            && missing(ip, port, record)
        {
            let rest = rest.trim_ascii_start();
            let rest = rest.strip_prefix(b"\"").unwrap_or(rest);
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit());
            record.set(port, &rest[..digits.count()]);
        }
    }
}

/// So many names of ports are looked at.
const MOST_PORTS: usize = 32;

/// Whose port the name at the end of `text` is.
fn named_port(text: &[u8]) -> Option<(Field, Field)> {
    let (before, word) = last(text);
    let owner = match word {
        [owner @ .., b'p' | b'P', _, _, _] => owner,
        _ => return None,
    };
    let word = match owner {
        b"" => last(before.strip_suffix(b" ")?).1,
        owner => owner.trim_end_matches_any(b"_-."),
    };
    let is = |names: &[&str]| {
        names
            .iter()
            .any(|name| word.eq_ignore_ascii_case(name.as_bytes()))
    };
    match () {
        () if is(&["source", "src", "client"]) => Some((Field::SourceIp, Field::SourcePort)),
        () if is(&["destination", "dest", "dst"]) => {
            Some((Field::DestinationIp, Field::DestinationPort))
        }
        () => None,
    }
}

trait TrimEnd {
    /// Without the bytes of `set` at the end.
    fn trim_end_matches_any(&self, set: &[u8]) -> &[u8];
}

impl TrimEnd for [u8] {
    fn trim_end_matches_any(&self, set: &[u8]) -> &[u8] {
        let length = self.iter().rposition(|byte| !set.contains(byte));
        &self[..length.map_or(0, |last| last + 1)]
    }
}
