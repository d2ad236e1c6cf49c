//! Tables of real feeds against the gold model; skipped without `KNOWNET_DATA`.

mod gold;
#[path = "../../../tests/end_to_end/rig/skip.rs"]
mod skip;

use gold::{Gold, Random, Row, compare, edges, table};
use knownet_label::Prefix;
use std::path::PathBuf;

fn data(path: &str) -> Option<PathBuf> {
    match std::env::var_os("KNOWNET_DATA") {
        Some(folder) => Some(PathBuf::from(folder).join(path)),
        None => {
            skip::skipped("KNOWNET_DATA is not set");
            None
        }
    }
}

#[test]
fn normalized_feeds_agree() {
    let Some(folder) = data("feeds/normalized") else {
        return;
    };
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    files.sort();
    let mut rows: Vec<Row> = Vec::new();
    for (label, file) in files.iter().enumerate() {
        let text = std::fs::read_to_string(file).unwrap();
        rows.extend(
            text.lines()
                .map(|line| (label as u16, line.parse::<Prefix>().unwrap())),
        );
    }
    assert!(rows.len() > 80_000, "{}", rows.len());
    let (table, gold) = (table(&rows), Gold::new(&rows));
    // The linear scan is slow: every prefix's edges against the table alone, a sample against gold.
    for &(label, prefix) in &rows {
        let mut chain = table.chain(table.lookup(prefix.addr()));
        assert!(
            chain.any(|entry| entry.prefix == prefix && entry.label == label),
            "{prefix}"
        );
    }
    let mut random = Random(7);
    for _ in 0..400 {
        let (_, prefix) = rows[random.below(rows.len() as u64) as usize];
        for addr in edges(prefix) {
            compare(&table, &gold, addr);
        }
    }
    println!(
        "{} entries, {} bytes of tries, {} in all",
        table.len(),
        table.trie_memory(),
        table.memory()
    );
}
