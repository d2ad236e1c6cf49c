//! What a record's product says about names that mean something else elsewhere; and its time.

use memchr::{memchr, memmem};

use super::seen::{Key, Seen};
use super::tuple;
use crate::text::address::{endpoint, is_ip};
use crate::text::field::Field;
use crate::text::iptables::transport;
use crate::text::record::Record;
use crate::text::time::{Time, epoch};

/// Adds what follows from all pairs together.
pub fn settle<'a>(seen: &Seen<'a>, record: &mut Record<'a>) {
    if let Some(time) = time(seen, record) {
        record.at(time);
    }
    product(seen, record);
    if let Some(raw) = record.get_raw(Field::NetworkTransport) {
        record.unset(Field::NetworkTransport);
        // SonicWall: `tcp/https`.
        let name = raw.split(|&byte| byte == b'/').next().unwrap_or(raw);
        if !transport(name, record) {
            // Stormshield's is what is spoken above it.
            record.vendor(b"proto", raw);
            transport(seen.get(Key::IpProtocol), record);
        }
    }
    for field in [Field::SourceNatPort, Field::DestinationNatPort] {
        if record.get(field) == Some(b"0") {
            record.unset(field);
        }
    }
    if record.get(Field::HostName) == Some(b"?") {
        record.unset(Field::HostName);
    }
    // No address was translated.
    for field in [Field::SourceNatIp, Field::DestinationNatIp] {
        if matches!(record.get(field), Some(b"0.0.0.0" | b"::")) {
            record.unset(field);
        }
    }
    if seen.has(Key::Dip) {
        missing(Field::SourceIp, seen.get(Key::Sip), record);
        missing(Field::DestinationIp, seen.get(Key::Dip), record);
    }
    if !record.has(Field::SourceIp) {
        client(seen, record);
    }
    tuple::read(seen.front, record);
}

/// A client as servers name it beside its address: `client=name[address]`, `from name[address]`
/// (Postfix), `ACCEPT from IP=address:port (IP=address:port)` (slapd).
fn client<'a>(seen: &Seen<'a>, record: &mut Record<'a>) {
    named_client(seen, record);
    let mut rest = seen.text;
    // Few are enough: the first is the client nearly always.
    for _ in 0..8 {
        let Some(at) = memmem::find(rest, b"from ") else {
            return;
        };
        rest = &rest[at + 5..];
        let end = rest.iter().position(|&byte| byte == b' ');
        let word = &rest[..end.unwrap_or(rest.len())];
        if let Some(source) = word.strip_prefix(b"IP=") {
            missing(Field::SourceIp, source, record);
            let behind = rest[word.len()..].strip_prefix(b" (IP=");
            let end = behind.and_then(|behind| memchr(b')', behind));
            if let (Some(behind), Some(end)) = (behind, end) {
                missing(Field::DestinationIp, &behind[..end], record);
            }
            return;
        }
        bracket(word, Field::SourceIp, record);
        if record.has(Field::SourceIp) {
            return;
        }
    }
}

/// `client=`, and `server=` beside it; whether the client is an address.
pub fn named_client<'a>(seen: &Seen<'a>, record: &mut Record<'a>) -> bool {
    if seen.has(Key::Client) && !record.has(Field::SourceIp) {
        missing(Field::SourceIp, seen.get(Key::Client), record);
        bracket(seen.get(Key::Client), Field::SourceIp, record);
        // Alone a server may be any that the message is about.
        if record.has(Field::SourceIp) {
            missing(Field::DestinationIp, seen.get(Key::Server), record);
            bracket(seen.get(Key::Server), Field::DestinationIp, record);
        }
    }
    record.has(Field::SourceIp)
}

/// The device's time: with its date and zone where it has them apart.
fn time(seen: &Seen<'_>, record: &Record<'_>) -> Option<Time> {
    let clock = &record.context.clock;
    if seen.has(Key::Ise) {
        // In front of the message's number: `… 2026-02-03 04:05:06.789 +00:00 …`.
        let dash = memchr(b'-', seen.text)?.checked_sub(4)?;
        return clock.iso(&seen.text[dash..]).map(|(time, _)| time);
    }
    let whole = |text: &[u8]| match epoch(text) {
        // Fewer digits are no time of these years.
        Some((time, length)) if length == text.len() && length >= 10 => Some(time),
        _ => clock.whole(text),
    };
    let (date, time) = (seen.get(Key::Date), seen.get(Key::Time));
    let zone = Some(seen.get(Key::Zone)).filter(|zone| !zone.is_empty());
    if seen.has(Key::EventTime)
        && let Some(time) = whole(seen.get(Key::EventTime))
    {
        return Some(time);
    }
    if !date.is_empty() {
        let apart = clock.date_time(date, time, zone);
        return apart.or_else(|| whole(date));
    }
    if let Some(blank) = memchr(b' ', time)
        && zone.is_some()
    {
        return clock.date_time(&time[..blank], &time[blank + 1..], zone);
    }
    // auditd: `audit(1700000000.123:456):`.
    if let Some(audit) = seen.get(Key::Msg).strip_prefix(b"audit(") {
        return epoch(audit).map(|(time, _)| time);
    }
    // A time of day alone is none.
    [time, seen.get(Key::Timestamp)]
        .into_iter()
        .filter(|text| text.len() >= 10 && text.get(2) != Some(&b':'))
        .find_map(whole)
}

