//! The keys by which Kafka's brokers are reached: of the source and of the sink.

use std::collections::BTreeMap;

use knownet_kafka::{Connection, Extra, Link, Mechanism, Sasl};
use regex::Regex;

use super::credential::{require_password, secret, trust};
use super::mistake::Notes;
use super::section::Section;
use super::sink::SinkKind;
use super::source::SourceKind;
use super::text::{FILLED, Text};
use super::tree::{Node, Value, dotted};
use super::{Config, Sink, Source};

/// Whether an option of librdkafka's may have a value.
type Check = fn(&str, &str) -> Result<(), String>;

/// Options that say whether a broker is who it seems to be, and the values that say nobody looks.
const UNCHECKED: [(&str, &[&str]); 2] = [
    (
        "enable.ssl.certificate.verification",
        &["false", "f", "0", "no", "n"],
    ),
    ("ssl.endpoint.identification.algorithm", &["none"]),
];

/// Reads them.
pub(super) fn connection(section: &Section<'_>, check: Check) -> Connection {
    section.require_list("brokers", "name some, such as [\"kafka-1:9092\"]");
    let brokers = section.texts("brokers", |text, _, _| brokers(text));
    let brokers: Vec<String> = brokers.into_iter().flatten().collect();
    let trust = trust(section);
    let sasl = table(section, "sasl", sasl);
    let local = |broker: &String| {
        let host = broker.rsplit_once(':').map_or("", |(host, _)| host);
        host == "localhost" || host.starts_with("127.") || host == "[::1]"
    };
    if sasl.is_some() && section.node("tls").is_none() && !brokers.iter().all(local) {
        let message = "secrets come over the network without encryption; add tls";
        section.warning("sasl", message);
    }
    let mut extra = BTreeMap::new();
    if let Some(node) = section.node("librdkafka") {
        let key = dotted(&section.key, "librdkafka");
        options(section, node, (&key, ""), check, &mut extra);
    }
    for (name, off) in UNCHECKED {
        let off = |value: &String| off.contains(&value.to_ascii_lowercase().as_str());
        if extra.get(name).is_some_and(off) {
            let message = format!(
                "{name} lets anybody pretend to be the brokers; name their authority in tls.ca instead"
            );
            section.warning("librdkafka", message);
        }
    }
    Connection {
        brokers,
        trust,
        sasl,
        extra: Extra(extra),
    }
}

fn table<T>(
    section: &Section<'_>,
    key: &'static str,
    read: impl FnOnce(&Section<'_>) -> Option<T>,
) -> Option<T> {
    let node = section.node(key)?;
    let table = section.inner(node, dotted(&section.key, key), key)?;
    let value = read(&table);
    table.finish();
    value
}

/// One text may name several, as variables do: `kafka-1:9092,kafka-2:9092`.
fn brokers(text: &Text) -> Result<Vec<String>, String> {
    let all = text.value().split(',').map(str::trim);
    match all.clone().all(is_broker) {
        true => Ok(all.map(str::to_owned).collect()),
        false => Err(format!(
            "\"{text}\" is not a host with a port; write one such as \"kafka-1:9092\""
        )),
    }
}

fn is_broker(text: &str) -> bool {
    let (host, port) = text.rsplit_once(':').unwrap_or((text, ""));
    let strange = |c: char| c.is_whitespace() || c == '/';
    let bare = host.contains(':') && !(host.starts_with('[') && host.ends_with(']'));
    !(host.is_empty() || bare || host.contains(strange)) && port.parse::<u16>().is_ok()
}

fn sasl(table: &Section<'_>) -> Option<Sasl> {
    let mechanism = table.require_one_of("mechanism", "a mechanism", &Mechanism::ALL);
    table.require("username", "name the user whose password it is");
    let username = table.text("username", |text| match text.value() {
        "" => Err("is empty".to_owned()),
        name => Ok(name.to_owned()),
    });
    let password = secret(table, "password", "password_file");
    require_password(table);
    Some(Sasl {
        mechanism: mechanism?,
        username: username?,
        password: password?,
    })
}

/// Reads a table of options: `"linger.ms" = 5`, or `linger.ms = 5`, which is a table in a table.
fn options(
    section: &Section<'_>,
    node: &Node,
    (key, name): (&str, &str),
    check: Check,
    all: &mut BTreeMap<String, String>,
) {
    let value = match &node.value {
        Value::Table(entries) => {
            for (inner, node) in entries {
                let key = dotted(key, inner);
                let name = match name {
                    "" => inner.clone(),
                    name => format!("{name}.{inner}"),
                };
                options(section, node, (&key, &name), check, all);
            }
            return;
        }
        Value::Text(text) if !name.is_empty() => text.value().to_owned(),
        Value::Integer(value) if !name.is_empty() => value.to_string(),
        Value::Float(value) if !name.is_empty() => value.to_string(),
        Value::Bool(value) if !name.is_empty() => value.to_string(),
        _ if name.is_empty() => return section.wrong(node, key, "a table"),
        _ => return section.wrong(node, key, "text, a number or a boolean"),
    };
    match check(name, &value) {
        Ok(()) => {
            all.insert(name.to_owned(), value);
        }
        Err(_) if node.is_filled() => section.notes.error(node.line, key, FILLED),
        Err(message) => section.notes.error(node.line, key, message),
    }
}

/// The name of a topic, as brokers take it.
pub(super) fn topic(text: &Text) -> Result<String, String> {
    let value = text.value();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    match matches!(value, "" | "." | "..") || value.len() > 249 || !value.chars().all(plain) {
        true => Err(format!(
            "\"{text}\" is not the name of a topic; it has letters, digits, dots, _ and -, 249 at most"
        )),
        false => Ok(value.to_owned()),
    }
}

/// Whether a topic or pattern names this topic. Of a pattern that librdkafka reads otherwise than we do,
/// nobody knows.
pub(super) fn reads(pattern: &str, topic: &str) -> bool {
    match pattern.starts_with('^') {
        true => Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(topic)),
        false => pattern == topic,
    }
}

