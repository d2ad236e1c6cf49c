//! Messages as templates: what is written as it stands, and `{names}` of what stands between.
//!
//! The words of a template are looked for in order, so that each message is passed over once. Words
//! stand right behind an end of a connection or the beginning; a name, even the empty one, in front
//! of them leaves room. Names in capitals are ends of connections
//! ([`super::end`]), and their second letter is the style they are written in:
//!
//! | name | what it is |
//! |---|---|
//! | `{S}` `{D}` | source, destination |
//! | `{F}` `{L}` | the foreign and the local host; the direction says who began |
//! | `i` `l` `c` `?` | `interface:address`, `interface/address(port)`, `address:port`, or none |
//! | `h` | an address with a number that is no port |
//! | `n` `g` | the mapped address of that host, with its interface and without |

use memchr::memmem;

use super::end::{End, Style, end, user};
use crate::text::address::is_ip;
use crate::text::field::Field;
use crate::text::record::Record;
use crate::text::transport;

/// What is found in a message.
#[derive(Clone, Copy, Default)]
pub struct Found<'a> {
    /// Source, destination, foreign and local host.
    ends: [End<'a>; 4],
    direction: &'a [u8],
    protocol: &'a [u8],
    action: &'a [u8],
    user: &'a [u8],
    interface: &'a [u8],
    command: &'a [u8],
    more: [(Option<Field>, &'static str, &'a [u8]); 4],
}

const SOURCE: usize = 0;
const DESTINATION: usize = 1;
const FOREIGN: usize = 2;
const LOCAL: usize = 3;

/// Reads `text` by the first of the templates that it follows.
pub fn read<'a>(templates: &[&'static str], text: &'a [u8]) -> Option<Found<'a>> {
    templates.iter().find_map(|template| fill(template, text))
}

fn fill<'a>(template: &'static str, text: &'a [u8]) -> Option<Found<'a>> {
    let mut found = Found::default();
    let (mut left, mut at, mut open) = (template, 0, None);
    loop {
        let (words, rest) = match left.split_once('{') {
            Some((words, rest)) => (words, Some(rest)),
            None => (left, None),
        };
        if !words.is_empty() {
            let words = words.as_bytes();
            let start = match text[at..].starts_with(words) {
                true => at,
                false if open.is_none() => return None,
                false => at + memmem::find(&text[at..], words)?,
            };
            if let Some((name, from)) = open.take() {
                found.take(name, &text[from..start]);
            }
            at = start + words.len();
        }
        let Some((name, rest)) = rest.and_then(|rest| rest.split_once('}')) else {
            break;
        };
        left = rest;
        match name.as_bytes() {
            [who @ (b'S' | b'D' | b'F' | b'L'), how @ ..] => {
                let who = match who {
                    b'S' => SOURCE,
                    b'D' => DESTINATION,
                    b'F' => FOREIGN,
                    _ => LOCAL,
                };
                at += found.end(who, how, &text[at..])?;
            }
            _ => open = Some((name, at)),
        }
    }
    if let Some((name, from)) = open {
        found.take(name, &text[from..]);
    }
    Some(found)
}

impl<'a> Found<'a> {
    fn end(&mut self, who: usize, how: &[u8], text: &'a [u8]) -> Option<usize> {
        let style = match how {
            b"i" | b"n" => Style::Interface,
            b"l" => Style::List,
            b"c" => Style::Colon,
            b"?" => Style::Maybe,
            _ => Style::Bare,
        };
        let (mut new, length) = end(text, style)?;
        let old = &mut self.ends[who];
        match how {
            b"n" | b"g" => {
                if is_ip(new.host) {
                    (old.nat, old.nat_port) = (new.host, new.port);
                }
            }
            b"h" => {
                new.port = b"";
                new.nat = old.nat;
                *old = new;
            }
            _ => *old = new,
        }
        Some(length)
    }

    fn take(&mut self, name: &'static str, value: &'a [u8]) {
        let value = value.trim_ascii();
        let field = match name {
            "" => return,
            "dir" => return self.direction = value,
            "proto" => return self.protocol = value,
            "act" => return self.action = value,
            "user" => {
                let value = value.strip_suffix(b".").unwrap_or(value);
                return self.user = user(unquoted(value));
            }
            "by" => return self.user = last_group(value),
            "if" => {
                let value = value.split(|byte| *byte == b' ').next().unwrap_or(value);
                let value = value.strip_suffix(b".").unwrap_or(value);
                return self.interface = value.strip_suffix(b",").unwrap_or(value);
            }
            "dport" => return self.ends[DESTINATION].port = value,
            "cmd" => return self.command = value,
            "list" => Some(Field::RuleName),
            "url" => Some(Field::UrlOriginal),
            "file" => Some(Field::FilePath),
            "reason" => Some(Field::EventReason),
            "bytes" => Some(Field::NetworkBytes),
            "app" => Some(Field::NetworkProtocol),
            "smac" => Some(Field::SourceMac),
            "agent" => Some(Field::UserAgentOriginal),
            _ => None,
        };
        let free = self.more.iter_mut().find(|(_, name, _)| name.is_empty());
        if let Some(free) = free {
            *free = (field, name, value);
        }
    }

