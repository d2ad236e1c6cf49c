//! The same against a real server, where `KNOWNET_ELASTICSEARCH` names one.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::rig::{Rig, events};
use crate::elasticsearch::Pauses;
use crate::{Host, Target};

/// A server, and a name of which nothing is there yet.
struct Real {
    address: String,
    name: String,
}

impl Real {
    fn here(test: &str) -> Option<Real> {
        let Ok(url) = std::env::var("KNOWNET_ELASTICSEARCH") else {
            let why =
                format!("\nskipped: a real server for {test}: KNOWNET_ELASTICSEARCH is not set\n");
            let _ = std::io::stderr().write_all(why.as_bytes());
            return None;
        };
        let address = url
            .trim_start_matches("http://")
            .trim_end_matches('/')
            .to_owned();
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_nanos();
        let name = format!("knownet-{test}-{now}");
        let real = Real { address, name };
        let template = json!({
            "index_patterns": [format!("{}*", real.name)],
            "priority": 500,
            "template": {
                "settings": {"number_of_replicas": 0},
                "mappings": {"properties": {
                    "n": {"type": "long"},
                    "t": {"type": "object", "enabled": false},
                }},
            },
        });
        real.ask("PUT", &format!("/_index_template/{}", real.name), &template);
        Some(real)
    }

    fn rig(&self) -> Rig {
        let mut rig = Rig::new(0);
        rig.options.hosts = vec![Host::parse(&format!("http://{}", self.address)).unwrap()];
        rig.options.target = Target::index(&self.name).unwrap();
        rig.options.pauses = Pauses {
            first: Duration::from_millis(20),
            longest: Duration::from_millis(500),
        };
        rig
    }

    fn ask(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        // Some paths take no body, not even an empty object.
        let body = match body {
            Value::Null => String::new(),
            body => body.to_string(),
        };
        let (length, address) = (body.len(), &self.address);
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        assert!(head.starts_with("HTTP/1.1 20"), "{method} {path}: {answer}");
        serde_json::from_str(body).unwrap()
    }

    fn count(&self) -> u64 {
        let name = &self.name;
        self.ask("POST", &format!("/{name}*/_refresh"), &Value::Null);
        self.ask("GET", &format!("/{name}*/_count"), &Value::Null)["count"]
            .as_u64()
            .unwrap()
    }

    fn set(&self, setting: &Value) {
        self.ask("PUT", &format!("/{}/_settings", self.name), setting);
    }
}

impl Drop for Real {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        self.ask("DELETE", &format!("/{}*", self.name), &Value::Null);
        self.ask(
            "DELETE",
            &format!("/_index_template/{}", self.name),
            &Value::Null,
        );
    }
}

#[test]
fn it_takes_what_is_sent_once_and_refuses_what_it_must() {
    let Some(real) = Real::here("takes") else {
        return;
    };
    let mut rig = real.rig();
    rig.options.compression = 1;
    let mut all = events(0..2000);
    let wrong = [
        "{\"@timestamp\":\"2026-01-01\",\"n\":\"no number\"}",
        "{\"@timestamp\":\"2026-01-01\",\"n\":1,\"n\":2}",
        "{\"@timestamp\":\"2026-01-01\",\"n\":",
        "[1]",
        "",
    ];
    for (at, event) in wrong.iter().enumerate() {
        all.insert(at * 300, (*event).to_owned());
    }
    all.chunks(100).for_each(|batch| rig.take(batch));
    let mut refused = rig.confirmed();
    refused.sort();
    let mut wrong = wrong.map(str::to_owned);
    wrong.sort();
    let named: Vec<_> = refused.iter().map(|(event, _)| event.clone()).collect();
    assert_eq!(named, wrong);
    assert!(
        refused
            .iter()
            .all(|(_, reason)| reason.starts_with("refused with 400: ")),
        "{refused:?}"
    );
    assert_eq!(real.count(), 2000);
    // The same again, by the same ids.
    let mut again = real.rig();
    all.chunks(100).for_each(|batch| again.take(batch));
    assert_eq!(again.confirmed().len(), wrong.len());
    assert_eq!(real.count(), 2000);
}

#[test]
fn a_block_is_waited_for() {
    let Some(real) = Real::here("block") else {
        return;
    };
    let mut rig = real.rig();
    rig.take(events(0..100));
    assert_eq!(rig.confirmed(), []);
    real.set(&json!({"index.blocks.read_only_allow_delete": true}));
    rig.take(events(100..200));
    let blocked = |reason: &String| reason.contains("cluster_block_exception");
    rig.desk
        .wait(|book| book.failed.iter().any(blocked).then_some(()));
    real.set(&json!({"index.blocks.read_only_allow_delete": null}));
    assert_eq!(rig.confirmed(), []);
    assert_eq!(real.count(), 200);
}

#[test]
fn a_closed_index_is_waited_for() {
    let Some(real) = Real::here("closed") else {
        return;
    };
    let mut rig = real.rig();
    rig.take(events(0..10));
    assert_eq!(rig.confirmed(), []);
    real.ask("POST", &format!("/{}/_close", real.name), &Value::Null);
    rig.take(events(10..20));
    let closed = |reason: &String| reason.contains("index_closed_exception");
    rig.desk
        .wait(|book| book.failed.iter().any(closed).then_some(()));
    real.ask("POST", &format!("/{}/_open", real.name), &Value::Null);
    assert_eq!(rig.confirmed(), []);
    assert_eq!(real.count(), 20);
}

#[test]
fn days_of_events_go_to_their_indices() {
    let Some(real) = Real::here("days") else {
        return;
    };
    let mut rig = real.rig();
    let name = &real.name;
    rig.options.target = Target::index(&format!("{name}-%{{+yyyy.MM.dd}}-%{{[h.n]}}")).unwrap();
    rig.take([
        "{\"@timestamp\":\"2026-01-01T23:30:00-01:00\",\"h\":{\"n\":\"Web 1\"}}",
        "{\"@timestamp\":\"2026-01-01T23:30:00Z\",\"h.n\":\"a/b\"}",
    ]);
    assert_eq!(rig.confirmed(), []);
    let found = real.ask(
        "GET",
        &format!("/{name}*/_settings?flat_settings=true"),
        &Value::Null,
    );
    let names: Vec<_> = found.as_object().unwrap().keys().cloned().collect();
    let mut wanted = ["2026.01.02-web_1", "2026.01.01-a_b"].map(|end| format!("{name}-{end}"));
    wanted.sort();
    assert_eq!(names, wanted);
}

#[test]
fn a_body_that_is_larger_than_the_server_takes_is_halved() {
    let Some(real) = Real::here("large") else {
        return;
    };
    let mut rig = real.rig();
    rig.options.flush = Duration::from_secs(3600);
    rig.options.bulk_bytes = 200 << 20;
    // Over the 100 MiB of `http.max_content_length`, in four parts.
    let text = "x".repeat(30 << 20);
    let large =
        |n: u32| format!("{{\"@timestamp\":\"2026-01-01\",\"n\":{n},\"t\":{{\"x\":\"{text}\"}}}}");
    rig.take((0..4).map(large).collect::<Vec<_>>());
    rig.take(events(0..5));
    // Longer than it waits, perhaps.
    let _ = rig.finish();
    assert_eq!(rig.confirmed(), []);
    assert_eq!(real.count(), 9);
}
