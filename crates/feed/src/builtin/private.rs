//! `builtin:private`: addresses that never leave your own networks.

use super::{Block, Builtin};

pub(super) const FEED: Builtin = Builtin {
    name: "private",
    note: "your own networks: RFC 1918, RFC 4193, RFC 6598, loopback and link-local; complete",
    blocks: &[
        Block {
            source: "RFC 1918, February 1996: private internets",
            prefixes: &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"],
        },
        Block {
            source: "RFC 6598, April 2012: shared address space behind carrier-grade NAT",
            prefixes: &["100.64.0.0/10"],
        },
        Block {
            source: "RFC 1122, October 1989; RFC 4291, February 2006: loopback",
            prefixes: &["127.0.0.0/8", "::1/128"],
        },
        Block {
            source: "RFC 3927, May 2005; RFC 4291, February 2006: link-local",
            prefixes: &["169.254.0.0/16", "fe80::/10"],
        },
        Block {
            source: "RFC 4193, October 2005: unique local addresses",
            prefixes: &["fc00::/7"],
        },
    ],
};
