use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;

use crate::http::client::Client;
use crate::rig::{Folder, MICROSOFT, PRIVATE, UNKNOWN, event, eventually, lines};

const CONFIG: &str = r#"
[sources.pipe]
type = "stdin"
[labels.Microsoft]
feeds = ["builtin:microsoft"]
[labels.Private]
feeds = ["builtin:private"]
[labels.Own]
feeds = ["own.txt"]
[[tags]]
from = ["DestinationIp"]
into = "IPDestination"
[[rules]]
name = "Office"
match = { IPDestination = "Microsoft" }
action = "drop"
[[rules]]
name = "inside"
match = { IPDestination = "Private" }
action = "count"
[sinks.out]
type = "stdout"
[sinks.inside]
type = "file"
path = "inside.ndjson"
match = { IPDestination = "Private" }
[admin]
listen = "127.0.0.1:0"
unready_after = "1ms"
"#;

/// The status and body of an answer.
fn get(address: SocketAddr, path: &str) -> (u16, String) {
    let answer = Client::new(address).get(path);
    (answer.status, answer.body)
}

/// Every sample by its name and labels, as they are written. Panics at what the text format
/// (<https://prometheus.io/docs/instrumenting/exposition_formats/>) does not allow.
pub fn metrics(address: SocketAddr) -> BTreeMap<String, f64> {
    let (status, text) = get(address, "/metrics");
    assert_eq!(status, 200, "{text}");
    assert!(text.ends_with('\n'));
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let (mut samples, mut types) = (BTreeMap::new(), BTreeMap::new());
    for line in text.lines().filter(|line| !line.is_empty()) {
        if let Some(comment) = line.strip_prefix("# ") {
            let mut words = comment.splitn(3, ' ');
            let (what, metric) = (words.next().expect("a word"), words.next().expect("a name"));
            let rest = words.next().expect("a text");
            match what {
                "TYPE" => {
                    assert!(["counter", "gauge", "histogram"].contains(&rest), "{line}");
                    let before = types.insert(metric.to_owned(), rest.to_owned());
                    assert_eq!(before, None, "{line}");
                }
                "HELP" => {}
                _ => panic!("{line}"),
            }
            continue;
        }
        let (series, value) = line.rsplit_once(' ').expect("a value");
        let metric = series.split('{').next().expect("a name");
        assert!(
            metric.starts_with("knownet_") && metric.chars().all(name),
            "{line}"
        );
        let labels = &series[metric.len()..];
        if !labels.is_empty() {
            let inner = labels.strip_prefix('{').and_then(|l| l.strip_suffix('}'));
            for label in inner.expect("braces").split("\",") {
                let (key, value) = label.split_once("=\"").expect("a quoted value");
                assert!(key.chars().all(name), "{line}");
                assert!(!value.trim_end_matches('"').contains('"'), "{line}");
            }
        }
        let base = ["_bucket", "_sum", "_count"].iter().find_map(|end| {
            let base = metric.strip_suffix(end)?;
            (types.get(base)? == "histogram").then_some(base)
        });
        let base = base.unwrap_or(metric);
        assert!(types.contains_key(base), "no type before {line}");
        let value = value.parse().unwrap_or_else(|e| panic!("{line}: {e}"));
        assert_eq!(samples.insert(series.to_owned(), value), None, "{line}");
    }
    samples
}

/// What is counted once this many events are.
fn counted(address: SocketAddr, events: f64) -> BTreeMap<String, f64> {
    eventually("every event is counted", || {
        let found = metrics(address);
        let read = found.get("knownet_events_in_total{source=\"pipe\"}");
        (read == Some(&events)).then_some(found)
    })
}

