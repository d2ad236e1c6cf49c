//! A whole configuration, and what may be missing from one.

use std::path::PathBuf;

use knownet_rule::{Action, Match, Scalar};
use knownet_sink::FileOptions;

use super::{ENDS, assert_mistakes, config, warnings};
use crate::config::{Condition, Config, DeadLetter, Origin, SinkKind, SourceKind};

const WHOLE: &str = r#"
workers = 3
max_in_flight = "64MiB"
dead_letter = "dead.ndjson"
max_event = "2 MB"
validate = true

[sources.sysmon]
type = "file"
paths = ["samples/sysmon.ndjson", "/var/log/./b.gz"]
follow = false
validate = false
[sources.in]
type = "stdin"
max_event = 4096

[labels.Zeta]
feeds = ["builtin:microsoft", "feeds/tags.json"]
[labels."Apple Relay"]
feeds = [{ path = "../egress.csv", kind = "apple-relay", on_bad_line = "skip", allow = ["::/0"] }]
[labels.Alpha]
cidrs = ["203.0.113.0/24", "2001:db8::/32"]
threat = true

[[tags]]
from = ["destination.ip", "DestinationIp"]
into = "IPDestination"
all = "network.labels"
[[tags]]
from = "source.ip"
into = "IPSource"

[[rules]]
name = "office"
action = "drop"
even_threats = true
[rules.match]
IPDestination = "Zeta"
process = { "name|endswith" = ['\winword.exe', '\excel.exe'] }
winlog.event_id = 3
[[rules]]
match = { IPSource = ["alpha", "Apple*"], "a.b|exists" = false, share = 0.5 }
action = "count"

[sinks.rest]
type = "stdout"
[sinks.known]
type = "file"
path = "known.ndjson"
match = { "network.labels|exists" = true }
"#;

fn label_names(config: &Config) -> Vec<&str> {
    let labels = config.labels.iter();
    labels.map(|label| &*label.name).collect()
}

#[test]
fn a_whole_configuration_is_read_in_its_order() {
    let config = config(WHOLE);
    let options = &config.options;
    assert_eq!(options.workers, Some(3));
    assert_eq!(options.max_in_flight, Some(64 << 20));
    assert_eq!(
        options.dead_letter,
        Some(DeadLetter::File(PathBuf::from("config/dead.ndjson")))
    );
    assert_eq!(
        (options.max_event, options.reading.json.validate),
        (2_000_000, true)
    );

    let [file, stdin] = &config.sources[..] else {
        panic!("{:?}", config.sources)
    };
    assert_eq!(
        (&*file.name, file.line, file.reading.json.validate),
        ("sysmon", 8, false)
    );
    assert_eq!((stdin.max_event, stdin.reading.json.validate), (4096, true));
    assert_eq!(stdin.kind, SourceKind::Stdin);
    let paths = ["config/samples/sysmon.ndjson", "/var/log/b.gz"].map(PathBuf::from);
    assert_eq!(
        file.kind,
        SourceKind::File {
            paths: paths.into()
        }
    );

    assert_eq!(label_names(&config), ["Zeta", "Apple Relay", "Alpha"]);
    let origins: Vec<_> = config.labels[0].feeds.iter().map(|f| &f.origin).collect();
    assert_eq!(*origins[0], Origin::Builtin("microsoft".to_owned()));
    assert_eq!(*origins[1], Origin::File("config/feeds/tags.json".into()));
    let relay = &config.labels[1].feeds[0];
    assert_eq!(relay.origin, Origin::File("config/../egress.csv".into()));
    assert_eq!(
        relay.options.kind.map(|kind| kind.name()),
        Some("apple-relay")
    );
    assert_eq!(relay.options.on_bad_line, knownet_feed::BadLine::Skip);
    assert_eq!(relay.options.allow.len(), 1);
    assert!(config.labels[2].threat);
    assert_eq!(config.labels[2].cidrs.len(), 2);

    assert_eq!(config.tags[0].from.len(), 2);
    assert_eq!(
        config.tags[0].all.as_ref().map(|p| p.as_str()),
        Some("network.labels")
    );
    assert_eq!(config.tags[1].from[0].as_str(), "source.ip");

    let conditions: Vec<_> = config.rules[0]
        .conditions
        .iter()
        .map(|c| (&*c.key, c.values.len(), c.line, &*c.place))
        .collect();
    assert_eq!(
        conditions,
        [
            ("IPDestination", 1, 38, "rules[0].match.IPDestination"),
            (
                "process.name|endswith",
                2,
                39,
                "rules[0].match.process.\"name|endswith\""
            ),
            ("winlog.event_id", 1, 40, "rules[0].match.winlog.event_id"),
        ]
    );
    assert_eq!(config.rules[0].name.as_deref(), Some("office"));
    assert_eq!(
        (config.rules[0].action, config.rules[0].even_threats),
        (Action::Drop, true)
    );
    assert_eq!(config.rules[0].conditions[2].values, [Scalar::Integer(3)]);
    assert_eq!(config.rules[1].conditions[1].values, [Scalar::Bool(false)]);
    assert_eq!(config.rules[1].conditions[2].values, [Scalar::Float(0.5)]);

    assert_eq!(config.sinks[0].kind, SinkKind::Stdout);
    assert!(config.sinks[0].conditions.is_empty());
    assert_eq!(config.sinks[1].conditions.len(), 1);
    let file = SinkKind::File {
        path: "config/known.ndjson".into(),
        options: FileOptions::default(),
    };
    assert_eq!(config.sinks[1].kind, file);
}

