//! `builtin:special`: blocks that IANA sets aside, other than private ones.
//!
//! `::ffff:0:0/96` is not among them although the registry lists it: it is all of IPv4 here.

use super::{Block, Builtin};

pub(super) const FEED: Builtin = Builtin {
    name: "special",
    note: "special-purpose blocks but the private ones; the IANA registries are the real thing",
    blocks: &[
        Block {
            source: "IANA IPv4 Special-Purpose Address Registry (RFC 6890), read in July 2026",
            prefixes: &[
                "0.0.0.0/8",
                "0.0.0.0/32",
                "192.0.0.0/24",
                "192.0.0.0/29",
                "192.0.0.8/32",
                "192.0.0.9/32",
                "192.0.0.10/32",
                "192.0.0.170/32",
                "192.0.0.171/32",
                "192.0.2.0/24",
                "192.31.196.0/24",
                "192.52.193.0/24",
                "192.88.99.0/24",
                "192.88.99.2/32",
                "192.175.48.0/24",
                "198.18.0.0/15",
                "198.51.100.0/24",
                "203.0.113.0/24",
                "240.0.0.0/4",
                "255.255.255.255/32",
            ],
        },
        Block {
            source: "IANA IPv6 Special-Purpose Address Registry (RFC 6890), read in July 2026",
            prefixes: &[
                "::/128",
                "64:ff9b::/96",
                "64:ff9b:1::/48",
                "100::/64",
                "100:0:0:1::/64",
                "2001::/23",
                "2001::/32",
                "2001:1::1/128",
                "2001:1::2/128",
                "2001:1::3/128",
                "2001:2::/48",
                "2001:3::/32",
                "2001:4:112::/48",
                "2001:10::/28",
                "2001:20::/28",
                "2001:30::/28",
                "2001:db8::/32",
                "2002::/16",
                "2620:4f:8000::/48",
                "3fff::/20",
                "5f00::/16",
            ],
        },
    ],
};
