//! The extension: the keys of the standard's dictionary, short and long, whose meaning is this
//! format's own; every other key goes to the table of aliases.

use memchr::{memchr, memmem};

use super::custom::{self, Custom};
use super::pair::Pairs;
use super::unescape;
use crate::text::address;
use crate::text::field::Field::{self, *};
use crate::text::record::Record;
use crate::text::time::Time;
use crate::text::transport;

/// What is decided when all pairs are known.
#[derive(Default)]
struct Later<'a> {
    /// Best first: receipt, end, start.
    times: [&'a [u8]; 3],
    zone: &'a [u8],
    source_host: &'a [u8],
    destination_host: &'a [u8],
    message: &'a [u8],
}

/// Reads the pairs of a record of this vendor.
pub fn read<'a>(text: &'a [u8], vendor: &[u8], record: &mut Record<'a>) {
    let mut custom = Custom::new();
    let mut later = Later::default();
    let incapsula = vendor == b"Incapsula";
    let plain = memchr(b'\\', text).is_none();
    for (key, value) in Pairs::new(text) {
        if value.is_empty() {
            continue;
        }
        if custom::is_custom(key) {
            custom.value(key, value, record);
        } else if let Some(base) = key
            .strip_suffix(b"Label")
            .filter(|base| custom::is_custom(base))
        {
            custom.label(base, value, record);
        } else if !(known(key, value, &mut later, record)
            || incapsula && server(key, value, record))
        {
            match plain {
                true => record.pair(key, value),
                false => {
                    let value = unescape(value, record);
                    record.pair(key, value);
                }
            }
        }
    }
    custom.finish(record);
    later.finish(vendor, record);
    // Fortinet counts from the source's side (FortiOS Log Message Reference, CEF support): `out` is
    // what it sent.
    if vendor == b"Fortinet" {
        record.swap(SourceBytes, DestinationBytes);
    }
}

/// What a key of this format asks for.
#[derive(Clone, Copy)]
pub(super) enum Key {
    Field(Field),
    Transport,
    Application,
    Outcome,
    Direction,
    Time(usize),
    Zone,
    SourceHost,
    DestinationHost,
    Message,
}

/// The keys whose meaning is this format's own.
#[inline]
pub(super) fn meaning(key: &[u8]) -> Option<Key> {
    use Key::*;
    // By length first: most keys are then compared with two or three words.
    Some(match key.len() {
        2 => match key {
            b"in" => Field(SourceBytes),
            b"rt" => Time(0),
            _ => return None,
        },
        3 => match key {
            b"out" => Field(DestinationBytes),
            b"act" => Field(EventAction),
            b"dvc" => Field(ObserverIp),
            b"app" => Application,
            b"end" => Time(1),
            b"dtz" => Zone,
            b"msg" => Message,
            _ => return None,
        },
        4 => match key {
            b"spid" => Field(ProcessPid),
            _ => return None,
        },
        5 => match key {
            b"proto" => Transport,
            b"shost" => SourceHost,
            b"dhost" => DestinationHost,
            b"start" => Time(2),
            b"fname" => Field(FileName),
            b"sproc" => Field(ProcessName),
            _ => return None,
        },
        6 => match key {
            b"reason" => Field(EventReason),
            _ => return None,
        },
        7 => match key {
            b"dvchost" => Field(ObserverHostname),
            b"request" => Field(UrlOriginal),
            b"outcome" => Outcome,
            b"bytesIn" => Field(SourceBytes),
            b"endTime" => Time(1),
            b"message" => Message,
            _ => return None,
        },
        8 => match key {
            b"filePath" => Field(FilePath),
            b"fileName" => Field(FileName),
            b"bytesOut" => Field(DestinationBytes),
            _ => return None,
        },
        9 if key == b"startTime" => Time(2),
        10 => match key {
            b"externalId" => Field(EventId),
            b"requestUrl" => Field(UrlOriginal),
            _ => return None,
        },
        12 => match key {
            b"deviceAction" => Field(EventAction),
            b"eventOutcome" => Outcome,
            b"UNIFIutcTime" => Time(0),
            _ => return None,
        },
        13 if key == b"deviceAddress" => Field(ObserverIp),
        14 => match key {
            b"deviceHostName" => Field(ObserverHostname),
            b"deviceTimeZone" => Zone,
            b"UNIFIdirection" => Direction,
            b"sourceHostName" => SourceHost,
            _ => return None,
        },
        15 => match key {
            b"deviceDirection" => Direction,
            b"sourceProcessId" => Field(ProcessPid),
            _ => return None,
        },
        17 => match key {
            b"deviceReceiptTime" => Time(0),
            b"transportProtocol" => Transport,
            b"sourceProcessName" => Field(ProcessName),
            _ => return None,
        },
        19 => match key {
            b"applicationProtocol" => Application,
            b"destinationHostName" => DestinationHost,
            _ => return None,
        },
        _ => return None,
    })
}

