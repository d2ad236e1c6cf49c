//! Sums over sets of prefixes: how much a feed covers, what two share, what changed.
//!
//! Guarantees: nested and repeated prefixes count once; answers are exact and the same whatever
//! the order of the prefixes. The sets merge neighbours, so they never answer lookups.

use crate::addr::Addr;
use crate::prefix::Prefix;
use ipnet::{Ipv4Net, Ipv6Net};
use iprange::IpRange;

/// The addresses that some prefixes cover.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Set {
    v4: IpRange<Ipv4Net>,
    v6: IpRange<Ipv6Net>,
}

/// How many addresses a set holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    /// IPv4 addresses, at most 2^32.
    pub v4: u64,
    /// IPv6 addresses; all of IPv6 (2^128) counts as 2^128 - 1.
    pub v6: u128,
}

impl Coverage {
    /// The v6 part in networks of 64 bits, begun ones included: one customer's network each.
    pub fn v6_networks(&self) -> u64 {
        u64::try_from(self.v6.div_ceil(1 << 64)).unwrap_or(u64::MAX)
    }

    /// Whether there is no address at all.
    pub fn is_empty(&self) -> bool {
        *self == Coverage::default()
    }
}

/// What one version of a set has that the other lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Only in the newer one.
    pub added: Set,
    /// Only in the older one.
    pub removed: Set,
}

impl Set {
    /// How many addresses are covered.
    pub fn coverage(&self) -> Coverage {
        let v4 = self
            .v4
            .iter()
            .map(|net| 1u64 << (32 - net.prefix_len()))
            .sum();
        let v6 = self.v6.iter().fold(0u128, |sum, net| {
            let count = 1u128
                .checked_shl((128 - net.prefix_len()).into())
                .unwrap_or(u128::MAX);
            sum.saturating_add(count)
        });
        Coverage { v4, v6 }
    }

    /// The addresses that both cover.
    pub fn overlap(&self, other: &Set) -> Set {
        Set {
            v4: self.v4.intersect(&other.v4),
            v6: self.v6.intersect(&other.v6),
        }
    }

    /// What changed from `older` to this one.
    pub fn since(&self, older: &Set) -> Difference {
        Difference {
            added: self.without(older),
            removed: older.without(self),
        }
    }

    /// The addresses that `other` does not cover.
    pub fn without(&self, other: &Set) -> Set {
        Set {
            v4: self.v4.exclude(&other.v4),
            v6: self.v6.exclude(&other.v6),
        }
    }

    /// Whether every address of the prefix is covered.
    pub fn covers(&self, prefix: Prefix) -> bool {
        match (v4_net(prefix), v6_net(prefix)) {
            (Some(net), _) => self.v4.contains(&net),
            (_, Some(net)) => self.v6.contains(&net),
            _ => false,
        }
    }

    /// The fewest prefixes that hold exactly this set, v4 first, in order.
    pub fn prefixes(&self) -> Vec<Prefix> {
        let v4 = self
            .v4
            .iter()
            .map(|net| (Addr::from(net.network()), net.prefix_len()));
        let v6 = self
            .v6
            .iter()
            .map(|net| (Addr::V6(net.network().to_bits()), net.prefix_len()));
        let mut all: Vec<Prefix> = v4
            .chain(v6)
            .filter_map(|(addr, len)| Prefix::new(addr, len))
            .collect();
        all.sort_unstable();
        all
    }
}

impl FromIterator<Prefix> for Set {
    fn from_iter<I: IntoIterator<Item = Prefix>>(prefixes: I) -> Set {
        let mut set = Set::default();
        for prefix in prefixes {
            match (v4_net(prefix), v6_net(prefix)) {
                (Some(net), _) => drop(set.v4.add(net)),
                (_, Some(net)) => drop(set.v6.add(net)),
                _ => {}
            }
        }
        set.v4.simplify();
        set.v6.simplify();
        set
    }
}

fn v4_net(prefix: Prefix) -> Option<Ipv4Net> {
    match prefix.addr() {
        Addr::V4(bits) => Ipv4Net::new(bits.into(), prefix.len()).ok(),
        Addr::V6(_) => None,
    }
}

fn v6_net(prefix: Prefix) -> Option<Ipv6Net> {
    match prefix.addr() {
        Addr::V6(bits) => Ipv6Net::new(bits.into(), prefix.len()).ok(),
        Addr::V4(_) => None,
    }
}
