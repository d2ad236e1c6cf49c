//! A label table, two tags, and events taken through the stages as the flow would.

use std::sync::Arc;

use knownet_flow::{Answer, Event, Format, Hit, Kind, Path, Span, Stage, Value, Work};
use knownet_label::{Addr, Prefix, Table, TableBuilder};

use crate::{Action, Match, MatchError, Rule, Rules, Scalar, Tags};

/// The labels: Office lies in Microsoft, which lies in Cloud; Bad is a threat within Microsoft that
/// a more specific prefix of Office covers again.
pub(super) const PREFIXES: [(&str, &str, bool); 6] = [
    ("Microsoft", "13.64.0.0/11", false),
    ("Office", "13.80.0.0/16", false),
    ("Cloud", "13.0.0.0/8", false),
    ("Private", "10.0.0.0/8", false),
    ("Bad", "13.80.6.0/24", true),
    ("Office", "13.80.6.6/32", false),
];

/// Which fields each tag reads, and what it writes.
const TAGS: [(&[&str], &str, Option<&str>); 2] = [
    (&["dst", "dst2"], "IPDestination", Some("net.labels")),
    (&["src"], "IPSource", None),
];

pub(super) fn tags() -> Tags {
    let path = |text: &str| Path::parse(text).unwrap();
    Tags::new(TAGS.map(|(_, into, all)| (path(into), all.map(path))))
}

pub(super) fn table(threats: bool) -> Arc<Table> {
    let mut builder = TableBuilder::new();
    let feed = builder.feed("test");
    for (name, prefix, threat) in PREFIXES {
        let label = builder.label(name, threat && threats);
        let prefix = Prefix::parse(prefix.as_bytes()).unwrap().prefix;
        builder.insert(label, feed, prefix, &[]);
    }
    Arc::new(builder.build())
}

pub(super) fn names(table: &Table) -> Vec<&str> {
    (0..table.label_count())
        .map(|label| table.label_name(label as u16))
        .collect()
}

/// A match from JSON: `{"key": value}` or `{"key": [values]}`.
pub(super) fn matching(json: &str) -> Result<Match, Vec<MatchError>> {
    let table = table(true);
    Match::new(&conditions(json), &tags(), &names(&table))
}

pub(super) fn wanted(json: &str) -> Match {
    matching(json).unwrap_or_else(|errors| panic!("{json}: {errors:?}"))
}

fn conditions(json: &str) -> Vec<(String, Vec<Scalar>)> {
    let serde_json::Value::Object(keys) = serde_json::from_str(json).unwrap() else {
        panic!("{json} is no object");
    };
    keys.into_iter()
        .map(|(key, value)| match value {
            serde_json::Value::Array(list) => (key, list.iter().map(scalar).collect()),
            one => (key, vec![scalar(&one)]),
        })
        .collect()
}

fn scalar(json: &serde_json::Value) -> Scalar {
    use serde_json::Value::{Bool, Null, Number, String};
    match json {
        String(text) => Scalar::Text(text.clone()),
        Number(number) => match number.as_i64() {
            Some(whole) => Scalar::Integer(whole),
            None => Scalar::Float(number.as_f64().unwrap()),
        },
        Bool(bool) => Scalar::Bool(*bool),
        Null => Scalar::Null,
        other => panic!("{other} is no scalar"),
    }
}

pub(super) fn rule(json: &str, action: Action) -> Rule {
    Rule {
        matches: wanted(json),
        action,
        even_threats: false,
    }
}

pub(super) fn rules(rules: Vec<Rule>) -> Rules {
    Rules::new(rules, table(true))
}

/// Takes events through the stages; a `dst` and a `src` are looked up as tags would.
pub(super) fn run(events: &[&str], stages: &mut [&mut dyn Stage]) -> Work {
    let table = table(true);
    let (mut bytes, mut work) = (Vec::new(), Work::default());
    for event in events {
        let start = bytes.len();
        bytes.extend_from_slice(event.as_bytes());
        let mut event = look_up(&mut work, &bytes[start..], &table);
        event.raw = Span::new(start, bytes.len());
        work.events.push(event);
    }
    let mut format = Json { asked: 0 };
    for stage in stages {
        stage.apply(&bytes, &mut work, &mut format);
    }
    work
}

fn look_up(work: &mut Work, record: &[u8], table: &Table) -> Event {
    let mut event = Event::default();
    let (hits, answers) = (work.hits.len(), work.answers.len());
    let mut field = 0;
    for (tag, (from, ..)) in TAGS.iter().enumerate() {
        let addresses = work.addresses.len();
        for path in *from {
            let lost = work.addresses.len() > addresses;
            Json { asked: 0 }.values(record, &Path::parse(path).unwrap(), &mut |value| {
                let (Value::Text(text) | Value::Number(text)) = value else {
                    return;
                };
                let start = work.text.len();
                work.text.extend_from_slice(text);
                work.hits.push(Hit {
                    field,
                    unescaped: true,
                    text: Span::new(start, work.text.len()),
                });
                if !lost {
                    let address = Addr::parse(text).map_or(0, |addr| table.lookup(addr));
                    work.addresses.push(address);
                }
            });
            field += 1;
        }
        let addresses = Span::new(addresses, work.addresses.len());
        if !addresses.is_empty() {
            let mut labelled = work.addresses[addresses].iter();
            let first = labelled.find(|&&a| a != 0).copied().unwrap_or(0);
            work.answers.push(Answer {
                tag: tag as u16,
                first,
                addresses,
            });
        }
    }
    event.hits = Span::new(hits, work.hits.len());
    event.answers = Span::new(answers, work.answers.len());
    if record.starts_with(b"{\"long\"") {
        event.kind = Kind::Long;
    }
    event
}

/// A format that parses every record whole; it counts how often it was asked.
pub(super) struct Json {
    pub(super) asked: usize,
}

impl Format for Json {
    fn scan(&mut self, _: &[u8], _: &mut Work) {}

    fn values(&mut self, record: &[u8], path: &Path, each: &mut dyn FnMut(Value<'_>)) -> bool {
        self.asked += 1;
        let Ok(root) = serde_json::from_slice::<serde_json::Value>(record) else {
            return false;
        };
        let mut value = &root;
        for segment in path.segments() {
            match value.get(segment) {
                Some(inner) => value = inner,
                None => return false,
            }
        }
        match value {
            serde_json::Value::Array(list) => list.iter().for_each(|one| show(one, each)),
            one => show(one, each),
        }
        true
    }

    fn strings(&mut self, record: &[u8], each: &mut dyn FnMut(&[u8])) {
        fn walk(value: &serde_json::Value, each: &mut dyn FnMut(&[u8])) {
            match value {
                serde_json::Value::String(text) => each(text.as_bytes()),
                serde_json::Value::Array(list) => list.iter().for_each(|one| walk(one, each)),
                serde_json::Value::Object(members) => members.values().for_each(|v| walk(v, each)),
                _ => {}
            }
        }
        if let Ok(root) = serde_json::from_slice::<serde_json::Value>(record) {
            walk(&root, each);
        }
    }

    fn assign(&mut self, _: &[u8], _: &mut Work, _: usize) {}
}

fn show(value: &serde_json::Value, each: &mut dyn FnMut(Value<'_>)) {
    match value {
        serde_json::Value::String(text) => each(Value::Text(text.as_bytes())),
        serde_json::Value::Number(number) => each(Value::Number(number.to_string().as_bytes())),
        serde_json::Value::Bool(bool) => each(Value::Bool(*bool)),
        serde_json::Value::Null => each(Value::Null),
        _ => {}
    }
}
