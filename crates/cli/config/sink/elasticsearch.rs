//! `type = "elasticsearch"`, or `"opensearch"`: the nodes, who asks, where events go, and how.

use std::time::Duration;

use knownet_sink::elasticsearch::Pauses;
use knownet_sink::{Credentials, ElasticsearchOptions, Host, Target};

use super::SinkKind;
use crate::config::credential::{require_password, secret, trust, user};
use crate::config::section::Section;
use crate::config::tree::Value;
use crate::config::{count, duration, size};

/// Found by Elasticsearch's own template for `logs-*-*`.
const STREAM: &str = "logs-knownet.event-default";
/// Between the 5 MiB and 15 MiB that Elastic tells its users to begin with.
const BULK: u64 = 8 << 20;
const FLUSH: Duration = Duration::from_secs(1);
const CONCURRENCY: usize = 4;
/// An eighth of the bytes for 5 ms of a core per MiB (events of Sysmon, flate2's own deflate); level 6
/// takes five times as long for a tenth less.
const COMPRESSION: u32 = 1;
/// As Elasticsearch's `bulk` waits itself for shards that are not there (`timeout`, 1m), and more.
const TIMEOUT: Duration = Duration::from_secs(90);

/// The sink of `type = "elasticsearch"`.
pub(super) fn read(section: &Section<'_>) -> Option<SinkKind> {
    let options = options(section);
    let target = options.as_ref().map(|options| &options.target);
    if let Some(pattern) = target.and_then(Target::builtin) {
        let message = format!(
            "may match {pattern}, for which Elasticsearch makes a data stream, which refuses events \
             without @timestamp; begin the name with another word, or name a data_stream"
        );
        section.warning("index", message);
    }
    options.map(Box::new).map(SinkKind::Elasticsearch)
}

/// That of `type = "opensearch"`, which has no templates of its own.
pub(super) fn read_opensearch(section: &Section<'_>) -> Option<SinkKind> {
    options(section).map(Box::new).map(SinkKind::Elasticsearch)
}

fn options(section: &Section<'_>) -> Option<ElasticsearchOptions> {
    section.require_list(
        "hosts",
        "name a node, such as hosts = [\"http://127.0.0.1:9200\"]",
    );
    let hosts = section.texts("hosts", |text, _, _| {
        // Told without the text, which may hold a password.
        Host::parse(text.value())
    });
    let target = target(section);
    let credentials = credentials(section);
    let trust = trust(section);
    if let Some(trust) = trust.clone() {
        section.trial("tls", move || trust.check());
    }
    if trust.is_some() && !hosts.is_empty() && !hosts.iter().any(Host::is_safe) {
        section.error(
            "tls",
            "no host is reached by https; write https:// where tls is meant",
        );
    }
    let plain = |host: &&Host| !host.is_safe() && !host.is_loopback();
    if let Some(host) = hosts.iter().find(plain) {
        let what = match credentials {
            Some(_) => "events and the secret go",
            None => "events go",
        };
        let message = format!("{what} to {host} over the network as they are; write https://");
        section.warning("hosts", message);
    }
    let compression = compression(section).unwrap_or(COMPRESSION);
    let bulk_bytes = size::read(section, "bulk_bytes", 64 << 10..=100 << 20).unwrap_or(BULK);
    let flush = duration::read(section, "flush").unwrap_or(FLUSH);
    let concurrency = count::read(section, "concurrency", 1..=64).unwrap_or(CONCURRENCY);
    let timeout = duration::read(section, "timeout").unwrap_or(TIMEOUT);
    if hosts.is_empty() {
        return None;
    }
    Some(ElasticsearchOptions {
        hosts,
        target: target?,
        credentials,
        trust: trust.unwrap_or_default(),
        compression,
        bulk_bytes: bulk_bytes as usize,
        flush,
        concurrency,
        timeout,
        pauses: Pauses::default(),
    })
}

fn target(section: &Section<'_>) -> Option<Target> {
    let stream = section.node("data_stream").is_some();
    let index = section.node("index").is_some();
    if stream && index {
        section.error(
            "index",
            "is given beside data_stream; events go to one of them",
        );
    }
    match index {
        true => section.text("index", |text| text.read(Target::index)),
        false if stream => section.text("data_stream", |text| text.read(Target::data_stream)),
        false => Target::data_stream(STREAM).ok(),
    }
}

fn credentials(section: &Section<'_>) -> Option<Credentials> {
    let user = user(section);
    let password = secret(section, "password", "password_file");
    let key = secret(section, "api_key", "api_key_file");
    let has = |key| section.node(key).is_some();
    let basic = has("user") || has("password") || has("password_file");
    let by_key = has("api_key") || has("api_key_file");
    if basic && by_key {
        section.error("api_key", "is given beside a user; one of them is enough");
        return None;
    }
    if by_key {
        return key.map(Credentials::ApiKey);
    }
    if basic {
        section.require("user", "name the user whose password it is");
        require_password(section);
    }
    Some(Credentials::Basic {
        user: user?,
        password: password?,
    })
}

/// True, false, or how hard.
fn compression(section: &Section<'_>) -> Option<u32> {
    let level = |value: &Value| match value {
        Value::Bool(true) => Some(Ok(COMPRESSION)),
        Value::Bool(false) => Some(Ok(0)),
        Value::Integer(level) => Some(match level {
            0..=9 => Ok(*level as u32),
            _ => Err(format!("{level} is out of bounds; from 0 to 9 is allowed")),
        }),
        _ => None,
    };
    section.value("compression", level, "true, false or a level from 1 to 9")
}
