//! The straight path in memory, beside a copy of the same bytes: locate, label, splice.
//!
//! `cargo bench --bench pipeline` prints bytes a second; an event is about 1.6 KB.

#[path = "peers/src/generate.rs"]
#[allow(dead_code, missing_docs, unreachable_pub)]
mod generate;

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use generate::{Generator, Mix};
use knownet_enrich::{Labels, Tag};
use knownet_flow::{Event, Format, Heading, Output, Path, Stage, Steps, Work, splice};
use knownet_format::json::{Json, Options};
use knownet_label::{Prefix, Table, TableBuilder};

const BYTES: usize = 100 << 20;
const CHUNK: usize = 256 << 10;

const ONE: (&[&str], &[&str]) = (&["winlog.event_data.DestinationIp"], &["IPDestination"]);
const USUAL: (&[&str], &[&str]) = (
    &[
        "destination.ip",
        "winlog.event_data.DestinationIp",
        "event_data.DestinationIp",
        "DestinationIp",
        "source.ip",
        "winlog.event_data.SourceIp",
        "event_data.SourceIp",
        "SourceIp",
    ],
    &["IPDestination", "IPSource"],
);

/// Whole events, in chunks as a source hands them over.
fn chunks(mix: Mix) -> Vec<Vec<u8>> {
    let mut generator = Generator::new(1, mix);
    let mut chunks = vec![Vec::new()];
    let mut total = 0;
    while total < BYTES {
        let last = chunks.len() - 1;
        let before = chunks[last].len();
        generator.event(&mut chunks[last]);
        total += chunks[last].len() - before;
        if chunks[last].len() > CHUNK {
            chunks.push(Vec::new());
        }
    }
    chunks
}

fn table() -> Arc<Table> {
    let mut table = TableBuilder::new();
    let feed = table.feed("bench");
    let networks = [
        (
            "Microsoft",
            ["13.64.0.0/11", "40.64.0.0/10", "52.96.0.0/12"],
        ),
        ("Private", ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]),
    ];
    for (name, prefixes) in networks {
        let label = table.label(name, false);
        for prefix in prefixes {
            table.insert(
                label,
                feed,
                Prefix::parse(prefix.as_bytes()).unwrap().prefix,
                &[],
            );
        }
    }
    Arc::new(table.build())
}

/// Sends everything to one sink.
struct All;

impl Stage for All {
    fn apply(&mut self, _: &[u8], work: &mut Work, _: &mut dyn Format) {
        work.events
            .iter_mut()
            .for_each(|event: &mut Event| event.sinks = 1);
    }
}

fn json((fields, targets): (&[&str], &[&str]), portable: bool) -> Json {
    let paths = |names: &[&str]| -> Vec<Path> {
        names
            .iter()
            .map(|name| Path::parse(name).unwrap())
            .collect()
    };
    let options = Options {
        portable,
        ..Options::default()
    };
    Json::new(&paths(fields), &paths(targets), options)
}

fn steps(names: (&[&str], &[&str]), portable: bool) -> Steps {
    let format = Box::new(json(names, portable));
    let per_tag = names.0.len() / names.1.len();
    let tag = |index: usize| Tag {
        from: (index * per_tag..(index + 1) * per_tag)
            .map(|field| field as u16)
            .collect(),
        into: index as u16,
        all: None,
    };
    let labels = Labels::new(table(), (0..names.1.len()).map(tag).collect());
    Steps::new(None, format, vec![Box::new(labels), Box::new(All)])
}

fn bench(c: &mut Criterion) {
    for (mix, chunks) in [
        ("network", chunks(Mix::Network)),
        ("rare", chunks(Mix::Rare)),
    ] {
        let total: usize = chunks.iter().map(Vec::len).sum();
        let mut group = c.benchmark_group(mix);
        group
            .throughput(Throughput::Bytes(total as u64))
            .sample_size(10);

        let mut copy: Vec<u8> = vec![1; total];
        group.bench_function("memcpy", |b| {
            b.iter(|| {
                let mut at = 0;
                for chunk in &chunks {
                    copy[at..at + chunk.len()].copy_from_slice(black_box(chunk));
                    at += chunk.len();
                }
                black_box(&copy);
            })
        });
        for (name, names, portable) in [
            ("one path", ONE, false),
            ("usual paths", USUAL, false),
            ("one path, portable", ONE, true),
        ] {
            let mut format = json(names, portable);
            let mut work = Work::default();
            group.bench_function(format!("locate {name}"), |b| {
                b.iter(|| {
                    for chunk in &chunks {
                        work.clear();
                        format.scan(black_box(chunk), &mut work);
                    }
                })
            });
            let mut steps = steps(names, portable);
            let mut output = Output::default();
            if !portable {
                let mut done: Vec<(&[u8], Work)> = Vec::new();
                for chunk in chunks.iter().take(16) {
                    done.push((chunk, Work::default()));
                    steps.run(chunk, &Heading::None, &mut done.last_mut().unwrap().1);
                }
                let bytes: usize = done.iter().map(|(chunk, _)| chunk.len()).sum();
                group.throughput(Throughput::Bytes(bytes as u64));
                group.bench_function(format!("splice {name}"), |b| {
                    b.iter(|| {
                        for (chunk, work) in &done {
                            output.clear(1 << 20);
                            splice(black_box(chunk), work, &mut output);
                        }
                    })
                });
                group.throughput(Throughput::Bytes(total as u64));
            }
            group.bench_function(format!("whole {name}"), |b| {
                b.iter(|| {
                    for chunk in &chunks {
                        work.clear();
                        output.clear(1 << 20);
                        steps.run(black_box(chunk), &Heading::None, &mut work);
                        splice(chunk, &work, &mut output);
                        black_box(output.events(0).len());
                    }
                })
            });
        }
        group.finish();
    }
}

criterion_group!(benches, bench);
criterion_main!(benches);
