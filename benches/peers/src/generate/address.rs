//! The addresses that events talk to: about 35 % private, 30 % Microsoft's, the rest others'.
//!
//! They come from a fixed pool in which some are popular, because real machines talk to few servers
//! often. About one in fourteen is IPv6. None is an IPv4-mapped one: the peers differ on those.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::random::Random;

/// IPv4 blocks and whom their addresses belong to, roughly as registered. The first six are the
/// short network list.
pub const OWNERS: &[(&str, [u8; 4], u8)] = &[
    ("Microsoft", [13, 64, 0, 0], 11),
    ("Microsoft", [13, 96, 0, 0], 13),
    ("Microsoft", [13, 104, 0, 0], 14),
    ("Private", [10, 0, 0, 0], 8),
    ("Private", [192, 168, 0, 0], 16),
    ("Private", [172, 16, 0, 0], 12),
    ("Microsoft", [20, 33, 0, 0], 16),
    ("Microsoft", [20, 184, 0, 0], 13),
    ("Microsoft", [40, 64, 0, 0], 10),
    ("Microsoft", [52, 96, 0, 0], 12),
    ("Apple Relay", [172, 225, 0, 0], 16),
    ("Amazon", [3, 0, 0, 0], 9),
    ("Amazon", [54, 224, 0, 0], 11),
    ("Google", [142, 250, 0, 0], 15),
    ("Google", [34, 64, 0, 0], 10),
    ("Cloudflare", [104, 16, 0, 0], 13),
    ("Akamai", [23, 32, 0, 0], 11),
    ("Akamai", [184, 24, 0, 0], 13),
    ("Fastly", [151, 101, 0, 0], 16),
    ("Apple", [17, 0, 0, 0], 8),
    ("Oracle", [129, 144, 0, 0], 12),
    ("Meta", [157, 240, 0, 0], 16),
];

const POOL: usize = 20_000;

/// The pools that destinations are drawn from.
pub struct Destinations {
    private: Vec<IpAddr>,
    microsoft: Vec<IpAddr>,
    other: Vec<IpAddr>,
}

impl Destinations {
    /// Pools that the state of `random` determines.
    pub fn new(random: &mut Random) -> Self {
        let mut pool = |make: fn(&mut Random) -> IpAddr| (0..POOL).map(|_| make(random)).collect();
        Destinations {
            private: pool(private),
            microsoft: pool(microsoft),
            other: pool(other),
        }
    }

    /// The next event's destination.
    pub fn pick(&self, random: &mut Random) -> IpAddr {
        let pool = match random.below(100) {
            0..35 => &self.private,
            35..65 => &self.microsoft,
            _ => &self.other,
        };
        pool[random.skewed(POOL as u64) as usize]
    }
}

/// The address as Sysmon writes it, which never shortens an IPv6 one.
pub fn sysmon(address: IpAddr, out: &mut String) {
    use std::fmt::Write;
    match address {
        IpAddr::V4(address) => write!(out, "{address}").expect("memory takes all"),
        IpAddr::V6(address) => {
            for (index, group) in address.segments().iter().enumerate() {
                let colon = if index == 0 { "" } else { ":" };
                write!(out, "{colon}{group:x}").expect("memory takes all");
            }
        }
    }
}

/// A random address of the block `base/length`.
pub fn within(random: &mut Random, base: [u8; 4], length: u8) -> Ipv4Addr {
    let host = random.bits() as u32 & u32::MAX.checked_shr(u32::from(length)).unwrap_or(0);
    Ipv4Addr::from(u32::from_be_bytes(base) | host)
}

fn owned(random: &mut Random, wanted: impl Fn(&str) -> bool) -> IpAddr {
    loop {
        let &(owner, base, length) = random.pick(OWNERS);
        if wanted(owner) {
            return within(random, base, length).into();
        }
    }
}

fn v6(random: &mut Random, blocks: &[u128]) -> IpAddr {
    let block = *random.pick(blocks) << 96;
    let host = if random.one_in(2) {
        random.below(1 << 12)
    } else {
        random.bits()
    };
    let subnet = u128::from(random.below(1 << 16)) << 64;
    Ipv6Addr::from(block | subnet | u128::from(host)).into()
}

fn private(random: &mut Random) -> IpAddr {
    if random.one_in(25) {
        return v6(random, &[0xfd3c_5e9a]);
    }
    match random.below(100) {
        0..60 => within(random, [10, 0, 0, 0], 8).into(),
        60..85 => within(random, [192, 168, 0, 0], 16).into(),
        _ => within(random, [172, 16, 0, 0], 12).into(),
    }
}

fn microsoft(random: &mut Random) -> IpAddr {
    if random.one_in(10) {
        return v6(random, &[0x2603_1036, 0x2603_1046, 0x2620_01ec]);
    }
    if random.one_in(2) {
        let &(_, base, length) = random.pick(&OWNERS[..3]);
        return within(random, base, length).into();
    }
    owned(random, |owner| owner == "Microsoft")
}

fn other(random: &mut Random) -> IpAddr {
    match random.below(12) {
        0 => v6(
            random,
            &[0x2606_4700, 0x2a00_1450, 0x2a09_bac2, 0x2600_1f18],
        ),
        1..7 => owned(random, |owner| owner != "Microsoft" && owner != "Private"),
        _ => loop {
            let address = Ipv4Addr::from(random.bits() as u32);
            if (1..224).contains(&address.octets()[0]) && !special(address) {
                return address.into();
            }
        },
    }
}

fn special(address: Ipv4Addr) -> bool {
    address.is_private() || address.is_loopback() || address.is_link_local()
}
