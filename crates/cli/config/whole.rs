//! What the parts must be to each other: nothing missing, nothing written twice, every name known.

use std::collections::HashMap;
use std::net::SocketAddr;

use knownet_flow::MAX_SINKS;
use knownet_rule::{Match, Tags};

#[cfg(feature = "kafka")]
use super::kafka;
use super::mistake::Notes;
use super::text::FILLED;
use super::tree::dotted;
use super::{Condition, Config, SinkKind, SourceKind};

/// Rules and tags are numbered with 16 bits.
const MOST: usize = 1 << 16;

/// Notes every mistake that no part sees alone; `labels` are the names of all labels, of those too
/// that could not be read.
pub(super) fn check(config: &Config, labels: &[&str], notes: &Notes) {
    counts(config, notes);
    names(config, notes);
    targets(config, notes);
    streams(config, notes);
    addresses(config, notes);
    #[cfg(feature = "kafka")]
    circles(config, notes);
    let tags = config.targets();
    for rule in &config.rules {
        matches(&rule.conditions, &tags, labels, notes);
    }
    for sink in &config.sinks {
        matches(&sink.conditions, &tags, labels, notes);
    }
    routes(config, notes);
}

fn counts(config: &Config, notes: &Notes) {
    for (key, count, most) in [
        ("sinks", config.sinks.len(), MAX_SINKS),
        ("rules", config.rules.len(), MOST),
        ("tags", config.tags.len(), MOST),
        ("labels", config.labels.len(), MOST),
    ] {
        if count > most {
            notes.error(1, key, format!("{count} are too many; {most} are allowed"));
        }
    }
    if config.tags.is_empty() && !config.labels.is_empty() && !notes.any_error() {
        let message = "there is none, so that no label is written; add [[tags]] with from and into";
        notes.warning(1, "tags", message);
    }
    if config.labels.is_empty() && !config.tags.is_empty() && !notes.any_error() {
        let message = "there is none, so that no tag is written; add [labels.NAME] with feeds";
        notes.warning(1, "labels", message);
    }
}

/// A match does not see the case of a label's name, so it takes both of two that differ in it only.
fn names(config: &Config, notes: &Notes) {
    let mut seen: HashMap<String, &str> = HashMap::new();
    for label in &config.labels {
        if let Some(other) = seen.insert(label.name.to_lowercase(), &label.name) {
            let key = dotted("labels", &label.name);
            let message =
                format!("differs from \"{other}\" in case only, which no match tells apart");
            notes.warning(label.line, &key, message);
        }
    }
}

/// Two tags must not write the same place, nor one inside what another writes.
fn targets(config: &Config, notes: &Notes) {
    let mut seen: Vec<(&knownet_flow::Path, String)> = Vec::new();
    for (index, tag) in config.tags.iter().enumerate() {
        for (key, target) in [("into", Some(&tag.into)), ("all", tag.all.as_ref())] {
            let Some(target) = target else { continue };
            let key = format!("tags[{index}].{key}");
            for (other, whose) in &seen {
                let clash = if *other == target {
                    "is written by"
                } else if other.is_parent_of(target) {
                    "lies inside what is written by"
                } else if target.is_parent_of(other) {
                    "would replace what is written by"
                } else {
                    continue;
                };
                let message = format!("\"{target}\" {clash} {whose} (\"{other}\"); choose another");
                notes.error(tag.line, &key, message);
            }
            seen.push((target, key));
        }
    }
}

/// There is one standard input and one standard output.
fn streams(config: &Config, notes: &Notes) {
    let sources = config
        .sources
        .iter()
        .filter(|source| source.kind == SourceKind::Stdin);
    for source in sources.skip(1) {
        let key = dotted("sources", &source.name);
        notes.error(
            source.line,
            &key,
            "standard input is read by another source already",
        );
    }
    let sinks = config
        .sinks
        .iter()
        .filter(|sink| sink.kind == SinkKind::Stdout);
    for sink in sinks.skip(1) {
        let key = dotted("sinks", &sink.name);
        notes.error(
            sink.line,
            &key,
            "standard output is written by another sink already",
        );
    }
}

