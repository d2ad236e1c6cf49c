use std::fs;
#[cfg(unix)]
use std::fs::OpenOptions;
#[cfg(unix)]
use std::io::Write;
#[cfg(unix)]
use std::net::UdpSocket;
use std::path::{Path, PathBuf};

use serde_json::Value;

#[cfg(unix)]
use crate::rig::{Daemon, Folder, MICROSOFT, PRIVATE, RELAY, UNKNOWN, eventually, lines, window};
use crate::rig::{Ran, knownet, objects};
#[cfg(unix)]
use crate::{beats, http};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every configuration in `config/` that needs no server of others, from the root.
fn configurations() -> Vec<PathBuf> {
    let files = fs::read_dir(root().join("config")).expect("config/");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.retain(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        name.is_some_and(|name| name.ends_with(".toml") && !name.starts_with("kafka-"))
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
        let mut daemon = live(&folder, &path);
        daemon.said("listening on ");
        daemon.stop().succeeded().said("stopped by a signal");
    }
}

/// Starts a configuration that goes on in a folder of its own, on a port that is free.
#[cfg(unix)]
fn live(folder: &Folder, path: &Path) -> Daemon {
    fs::create_dir(folder.path("samples")).expect("a folder");
    let text = fs::read_to_string(path).expect("a configuration");
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
    folder.daemon(&text)
}

#[cfg(unix)]
#[test]
fn the_sidecar_drops_what_is_harmless_and_keeps_the_rest() {
    let folder = Folder::new();
    let mut daemon = live(&folder, &root().join("config/winlogbeat-sidecar.toml"));
    let mut client = beats::Client::new(daemon.address("winlogbeat"));
    let event = |metadata: &str, to: &str, image: &str, tags: &str| {
        format!(
            r#"{{{metadata}"winlog":{{"event_data":{{"SourceIp":"{PRIVATE}","DestinationIp":"{to}","Image":"C:\\{image}"}}}}{tags}}}"#
        )
    };
    let connections = [
        (MICROSOFT, "OUTLOOK.EXE"),
        (MICROSOFT, "svchost.exe"),
        (PRIVATE, "outlook.exe"),
        (UNKNOWN, "outlook.exe"),
    ];
    let metadata = r#""@metadata":{"beat":"winlogbeat","version":"9.2.0"},"#;
    let sent = connections.map(|(to, image)| event(metadata, to, image, ""));
    client.say(&window(&sent, 3));
    assert_eq!(client.acked(), Some(4));
    let tags = |name| format!(r#","IPDestination":"{name}","IPSource":"Private""#);
    let kept = [
        event("", MICROSOFT, "svchost.exe", &tags("Microsoft")),
        event("", PRIVATE, "outlook.exe", &tags("Private")),
        event("", UNKNOWN, "outlook.exe", r#","IPSource":"Private""#),
    ];
    assert_eq!(folder.text("winlogbeat.ndjson"), lines(kept));
    daemon.stop().succeeded().said("\"dropped\":1,");
}

#[cfg(unix)]
#[test]
fn the_proxy_answers_a_bulk_request_and_keeps_its_events() {
    let folder = Folder::new();
    let mut daemon = live(&folder, &root().join("config/filebeat-proxy.toml"));
    let mut client = http::client::Client::new(daemon.address("clients"));
    let event = |to: &str, from: &str, tags: &str| {
        format!(r#"{{"destination":{{"ip":"{to}"}},{from}:{{"ip":"{PRIVATE}"}}{tags}}}"#)
    };
    let sent = [
        event(PRIVATE, r#""source""#, ""),
        event(RELAY, r#""client""#, ""),
        event(UNKNOWN, r#""server""#, ""),
    ];
    let action = r#"{"create":{"_index":"filebeat"}}"#;
    let body = lines(sent.iter().flat_map(|event| [action, event]));
    let answer = client.post("/_bulk", body);
    assert_eq!(
        (answer.status, &answer.json()["errors"]),
        (200, &false.into())
    );
    let tags = |name| format!(r#","IPDestination":"{name}","IPSource":"Private""#);
    let kept = [
        event(PRIVATE, r#""source""#, &tags("Private")),
        event(RELAY, r#""client""#, &tags("Apple Relay")),
        event(UNKNOWN, r#""server""#, ""),
    ];
    assert_eq!(folder.text("filebeat.ndjson"), lines(kept));
    daemon.stop().succeeded().said("\"dropped\":0,");
}

/// Each event's line and label, in any order, once as many are there.
#[cfg(unix)]
fn kept(folder: &Folder, name: &str, count: usize) -> Vec<(String, Option<String>)> {
    let text = |event: &Value, name: &str| event[name].as_str().map(str::to_owned);
    let mut kept = eventually(name, || {
        let out = fs::read_to_string(folder.path(name)).unwrap_or_default();
        (out.lines().count() >= count).then(|| {
            let line = |event: &Value| text(event, "message").expect("a line");
            let events = objects(&out).into_iter();
            let pairs = events.map(|event| (line(&event), text(&event, "IPDestination")));
            pairs.collect::<Vec<_>>()
        })
    });
    kept.sort();
    kept
}

#[cfg(unix)]
#[test]
fn the_nas_sorts_what_the_firewall_and_the_files_say() {
    let folder = Folder::new();
    let mut daemon = live(&folder, &root().join("config/nas-firewall.toml"));
    let port = daemon.address("firewall").port();
    let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket");
    let line = |to: &str, port: u16| format!("SRC={PRIVATE} DST={to} PROTO=TCP DPT={port}");
    let targets = [PRIVATE, MICROSOFT, UNKNOWN];
    for to in targets {
        let sent = socket.send_to(line(to, 1).as_bytes(), ("127.0.0.1", port));
        sent.expect("sent");
    }
    folder.file("samples/nas.log", "");
    let file = OpenOptions::new()
        .append(true)
        .open(folder.path("samples/nas.log"));
    let text = lines(targets.map(|to| line(to, 2)));
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.expect("appended");
    // What stays within the house comes first in both, so that it would be there already.
    let microsoft = || Some("Microsoft".to_owned());
    let unknown = [(line(UNKNOWN, 1), None), (line(UNKNOWN, 2), None)];
    let known = [
        (line(MICROSOFT, 1), microsoft()),
        (line(MICROSOFT, 2), microsoft()),
    ];
    assert_eq!(kept(&folder, "unknown.ndjson", 2), unknown);
    assert_eq!(kept(&folder, "all.ndjson", 4), [known, unknown].concat());
    daemon.stop().succeeded().said("\"dropped\":2,");
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
