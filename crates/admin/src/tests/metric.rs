use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::*;

/// Every name in a macro of the `metrics` crate under `folder`.
fn names(folder: &Path, into: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names(&path, into);
        } else if path.extension().is_some_and(|e| e == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            for kind in ["counter!(", "gauge!(", "histogram!("] {
                for (at, _) in text.match_indices(kind) {
                    let argument = text[at + kind.len()..].trim_start();
                    let Some(name) = argument.strip_prefix("\"knownet_") else {
                        continue;
                    };
                    let end = name.find('"').unwrap();
                    into.insert(format!("knownet_{}", &name[..end]));
                }
            }
        }
    }
}

#[test]
fn every_metric_in_the_sources_is_described_and_every_described_one_is_there() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = BTreeSet::new();
    names(crates, &mut found);
    let described: BTreeSet<String> = METRICS.iter().map(|m| m.name.to_owned()).collect();
    assert_eq!(described.len(), METRICS.len(), "a name stands there twice");
    assert_eq!(found, described);
}

#[test]
fn names_follow_prometheus() {
    for metric in METRICS {
        let total = metric.name.ends_with("_total");
        assert_eq!(total, metric.kind == Kind::Counter, "{}", metric.name);
        assert!(!metric.help.is_empty() && !metric.help.ends_with('.'));
    }
}

#[test]
fn the_documentation_says_the_same_of_each() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = fs::read_to_string(root.join("packaging/README.md")).unwrap();
    let row = |metric: &Metric| {
        let labels: Vec<_> = metric.labels.iter().map(|l| format!("`{l}`")).collect();
        format!(
            "| `{}` | {} | {} | {} |",
            metric.name,
            format!("{:?}", metric.kind).to_lowercase(),
            labels.join(", "),
            metric.help
        )
    };
    let told: Vec<_> = text
        .lines()
        .filter(|l| l.starts_with("| `knownet_"))
        .collect();
    assert_eq!(told, METRICS.iter().map(row).collect::<Vec<_>>());
}