/// Which sink commits positions, with the link to their source and the brokers that it reaches.
fn with_id((at, sink): (usize, &Sink)) -> Option<(usize, Link, &[String])> {
    match &sink.kind {
        SinkKind::Kafka(options) => {
            let link = options.transaction.as_ref()?.link.clone();
            Some((at, link, &options.connection.brokers))
        }
        _ => None,
    }
}

/// Joins a sink with transactions to the source whose positions it commits.
pub(super) fn join(config: &mut Config, notes: &Notes) {
    let letters = config.dead_letter_sink();
    if let Some(at) = letters
        && with_id((at, &config.sinks[at])).is_some()
    {
        let sink = &config.sinks[at];
        let key = dotted(&dotted("sinks", &sink.name), "transactional_id");
        let message = "commits what was read in the same transaction, which dead letters are no \
                       part of; leave it out";
        notes.error(sink.line, &key, message);
    }
    let mut linked = config.sinks.iter().enumerate().filter_map(with_id);
    let Some((at, link, brokers)) = linked.find(|(at, ..)| Some(*at) != letters) else {
        return;
    };
    let sink = &config.sinks[at];
    let key = dotted(&dotted("sinks", &sink.name), "transactional_id");
    let others = config.sinks.iter().enumerate();
    let others = others.filter(|(other, _)| *other != at && Some(*other) != letters);
    if others.count() > 0 {
        let message = "commits what was read in the same transaction, which knows of no other sink; \
                       give each sink a configuration of its own";
        notes.error(sink.line, &key, message);
        return;
    }
    match &mut config.sources[..] {
        [
            Source {
                spool: None,
                kind: SourceKind::Kafka(options),
                name,
                line,
                ..
            },
        ] => {
            let there = &options.connection.brokers;
            if !brokers.iter().any(|broker| there.contains(broker)) {
                let message = "commits what was read in the same transaction, which knows of no other \
                               cluster; name the brokers of the source, if they are the same";
                notes.warning(sink.line, &key, message);
            }
            if options.connection.extra.0.contains_key("isolation.level") {
                let key = dotted(&dotted("sources", name), "librdkafka");
                let message = "isolation.level is read_committed where a sink has a transactional_id; leave it out";
                notes.error(*line, &key, message);
            }
            options.link = Some(link);
        }
        _ => {
            let message = "commits what was read in the same transaction; it needs one source, of \
                           type \"kafka\" and without a spool";
            notes.error(sink.line, &key, message);
        }
    }
}