/// Takes a pair whose key is this format's own; `false` if it is not, or the value does not fit.
#[inline]
fn known<'a>(
    key: &'a [u8],
    value: &'a [u8],
    later: &mut Later<'a>,
    record: &mut Record<'a>,
) -> bool {
    let Some(meaning) = meaning(key) else {
        return false;
    };
    match meaning {
        Key::Field(field) if record.has(field) => false,
        Key::Field(field) => {
            let value = unescape(value, record);
            record.set(field, value)
        }
        Key::Transport => protocol(value, record),
        Key::Application => application(value, record),
        Key::Outcome => outcome(value, record),
        Key::Direction => direction(value, record),
        Key::Time(index) => keep(&mut later.times[index], value),
        Key::Zone => keep(&mut later.zone, value),
        Key::SourceHost => keep(&mut later.source_host, value),
        Key::DestinationHost => keep(&mut later.destination_host, value),
        Key::Message => {
            later.message = value;
            false
        }
    }
}

fn keep<'a>(place: &mut &'a [u8], value: &'a [u8]) -> bool {
    let free = place.is_empty();
    if free {
        *place = value;
    }
    free
}

/// Incapsula names the server of the request with keys that elsewhere are the source's.
/// <https://docs.imperva.com/bundle/cloud-application-security/page/more/example-logs.htm>
fn server<'a>(key: &[u8], value: &'a [u8], record: &mut Record<'a>) -> bool {
    match key {
        b"sip" => record.set(Field::DestinationIp, value),
        b"spt" => record.set(Field::DestinationPort, value),
        b"cpt" => record.set(Field::SourcePort, value),
        _ => false,
    }
}

/// The transport protocol, by name or number.
pub fn protocol<'a>(value: &'a [u8], record: &mut Record<'a>) -> bool {
    if record.has(NetworkTransport) || record.has(NetworkIanaNumber) {
        return false;
    }
    transport::set(record, value);
    record.has(NetworkTransport) || record.has(NetworkIanaNumber)
}

pub fn application<'a>(value: &'a [u8], record: &mut Record<'a>) -> bool {
    if record.has(Field::NetworkProtocol) {
        return false;
    }
    let value = match value.iter().any(u8::is_ascii_uppercase) {
        true => record.own(|out| out.extend(value.iter().map(u8::to_ascii_lowercase))),
        false => value.into(),
    };
    record.set(Field::NetworkProtocol, value)
}

/// ECS knows three outcomes.
pub fn outcome<'a>(value: &'a [u8], record: &mut Record<'a>) -> bool {
    let is = |word: &str| value.eq_ignore_ascii_case(word.as_bytes());
    let word = if is("success") || is("succeeded") || is("successful") {
        "success"
    } else if is("failure") || is("failed") || is("fail") {
        "failure"
    } else {
        return false;
    };
    record.set(Field::EventOutcome, word)
}

fn direction<'a>(value: &'a [u8], record: &mut Record<'a>) -> bool {
    match value {
        b"0" | b"incoming" => record.set(Field::NetworkDirection, "inbound"),
        b"1" | b"outgoing" => record.set(Field::NetworkDirection, "outbound"),
        _ => false,
    }
}

impl<'a> Later<'a> {
    fn finish(self, vendor: &[u8], record: &mut Record<'a>) {
        let time = self.times.iter().find_map(|text| self.time(text, record));
        if let Some(time) = time {
            record.at(time);
        }
        let [receipt, end, start] = self.times;
        for (name, text) in [(&b"end"[..], end), (b"start", start), (b"dtz", self.zone)] {
            record.vendor(name, text);
        }
        if time.is_none() {
            record.vendor(b"rt", receipt);
        }
        host(
            self.source_host,
            Field::SourceIp,
            Field::SourceDomain,
            b"shost",
            record,
        );
        host(
            self.destination_host,
            Field::DestinationIp,
            Field::DestinationDomain,
            b"dhost",
            record,
        );
        // UniFi OS says who it was only in words.
        if vendor == b"Ubiquiti" && !record.has(Field::SourceIp) {
            let words = b"Source IP: ";
            if let Some(at) = memmem::find(self.message, words) {
                let rest = &self.message[at + words.len()..];
                let end = rest.iter().position(u8::is_ascii_whitespace);
                let ip = &rest[..end.unwrap_or(rest.len())];
                record.set(Field::SourceIp, ip.strip_suffix(b".").unwrap_or(ip));
            }
        }
    }

    fn time(&self, text: &[u8], record: &Record<'a>) -> Option<Time> {
        let clock = &record.context.clock;
        match text {
            b"" => None,
            _ if self.zone.is_empty() => clock.whole(text),
            _ => clock
                .date_time(text, b"", Some(self.zone))
                .or_else(|| clock.whole(text)),
        }
    }
}

/// A host's name, which some devices fill with its address.
pub fn host<'a>(
    value: &'a [u8],
    ip: Field,
    domain: Field,
    key: &'static [u8],
    record: &mut Record<'a>,
) {
    if value.is_empty() {
        return;
    }
    if address::is_ip(value) {
        if !record.has(ip) {
            record.set(ip, value);
        } else if record.get(ip) != Some(value) {
            record.vendor(key, value);
        }
    } else if record.has(domain) {
        record.vendor(key, value);
    } else {
        let value = unescape(value, record);
        record.set(domain, value);
    }
}
