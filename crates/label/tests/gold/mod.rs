//! The reference that every table is held against: a sorted list and a linear scan.

#![allow(dead_code)]

use knownet_label::{Addr, LabelId, Prefix, Table, TableBuilder};

/// A row as it was inserted.
pub type Row = (LabelId, Prefix);

/// What a table must answer, found by looking at every row.
pub struct Gold(Vec<Row>);

impl Gold {
    pub fn new(rows: &[Row]) -> Gold {
        let mut rows = rows.to_vec();
        // Longest first; the sort is stable, so that equal prefixes stay in order of definition.
        rows.sort_by_key(|&(label, prefix)| (std::cmp::Reverse(prefix.len()), label));
        rows.dedup();
        Gold(rows)
    }

    pub fn chain(&self, addr: Addr) -> Vec<Row> {
        let mut found: Vec<Row> = self
            .0
            .iter()
            .copied()
            .filter(|(_, prefix)| prefix.contains(addr))
            .collect();
        found.dedup();
        found
    }
}

/// A table of these rows, in one feed and without attributes.
pub fn table(rows: &[Row]) -> Table {
    let mut builder = TableBuilder::new();
    let labels = rows.iter().map(|row| row.0 + 1).max().unwrap_or(0);
    for label in 0..labels {
        assert_eq!(
            builder.label(&format!("label {label}"), label % 5 == 4),
            label
        );
    }
    let feed = builder.feed("feed");
    for &(label, prefix) in rows {
        builder.insert(label, feed, prefix, &[]);
    }
    builder.build()
}

/// Compares all that both say of an address.
pub fn compare(table: &Table, gold: &Gold, addr: Addr) {
    let expected = gold.chain(addr);
    let id = table.lookup(addr);
    let got: Vec<Row> = table
        .chain(id)
        .map(|entry| (entry.label, entry.prefix))
        .collect();
    assert_eq!(got, expected, "{addr}");
    assert_eq!(
        table.label_of(id),
        expected.first().map(|row| row.0),
        "{addr}"
    );
    let threat = expected.iter().any(|&(label, _)| table.is_threat(label));
    assert_eq!(table.carries_threat(id), threat, "{addr}");
}

/// First and last address of a prefix, and their neighbours outside.
pub fn edges(prefix: Prefix) -> Vec<Addr> {
    match (prefix.addr(), prefix.last()) {
        (Addr::V4(first), Addr::V4(last)) => {
            [first, first.wrapping_sub(1), last, last.wrapping_add(1)]
                .map(Addr::V4)
                .to_vec()
        }
        (Addr::V6(first), Addr::V6(last)) => {
            let all = [first, first.wrapping_sub(1), last, last.wrapping_add(1)];
            // Mapped addresses are v4 ones and never asked of the v6 trie.
            all.into_iter()
                .filter(|bits| bits >> 32 != 0xffff)
                .map(Addr::V6)
                .collect()
        }
        _ => unreachable!("a prefix is of one family"),
    }
}

/// A small seeded generator (splitmix64), so that failures repeat.
pub struct Random(pub u64);

impl Random {
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ word >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ word >> 31
    }

    pub fn below(&mut self, most: u64) -> u64 {
        self.word() % most
    }

    pub fn wide(&mut self) -> u128 {
        u128::from(self.word()) << 64 | u128::from(self.word())
    }
}
