//! `config/reference.toml` shows every key, and its default where it has one.

use std::fs;
use std::path::Path;

use toml::{Table, Value};

use super::show;
use crate::config::{Config, Mistake, parse};

/// Keys whose values there are examples, or without which the others cannot be: at their places a
/// default is shown nowhere.
const EXAMPLES: &[&str] = &[
    // Of sources and sinks.
    "type",
    "path",
    "paths",
    "tls",
    "certificate",
    "key",
    "client_ca",
    "auth",
    "version",
    "multiline",
    "pattern",
    "rotate",
    "size",
    "age",
    "brokers",
    "topics",
    "topic",
    "ca",
    "sasl",
    "mechanism",
    "username",
    "password",
    "password_file",
    "librdkafka",
    "fetch.min.bytes",
    "message.max.bytes",
    "keep",
    "compress",
    "hosts",
    "user",
    // Of one source, with others above the first table.
    "max_event",
    "validate",
    "format",
];

/// Keys of every source or sink, which one of them shows.
const COMMON: &[&str] = &[
    "match",
    "max_event",
    "validate",
    "format",
    "timezone",
    "ecs",
    "original",
    "spool",
];

/// Keys that exclude others, which are shown in a comment beside them.
const INSTEAD: &[&str] = &[
    "transactional_id",
    "index",
    "password_file",
    "api_key",
    "api_key_file",
];

/// The file with what is commented out in it: keys above the first table, and whole tables.
fn uncommented() -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/reference.toml");
    let text = fs::read_to_string(file).unwrap();
    let (mut above, mut inside) = (true, false);
    let mut out = String::new();
    for line in text.lines() {
        above &= !line.starts_with('[');
        let bare = line
            .strip_prefix('#')
            .map(|rest| rest.strip_prefix(' ').unwrap_or(rest));
        inside = bare.is_some_and(|bare| inside || bare.starts_with('['));
        let key = |bare: &&str| {
            let word = bare.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
            word.is_some_and(|end| end > 0 && bare[end..].trim_start().starts_with('='))
        };
        let bare = bare.filter(|bare| inside || above && key(bare));
        out.push_str(bare.unwrap_or(line));
        out.push('\n');
    }
    out
}

fn read(document: &Table) -> Result<(Config, Vec<Mistake>), Vec<Mistake>> {
    let text = toml::to_string(document).unwrap();
    parse(&text, Path::new("config/a.toml"), &|_| None)
}

fn good(document: &Table) -> Config {
    match read(document) {
        Ok((config, _)) => config,
        Err(mistakes) => panic!("{}", show(&mistakes).join("\n")),
    }
}

/// Leaves out every key whose default is shown, and counts them.
fn strip(table: &mut Table) -> usize {
    let before = table.len();
    table.retain(|key, value| {
        // Whether a file is followed decides which other keys there are.
        EXAMPLES.contains(&key) || key == "follow" && *value == Value::Boolean(true)
    });
    let mut gone = before - table.len();
    for (_, value) in table.iter_mut() {
        if let Value::Table(inner) = value {
            gone += strip(inner);
        }
    }
    gone
}

/// A document with this one part and what has to be beside it.
fn alone(kind: &str, name: &str, table: Table) -> Table {
    let mut document: Table = super::ENDS.parse().unwrap();
    document.insert(
        kind.to_owned(),
        Value::Table(Table::from_iter([(name.to_owned(), Value::Table(table))])),
    );
    document
}

#[test]
fn it_is_whole_with_everything_that_is_commented_out() {
    let whole = parse(&uncommented(), Path::new("config/a.toml"), &|_| None);
    let (config, warnings) =
        whole.unwrap_or_else(|mistakes| panic!("{}", show(&mistakes).join("\n")));
    assert_eq!(show(&warnings), [""; 0]);
    assert!(config.admin.is_some());
    let mut kinds: Vec<_> = config
        .sources
        .iter()
        .map(|source| std::mem::discriminant(&source.kind))
        .collect();
    kinds.dedup();
    assert_eq!((kinds.len(), config.sinks.len()), (8, 4));
}

