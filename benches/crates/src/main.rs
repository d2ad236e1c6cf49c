//! Prints knownet's label table and crates for longest-prefix match side by side, as Markdown.
//!
//! `cargo run --release --manifest-path benches/crates/Cargo.toml [-- N]`; `--features poptrie` adds
//! that crate, whose build takes seconds. Each figure is the median of N runs (9). Every structure
//! holds the same prefixes and its answers are compared first. `iprange` answers membership only.

mod data;

use ip_network_table_deps_treebitmap::IpLookupTable;
use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use knownet_label::{Addr, Prefix, TableBuilder};
use prefix_trie::PrefixMap;
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Instant;

/// Counts live heap bytes, so that all structures are measured alike.
struct Counted;
static LIVE: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged; only a counter is kept beside it.
unsafe impl GlobalAlloc for Counted {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        LIVE.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        LIVE.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counted = Counted;

const QUERIES: usize = 1 << 20;

/// Prefixes and what to ask of them.
struct Case {
    prefixes: Vec<Prefix>,
    uniform: Vec<Addr>,
    zipf: Vec<Addr>,
    runs: usize,
    /// The number of the prefix that each uniform address must be answered with.
    expected: Vec<u32>,
}

impl Case {
    fn new(title: &str, prefixes: Vec<Prefix>, runs: usize) -> Case {
        println!("\n| {title} | ns uniform | ns zipf | MB | build ms |\n|---|---|---|---|---|");
        let uniform = data::uniform(&prefixes, QUERIES, 3);
        let zipf = data::zipf(&prefixes, QUERIES, 4);
        Case {
            prefixes,
            uniform,
            zipf,
            runs,
            expected: Vec::new(),
        }
    }

