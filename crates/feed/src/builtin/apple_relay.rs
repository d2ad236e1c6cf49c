//! `builtin:apple-relay`: large blocks that iCloud Private Relay uses whole.
//!
//! The relay's partners give it parts of their networks; a block is listed here only if Apple's own
//! list covers every address of it, so none of their other customers is labelled.

use super::{Block, Builtin};

/// Apple's list, as aggregated in August 2026: <https://mask-api.icloud.com/egress-ip-ranges.csv>.
pub(super) const FEED: Builtin = Builtin {
    name: "apple-relay",
    note: "large blocks that the relay uses whole; Apple's egress-ip-ranges.csv is the real thing",
    blocks: BLOCKS,
};

#[rustfmt::skip]
const BLOCKS: &[Block] = &[
    Block {
        source: "ARIN 2606:54c0::/32, Cloudflare; whole in Apple's list, August 2026",
        prefixes: &[
            "2606:54c0::/35", "2606:54c0:2800::/37", "2606:54c0:3000::/36",
            "2606:54c0:4800::/37", "2606:54c0:5800::/37", "2606:54c0:6000::/35",
            "2606:54c0:8000::/34", "2606:54c0:c000::/36",
        ],
    },
    Block {
        source: "RIPE 2a09:bac2::/32, Cloudflare; whole in Apple's list, August 2026",
        prefixes: &[
            "2a09:bac2::/35", "2a09:bac2:2800::/37", "2a09:bac2:3000::/36",
            "2a09:bac2:4800::/37", "2a09:bac2:5800::/37", "2a09:bac2:6000::/35",
            "2a09:bac2:8000::/34", "2a09:bac2:c000::/36",
        ],
    },
    Block {
        source: "RIPE 2a09:bac3::/32, Cloudflare; whole in Apple's list, August 2026",
        prefixes: &[
            "2a09:bac3::/35", "2a09:bac3:2800::/37", "2a09:bac3:3000::/36",
            "2a09:bac3:4800::/37", "2a09:bac3:5800::/37", "2a09:bac3:6000::/35",
            "2a09:bac3:8000::/34", "2a09:bac3:c000::/36",
        ],
    },
    Block {
        source: "ARIN 172.224.0.0/12, Akamai; whole in Apple's list, August 2026",
        prefixes: &[
            "172.225.18.0/23", "172.225.30.0/23", "172.225.32.0/23", "172.225.40.0/23",
            "172.225.54.0/23", "172.225.58.0/23", "172.225.64.0/23", "172.225.70.0/23",
            "172.225.76.0/22", "172.225.90.0/23", "172.225.98.0/23", "172.225.112.0/23",
            "172.225.120.0/23", "172.225.126.0/23", "172.225.188.0/23", "172.225.202.0/23",
            "172.225.220.0/23", "172.225.226.0/23", "172.225.236.0/23", "172.225.248.0/22",
            "172.226.8.0/22", "172.226.30.0/23", "172.226.68.0/23", "172.226.174.0/23",
            "172.226.188.0/22",
        ],
    },
    Block {
        source: "ARIN and RIPE 140.248.0.0/16, 146.75.0.0/16, Fastly; whole in Apple's list, August 2026",
        prefixes: &[
            "140.248.0.0/23", "140.248.4.0/23", "140.248.12.0/23", "146.75.128.0/23",
            "146.75.134.0/23", "146.75.148.0/23", "146.75.222.0/23", "146.75.232.0/23",
            "146.75.236.0/23", "146.75.244.0/23", "146.75.248.0/23", "146.75.252.0/23",
        ],
    },
];
