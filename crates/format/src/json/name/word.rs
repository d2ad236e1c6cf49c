//! The words that names of addresses and ports are made of.

use super::{Proof, Role};

/// Names that prove nothing alone.
pub const ACTOR: &[&str] = &["ipaddress", "ipaddr", "ipport"];

/// Names that say a role only in the format that they come from (RADIUS, mail, a firewall's pairs): in
/// JSON they may be a machine's own address, or what the direction has to decide.
pub const ELSEWHERE: &[&str] = &[
    "deviceipaddress",
    "endpointipaddress",
    "framedipaddress",
    "nasipaddress",
    "raddr",
    "remoteaddress",
    "remotehostip",
    "rhost",
    "rport",
    "transport",
];

/// A short name that may be a server's instead: it takes the other end.
pub const SHORT: (&str, Role, Proof) = ("sip", Role::SourceIp, Proof::Twin);

/// Names that mean this only as they are spelled, in W3C's way: the server's. Without the hyphen the
/// letter is the source's.
pub const SPELLED: &[(&str, Role, Proof)] = &[
    ("s-ip", Role::DestinationIp, Proof::Twin),
    ("s-port", Role::DestinationPort, Proof::Twin),
];

/// The ends of builtin names that are worth a look at each member of every record that has them. Names
/// that end otherwise are found where a whole record is walked, and a user's own ones always.
pub const ENDS: &[&[u8; 2]] = &[
    b"_h", b"_p", b"dr", b"er", b"ip", b"p4", b"p6", b"ps", b"pt", b"rc", b"rt", b"ss", b"st",
    b"v4", b"v6",
];

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
