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
    "rip",
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

/// Whole names that are known in JSON alone. Elsewhere the same word may be a device's own.
pub const OWN: &[(&str, Role, Proof)] = &[
    ("ip", Role::SourceIp, Proof::Actor),
    ("ipaddr", Role::SourceIp, Proof::Actor),
    // Azure activity
    ("claims.ipaddr", Role::SourceIp, Proof::Name),
    // Atlassian
    ("attributes.location.ip", Role::SourceIp, Proof::Name),
    // Dropbox
    (
        "origin.geo_location.ip_address",
        Role::SourceIp,
        Proof::Name,
    ),
    // Airtable
    ("origin.ipAddress", Role::SourceIp, Proof::Name),
    // Miro, Segment
    ("context.ip", Role::SourceIp, Proof::Name),
    // Stripe, Tines
    ("request.ip", Role::SourceIp, Proof::Name),
    ("request.ip_address", Role::SourceIp, Proof::Name),
    // Confluent
    ("clientAddress.ip", Role::SourceIp, Proof::Name),
    // BeyondTrust
    ("who_ip", Role::SourceIp, Proof::Name),
    // CyberArk
    ("stationIp", Role::SourceIp, Proof::Name),
    // Zscaler DNS
    ("clt_sip", Role::SourceIp, Proof::Name),
    ("srv_dip", Role::DestinationIp, Proof::Name),
    ("srv_dport", Role::DestinationPort, Proof::Name),
    // Falco and Sysdig: the client and the server of a descriptor
    ("fd.cip", Role::SourceIp, Proof::Name),
    ("fd.cport", Role::SourcePort, Proof::Name),
    ("fd.sip", Role::DestinationIp, Proof::Twin),
    ("fd.sport", Role::DestinationPort, Proof::Twin),
    // ModSecurity 3 and 2
    ("transaction.host_ip", Role::DestinationIp, Proof::Twin),
    ("transaction.host_port", Role::DestinationPort, Proof::Twin),
    ("transaction.remote_address", Role::SourceIp, Proof::Name),
    ("transaction.remote_port", Role::SourcePort, Proof::Name),
    (
        "transaction.local_address",
        Role::DestinationIp,
        Proof::Twin,
    ),
    ("transaction.local_port", Role::DestinationPort, Proof::Twin),
    // DNS-collector
    ("network.query-ip", Role::SourceIp, Proof::Name),
    ("network.query-port", Role::SourcePort, Proof::Name),
    ("network.response-ip", Role::DestinationIp, Proof::Name),
    ("network.response-port", Role::DestinationPort, Proof::Name),
    // pmacct
    ("port_src", Role::SourcePort, Proof::Name),
    ("port_dst", Role::DestinationPort, Proof::Name),
    // IPFIX with its registry's name
    ("iana:sourceIPv4Address", Role::SourceIp, Proof::Name),
    ("iana:sourceIPv6Address", Role::SourceIp, Proof::Name),
    ("iana:sourceTransportPort", Role::SourcePort, Proof::Name),
    (
        "iana:destinationIPv4Address",
        Role::DestinationIp,
        Proof::Name,
    ),
    (
        "iana:destinationIPv6Address",
        Role::DestinationIp,
        Proof::Name,
    ),
    (
        "iana:destinationTransportPort",
        Role::DestinationPort,
        Proof::Name,
    ),
    // Cloudflare Spectrum
    ("OriginPort", Role::DestinationPort, Proof::Twin),
    // Splunk's common model
    ("dest", Role::DestinationIp, Proof::Name),
    // Cilium Hubble
    ("IP.source", Role::SourceIp, Proof::Name),
    ("IP.destination", Role::DestinationIp, Proof::Name),
    // MongoDB's own log
    ("attr.remote", Role::SourceIp, Proof::Name),
];

/// How a record begins whose layout has names that end otherwise, or lists of names and values: the
/// whole of it is walked. Event logs as JSON, Cilium Hubble, MongoDB.
pub const LAYOUTS: &[&[u8; 8]] = &[b"\"Event\":", b"\"flow\":{", b"\"t\":{\"$d"];

/// What the two members of an entry are called that holds one name and its value. The name may be
/// in an object of attributes.
pub const LABEL: &[&[u8]] = &[b"name", b"key", b"@name"];
/// The same for the value.
pub const VALUE: &[&[u8]] = &[b"value", b"#text", b"content"];
/// The object of attributes.
pub const ATTRIBUTES: &[&[u8]] = &[b"#attributes", b"$", b"@attributes"];

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
    ("cli", Proof::Name),
    ("clientpublic", Proof::Name),
    ("downstreamremote", Proof::Name),
    ("ipsource", Proof::Name),
    ("principal", Proof::Name),
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
    ("srv", Proof::Twin),
    ("downstreamlocal", Proof::Twin),
    ("ipdestination", Proof::Name),
    ("target", Proof::Twin),
    ("victim", Proof::Twin),
];

/// Words for an end whose role the direction gives.
pub const LOCAL: &[&str] = &[
    "local",
    "actionlocal",
    "netconnlocal",
    "localipdetails",
    "localportdetails",
];
/// The same for the other end.
pub const REMOTE: &[&str] = &[
    "remote",
    "actionremote",
    "netconnremote",
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