#[test]
fn what_is_checked_can_be_built() {
    let config = config(WHOLE);
    let (tags, names) = (config.targets(), label_names(&config));
    let rules = config.rules.iter().map(|rule| &rule.conditions);
    for conditions in rules.chain(config.sinks.iter().map(|sink| &sink.conditions)) {
        let built = Match::new(&Condition::pairs(conditions), &tags, &names);
        assert_eq!(built.map(|m| m.is_empty()), Ok(conditions.is_empty()));
    }
}

#[test]
fn the_least_is_a_source_and_a_sink() {
    let config = config(ENDS);
    assert_eq!(config.options.max_event, 16 << 20);
    assert_eq!(
        (config.options.workers, config.options.max_in_flight),
        (None, None)
    );
    assert!(!config.sources[0].reading.json.validate);
    assert_mistakes(
        "",
        &[
            "config/a.toml:1: sources: there is none; add one, such as [sources.in] with type = \
             \"stdin\"",
            "config/a.toml:1: sinks: there is none; add one, such as [sinks.out] with type = \
             \"stdout\"",
        ],
    );
}

#[test]
fn an_unknown_key_lists_the_known_ones_and_the_nearest() {
    let known = "known: workers, max_in_flight, state_dir, dead_letter, max_event, log_level, \
                 aliases, validate, format, timezone, ecs, original, sources, labels, tags, rules, \
                 sinks, admin";
    let expected = [
        format!("config/a.toml:1: worker: unknown key; did you mean workers? {known}"),
        format!("config/a.toml:2: foo: unknown key; {known}"),
        format!("config/a.toml:7: label: unknown key; did you mean labels? {known}"),
    ];
    assert_mistakes(
        &format!("worker = 2\nfoo = 1\n{ENDS}[label.A]\n"),
        &expected.each_ref().map(String::as_str),
    );
}

#[test]
fn sizes_and_counts_have_bounds() {
    assert_mistakes(
        &format!(
            "workers = 0\nmax_in_flight = \"64 Mb!\"\nmax_event = \"2GiB\"\nvalidate = 1\n\
             dead_letter = \"\"\n{ENDS}max_event = 7\n"
        ),
        &[
            "config/a.toml:1: workers: 0 is out of bounds; from 1 to 1024 is allowed",
            "config/a.toml:2: max_in_flight: \"64 Mb!\" is not a size; write a number of bytes or \
             text such as \"64MiB\" (B, kB, MB, GB, KiB, MiB, GiB)",
            "config/a.toml:3: max_event: \"2GiB\" is out of bounds; from 1KiB to 1GiB is allowed",
            "config/a.toml:4: validate: takes true or false, not a whole number",
            "config/a.toml:5: dead_letter: \"\" is not a path",
            "config/a.toml:10: sinks.out.max_event: unknown key; known: match, type",
        ],
    );
    for (count, mistake) in [
        ("-1", "-1 is out of bounds; from 1 to 1024 is allowed"),
        ("1025", "1025 is out of bounds; from 1 to 1024 is allowed"),
        ("2.0", "takes a whole number, not a fraction"),
    ] {
        let mistake = format!("config/a.toml:1: workers: {mistake}");
        assert_mistakes(&format!("workers = {count}\n{ENDS}"), &[&mistake]);
    }
    for (text, size) in [
        ("4096", 4096),
        ("\"4096\"", 4096),
        ("\"16kib\"", 16 << 10),
        ("\" 1 MB \"", 1_000_000),
    ] {
        let config = config(&format!("max_event = {text}\n{ENDS}"));
        assert_eq!(config.options.max_event, size, "{text}");
    }
}

#[test]
fn sections_of_the_wrong_form_are_told() {
    assert_mistakes(
        "sources = 1\nsinks.out = \"stdout\"\n[tags]\nfrom = \"a\"\n[[labels]]\n",
        &[
            "config/a.toml:1: sources: takes a table, not a whole number",
            "config/a.toml:1: sources: there is none; add one, such as [sources.in] with type = \
             \"stdin\"",
            "config/a.toml:2: sinks.out: takes a table, not text",
            "config/a.toml:3: tags: takes a list of tables, written [[tags]], not a table",
            "config/a.toml:5: labels: takes a table, not a list",
        ],
    );
}

#[test]
fn tags_without_labels_and_labels_without_tags_are_suspicious() {
    assert_eq!(
        warnings(&format!("[labels.A]\ncidrs = \"10.0.0.0/8\"\n{ENDS}")),
        [
            "config/a.toml:1: warning: tags: there is none, so that no label is written; add \
             [[tags]] with from and into"
        ]
    );
    assert_eq!(
        warnings(&format!("[[tags]]\nfrom = \"a\"\ninto = \"b\"\n{ENDS}")),
        [
            "config/a.toml:1: warning: labels: there is none, so that no tag is written; add \
             [labels.NAME] with feeds"
        ]
    );
}
