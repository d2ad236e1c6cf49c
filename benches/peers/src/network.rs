//! Makes lists of labelled networks: `prefix,label` a line, IPv4, every prefix once.
//!
//! The first six are the three Microsoft and the three private ones. Longer lists add prefixes inside
//! the owners' blocks and elsewhere, nested ones among them, so that the longest prefix decides.

use std::collections::HashSet;
use std::io::{self, Write};

use crate::generate::address::{OWNERS, within};
use crate::generate::random::Random;

const ELSEWHERE: &[&str] = &[
    "Partners",
    "Hosting",
    "Threat list",
    "Telecoms",
    "Universities",
];

/// Writes `count` networks to `out`; the same `count` gives the same list.
pub fn write(count: usize, out: &mut impl Write) -> io::Result<()> {
    let mut random = Random::new(0x006b_6e6f_776e_6574);
    let mut seen = HashSet::new();
    for &(owner, base, length) in OWNERS {
        if seen.len() < count && seen.insert((u32::from_be_bytes(base), length)) {
            let [a, b, c, d] = base;
            writeln!(out, "{a}.{b}.{c}.{d}/{length},{owner}")?;
        }
    }
    while seen.len() < count {
        let (label, base, length) = next(&mut random);
        let network = base & (u32::MAX << (32 - length));
        if seen.insert((network, length)) {
            writeln!(
                out,
                "{}/{length},{label}",
                std::net::Ipv4Addr::from(network)
            )?;
        }
    }
    Ok(())
}

fn next(random: &mut Random) -> (&'static str, u32, u8) {
    let length = match random.below(100) {
        0..55 => 24,
        55..78 => 20 + random.below(4) as u8,
        78..90 => 16 + random.below(4) as u8,
        _ => 25 + random.below(8) as u8,
    };
    if random.one_in(3) {
        let label = *random.pick(ELSEWHERE);
        let first = 1 + random.below(222) as u32;
        return (label, (first << 24) | (random.bits() as u32 >> 8), length);
    }
    let &(owner, base, outer) = random.pick(OWNERS);
    let label = match owner {
        "Private" => *random.pick(&["Head office", "Data centre", "Private"]),
        owner => owner,
    };
    (
        label,
        u32::from(within(random, base, outer)),
        length.max(outer + 1),
    )
}