#[test]
fn metrics_count_what_was_sent() {
    let folder = Folder::new();
    folder.file("own.txt", "198.51.100.0/24\n");
    let (mut daemon, mut input) = folder.piped(CONFIG);
    let address = daemon.address("admin");
    // Every series is there before the first event, so that rates have a beginning.
    let begun = [
        "knownet_dropped_total{rule=\"Office\"}",
        "knownet_labels_total{label=\"Own\"}",
        "knownet_sink_retries_total{sink=\"inside\"}",
        "knownet_dead_letters_total",
        "knownet_reloads_total{result=\"refused\"}",
        "knownet_in_flight_bytes",
    ];
    let before = eventually("every series is there", || {
        let found = metrics(address);
        let there = begun.iter().all(|series| found.get(*series) == Some(&0.0));
        there.then_some(found)
    });
    let version = format!(
        "knownet_build_info{{version=\"{}\"}}",
        env!("CARGO_PKG_VERSION")
    );
    assert_eq!(before[&version], 1.0);

    let sent = [MICROSOFT, MICROSOFT, MICROSOFT, PRIVATE, PRIVATE, UNKNOWN].map(event);
    let sent = lines(sent) + "text\n";
    let bytes = sent.len();
    input.write_all(sent.as_bytes()).expect("a reader");
    let out = daemon.take(4);
    let after = counted(address, 7.0);
    let written: usize = out.iter().map(|line| line.len() + 1).sum();
    let inside = folder.text("inside.ndjson").len();
    for (series, value) in [
        ("knownet_bytes_in_total{source=\"pipe\"}", bytes),
        ("knownet_events_out_total{sink=\"out\"}", 4),
        ("knownet_bytes_out_total{sink=\"out\"}", written),
        ("knownet_events_out_total{sink=\"inside\"}", 2),
        ("knownet_bytes_out_total{sink=\"inside\"}", inside),
        ("knownet_labels_total{label=\"Microsoft\"}", 3),
        ("knownet_labels_total{label=\"Private\"}", 2),
        ("knownet_dropped_total{rule=\"Office\"}", 3),
        ("knownet_rules_total{rule=\"Office\"}", 3),
        ("knownet_rules_total{rule=\"inside\"}", 2),
        ("knownet_unrouted_total", 0),
        ("knownet_config_last_reload_successful", 1),
    ] {
        assert_eq!(
            after.get(series),
            Some(&(value as f64)),
            "{series} in {after:#?}"
        );
    }
    eventually("nothing is in flight", || {
        (metrics(address)["knownet_in_flight_bytes"] == 0.0).then_some(())
    });
    assert!(!after.contains_key("knownet_dropped_total{rule=\"inside\"}"));
    assert!(after["knownet_batch_seconds_count"] >= 1.0);
    assert_eq!(
        after["knownet_batch_seconds_count"],
        after["knownet_batch_seconds_bucket{le=\"+Inf\"}"]
    );
    let age = after["knownet_feed_age_seconds{label=\"Own\"}"];
    assert!((0.0..3600.0).contains(&age), "{age}");
    assert!(!after.contains_key("knownet_feed_age_seconds{label=\"Private\"}"));

    // A label that moves counts on, and so does what was counted before.
    folder.file(
        "knownet.toml",
        CONFIG.replace(
            "[labels.Microsoft]",
            "[labels.New]\ncidrs = [\"192.0.2.0/24\"]\n[labels.Microsoft]",
        ),
    );
    daemon.signal("HUP");
    daemon.said("reloaded");
    input
        .write_all(lines([PRIVATE, UNKNOWN].map(event)).as_bytes())
        .expect("a reader");
    let reloaded = counted(address, 9.0);
    for (series, value) in [
        ("knownet_labels_total{label=\"New\"}", 1.0),
        ("knownet_labels_total{label=\"Microsoft\"}", 3.0),
        ("knownet_labels_total{label=\"Private\"}", 3.0),
        ("knownet_reloads_total{result=\"success\"}", 1.0),
        ("knownet_reloads_total{result=\"refused\"}", 0.0),
    ] {
        assert_eq!(reloaded.get(series), Some(&value), "{series}");
    }
    folder.file("knownet.toml", "wrong");
    daemon.signal("HUP");
    daemon.said("not reloaded");
    let refused = metrics(address);
    assert_eq!(refused["knownet_reloads_total{result=\"refused\"}"], 1.0);
    assert_eq!(refused["knownet_config_last_reload_successful"], 0.0);
    assert_eq!(get(address, "/readyz"), (200, "ready\n".to_owned()));
    drop(input);
    daemon
        .ended()
        .succeeded()
        .said("labelled     7 events: Microsoft 3, Private 3, New 1\n");
}

#[test]
#[cfg(target_os = "linux")]
fn a_sink_that_cannot_be_reached_is_not_ready_and_healthy_all_the_same() {
    let folder = Folder::new();
    folder.file("own.txt", "198.51.100.0/24\n");
    let full = CONFIG.replace("type = \"stdout\"", "type = \"file\"\npath = \"/dev/full\"");
    let (mut daemon, mut input) = folder.piped(&full);
    let address = daemon.address("admin");
    let ready = eventually("it is ready", || {
        Some(get(address, "/readyz")).filter(|a| a.0 == 200)
    });
    assert_eq!(ready.1, "ready\n");
    input
        .write_all(lines([event(UNKNOWN)]).as_bytes())
        .expect("a reader");
    let (_, said) = eventually("it is not ready", || {
        Some(get(address, "/readyz")).filter(|a| a.0 == 503)
    });
    assert!(
        said.starts_with("out cannot be written to for ")
            && said.contains("/dev/full cannot be written: "),
        "{said}"
    );
    assert_eq!(get(address, "/healthz"), (200, "works\n".to_owned()));
    assert!(metrics(address)["knownet_sink_retries_total{sink=\"out\"}"] >= 1.0);
    assert_eq!(
        metrics(address)["knownet_in_flight_bytes"],
        lines([event(UNKNOWN)]).len() as f64
    );
    daemon.signal("TERM");
    eventually("it says that it stops", || {
        get(address, "/readyz")
            .1
            .contains("stopping\n")
            .then_some(())
    });
    daemon.kill();
}

#[test]
fn an_address_that_is_taken_ends_it_with_the_reason() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let folder = Folder::new();
    folder.file("own.txt", "198.51.100.0/24\n");
    let ran = folder
        .run(&CONFIG.replace("127.0.0.1:0", &address))
        .ended(1);
    ran.said(&format!(
        "knownet: admin: {address} cannot be listened on: "
    ));
}
