//! netfilter: iptables, nftables, UFW, UniFi.

use super::Spec;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "iptables",
    summary: "netfilter: iptables, nftables, UFW, UniFi",
    example: "",
    read,
};

fn read<'a>(_text: &'a [u8], _record: &mut Record<'a>) -> bool {
    false
}
