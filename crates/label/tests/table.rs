//! Tables against the gold model.

mod gold;

use gold::{Gold, Random, Row, compare, edges, table};
use knownet_label::{Addr, Prefix, TableBuilder};

/// Nested random prefixes of all lengths: some anywhere, most inside or beside an earlier one.
fn rows(random: &mut Random, count: usize, v6: bool, labels: u64) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for _ in 0..count {
        let label = random.below(labels) as u16;
        let near = match rows.len() as u64 {
            0 => None,
            len => (random.below(4) > 0).then(|| rows[random.below(len) as usize].1),
        };
        if random.below(12) == 0
            && let Some(near) = near
        {
            rows.push((label, near));
            continue;
        }
        let prefix = if v6 {
            let mut bits = random.wide();
            if let Some(Addr::V6(base)) = near.map(|near| near.addr()) {
                bits = base | bits >> random.below(128);
            }
            Prefix::new(Addr::V6(bits), random.below(129) as u8)
        } else {
            let mut bits = random.word() as u32;
            if let Some(Addr::V4(base)) = near.map(|near| near.addr()) {
                bits = base | bits >> random.below(32);
            }
            Prefix::new(Addr::V4(bits), random.below(33) as u8)
        };
        rows.push((label, prefix.unwrap()));
    }
    rows
}

fn hold(seed: u64, count: usize, v6: bool) {
    let mut random = Random(seed);
    let rows = rows(&mut random, count, v6, 8);
    let (table, gold) = (table(&rows), Gold::new(&rows));
    for &(_, prefix) in &rows {
        for addr in edges(prefix) {
            compare(&table, &gold, addr);
        }
    }
    for _ in 0..count.min(2000) {
        let addr = if v6 {
            Addr::from_v6(random.wide() >> random.below(100))
        } else {
            Addr::V4(random.word() as u32)
        };
        compare(&table, &gold, addr);
    }
}

#[test]
fn small_random_tables_agree() {
    for seed in 0..300 {
        for count in [1, 2, 3, 6, 9, 40] {
            hold(seed, count, false);
            hold(seed + 1000, count, true);
        }
    }
}

#[test]
fn large_random_tables_agree() {
    for seed in 0..3 {
        hold(seed, 1500, false);
        hold(seed, 1500, true);
    }
}

#[test]
fn all_hosts_of_a_dense_block_agree() {
    let rows: Vec<Row> = (0..600u32)
        .map(|at| {
            (
                (at % 3) as u16,
                Prefix::host(Addr::V4(0x0a00_0000 + at * 2)),
            )
        })
        .collect();
    let (table, gold) = (table(&rows), Gold::new(&rows));
    for bits in 0x0a00_0000 - 2..0x0a00_0000 + 1300 {
        compare(&table, &gold, Addr::V4(bits));
    }
}

#[test]
fn default_routes_and_hosts_at_the_ends_agree() {
    let texts = [
        "0.0.0.0/0",
        "0.0.0.0/32",
        "255.255.255.255",
        "0.0.0.0/1",
        "128.0.0.0/1",
        "::/0",
        "::/128",
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        "8000::/1",
        "::/1",
        "::ffff:0:0/96",
    ];
    let rows: Vec<Row> = texts
        .iter()
        .map(|text| (0, text.parse().unwrap()))
        .collect();
    let (table, gold) = (table(&rows), Gold::new(&rows));
    for &(_, prefix) in &rows {
        for addr in edges(prefix) {
            compare(&table, &gold, addr);
        }
    }
    assert_eq!(table.len(), 10, "the mapped default is 0.0.0.0/0 once more");
}

#[test]
fn an_empty_table_answers_nothing() {
    let table = TableBuilder::new().build();
    assert_eq!(table.lookup(Addr::V4(1)), 0);
    assert_eq!(table.lookup(Addr::V6(1)), 0);
    assert_eq!(table.chain(0).count(), 0);
    assert!(table.entry(0).is_none() && table.label_of(0).is_none() && !table.carries_threat(0));
    assert!(table.is_empty() && !table.has_threats());
}

#[test]
fn entries_keep_feed_attributes_and_order_of_definition() {
    let mut builder = TableBuilder::new();
    let (first, second) = (builder.label("First", false), builder.label("Second", true));
    let (left, right) = (builder.feed("left"), builder.feed("right"));
    let prefix: Prefix = "192.0.2.0/24".parse().unwrap();
    builder.insert(second, left, prefix, &[]);
    builder.insert(first, right, prefix, &[("country", "DE"), ("city", "Köln")]);
    builder.insert(first, left, prefix, &[("country", "DE")]);
    builder.insert(first, right, prefix, &[("country", "DE"), ("city", "Köln")]);
    builder.insert(
        first,
        left,
        "192.0.0.0/16".parse().unwrap(),
        &[("note", &"x".repeat(5000))],
    );
    assert_eq!(builder.label("First", false), first);
    let table = builder.build();
    let id = table.lookup(Addr::parse(b"192.0.2.9").unwrap());
    let got: Vec<_> = table
        .chain(id)
        .map(|entry| {
            let attributes: Vec<_> = entry.attributes().collect();
            (
                table.label_name(entry.label),
                table.feed_name(entry.feed),
                attributes,
            )
        })
        .collect();
    let long = "x".repeat(5000);
    assert_eq!(
        got,
        [
            ("First", "right", vec![("country", "DE"), ("city", "Köln")]),
            ("First", "left", vec![("country", "DE")]),
            ("Second", "left", vec![]),
            ("First", "left", vec![("note", long.as_str())]),
        ]
    );
    assert!(
        table.carries_threat(id),
        "an equal prefix further on is a threat"
    );
    assert!(!table.carries_threat(table.lookup(Addr::parse(b"192.0.3.1").unwrap())));
    assert_eq!(table.label_id("Second"), Some(1));
    assert_eq!(table.label_id("second"), None);
    assert_eq!((table.label_count(), table.len()), (2, 4));
}

#[test]
fn one_prefix_with_very_many_attributes_is_no_trap() {
    let mut builder = TableBuilder::new();
    let (label, feed) = (builder.label("label", true), builder.feed("feed"));
    let prefix: Prefix = "2001:db8::/32".parse().unwrap();
    for at in 0..100_000 {
        builder.insert(label, feed, prefix, &[("n", &(at % 50_000).to_string())]);
    }
    let table = builder.build();
    assert_eq!(table.len(), 50_000);
    let chain = table.chain(table.lookup(prefix.addr()));
    let values: Vec<usize> = chain
        .map(|entry| entry.attributes().next().unwrap().1.parse().unwrap())
        .collect();
    assert!(values.into_iter().eq(0..50_000));
}

#[test]
fn a_few_prefixes_take_a_few_bytes() {
    let rows: Vec<Row> = [
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "13.104.0.0/14",
        "fe80::/10",
        "fc00::/7",
    ]
    .iter()
    .map(|text| (0, text.parse().unwrap()))
    .collect();
    let table = table(&rows);
    assert!(table.trie_memory() <= 320, "{} bytes", table.trie_memory());
}
