//! Coverage, overlap and difference of prefix sets.

use knownet_label::Prefix;
use knownet_label::sets::{Coverage, Set};

fn set(texts: &[&str]) -> Set {
    texts
        .iter()
        .map(|text| text.parse::<Prefix>().unwrap())
        .collect()
}

fn texts(set: &Set) -> Vec<String> {
    set.prefixes().iter().map(Prefix::to_string).collect()
}

#[test]
fn nested_and_repeated_prefixes_count_once() {
    let covered = set(&[
        "10.0.0.0/8",
        "10.1.0.0/16",
        "10.0.0.0/8",
        "192.0.2.1",
        "2001:db8::/48",
        "2001:db8::1",
    ]);
    let coverage = covered.coverage();
    assert_eq!(
        coverage,
        Coverage {
            v4: (1 << 24) + 1,
            v6: 1 << 80
        }
    );
    assert_eq!(coverage.v6_networks(), 1 << 16);
    assert_eq!(set(&["2001:db8::1"]).coverage().v6_networks(), 1);
    assert!(set(&[]).coverage().is_empty());
}

#[test]
fn whole_families_do_not_overflow() {
    let coverage = set(&["0.0.0.0/0", "::/0"]).coverage();
    assert_eq!(
        coverage,
        Coverage {
            v4: 1 << 32,
            v6: u128::MAX
        }
    );
    assert_eq!(coverage.v6_networks(), u64::MAX);
    assert_eq!(set(&["0.0.0.0/1", "128.0.0.0/1"]).coverage().v4, 1 << 32);
}

#[test]
fn overlap_and_difference_are_exact() {
    let older = set(&["10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"]);
    let newer = set(&[
        "10.0.0.0/9",
        "192.0.2.0/24",
        "198.51.100.0/24",
        "2001:db8::/33",
    ]);
    assert_eq!(
        texts(&newer.overlap(&older)),
        ["10.0.0.0/9", "192.0.2.0/24", "2001:db8::/33"]
    );
    let change = newer.since(&older);
    assert_eq!(texts(&change.added), ["198.51.100.0/24"]);
    assert_eq!(
        texts(&change.removed),
        ["10.128.0.0/9", "2001:db8:8000::/33"]
    );
    assert!(
        older
            .overlap(&set(&["172.16.0.0/12", "fc00::/7"]))
            .coverage()
            .is_empty()
    );
}

#[test]
fn covers_whole_prefixes_only() {
    let covered = set(&["10.0.0.0/9", "10.128.0.0/9", "2001:db8::/33"]);
    let covers = |text: &str| covered.covers(text.parse().unwrap());
    assert!(covers("10.0.0.0/8") && covers("10.2.3.4") && covers("2001:db8:1::/48"));
    assert!(!covers("10.0.0.0/7") && !covers("2001:db8::/32") && !covers("11.0.0.0/8"));
}
