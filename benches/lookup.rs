//! Micro-benchmarks of the label table: looking up, compiling, reading addresses.
//!
//! `cargo bench --bench lookup`; lookups and addresses are timed a thousand at a time, so a
//! microsecond in the output is a nanosecond each. `benches/crates` compares with other crates.

#[path = "crates/src/data.rs"]
mod data;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use knownet_label::{Addr, Prefix, Table, TableBuilder};
use std::hint::black_box;
use std::time::Duration;

/// Addresses in a pass; a million in all, so that a pass does not find the last one's cache lines.
const CHUNK: usize = 1000;
const CHUNKS: usize = 1000;

fn builder(prefixes: &[Prefix]) -> TableBuilder {
    let mut builder = TableBuilder::new();
    let (label, feed) = (builder.label("label", false), builder.feed("feed"));
    for &prefix in prefixes {
        builder.insert(label, feed, prefix, &[]);
    }
    builder
}

fn lookup(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("lookup");
    group.throughput(Throughput::Elements(CHUNK as u64));
    let cases = [
        ("6 v4", data::v4(6, 1)),
        ("60 k v4", data::v4(60_000, 1)),
        ("250 k v6", data::v6(250_000, 2)),
    ];
    for (name, prefixes) in &cases {
        let table: Table = builder(prefixes).build();
        let count = CHUNK * CHUNKS;
        let queries = [
            ("uniform", data::uniform(prefixes, count, 3)),
            ("zipf", data::zipf(prefixes, count, 4)),
        ];
        for (shape, addrs) in &queries {
            let mut chunks = addrs.chunks(CHUNK).cycle();
            group.bench_function(format!("{name} {shape}"), |bencher| {
                bencher.iter(|| {
                    let chunk = chunks.next().unwrap_or_default();
                    chunk
                        .iter()
                        .fold(0u32, |sum, &addr| sum.wrapping_add(table.lookup(addr)))
                });
            });
        }
    }
    group.finish();
}

fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.sample_size(10);
    let mut prefixes = data::v6(250_000, 2);
    prefixes.extend(data::v4(50_000, 1));
    group.bench_function("insert 300 k", |bencher| {
        bencher.iter(|| builder(black_box(&prefixes)))
    });
    group.bench_function("build 300 k", |bencher| {
        bencher.iter_batched(
            || builder(&prefixes),
            TableBuilder::build,
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn parse(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    group.throughput(Throughput::Elements(CHUNK as u64));
    for (name, prefixes) in [("v4", data::v4(10_000, 1)), ("v6", data::v6(10_000, 2))] {
        let texts: Vec<String> = data::uniform(&prefixes, CHUNK, 3)
            .iter()
            .map(Addr::to_string)
            .collect();
        group.bench_function(format!("{name} ours"), |bencher| {
            bencher.iter(|| {
                texts
                    .iter()
                    .filter_map(|text| Addr::parse(text.as_bytes()))
                    .count()
            });
        });
        group.bench_function(format!("{name} std"), |bencher| {
            bencher.iter(|| {
                texts
                    .iter()
                    .filter_map(|text| text.parse::<std::net::IpAddr>().ok())
                    .count()
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2));
    targets = lookup, compile, parse
}
criterion_main!(benches);
