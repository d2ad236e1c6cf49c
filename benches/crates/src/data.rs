//! Prefixes and addresses to measure with, the same on every run.
//!
//! The shape follows what published feeds have in common: a few hundred large allocations that are
//! cut into many nested networks and single hosts, beside a scatter of unrelated networks.

use knownet_label::{Addr, Prefix};
use std::collections::BTreeSet;

/// A small seeded generator (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    pub fn below(&mut self, most: usize) -> usize {
        (self.word() % most as u64) as usize
    }

    fn wide(&mut self) -> u128 {
        u128::from(self.word()) << 64 | u128::from(self.word())
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// So many distinct v4 prefixes.
pub fn v4(count: usize, seed: u64) -> Vec<Prefix> {
    let mut random = Random(seed);
    let blocks: Vec<(u32, u8)> = (0..300)
        .map(|_| {
            (
                (random.word() as u32 & 0x7fff_ffff) + 0x0400_0000,
                random.pick(&[12, 14, 15, 16, 16, 17]),
            )
        })
        .collect();
    let mut found = BTreeSet::new();
    while found.len() < count {
        let bits = random.word() as u32;
        let (addr, len) = match random.below(10) {
            0..7 => {
                let (net, len) = random.pick(&blocks);
                let inside = net & !(u32::MAX >> len) | bits & (u32::MAX >> len);
                (
                    inside,
                    random.pick(&[
                        18, 20, 22, 23, 24, 24, 25, 26, 27, 28, 28, 29, 30, 31, 32, 32,
                    ]),
                )
            }
            7..9 => (bits, random.pick(&[16, 19, 20, 21, 22, 23, 24, 24, 24, 24])),
            _ => (bits, 32),
        };
        found.extend(Prefix::new(Addr::V4(addr), len));
    }
    found.into_iter().collect()
}

/// So many distinct v6 prefixes.
pub fn v6(count: usize, seed: u64) -> Vec<Prefix> {
    let mut random = Random(seed);
    let regions = [
        0x2001u128, 0x2400, 0x2401, 0x2402, 0x2403, 0x2404, 0x2405, 0x2406, 0x2600, 0x2602, 0x2603,
        0x2604, 0x2605, 0x2606, 0x2620, 0x2800, 0x2803, 0x2804, 0x2806, 0x2a00, 0x2a01, 0x2a02,
        0x2a03, 0x2a06, 0x2a09, 0x2a0b, 0x2a0d, 0x2a10, 0x2c0f,
    ];
    let blocks: Vec<(u128, u8)> = (0..count / 12 + 1)
        .map(|_| {
            let bits = random.pick(&regions) << 112 | random.wide() >> 16;
            (bits, random.pick(&[29, 32, 32, 32, 32, 36]))
        })
        .collect();
    let mut found = BTreeSet::new();
    while found.len() < count {
        let (net, len) = random.pick(&blocks);
        let bits = net & !(u128::MAX >> len) | random.wide() & (u128::MAX >> len);
        let len = random.pick(&[
            len, 36, 40, 44, 46, 47, 48, 48, 48, 48, 48, 48, 48, 56, 64, 64, 128,
        ]);
        found.extend(Prefix::new(Addr::V6(bits), len));
    }
    found.into_iter().collect()
}

/// An address in one of the prefixes, evenly among them.
pub fn inside(prefixes: &[Prefix], random: &mut Random) -> Addr {
    let prefix = random.pick(prefixes);
    let len = u32::from(prefix.len());
    match prefix.addr() {
        Addr::V4(bits) => {
            Addr::V4(bits | random.word() as u32 & u32::MAX.checked_shr(len).unwrap_or(0))
        }
        Addr::V6(bits) => Addr::V6(bits | random.wide() & u128::MAX.checked_shr(len).unwrap_or(0)),
    }
}

/// Addresses evenly over the prefixes.
pub fn uniform(prefixes: &[Prefix], count: usize, seed: u64) -> Vec<Addr> {
    let mut random = Random(seed);
    (0..count).map(|_| inside(prefixes, &mut random)).collect()
}

/// Addresses from a pool of 20,000, the n-th most frequent in proportion to 1/n, as traffic has it.
pub fn zipf(prefixes: &[Prefix], count: usize, seed: u64) -> Vec<Addr> {
    const POOL: usize = 20_000;
    let mut random = Random(seed);
    let pool: Vec<Addr> = (0..POOL).map(|_| inside(prefixes, &mut random)).collect();
    (0..count)
        .map(|_| {
            let even = random.word() as f64 / u64::MAX as f64;
            pool[((POOL as f64).powf(even) as usize)
                .saturating_sub(1)
                .min(POOL - 1)]
        })
        .collect()
}
