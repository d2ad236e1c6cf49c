use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::rig::{Folder, objects, skipped};

const EVENTS: &str = "20000";

/// Where the real data lie; without them the test says that it skips.
fn data() -> Option<PathBuf> {
    let data = std::env::var_os("KNOWNET_DATA").map(PathBuf::from);
    if data.is_none() {
        skipped("KNOWNET_DATA is not set");
    }
    // The binary runs in another folder.
    data.map(|data| data.canonicalize().expect("KNOWNET_DATA"))
}

/// Makes events in one layout, with what is true about each.
fn generate(data: &Path, folder: &Folder, layout: &str) {
    let made = Command::new("python3")
        .arg(data.join("make_winlogbeat.py"))
        .args(["--layout", layout, "--count", EVENTS, "--pool", "4000"])
        .args(["--out", &text(folder.path("events.ndjson"))])
        .args(["--truth", &text(folder.path("truth.ndjson"))])
        .stderr(Stdio::inherit())
        .status();
    assert!(made.expect("python3").success(), "{layout}");
}

fn text(path: PathBuf) -> String {
    path.into_os_string().into_string().expect("UTF-8")
}

#[test]
fn every_label_is_the_true_one() {
    let Some(data) = data() else { return };
    if Command::new("python3").arg("--version").output().is_err() {
        skipped("there is no python3 to make events with");
        return;
    }
    let classes = ["microsoft", "apple_private_relay", "private"];
    let labels = classes.map(|class| {
        let feed = data.join(format!("feeds/normalized/{class}.txt"));
        format!("{class}={}", text(feed))
    });
    let mut args = vec!["tag", "events.ndjson"];
    args.extend(labels.iter().flat_map(|label| ["--label", label]));
    for layout in ["wlb8", "wlb8-ecs", "wlb6", "nxlog"] {
        let folder = Folder::new();
        generate(&data, &folder, layout);
        let ran = folder.knownet(&args).ran().succeeded();
        assert_eq!(ran.err, "");
        let truth = objects(&folder.text("truth.ndjson"));
        let before = folder.text("events.ndjson");
        let out = ran.lines();
        assert_eq!(
            (out.len(), before.lines().count()),
            (truth.len(), truth.len())
        );
        let mut seen = BTreeSet::new();
        for ((out, before), truth) in out.iter().zip(before.lines()).zip(&truth) {
            let class = truth["class"].as_str().expect("a class");
            let label = match class {
                "other" => String::new(),
                class => format!(r#","IPDestination":"{class}""#),
            };
            // All its hosts are at home.
            let open = before.strip_suffix('}').expect("an object");
            assert_eq!(
                *out,
                format!(r#"{open}{label},"IPSource":"private"}}"#),
                "{layout}: {truth}"
            );
            seen.insert(class);
        }
        assert_eq!(seen.len(), 4, "{layout}: {seen:?}");
    }
}
