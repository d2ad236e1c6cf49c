//! The data of an event: an object for `winlog.event_data` or `winlog.user_data`, and the ECS fields
//! that their names prove.

use knownet_flow::text::quote;
use memchr::memchr;

use super::scan::{Tag, attribute, decode};
use super::{System, set};
use crate::text::address;
use crate::text::field::Field::{self, *};
use crate::text::record::{Record, Value};
use crate::text::transport;

/// How many are kept; Windows' own events have fewer than fifty.
const MOST: usize = 128;

/// What was found so far.
pub struct Data<'a> {
    pairs: [(&'a [u8], &'a [u8]); MOST],
    count: usize,
    /// Bits of the names in `pairs`: a name whose bit is unset is not among them.
    names: u64,
    /// How many there were, with and without a name or a text.
    index: usize,
    /// Whether the object is begun, and of which part it is.
    begun: bool,
    user: bool,
}

impl Default for Data<'_> {
    fn default() -> Self {
        Data {
            pairs: [(b"", b""); MOST],
            count: 0,
            names: 0,
            index: 0,
            begun: false,
            user: false,
        }
    }
}

impl<'a> Data<'a> {
    /// Begins the object of `UserData`, whose one element has this name.
    pub fn begin(&mut self, name: &[u8], out: &mut Vec<u8>) {
        if !self.begun {
            (self.begun, self.user) = (true, true);
            out.extend_from_slice(b"{\"xml_name\":");
            quote(name, out);
        }
    }

    /// Adds an element without elements in it.
    pub fn add(
        &mut self,
        tag: &Tag<'a>,
        inside: &'a [u8],
        marked: bool,
        user: bool,
        out: &mut Vec<u8>,
    ) {
        if self.begun && self.user != user {
            return;
        }
        let named = attribute(tag.attributes, b"Name").filter(|name| !name.is_empty());
        let name = match (tag.name, named) {
            (b"Data", Some(name)) => name,
            (b"Data", None) => b"",
            (name, _) => name,
        };
        self.index += 1;
        // What says nothing is left out, as Winlogbeat does; of a name the first counts.
        if inside.is_empty() || self.count == MOST || self.has(name) {
            return;
        }
        out.push(if self.begun { b',' } else { b'{' });
        (self.begun, self.user) = (true, user);
        match name {
            b"" => {
                out.extend_from_slice(b"\"param");
                out.extend_from_slice(self.index.to_string().as_bytes());
                out.push(b'"');
            }
            name => meant(name, false, out),
        }
        out.push(b':');
        meant(inside, marked, out);
        self.pairs[self.count] = (name, inside);
        self.count += 1;
    }

    /// Whether this name is there already; if not, it is expected to be added.
    fn has(&mut self, name: &[u8]) -> bool {
        let [first, .., last] = name else {
            return self.pairs[..self.count].iter().any(|pair| pair.0 == name) && !name.is_empty();
        };
        let hash = name.len() ^ usize::from(*first) ^ usize::from(*last) << 1;
        let bit = 1 << (hash & 63);
        let may = self.names & bit != 0;
        self.names |= bit;
        may && self.pairs[..self.count].iter().any(|pair| pair.0 == name)
    }

    /// Ends the object.
    pub fn end(&self, out: &mut Vec<u8>) {
        if self.begun {
            out.push(b'}');
        }
    }

    /// Sets the fields of the record.
    pub fn set(&self, object: Value<'a>, system: &System<'a>, record: &mut Record<'a>) {
        if self.begun {
            let field = if self.user {
                WinlogUserData
            } else {
                WinlogEventData
            };
            record.set(field, object);
        }
        let provider = Provider {
            sysmon: system.provider == b"Microsoft-Windows-Sysmon",
            security: system.provider == b"Microsoft-Windows-Security-Auditing",
            target: is_about_target(system.id),
        };
        for &(name, value) in &self.pairs[..self.count] {
            if value != b"-" {
                field(name, value, provider, system, record);
            }
        }
    }
}

/// Appends a text as a JSON string.
fn meant(text: &[u8], marked: bool, out: &mut Vec<u8>) {
    if !marked && memchr(b'&', text).is_none() {
        return quote(text, out);
    }
    let mut decoded = Vec::with_capacity(text.len());
    decode(text, &mut decoded);
    quote(&decoded, out);
}

/// Whose names the data have.
#[derive(Clone, Copy)]
struct Provider {
    sysmon: bool,
    security: bool,
    /// Whether the event is about the account that it calls the target.
    target: bool,
}

