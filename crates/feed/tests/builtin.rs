//! Builtin feeds: exactly what they promise, and true to the real lists where those are at hand.

#[path = "../../../tests/end_to_end/rig/skip.rs"]
mod skip;

use knownet_feed::{Options, builtin, load};
use knownet_label::Prefix;
use knownet_label::sets::Set;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn prefixes(name: &str) -> Vec<Prefix> {
    let mut found = Vec::new();
    let count = builtin::read(name, &mut |prefix, _| found.push(prefix)).unwrap();
    assert_eq!(count, found.len() as u64);
    found
}

fn parsed(texts: &[&str]) -> BTreeSet<Prefix> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("KNOWNET_DATA").map(PathBuf::from);
    if folder.is_none() {
        skip::skipped("KNOWNET_DATA is not set");
    }
    folder
}

fn set(path: &Path) -> Set {
    let mut found = Vec::new();
    load(path, &Options::default(), &mut |prefix, _| {
        found.push(prefix)
    })
    .unwrap();
    found.into_iter().collect()
}

#[test]
fn names_notes_and_canonical_blocks() {
    let names: Vec<_> = builtin::names().collect();
    assert_eq!(names, ["private", "special", "microsoft", "apple-relay"]);
    for name in names {
        assert!(!builtin::note(name).unwrap().is_empty());
        let found = prefixes(name);
        let distinct: BTreeSet<_> = found.iter().collect();
        assert_eq!(distinct.len(), found.len(), "{name} repeats a block");
        assert!(found.iter().all(|prefix| !prefix.is_default()), "{name}");
    }
    assert_eq!(
        builtin::read("azure", &mut |_, _| {})
            .unwrap_err()
            .to_string(),
        "unknown builtin feed \"azure\"; known ones are private, special, microsoft, apple-relay"
    );
}

#[test]
fn private_is_exactly_the_agreed_blocks() {
    let expected = parsed(&[
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    ]);
    assert_eq!(
        prefixes("private").into_iter().collect::<BTreeSet<_>>(),
        expected
    );
}

#[test]
fn special_shares_nothing_with_private_and_is_not_all_of_v4() {
    let [special, private]: [Set; 2] =
        ["special", "private"].map(|name| prefixes(name).into_iter().collect());
    assert!(special.overlap(&private).coverage().is_empty());
    assert!(!special.covers("1.1.1.1".parse().unwrap()));
}

#[test]
fn named_blocks_are_there_and_others_blocks_are_not() {
    let microsoft = prefixes("microsoft");
    for text in [
        "13.64.0.0/11",
        "13.96.0.0/13",
        "13.104.0.0/14",
        "2603:1000::/24",
    ] {
        assert!(microsoft.contains(&text.parse().unwrap()), "{text}");
    }
    let apple = prefixes("apple-relay");
    for text in ["2606:54c0::/35", "2a09:bac2:8000::/34", "172.225.76.0/22"] {
        assert!(apple.contains(&text.parse().unwrap()), "{text}");
    }
    let apple: Set = apple.into_iter().collect();
    for text in [
        "17.0.0.0/8",
        "104.28.0.0/16",
        "172.224.0.0/12",
        "2606:54c0::/32",
        "2a09:bac0::/29",
    ] {
        assert!(!apple.covers(text.parse().unwrap()), "{text}");
    }
}

#[test]
fn apple_blocks_are_covered_whole_by_apples_list() {
    let Some(data) = data() else { return };
    let list = set(&data.join("feeds/apple/hroost-aggregated.txt"));
    for block in prefixes("apple-relay") {
        assert!(list.covers(block), "{block}");
    }
}

#[test]
fn microsoft_blocks_hold_its_tags_and_nobody_elses() {
    let Some(data) = data() else { return };
    let tags = set(&data.join("feeds/normalized/microsoft.txt"));
    let blocks = prefixes("microsoft");
    for &block in &blocks {
        let shared = tags.overlap(&[block].into_iter().collect()).coverage();
        let registered_only = "13.96.0.0/13".parse::<Prefix>().unwrap();
        assert!(
            !shared.is_empty() || block == registered_only,
            "{block} has no tag"
        );
    }
    let blocks: Set = blocks.into_iter().collect();
    for other in ["aws", "gcp", "cloudflare", "fastly", "apple_private_relay"] {
        let theirs = set(&data.join(format!("feeds/normalized/{other}.txt")));
        assert_eq!(blocks.overlap(&theirs).prefixes(), [], "{other}");
    }
    let (all, held) = (tags.coverage(), tags.overlap(&blocks).coverage());
    println!(
        "{} of {} v4 addresses, {} of {} v6 networks",
        held.v4,
        all.v4,
        held.v6_networks(),
        all.v6_networks()
    );
    assert!(held.v4 * 100 >= all.v4 * 98 && held.v6 * 100 >= all.v6 / 100 * 99 * 100);
}

#[test]
fn special_is_the_registries_without_private() {
    let Some(data) = data() else { return };
    let mut registered = BTreeSet::new();
    for family in [
        "iana/iana-ipv4-special-registry-1.csv",
        "iana/iana-ipv6-special-registry-1.csv",
    ] {
        let text = std::fs::read_to_string(data.join("feeds").join(family)).unwrap();
        // A cell holds a footnote or two blocks: every word that is a prefix counts, first cell only.
        for line in text.lines() {
            let cell = match line.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next(),
                None => line.split(',').next(),
            };
            let words = cell
                .unwrap_or_default()
                .split([' ', ','])
                .filter(|word| word.contains('/'));
            registered.extend(words.filter_map(|word| word.parse::<Prefix>().ok()));
        }
    }
    assert!(registered.len() > 40);
    let mapped: Prefix = "::ffff:0:0/96".parse().unwrap();
    let private = prefixes("private");
    registered.retain(|block| *block != mapped && !private.contains(block));
    assert_eq!(
        prefixes("special").into_iter().collect::<BTreeSet<_>>(),
        registered
    );
}