    /// One row of the table; answers count from 1, 0 is none.
    fn row<T>(
        &mut self,
        name: &str,
        build: impl Fn(&[Prefix]) -> T,
        ask: impl Fn(&T, Addr) -> u32,
    ) {
        let before = LIVE.load(Relaxed);
        let table = build(&self.prefixes);
        let bytes = LIVE.load(Relaxed) - before;
        let answers: Vec<u32> = self.uniform.iter().map(|&addr| ask(&table, addr)).collect();
        if self.expected.is_empty() {
            self.expected = answers;
        } else if answers.iter().all(|&answer| answer == u32::MAX) {
            // Membership only.
        } else {
            assert!(answers == self.expected, "{name} answers differently");
        }
        let ns = [&self.uniform, &self.zipf].map(|queries| {
            let pass = || {
                let sum = queries
                    .iter()
                    .fold(0u32, |sum, &addr| sum.wrapping_add(ask(&table, addr)));
                black_box(sum);
            };
            median(self.runs, pass) / queries.len() as f64 * 1e9
        });
        drop(table);
        let built = median(self.runs.min(3), || drop(black_box(build(&self.prefixes))));
        let (mb, ms) = (bytes as f64 / 1e6, built * 1e3);
        println!(
            "| {name} | {:.1} | {:.1} | {mb:.1} | {ms:.0} |",
            ns[0], ns[1]
        );
    }
}

/// Seconds that `pass` takes, the median of so many runs after one to warm up.
fn median(runs: usize, pass: impl Fn()) -> f64 {
    pass();
    let mut seconds: Vec<f64> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            pass();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    seconds[runs / 2]
}

fn v4(addr: Addr) -> u32 {
    match addr {
        Addr::V4(bits) => bits,
        Addr::V6(_) => unreachable!("this case has v4 only"),
    }
}

fn v6(addr: Addr) -> u128 {
    match addr {
        Addr::V6(bits) => bits,
        Addr::V4(_) => unreachable!("this case has v6 only"),
    }
}

fn numbered(prefixes: &[Prefix]) -> impl Iterator<Item = (Prefix, IpNet, u32)> {
    prefixes.iter().zip(1..).map(|(&prefix, number)| {
        let net = IpNet::new(IpAddr::from(prefix.addr()), prefix.len()).unwrap();
        (prefix, net, number)
    })
}

fn nets4(prefixes: &[Prefix]) -> impl Iterator<Item = (Ipv4Net, u32)> {
    numbered(prefixes).filter_map(|(_, net, number)| match net {
        IpNet::V4(net) => Some((net, number)),
        IpNet::V6(_) => None,
    })
}

fn nets6(prefixes: &[Prefix]) -> impl Iterator<Item = (Ipv6Net, u32)> {
    numbered(prefixes).filter_map(|(_, net, number)| match net {
        IpNet::V6(net) => Some((net, number)),
        IpNet::V4(_) => None,
    })
}

fn ours(prefixes: &[Prefix]) -> knownet_label::Table {
    let mut builder = TableBuilder::new();
    let (label, feed) = (builder.label("label", false), builder.feed("feed"));
    // Sorted and distinct, so that an entry's number is the prefix's.
    for &prefix in prefixes {
        builder.insert(label, feed, prefix, &[]);
    }
    builder.build()
}

fn main() {
    let runs = std::env::args()
        .nth(1)
        .map_or(9, |runs| runs.parse().expect("a number of runs"));

    let mut case = Case::new("60 k v4", data::v4(60_000, 1), runs);
    case.row("knownet-label", ours, |table, addr| table.lookup(addr));
    case.row(
        "prefix-trie 0.10",
        |prefixes| nets4(prefixes).collect::<PrefixMap<Ipv4Net, u32>>(),
        |map, addr| {
            let host = Ipv4Net::new(v4(addr).into(), 32).unwrap();
            map.get_lpm(&host).map_or(0, |(_, &number)| number)
        },
    );
    case.row(
        "treebitmap 0.5",
        |prefixes| {
            let mut map = IpLookupTable::<Ipv4Addr, u32>::new();
            nets4(prefixes).for_each(|(net, number)| {
                map.insert(net.network(), net.prefix_len().into(), number);
            });
            map
        },
        |map, addr| {
            map.longest_match(v4(addr).into())
                .map_or(0, |(_, _, &number)| number)
        },
    );
    #[cfg(feature = "poptrie")]
    case.row(
        "poptrie 0.2",
        |prefixes| {
            let mut map = poptrie::Poptrie::<Ipv4Net, u32>::new();
            nets4(prefixes).for_each(|(net, number)| {
                map.insert(net, number);
            });
            map
        },
        |map, addr| map.lookup(Ipv4Addr::from(v4(addr))).copied().unwrap_or(0),
    );
    case.row(
        "iprange 0.6 (membership)",
        |prefixes| {
            let mut set = nets4(prefixes)
                .map(|(net, _)| net)
                .collect::<iprange::IpRange<Ipv4Net>>();
            set.simplify();
            set
        },
        |set, addr| {
            if set.contains(&Ipv4Addr::from(v4(addr))) {
                u32::MAX
            } else {
                0
            }
        },
    );

    let mut case = Case::new("250 k v6", data::v6(250_000, 2), runs);
    case.row("knownet-label", ours, |table, addr| table.lookup(addr));
    case.row(
        "prefix-trie 0.10",
        |prefixes| nets6(prefixes).collect::<PrefixMap<Ipv6Net, u32>>(),
        |map, addr| {
            let host = Ipv6Net::new(v6(addr).into(), 128).unwrap();
            map.get_lpm(&host).map_or(0, |(_, &number)| number)
        },
    );
    case.row(
        "treebitmap 0.5",
        |prefixes| {
            let mut map = IpLookupTable::<Ipv6Addr, u32>::new();
            nets6(prefixes).for_each(|(net, number)| {
                map.insert(net.network(), net.prefix_len().into(), number);
            });
            map
        },
        |map, addr| {
            map.longest_match(v6(addr).into())
                .map_or(0, |(_, _, &number)| number)
        },
    );
    case.row(
        "iprange 0.6 (membership)",
        |prefixes| {
            let mut set = nets6(prefixes)
                .map(|(net, _)| net)
                .collect::<iprange::IpRange<Ipv6Net>>();
            set.simplify();
            set
        },
        |set, addr| {
            if set.contains(&Ipv6Addr::from(v6(addr))) {
                u32::MAX
            } else {
                0
            }
        },
    );
}