fn observer(
    vendor: &'static str,
    product: &'static str,
    kind: &'static str,
    record: &mut Record<'_>,
) {
    record.set(Field::ObserverVendor, vendor);
    record.set(Field::ObserverProduct, product);
    record.set(Field::ObserverType, kind);
}

/// Sets the field unless it is set.
fn missing<'a>(field: Field, value: &'a [u8], record: &mut Record<'a>) {
    if !record.has(field) && endpoint(value).is_some() {
        record.set(field, value);
    }
}

/// Finds out which product wrote the record, and what only it means.
fn product<'a>(seen: &Seen<'a>, record: &mut Record<'a>) {
    if seen.get(Key::Device) == b"SFW" || seen.has(Key::DeviceModel) && seen.has(Key::LogId) {
        return observer("Sophos", "XG Firewall", "firewall", record);
    }
    if seen.front.ends_with(b"NetScreen ") && seen.has(Key::DeviceId) {
        return observer("Juniper", "NetScreen", "firewall", record);
    }
    if seen.has(Key::DeviceId) && (seen.has(Key::LogId) || seen.has(Key::Vdom)) {
        return fortinet(seen, record);
    }
    if matches!(seen.get(Key::Id), b"firewall" | b"sslvpn") {
        return firewall(seen, record);
    }
    if seen.has(Key::Firewall) && seen.has(Key::LogType) && seen.has(Key::Zone) {
        return stormshield(seen, record);
    }
    if seen.has(Key::System) && seen.has(Key::Subsystem) && seen.has(Key::Severity) {
        return observer("Sophos", "UTM", "firewall", record);
    }
    if watchguard(seen, record) {
        return;
    }
    if seen.has(Key::LogUid) && seen.has(Key::Origin) {
        return check_point(seen, record);
    }
    if seen.has(Key::Ise) {
        return observer("Cisco", "ISE", "aaa", record);
    }
    if seen.has(Key::TrackingId) && memmem::find(seen.text, b"pfhost=").is_some() {
        record.set(Field::ObserverVendor, "Ping Identity");
        record.set(Field::ObserverProduct, "PingFederate");
        return missing(Field::SourceIp, seen.get(Key::Ip), record);
    }
    if seen.get(Key::Msg).starts_with(b"audit(") {
        // The remote end of a login.
        missing(Field::SourceIp, seen.get(Key::Addr), record);
        record.set(Field::EventAction, seen.get(Key::Type));
        return;
    }
    if seen.has(Key::Event) && memmem::find(seen.text, b"[message=").is_some()
        || seen.has(Key::Conn)
    {
        return clavister(seen, record);
    }
    if seen.has(Key::Relay) && seen.has(Key::To) {
        // A mail's next hop: `relay=name[address]:port`.
        return bracket(seen.get(Key::Relay), Field::DestinationIp, record);
    }
    if seen.has(Key::Epoch) && is_ip(seen.get(Key::ClientIp)) {
        // The client itself; the other one is what it was translated to.
        record.set(Field::ObserverVendor, "Skyhigh Security");
        record.set(Field::ObserverProduct, "Secure Web Gateway");
        if let Some(outside) = record.get_raw(Field::SourceIp) {
            record.vendor(b"source_ip", outside);
        }
        record.set(Field::SourceIp, seen.get(Key::ClientIp));
    }
    if seen.has(Key::Peer) && memmem::find(seen.front, b"phibs: Auth").is_some() {
        // Barracuda's authentication service: who asked.
        missing(Field::SourceIp, seen.get(Key::Peer), record);
    }
}

/// WatchGuard's messages, of which the addresses have no names; `false` if it is none.
pub fn watchguard<'a>(seen: &Seen<'a>, record: &mut Record<'a>) -> bool {
    let found = seen.has(Key::MsgId) && tuple::watchguard(seen.text, record);
    if found {
        observer("WatchGuard", "Firebox", "firewall", record);
    }
    found
}

