//! What columns are that only one format, or one program, calls so.

use super::Kind;
use crate::text::alias::Meaning;
use crate::text::field::Field::{self, *};
use crate::text::own::slot::Target;

/// What wrote a W3C log, where that decides what its columns are.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Software {
    /// Anything.
    #[default]
    Other,
    /// Windows Firewall.
    Firewall,
    /// Internet Information Services.
    Iis,
    /// A ProxySG: it stands between client and server, `s-ip` is its own.
    Proxy,
    /// Exchange, as the server of the peer that its log is about.
    Receive,
    /// Exchange, as the client of the peer that its log is about.
    Send,
}

/// A column of a W3C log. Sources: the W3C's "Extended Log File Format" (`c` is the client, `s` the
/// server, `r` the remote side), IIS's, Windows Firewall's and ProxySG's documentation.
pub fn w3c(name: &[u8], software: Software) -> Option<Target> {
    if software == Software::Firewall {
        match name {
            b"protocol" => return Some(Target::Transport),
            b"path" => return Some(Target::Direction),
            b"action" => return field(EventAction, 1),
            b"pid" => return field(ProcessPid, 1),
            _ => {}
        }
    }
    match (name, software) {
        (b"date", _) => Some(Target::Date),
        (b"time", _) => Some(Target::TimeOfDay),
        (b"date-time" | b"datetime" | b"x-timestamp", _) => Some(Target::Time),
        (b"s-ip" | b"s-port", Software::Proxy) => Some(Target::Pair),
        (b"remote-endpoint", Software::Receive) | (b"local-endpoint", Software::Send) => {
            field(SourceIp, 1)
        }
        (b"local-endpoint", Software::Receive) | (b"remote-endpoint", Software::Send) => {
            field(DestinationIp, 1)
        }
        _ => {
            let (_, column, rank) = W3C.iter().find(|(known, ..)| {
                known.eq_ignore_ascii_case(std::str::from_utf8(name).unwrap_or_default())
            })?;
            field(*column, *rank)
        }
    }
}

#[rustfmt::skip]
const W3C: &[(&str, Field, u16)] = &[
    ("c-ip", SourceIp, 1),
    ("c-port", SourcePort, 1),
    ("cs-ip", DestinationIp, 1),
    ("r-ip", DestinationIp, 2),
    ("s-ip", DestinationIp, 3),
    ("r-port", DestinationPort, 2),
    ("s-port", DestinationPort, 3),
    ("cs-username", UserName, 1),
    ("cs-method", HttpRequestMethod, 1),
    ("sc-status", HttpResponseStatusCode, 1),
    ("cs(User-Agent)", UserAgentOriginal, 1),
    ("cs(Host)", UrlDomain, 1),
    ("cs-host", UrlDomain, 2),
    ("cs-uri", UrlOriginal, 1),
    ("cs-bytes", SourceBytes, 1),
    ("sc-bytes", DestinationBytes, 1),
    ("s-computername", HostName, 1),
];

/// A column of a CSV: W3C's names of the server's ends, as they are spelled there; `sip` is the
/// source's only beside a `dip` (`both`).
pub fn csv(name: &[u8], both: bool) -> Option<Target> {
    match name.to_ascii_lowercase().as_slice() {
        name @ (b"s-ip" | b"s-port") => w3c(name, Software::Other),
        b"sip" | b"s_ip" if both => field(SourceIp, 1),
        _ => None,
    }
}

/// Whether a column is called `dip`.
pub fn is_dip(name: &[u8]) -> bool {
    name.eq_ignore_ascii_case(b"dip") || name.eq_ignore_ascii_case(b"d_ip")
}

/// A column of a Zeek log. Source: the script reference of each log
/// (<https://docs.zeek.org/en/current/script-reference/log-files.html>).
pub fn zeek(name: &[u8], path: &[u8]) -> Option<Target> {
    let (column, rank) = match (name, path) {
        (b"ts", _) => return Some(Target::Time),
        (b"uid", _) => (EventId, 1),
        (b"id.orig_h", _) => (SourceIp, 1),
        (b"id.orig_p", _) => (SourcePort, 1),
        (b"id.resp_h", _) => (DestinationIp, 1),
        (b"id.resp_p", _) => (DestinationPort, 1),
        (b"client_addr", b"dhcp") => (SourceIp, 1),
        (b"server_addr", b"dhcp") => (DestinationIp, 1),
        (b"proto", _) => return Some(Target::Transport),
        (b"service", b"conn") => (NetworkProtocol, 1),
        (b"orig_bytes", b"conn") => (SourceBytes, 1),
        (b"resp_bytes", b"conn") => (DestinationBytes, 1),
        (b"orig_pkts", b"conn") => (SourcePackets, 1),
        (b"resp_pkts", b"conn") => (DestinationPackets, 1),
        (b"conn_state", b"conn") => (EventAction, 1),
        (b"method", b"http") => (HttpRequestMethod, 1),
        (b"host", b"http") => (UrlDomain, 1),
        (b"uri", b"http") => (UrlOriginal, 1),
        (b"user_agent", b"http") => (UserAgentOriginal, 1),
        (b"status_code", b"http") => (HttpResponseStatusCode, 1),
        (b"query", b"dns") => (DnsQuestionName, 1),
        (b"qtype_name", b"dns") => (DnsQuestionType, 1),
        (b"server_name", b"ssl") => (DestinationDomain, 1),
        // A name such as `host` or `version` is another thing in each of the other logs.
        (b"src" | b"dst", b"notice" | b"signatures") => return None,
        _ => return Some(Target::Pair),
    };
    field(column, rank)
}

/// A column of a VPC flow log (`flow-log-records.html` in the user guide). The packet's own
/// addresses count where the interface's are not there.
pub fn vpc(name: &[u8]) -> Option<Target> {
    match name {
        b"srcaddr" => field(SourceIp, 1),
        b"dstaddr" => field(DestinationIp, 1),
        b"pkt-srcaddr" => field(SourceIp, 2),
        b"pkt-dstaddr" => field(DestinationIp, 2),
        b"protocol" => Some(Target::Transport),
        b"start" => Some(Target::Time),
        b"action" => field(EventAction, 1),
        b"bytes" => field(NetworkBytes, 1),
        b"packets" => field(NetworkPackets, 1),
        b"flow-direction" => field(NetworkDirection, 1),
        _ => None,
    }
}

fn field(field: Field, rank: u16) -> Option<Target> {
    Some(Target::Alias(Meaning { field, rank }))
}

/// What `kind` calls its records.
pub fn format(kind: Kind) -> &'static str {
    match kind {
        Kind::W3c => "w3c",
        Kind::Zeek => "zeek",
        Kind::Csv => "csv",
        Kind::Vpc => "vpc_flow",
    }
}
