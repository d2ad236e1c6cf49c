//! The words that names of addresses and ports are made of.

use super::{Proof, Role};

/// Names that prove nothing alone.
pub const ACTOR: &[&str] = &["ipaddress", "ipaddr", "ipport"];

/// Names that mean another thing without a separator: `s-ip` and `s-port` are the server's.
pub const PLAIN: &[(&str, Role, Proof)] = &[
    ("sip", Role::SourceIp, Proof::Twin),
    ("sport", Role::SourcePort, Proof::Name),
];

/// Ends of names that too many members have which are nothing: these names are found where a whole
/// record is walked, but not worth a look at each such member of every record.
pub const RARE: &[&[u8; 2]] = &[b"ce", b"id", b"on", b"te"];

/// The words for one end of a connection, most telling ones first, beside how far they prove it.
pub const SOURCE: &[(&str, Proof)] = &[
    ("src", Proof::Name),
    ("source", Proof::Name),
    ("srcendpoint", Proof::Name),
    ("sourceendpoint", Proof::Name),
    ("initiator", Proof::Name),
    ("originator", Proof::Name),
    ("attacker", Proof::Name),
    ("client", Proof::Name),
    ("caller", Proof::Name),
    ("requester", Proof::Name),
    ("requestor", Proof::Name),
    ("actor", Proof::Name),
    ("sender", Proof::Name),
    ("user", Proof::Name),
];

/// The same for the other end.
pub const DESTINATION: &[(&str, Proof)] = &[
    ("dst", Proof::Name),
    ("dest", Proof::Name),
    ("destination", Proof::Name),
    ("dstendpoint", Proof::Name),
    ("destinationendpoint", Proof::Name),
    ("responder", Proof::Name),
    ("server", Proof::Twin),
];

/// Words for an end whose role the direction gives.
pub const LOCAL: &[&str] = &["local", "actionlocal", "localipdetails", "localportdetails"];
/// The same for the other end.
pub const REMOTE: &[&str] = &[
    "remote",
    "actionremote",
    "remoteipdetails",
    "remoteportdetails",
];

/// What an address is called behind such a word.
pub const ADDRESS: &[&str] = &[
    "ip",
    "ipaddress",
    "address",
    "addr",
    "ipaddr",
    "ipv4",
    "ipv6",
    "ip4",
    "ip6",
    "ipv4address",
    "ipv6address",
    "ipaddressv4",
    "ipaddressv6",
    "addressip4",
    "addressip6",
    "ips",
    "host",
];

/// What a port is called.
pub const PORT: &[&str] = &["port", "portnumber"];