fn fortinet<'a>(seen: &Seen<'a>, record: &mut Record<'a>) {
    let device = seen.get(Key::DeviceId);
    let (product, kind) = match device {
        [b'F', b'G', ..] | [b'F', b'W', b'F', ..] => ("FortiGate", "firewall"),
        [b'F', b'V', ..] | [b'F', b'W', ..] => ("FortiWeb", "waf"),
        [b'F', b'E', ..] => ("FortiMail", "email"),
        [b'F', b'P', b'X', ..] | [b'F', b'P', b'V', ..] => ("FortiProxy", "proxy"),
        [b'F', b'A' | b'L', ..] => ("FortiAnalyzer", "siem"),
        [b'F', b'M', ..] => ("FortiManager", "management"),
        _ => ("", ""),
    };
    record.set(Field::ObserverVendor, "Fortinet");
    if !product.is_empty() {
        record.set(Field::ObserverProduct, product);
        record.set(Field::ObserverType, kind);
    }
    record.set(Field::ObserverSerialNumber, device);
    // Of a VPN over TLS the remote end is the client's; of one by IPsec the packet's direction says.
    let (remote, local) = (seen.get(Key::RemIp), seen.get(Key::LocIp));
    if seen.get(Key::Tunnel).starts_with(b"ssl") || seen.get(Key::Direction) == b"inbound" {
        missing(Field::SourceIp, remote, record);
        if seen.get(Key::Direction) == b"inbound" {
            missing(Field::DestinationIp, local, record);
        }
    } else if seen.get(Key::Direction) == b"outbound" {
        missing(Field::DestinationIp, remote, record);
        missing(Field::SourceIp, local, record);
    }
    // Where an administrator comes from: `https(192.0.2.1)`.
    if let [before @ .., b')'] = seen.get(Key::Ui)
        && let Some(open) = memchr(b'(', before)
    {
        missing(Field::SourceIp, &before[open + 1..], record);
    }
    // FortiMail: the next hop of a mail.
    let message = seen.get(Key::Msg);
    if message.starts_with(b"to=")
        && let Some(at) = memmem::find(message, b"relay=")
    {
        let rest = &message[at + 6..];
        let end = memchr(b',', rest).unwrap_or(rest.len());
        bracket(&rest[..end], Field::DestinationIp, record);
    }
}

/// `name [address]`, `name[address]:port`.
fn bracket<'a>(text: &'a [u8], field: Field, record: &mut Record<'a>) {
    let Some(open) = memchr(b'[', text) else {
        return;
    };
    let host = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
    let name = text[..open].trim_ascii_end();
    if !name.iter().all(host) {
        return;
    }
    let inner = &text[open + 1..];
    let Some(close) = memchr(b']', inner) else {
        return;
    };
    let ip = inner[..close]
        .strip_prefix(b"IPv6:")
        .unwrap_or(&inner[..close]);
    if record.has(field) || !is_ip(ip) || !record.set(field, ip) {
        return;
    }
    if let (Some(field), Some(port)) = (field.port(), inner[close + 1..].strip_prefix(b":")) {
        record.set(field, port);
    }
}

/// Those that begin with `id=firewall`, after WebTrends' log format.
fn firewall<'a>(seen: &Seen<'a>, record: &mut Record<'a>) {
    if seen.has(Key::Serial) {
        observer("SonicWall", "", "firewall", record);
        if seen.get(Key::Id) == b"sslvpn" {
            record.set(Field::ObserverProduct, "SMA");
            record.set(Field::ObserverType, "vpn");
        }
        record.set(Field::ObserverSerialNumber, seen.get(Key::Serial));
        record.set(Field::EventCode, seen.get(Key::MsgNumber));
        if is_ip(seen.get(Key::Firewall)) {
            record.set(Field::ObserverIp, seen.get(Key::Firewall));
        }
    } else if seen.has(Key::Vpn) {
        observer("Ivanti", "Connect Secure", "vpn", record);
        if is_ip(seen.get(Key::Firewall)) {
            record.set(Field::ObserverIp, seen.get(Key::Firewall));
        }
    } else if seen.has(Key::LogType) || seen.has(Key::SlotLevel) {
        stormshield(seen, record);
    }
}

fn stormshield<'a>(seen: &Seen<'a>, record: &mut Record<'a>) {
    observer("Stormshield", "Network Security", "firewall", record);
    record.set(Field::ObserverHostname, seen.get(Key::Firewall));
}

fn check_point<'a>(seen: &Seen<'a>, record: &mut Record<'a>) {
    observer("Check Point", "", "firewall", record);
    record.set(Field::ObserverProduct, seen.get(Key::Product));
    if is_ip(seen.get(Key::Origin)) {
        record.set(Field::ObserverIp, seen.get(Key::Origin));
    }
    // The port of the service, where it has no name.
    if !record.has(Field::DestinationPort) {
        record.set(Field::DestinationPort, seen.get(Key::Service));
    }
}

fn clavister<'a>(seen: &Seen<'a>, record: &mut Record<'a>) {
    observer("Clavister", "cOS Core", "firewall", record);
    record.set(Field::EventCode, seen.get(Key::Id));
    // The connection's own end, before that of the client's tunnel.
    record.set(Field::SourceIp, seen.get(Key::Conn));
    // OneConnect is the clients' VPN.
    if seen.get(Key::Event).starts_with(b"oneconnect_") {
        missing(Field::SourceIp, seen.get(Key::IpAddress), record);
    }
    if seen.get(Key::Initiator) == b"TRUE" {
        missing(Field::SourceIp, seen.get(Key::LocalIp), record);
        missing(Field::DestinationIp, seen.get(Key::RemoteIp), record);
    }
}