/// A port of an address has one listener; an address that means all of them meets every other.
fn addresses(config: &Config, notes: &Notes) {
    let mut taken: Vec<(String, &str, SocketAddr)> = Vec::new();
    let sources = config.sources.iter().filter_map(|source| {
        let (protocol, address) = source.kind.address()?;
        let key = dotted("sources", &source.name);
        Some((key, source.line, protocol, address))
    });
    let admin = config.admin.iter();
    let admin = admin.map(|admin| ("admin".to_owned(), admin.line, "TCP", admin.listen));
    for (key, line, protocol, address) in sources.chain(admin) {
        let meets = |(_, other, known): &&(String, &str, SocketAddr)| {
            let all = known.ip().is_unspecified() || address.ip().is_unspecified();
            *other == protocol
                && known.port() == address.port()
                && address.port() != 0
                && (known.ip() == address.ip() || all && known.is_ipv4() == address.is_ipv4())
        };
        if let Some((whose, ..)) = taken.iter().find(meets) {
            let message =
                format!("{address} is listened on by {whose} already; choose another port");
            notes.error(line, &key, message);
        }
        taken.push((key, protocol, address));
    }
}

/// What goes to a topic that is read would come back for ever.
#[cfg(feature = "kafka")]
fn circles(config: &Config, notes: &Notes) {
    for sink in &config.sinks {
        let SinkKind::Kafka(written) = &sink.kind else {
            continue;
        };
        for source in &config.sources {
            let SourceKind::Kafka(read) = &source.kind else {
                continue;
            };
            let brokers = &read.connection.brokers;
            let meets = |broker| brokers.contains(broker);
            let same = written.connection.brokers.iter().any(meets);
            if same
                && read
                    .topics
                    .iter()
                    .any(|topic| kafka::reads(topic, &written.topic))
            {
                let (topic, name) = (&written.topic, dotted("sources", &source.name));
                let message = format!("{topic} is read by {name}: every event would come back");
                let key = dotted(&dotted("sinks", &sink.name), "topic");
                notes.error(sink.line, &key, message);
            }
        }
    }
}

fn matches(conditions: &[Condition], tags: &Tags, labels: &[&str], notes: &Notes) {
    for condition in conditions {
        let pairs = Condition::pairs(std::slice::from_ref(condition));
        if let Err(errors) = Match::new(&pairs, tags, labels) {
            for error in errors {
                let message = match condition.filled {
                    true => FILLED.to_owned(),
                    false => error.message,
                };
                notes.error(condition.line, &condition.place, message);
            }
            continue;
        }
        for doubt in Match::doubts(&condition.key, &condition.values, tags) {
            let doubt = match condition.filled {
                true => {
                    "is filled in with what is hardly meant: a wildcard that a backslash makes \
                         a character"
                        .to_owned()
                }
                false => doubt,
            };
            notes.warning(condition.line, &condition.place, doubt);
        }
    }
}

/// An event that no sink takes is gone: that may be meant, but is told.
fn routes(config: &Config, notes: &Notes) {
    let Some(sink) = config.sinks.first() else {
        return;
    };
    if let Some(letters) = config.dead_letter_sink() {
        let letters = &config.sinks[letters];
        let key = dotted("sinks", &letters.name);
        if !letters.conditions.is_empty() {
            let message = "takes the dead letters and nothing else; remove match";
            notes.error(letters.line, &dotted(&key, "match"), message);
        }
        if config.sinks.len() == 1 {
            let message = "takes the dead letters and nothing else; add a sink for the events";
            notes.error(letters.line, &key, message);
            return;
        }
    }
    let letters = config.dead_letter_sink();
    let mut takers = (0..)
        .zip(&config.sinks)
        .filter(|(n, _)| Some(*n) != letters);
    if takers.all(|(_, sink)| !sink.conditions.is_empty()) {
        let message = "every sink has a match, so that an event which fits none is not written \
                       anywhere; add a sink without one to keep the rest";
        notes.warning(sink.line, "sinks", message);
    }
}