    /// The source.
    pub fn source(&self) -> &'a [u8] {
        self.ends[SOURCE].host
    }

    /// Whether both hosts are addresses: what the words `from` and `to` alone must lead to.
    pub fn is_sure(&self) -> bool {
        is_ip(self.ends[SOURCE].host) && is_ip(self.ends[DESTINATION].host)
    }

    /// Makes the server the destination, where the ports say that it is named first: a service's on
    /// one side and none on the other.
    pub fn toward_server(&mut self) {
        let [source, destination, ..] = &self.ends;
        let is_service = |port: &[u8]| (1..=3).contains(&port.len());
        if is_service(source.port) && destination.port.len() > 3 {
            self.ends.swap(SOURCE, DESTINATION);
        }
    }

    /// Sets what was found; an action's word becomes the event's action and outcome.
    pub fn set(mut self, record: &mut Record<'a>) {
        match self.direction {
            b"inbound" | b"Inbound" | b"incoming" => {
                record.set(Field::NetworkDirection, "inbound");
                self.hosts(FOREIGN, LOCAL);
            }
            b"outbound" | b"Outbound" | b"outgoing" => {
                record.set(Field::NetworkDirection, "outbound");
                self.hosts(LOCAL, FOREIGN);
            }
            _ => {}
        }
        transport::set(record, self.protocol);
        let [source, destination, ..] = self.ends;
        write(record, &source, &SOURCE_FIELDS);
        write(record, &destination, &DESTINATION_FIELDS);
        if !self.interface.is_empty() {
            record.set(Field::ObserverIngressInterfaceName, self.interface);
        }
        if !matches!(self.user, b"" | b"*****" | b"Unknown") {
            record.set(Field::UserName, self.user);
        }
        if !self.command.is_empty() {
            record.vendor(b"command", unquoted(self.command));
        }
        for (field, name, value) in self.more {
            match field {
                Some(field) => {
                    record.set(field, unquoted(value));
                }
                None if !name.is_empty() => record.vendor(name.as_bytes(), value),
                None => {}
            }
        }
        let word = self.action.split(|&byte| byte == b' ').next();
        let is_one_of = |known: &[&str]| {
            word.is_some_and(|word| {
                known
                    .iter()
                    .any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
            })
        };
        let act = if is_one_of(&["permitted", "est-allowed", "allowed", "allow", "monitored"]) {
            Some(("allowed", "success"))
        } else if is_one_of(&["denied", "deny", "dropped", "drop", "discarded"]) {
            Some(("denied", "failure"))
        } else {
            None
        };
        if let Some((action, outcome)) = act {
            record.set(Field::EventAction, action);
            record.set(Field::EventOutcome, outcome);
        }
    }

    fn hosts(&mut self, source: usize, destination: usize) {
        if !self.ends[source].host.is_empty() || !self.ends[destination].host.is_empty() {
            self.ends[SOURCE] = self.ends[source];
            self.ends[DESTINATION] = self.ends[destination];
        }
    }
}

/// The fields of one side.
struct Side {
    ip: Field,
    port: Field,
    domain: Field,
    nat: Field,
    nat_port: Field,
    interface: Field,
    user: Field,
}

const SOURCE_FIELDS: Side = Side {
    ip: Field::SourceIp,
    port: Field::SourcePort,
    domain: Field::SourceDomain,
    nat: Field::SourceNatIp,
    nat_port: Field::SourceNatPort,
    interface: Field::ObserverIngressInterfaceName,
    user: Field::SourceUserName,
};

const DESTINATION_FIELDS: Side = Side {
    ip: Field::DestinationIp,
    port: Field::DestinationPort,
    domain: Field::DestinationDomain,
    nat: Field::DestinationNatIp,
    nat_port: Field::DestinationNatPort,
    interface: Field::ObserverEgressInterfaceName,
    user: Field::DestinationUserName,
};

fn write<'a>(record: &mut Record<'a>, end: &End<'a>, side: &Side) {
    if end.host.is_empty() {
        return;
    }
    if !record.set(side.ip, end.host) {
        record.set(side.domain, end.host);
    }
    let ports = !transport::without_ports(record);
    if ports {
        record.set(side.port, end.port);
    }
    // A translation that changes nothing is none.
    if end.nat != end.host {
        record.set(side.nat, end.nat);
    }
    if ports && end.nat_port != end.port {
        record.set(side.nat_port, end.nat_port);
    }
    record.set(side.interface, end.interface);
    if end.user != b"*****" {
        record.set(side.user, end.user);
    }
    if !end.service.is_empty() {
        record.set(Field::NetworkProtocol, end.service);
    }
}

fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"' | b'\'', inner @ .., b'"' | b'\''] => inner,
        _ => value,
    }
}

/// What stands in the parentheses at the end, such as who was logged in.
fn last_group(value: &[u8]) -> &[u8] {
    let value = value.trim_ascii_end();
    match (value.strip_suffix(b")"), memchr::memrchr(b'(', value)) {
        (Some(inner), Some(open)) => user(&inner[open + 1..]),
        _ => b"",
    }
}
