use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::rig::{Folder, Ran, knownet, lines, objects};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every configuration in `config/`, from the root.
fn configurations() -> Vec<PathBuf> {
    let files = fs::read_dir(root().join("config")).expect("config/");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "toml")
    });
    paths.sort();
    paths
}

fn run(name: &str) -> Ran {
    knownet(root(), &["run", &format!("config/{name}")])
        .input("")
        .ran()
        .succeeded()
}

/// The summary without its time.
fn summary(ran: &Ran) -> String {
    let (before, after) = ran.err.split_once(" out in ").expect("a summary");
    let after = after.split_once(" s ").expect("a time").1;
    format!("{before} {after}")
}

/// Whether it goes on until it is stopped.
fn is_live(path: &Path) -> bool {
    let text = fs::read_to_string(path).expect("a configuration");
    text.lines().any(|line| line.starts_with("listen "))
}

#[test]
fn every_configuration_can_run_and_does_the_same_twice() {
    let mut paths = configurations();
    paths.retain(|path| !is_live(path));
    assert!(paths.len() >= 2);
    for path in paths {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .expect("a plain name");
        let checked = knownet(root(), &["check", path.to_str().expect("UTF-8")])
            .ran()
            .succeeded();
        assert_eq!(checked.err, "", "{name}");
        let (first, second) = (run(name), run(name));
        assert!(!first.out.is_empty(), "{name}");
        assert_eq!(first.out, second.out, "{name}");
        assert_eq!(summary(&first), summary(&second), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn every_live_configuration_listens_until_it_is_stopped() {
    let mut paths = configurations();
    paths.retain(|path| is_live(path));
    assert!(paths.len() >= 2);
    for path in paths {
        let folder = Folder::new();
        fs::create_dir(folder.path("samples")).expect("a folder");
        let text = fs::read_to_string(&path).expect("a configuration");
        // On a port that is free.
        let free = |line: &str| {
            let port = line.strip_prefix("listen ").and_then(|_| {
                let (before, rest) = line.split_once(":")?;
                Some(format!(
                    "{before}:0{}",
                    rest.trim_start_matches(|c: char| c.is_ascii_digit())
                ))
            });
            port.unwrap_or_else(|| line.to_owned())
        };
        let text = lines(text.lines().map(free));
        let checked = folder.check(&text).succeeded();
        assert_eq!(checked.err, "", "{}", path.display());
        let mut daemon = folder.daemon(&text);
        daemon.said("listening on ");
        daemon.stop().succeeded().said("stopped by a signal");
    }
}

fn samples() -> Vec<Value> {
    let path = root().join("config/samples/sysmon.ndjson");
    objects(&fs::read_to_string(path).expect("the samples"))
}

#[test]
fn the_samples_look_like_winlogbeats() {
    let samples = samples();
    assert!((35..=50).contains(&samples.len()));
    for sample in &samples {
        assert_eq!(
            sample["winlog"]["provider_name"],
            "Microsoft-Windows-Sysmon"
        );
        assert_eq!(sample["winlog"]["event_id"], sample["event"]["code"]);
        let data = &sample["winlog"]["event_data"];
        let connection = sample["event"]["code"] == "3";
        assert_eq!(data.get("DestinationIp").is_some(), connection);
        let message = sample["message"].as_str().expect("a message");
        for (name, value) in data.as_object().expect("an object") {
            let value = value.as_str().expect("text");
            assert!(
                message.contains(&format!("\n{name}: {value}")),
                "{name} in {message}"
            );
        }
    }
}

#[test]
fn quickstart_tags_the_samples_and_changes_nothing_else() {
    let ran = run("quickstart.toml");
    let out = ran.objects();
    let samples = samples();
    assert_eq!(out.len(), samples.len());
    let mut counts = [0; 4];
    for (mut event, sample) in out.into_iter().zip(samples) {
        let fields = event.as_object_mut().expect("an object");
        let label = fields.remove("IPDestination");
        fields.remove("IPSource");
        assert_eq!(event, sample);
        if event["event"]["code"] == "3" {
            let kind = match label.as_ref().and_then(Value::as_str) {
                Some("Microsoft") => 0,
                Some("Apple Relay") => 1,
                Some("Private") => 2,
                Some(other) => panic!("{other}"),
                None => 3,
            };
            counts[kind] += 1;
        } else {
            assert_eq!(label, None);
        }
    }
    assert_eq!(counts, [11, 2, 11, 5]);
    ran.said("knownet: 42 events in, 42 out in ");
    ran.said("  rule         Office to Microsoft: 4 events\n");
}

#[test]
fn drop_known_leaves_what_is_worth_a_look() {
    let ran = run("drop-known.toml");
    let out = ran.objects();
    let data = |event: &Value, name: &str| {
        event["winlog"]["event_data"][name]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    let destinations: Vec<_> = out
        .iter()
        .map(|event| data(event, "DestinationIp"))
        .collect();
    let has = |address: &str| {
        destinations
            .iter()
            .any(|destination| destination == address)
    };
    // Known and harmless; on the blocklist though Word talked to Microsoft; unknown.
    assert!(!has("52.98.179.2"));
    assert!(has("52.109.76.243"));
    assert!(has("203.0.113.77") && has("198.51.100.23"));
    // From the blocklist to a server at home.
    assert!(
        out.iter()
            .any(|event| data(event, "SourceIp") == "198.51.100.201")
    );
    ran.said("  rule         file sharing: 1 event\n");
}