#[test]
fn the_values_it_shows_are_the_defaults() {
    let whole: Table = uncommented().parse().unwrap();
    for kind in ["sources", "sinks"] {
        for (name, table) in whole[kind].as_table().unwrap() {
            let table = table.as_table().unwrap();
            let mut least = table.clone();
            let gone = strip(&mut least);
            assert!(gone > 0, "{kind}.{name} shows no default");
            let (shown, least) = (alone(kind, name, table.clone()), alone(kind, name, least));
            let (shown, least) = (good(&shown), good(&least));
            let parts = |config: &Config| match kind {
                "sources" => format!("{:#?}", config.sources),
                _ => format!("{:#?}", config.sinks),
            };
            assert_eq!(
                lineless(&parts(&shown)),
                lineless(&parts(&least)),
                "{kind}.{name}"
            );
        }
    }
}

/// Without the lines on which things stand.
fn lineless(text: &str) -> String {
    let lines = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("line: "));
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_values_above_its_first_table_are_the_defaults() {
    let whole: Table = uncommented().parse().unwrap();
    let shown = good(&whole);
    let mut least = whole.clone();
    least.retain(|key, value| value.is_table() || value.is_array() || key == "dead_letter");
    least.insert("admin".to_owned(), Value::Table(Table::new()));
    let least = good(&least);
    let admin = |config: &Config| lineless(&format!("{:#?}", config.admin));
    assert_eq!(admin(&shown), admin(&least));
    assert_eq!(shown.state_dir(), least.state_dir());
    let usual = knownet_runtime::Options::default();
    let options = (shown.options, least.options);
    assert_eq!(options.0.max_in_flight, Some(usual.in_flight as u64));
    assert_eq!(options.0.max_event, options.1.max_event);
    assert_eq!(options.0.log_level, options.1.log_level);
    let readings = (options.0.reading, options.1.reading);
    assert_eq!(format!("{:?}", readings.0), format!("{:?}", readings.1));
}

/// Puts a key that is none into every table.
fn spoil(value: &mut Value) {
    match value {
        Value::Table(table) => {
            table.iter_mut().for_each(|(_, value)| spoil(value));
            table.insert("zzz".to_owned(), Value::Boolean(true));
        }
        Value::Array(list) => list.iter_mut().for_each(spoil),
        _ => {}
    }
}

#[test]
fn it_has_every_key_that_is_known() {
    let text = uncommented();
    let whole: Table = text.parse().unwrap();
    let mut spoiled = Value::Table(whole.clone());
    spoil(&mut spoiled);
    let Err(mistakes) = read(spoiled.as_table().unwrap()) else {
        panic!("a key that is none was taken");
    };
    let mut places = Vec::new();
    for mistake in &mistakes {
        let Some((_, known)) = mistake.message.split_once("known: ") else {
            continue;
        };
        let Some(place) = mistake.key.strip_suffix("zzz") else {
            continue;
        };
        let place = place.trim_end_matches('.');
        places.push(place);
        let own = part(&whole, place);
        for key in known.split(", ") {
            let there = match own.filter(|_| !INSTEAD.contains(&key)) {
                Some(table) => table.contains_key(key) || COMMON.contains(&key),
                None => has(&text, key),
            };
            assert!(there, "{place} has no {key}");
        }
    }
    let parts = ["sources", "sinks"].map(|kind| whole[kind].as_table().unwrap());
    for key in COMMON {
        let mut parts = parts.iter().flat_map(|parts| parts.values());
        let there = parts.any(|part| part.get(key).is_some());
        assert!(there, "no source or sink has {key}");
    }
    for place in [
        "",
        "sources.elastic.auth[0]",
        "sources.firewalls.tls",
        "sinks.file.rotate",
        "sinks.elastic.tls",
        "tags[0]",
        "admin",
    ] {
        assert!(
            places.contains(&place),
            "{place:?} was not looked at: {places:?}"
        );
    }
}

/// The table at this place, if it must show all of its keys: the document, or one source or sink.
fn part<'t>(whole: &'t Table, place: &str) -> Option<&'t Table> {
    if place.is_empty() {
        return Some(whole);
    }
    let (kind, name) = place.split_once('.')?;
    let kind = ["sources", "sinks"].contains(&kind).then_some(kind)?;
    whole.get(kind)?.get(name)?.as_table()
}

/// Whether the word occurs.
fn has(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(|other| other == word)
}