/// Sets what one of the data is in ECS, if its name says so.
fn field<'a>(
    name: &'a [u8],
    value: &'a [u8],
    provider: Provider,
    system: &System<'a>,
    record: &mut Record<'a>,
) {
    let Provider {
        sysmon,
        security,
        target,
    } = provider;
    let first = |field: Field, record: &mut Record<'a>| {
        if !record.has(field) {
            set(field, value, record);
        }
    };
    // By length first: most names are then compared with one or none.
    match name.len() {
        4 if sysmon && name == b"User" => user(value, record),
        5 if sysmon && name == b"Image" => process(value, record),
        // Other providers have other protocols under this name.
        8 if name == b"Protocol" => {
            if value.iter().all(u8::is_ascii_digit) || matches!(value, b"tcp" | b"udp" | b"icmp") {
                transport::set(record, value);
            }
        }
        9 if name.eq_ignore_ascii_case(b"ProcessId") => {
            if sysmon || security {
                first(ProcessPid, record);
            }
        }
        9 if name == b"QueryName" => first(DnsQuestionName, record),
        // The Filtering Platform's words for the connection's direction seen from this computer; the
        // source is the one that began it, either way.
        9 if name == b"Direction" => {
            let word = match value {
                b"%%14592" => "inbound",
                b"%%14593" => "outbound",
                _ => return,
            };
            record.set(NetworkDirection, word);
        }
        11 if name == b"CommandLine" => first(ProcessCommandLine, record),
        11 if security && matches!(name, b"Application" | b"ProcessName") => process(value, record),
        14 if security && name == b"NewProcessName" => process(value, record),
        14 if sysmon && name == b"TargetFilename" => first(FilePath, record),
        14 if sysmon && name == b"SourceHostname" => first(SourceDomain, record),
        14 if security && name == b"TargetUserName" && target => first(UserName, record),
        15 if security && name == b"SubjectUserName" && !target => first(UserName, record),
        16 if security && name == b"TargetDomainName" && target => first(UserDomain, record),
        17 if security && name == b"SubjectDomainName" && !target => first(UserDomain, record),
        19 if sysmon && name == b"DestinationHostname" => first(DestinationDomain, record),
        // Terminal services write the client's address so.
        6 | 7 if matches!(name, b"Address" | b"Param3") => {
            if remote_desktop(name, system) {
                ip(SourceIp, value, record);
            }
        }
        _ => {
            let Some(meaning) = record.context.aliases.of(name) else {
                return;
            };
            match meaning.field {
                // The client of a network policy server is the device that asks for the user.
                SourceIp if name == b"ClientIPAddress" => {}
                SourceIp | DestinationIp | SourceNatIp | DestinationNatIp => {
                    ip(meaning.field, value, record);
                }
                // A port that Windows does not know is 0.
                SourcePort | DestinationPort if value != b"0" || sysmon => {
                    first(meaning.field, record)
                }
                _ => {}
            }
        }
    }
}

/// `TerminalServices-LocalSessionManager` (21, 24, 25) and `-RemoteConnectionManager` (1149).
fn remote_desktop(name: &[u8], system: &System<'_>) -> bool {
    match name {
        b"Address" => system.provider == b"Microsoft-Windows-TerminalServices-LocalSessionManager",
        _ => {
            system.provider == b"Microsoft-Windows-TerminalServices-RemoteConnectionManager"
                && system.id == b"1149"
        }
    }
}

/// Sets an address, an IPv4 one that is written as IPv6 (`::ffff:192.0.2.1`) as what it is.
fn ip<'a>(field: Field, value: &'a [u8], record: &mut Record<'a>) {
    if record.has(field) {
        return;
    }
    let plain = value
        .strip_prefix(b"::ffff:")
        .or_else(|| value.strip_prefix(b"::FFFF:"))
        .filter(|rest| rest.contains(&b'.') && address::is_ip(rest));
    record.set(field, plain.unwrap_or(value));
}

/// Whether a security event is about the account that it calls the target: log-ons and tickets.
fn is_about_target(id: &[u8]) -> bool {
    matches!(
        id,
        b"4624" | b"4625" | b"4634" | b"4647" | b"4768" | b"4769" | b"4770" | b"4771" | b"4776"
    )
}

/// Sets a program by its path.
fn process<'a>(path: &'a [u8], record: &mut Record<'a>) {
    if !record.has(ProcessExecutable) && set(ProcessExecutable, path, record) {
        let base = path.iter().rposition(|&byte| byte == b'\\');
        set(ProcessName, &path[base.map_or(0, |at| at + 1)..], record);
    }
}

/// Sets `DOMAIN\user`.
fn user<'a>(value: &'a [u8], record: &mut Record<'a>) {
    match memchr(b'\\', value) {
        Some(at) => {
            set(UserDomain, &value[..at], record);
            set(UserName, &value[at + 1..], record);
        }
        None => {
            set(UserName, value, record);
        }
    }
}
