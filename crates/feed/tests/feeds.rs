//! Vendors' own files, with the counts that were taken beside them; skipped without `KNOWNET_DATA`.

#[path = "../../../tests/end_to_end/rig/skip.rs"]
mod skip;

use knownet_feed::{BadLine, Options, Report, load};
use knownet_label::{Addr, Prefix};
use std::collections::BTreeSet;
use std::path::PathBuf;

fn file(name: &str) -> Option<PathBuf> {
    match std::env::var_os("KNOWNET_DATA") {
        Some(folder) => Some(PathBuf::from(folder).join("feeds").join(name)),
        None => {
            skip::skipped("KNOWNET_DATA is not set");
            None
        }
    }
}

/// The report and how many different v4 and v6 prefixes there are.
fn count(name: &str, options: &Options) -> Option<(Report, usize, usize)> {
    let mut found: BTreeSet<Prefix> = BTreeSet::new();
    let report = load(&file(name)?, options, &mut |prefix, _| {
        let _ = found.insert(prefix);
    })
    .unwrap();
    let v4 = found
        .iter()
        .filter(|prefix| matches!(prefix.addr(), Addr::V4(_)))
        .count();
    Some((report, v4, found.len() - v4))
}

#[test]
fn counts_agree() {
    let cases = [
        (
            "azure/ServiceTags_Public_20251028.json",
            "azure-service-tags",
            38_415,
            13_925,
        ),
        (
            "azure/ServiceTags_Public_20210301.json",
            "azure-service-tags",
            17_502,
            5_166,
        ),
        ("apple/hroost-aggregated.txt", "list", 3_290, 10_455),
        ("other/digitalocean-geofeed.csv", "apple-relay", 1_037, 145),
        ("other/linode-geofeed.csv", "apple-relay", 4_464, 88),
        ("other/akamai-v4.txt", "list", 19, 0),
        ("cloudflare/ips-v6.txt", "list", 0, 7),
        ("tor/tor-nodes.lst", "list", 0, 0),
        ("threat/spamhaus_drop.txt", "list", 0, 0),
        ("threat/firehol_level1.SAMPLE.netset", "list", 0, 0),
    ];
    for (name, kind, v4, v6) in cases {
        let Some((report, found_v4, found_v6)) = count(name, &Options::default()) else {
            return;
        };
        println!("{name}: {report:?}");
        assert_eq!(report.kind.name(), kind, "{name}");
        if v4 + v6 > 0 {
            assert_eq!((found_v4, found_v6), (v4, v6), "{name}");
        }
    }
}

#[test]
fn apples_whole_list_is_read() {
    let Some(path) = file("apple/egress-ip-ranges.RECONSTRUCTED.csv.gz") else {
        return;
    };
    let (mut cities, mut without) = (0, 0);
    let report = load(&path, &Options::default(), &mut |_, attributes| {
        assert_eq!(attributes[0].0, "country");
        match attributes.iter().any(|(key, _)| *key == "city") {
            true => cities += 1,
            false => without += 1,
        }
    })
    .unwrap();
    assert_eq!(
        (report.kind.name(), report.prefixes, report.host_bits),
        ("apple-relay", 286_946, 0)
    );
    assert!(cities > 200_000 && without > 0, "{cities} {without}");
}

#[test]
fn other_json_and_databases_are_not_mistaken_for_lists() {
    for name in [
        "aws/ip-ranges.json",
        "github/meta.json",
        "maxmind/GeoLite2-ASN-Test.mmdb",
        "stix/pattern_forms.stix21.json",
    ] {
        let Some(path) = file(name) else { return };
        let options = Options {
            on_bad_line: BadLine::Skip,
            ..Options::default()
        };
        assert!(load(&path, &options, &mut |_, _| {}).is_err(), "{name}");
    }
}
