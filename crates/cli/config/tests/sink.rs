use std::time::Duration;

use knownet_credential::Secret;
use knownet_sink::{Compress, Credentials, FileOptions, Rotate, Target};

use super::{assert_mistakes, config, warnings};
use crate::config::{DeadLetter, SinkKind};

const SOURCE: &str = "[sources.in]\ntype = \"stdin\"\n";

#[test]
fn types_and_keys_of_sinks() {
    assert_mistakes(
        &format!(
            "{SOURCE}[sinks.out]\ntype = \"stout\"\n[sinks.b]\ntype = \"file\"\n\
             [sinks.c]\ntype = \"file\"\npath = [\"x\"]\n[sinks.d]\ntype = \"stdout\"\npath = \"x\"\n"
        ),
        &[
            "config/a.toml:4: sinks.out.type: \"stout\" is not a sink; known: stdout, file, kafka, \
             elasticsearch, opensearch",
            "config/a.toml:5: sinks.b.path: is missing; name a file, such as path = \
             \"events.ndjson\"",
            "config/a.toml:9: sinks.c.path: takes text, not a list",
            "config/a.toml:12: sinks.d.path: unknown key; known: match, type",
        ],
    );
}

#[test]
fn standard_output_is_written_by_one_sink() {
    assert_mistakes(
        &format!("{SOURCE}[sinks.a]\ntype = \"stdout\"\n[sinks.b]\ntype = \"stdout\"\n"),
        &["config/a.toml:5: sinks.b: standard output is written by another sink already"],
    );
}

#[test]
fn a_place_where_no_sink_takes_an_event_is_told() {
    let some = "[sinks.a]\ntype = \"stdout\"\nmatch = { x = 1 }\n";
    assert_eq!(
        warnings(&format!("{SOURCE}{some}")),
        [
            "config/a.toml:3: warning: sinks: every sink has a match, so that an event which fits \
             none is not written anywhere; add a sink without one to keep the rest"
        ]
    );
    config(&format!(
        "{SOURCE}{some}[sinks.b]\ntype = \"file\"\npath = \"b\"\nmatch = {{ }}\n"
    ));
}

#[test]
fn there_is_a_bit_for_64_sinks() {
    let sinks = |count: usize| -> String {
        (0..count)
            .map(|n| format!("[sinks.s{n}]\ntype = \"file\"\npath = \"{n}\"\n"))
            .collect()
    };
    config(&format!("{SOURCE}{}", sinks(64)));
    assert_mistakes(
        &format!("{SOURCE}{}", sinks(65)),
        &["config/a.toml:1: sinks: 65 are too many; 64 are allowed"],
    );
}

#[test]
fn a_file_may_be_rotated() {
    let text = format!(
        "{SOURCE}[sinks.a]\ntype = \"file\"\npath = \"a\"\nsync = true\n\
         rotate = {{ size = \"100MiB\", age = \"1d\", keep = 7, compress = \"zstd\" }}\n\
         [sinks.b]\ntype = \"file\"\npath = \"b\"\n[sinks.b.rotate]\nage = \"1h\"\n"
    );
    let config = config(&text);
    let options = |n: usize| match &config.sinks[n].kind {
        SinkKind::File { options, .. } => options.clone(),
        _ => FileOptions::default(),
    };
    let rotate = Rotate {
        size: Some(100 << 20),
        age: Some(Duration::from_secs(86_400)),
        keep: Some(7),
        compress: Compress::Zstd,
    };
    let (rotate, sync) = (Some(rotate), true);
    assert_eq!(options(0), FileOptions { rotate, sync });
    let hourly = Rotate {
        age: Some(Duration::from_secs(3600)),
        ..Rotate::default()
    };
    let (rotate, sync) = (Some(hourly), false);
    assert_eq!(options(1), FileOptions { rotate, sync });
}

#[test]
fn mistakes_in_a_rotation() {
    let file = |keys: &str| format!("{SOURCE}[sinks.a]\ntype = \"file\"\npath = \"a\"\n{keys}\n");
    for (keys, mistake) in [
        (
            "rotate = { keep = 3 }",
            "rotate: has neither size nor age; say when the file is full, such as { size = \
             \"100MiB\" }",
        ),
        (
            "rotate = { size = 10 }",
            "rotate.size: 10 is out of bounds; from 1KiB to 1048576GiB is allowed",
        ),
        (
            "rotate = { age = \"1w\" }",
            "rotate.age: \"1w\" is not a time; write a number and a unit such as \"30s\" (ms, s, \
             m, h, d)",
        ),
        (
            "rotate = { age = \"1d\", keep = 0 }",
            "rotate.keep: 0 is out of bounds; from 1 to 1000000 is allowed",
        ),
        (
            "rotate = { age = \"1d\", compress = \"xz\" }",
            "rotate.compress: \"xz\" is not a way to compress; known: none, gzip, zstd",
        ),
        (
            "rotate = { age = \"1d\", max = 3 }",
            "rotate.max: unknown key; known: size, age, keep, compress",
        ),
        ("rotate = \"1d\"", "rotate: takes a table, not text"),
        ("sync = 1", "sync: takes true or false, not a whole number"),
    ] {
        assert_mistakes(
            &file(keys),
            &[&format!("config/a.toml:6: sinks.a.{mistake}")],
        );
    }
}

#[test]
fn the_dead_letters_may_have_a_sink_that_takes_nothing_else() {
    let sinks = "[sinks.out]\ntype = \"stdout\"\n[sinks.dead]\ntype = \"file\"\npath = \"x\"\n";
    let config = config(&format!("dead_letter = \"dead\"\n{SOURCE}{sinks}"));
    let sink = DeadLetter::Sink("dead".to_owned());
    assert_eq!(config.options.dead_letter, Some(sink));
    assert_eq!(config.dead_letter_sink(), Some(1));
    assert_mistakes(
        &format!("dead_letter = \"dead\"\n{SOURCE}{sinks}match = {{ x = 1 }}\n"),
        &[
            "config/a.toml:6: sinks.dead.match: takes the dead letters and nothing else; remove \
             match",
        ],
    );
    assert_mistakes(
        &format!("dead_letter = \"out\"\n{SOURCE}[sinks.out]\ntype = \"stdout\"\n"),
        &[
            "config/a.toml:4: sinks.out: takes the dead letters and nothing else; add a sink for \
             the events",
        ],
    );
}

/// What the sink of these keys becomes, at lines from 5 on.
fn elastic(keys: &str) -> String {
    format!("{SOURCE}[sinks.e]\ntype = \"elasticsearch\"\n{keys}\n")
}

#[test]
fn elasticsearch_has_defaults_for_all_but_its_hosts() {
    let config = config(&elastic("hosts = [\"http://localhost\"]"));
    let SinkKind::Elasticsearch(options) = &config.sinks[0].kind else {
        panic!("{:?}", config.sinks[0].kind);
    };
    assert_eq!(options.hosts[0].to_string(), "http://localhost:9200");
    let stream = Target::data_stream("logs-knownet.event-default");
    assert_eq!(Ok(&options.target), stream.as_ref());
    assert_eq!(options.credentials, None);
    assert_eq!((options.compression, options.bulk_bytes), (1, 8 << 20));
    assert_eq!(
        (options.concurrency, options.flush),
        (4, Duration::from_secs(1))
    );
    let other = super::config(
        &elastic("hosts = \"http://localhost\"").replace("elasticsearch", "opensearch"),
    );
    assert_eq!(config.sinks[0].kind, other.sinks[0].kind);
}

#[test]
fn elasticsearch_may_be_told_more() {
    let config = config(&elastic(
        "hosts = [\"https://a\", \"https://b:443/x\"]\nindex = \"i-%{+yyyy.MM}\"\n\
         api_key = \"id:key\"\ntls = { ca = \"ca\", certificate = \"c\", key = \"k\" }\ncompression = 3",
    ));
    let SinkKind::Elasticsearch(options) = &config.sinks[0].kind else {
        panic!("{:?}", config.sinks[0].kind);
    };
    assert_eq!(options.hosts.len(), 2);
    assert_eq!(Ok(&options.target), Target::index("i-%{+yyyy.MM}").as_ref());
    let key = Credentials::ApiKey(Secret::Text("id:key".to_owned()));
    assert_eq!(options.credentials, Some(key));
    assert!(options.trust.ca.is_some() && options.trust.identity.is_some());
    assert_eq!(options.compression, 3);
}

#[test]
fn mistakes_in_elasticsearch() {
    let host = "hosts = \"https://a\"\n";
    for (keys, mistake) in [
        (
            String::new(),
            "3: sinks.e.hosts: is missing; name a node, such as hosts = [\"http://127.0.0.1:9200\"]",
        ),
        (
            "hosts = []".to_owned(),
            "5: sinks.e.hosts: is an empty list; name a node, such as hosts = \
             [\"http://127.0.0.1:9200\"]",
        ),
        (
            "hosts = \"https://me:s3cret@a\"".to_owned(),
            "5: sinks.e.hosts: holds a user or password, which would be shown; write them into the \
             keys user and password",
        ),
        (
            format!("{host}index = \"a\"\ndata_stream = \"b\""),
            "6: sinks.e.index: is given beside data_stream; events go to one of them",
        ),
        (
            format!("{host}index = \"a-%{{+ww}}\""),
            "6: sinks.e.index: \"%{+ww}\" has \"ww\", which is no part of a date here; known: yyyy, \
             MM, dd, HH",
        ),
        (
            format!("{host}user = \"a\""),
            "3: sinks.e.password: is missing; name password_file, or a variable as in password = \
             \"${PASSWORD}\"",
        ),
        (
            format!("{host}password = \"a\""),
            "3: sinks.e.user: is missing; name the user whose password it is",
        ),
        (
            format!("{host}user = \"a\"\npassword = \"b\"\napi_key = \"c\""),
            "8: sinks.e.api_key: is given beside a user; one of them is enough",
        ),
        (
            format!("{host}tls = {{ certificate = \"c\" }}"),
            "6: sinks.e.tls.key: is missing; name a PEM file",
        ),
        (
            "hosts = \"http://127.0.0.1\"\ntls = { ca = \"c\" }".to_owned(),
            "6: sinks.e.tls: no host is reached by https; write https:// where tls is meant",
        ),
        (
            format!("{host}compression = 10"),
            "6: sinks.e.compression: 10 is out of bounds; from 0 to 9 is allowed",
        ),
    ] {
        assert_mistakes(&elastic(&keys), &[&format!("config/a.toml:{mistake}")]);
    }
}

#[test]
fn a_secret_that_goes_over_the_network_as_it_is_is_told() {
    let plain = "hosts = [\"http://127.0.0.1\", \"http://a\"]";
    assert_eq!(
        warnings(&elastic(&format!("{plain}\napi_key = \"k\""))),
        [
            "config/a.toml:5: warning: sinks.e.hosts: events and the secret go to http://a:9200 over \
             the network as they are; write https://"
        ]
    );
    assert_eq!(
        warnings(&elastic(plain)),
        [
            "config/a.toml:5: warning: sinks.e.hosts: events go to http://a:9200 over the network as \
             they are; write https://"
        ]
    );
}

#[test]
fn an_index_that_would_become_a_data_stream_is_warned_of() {
    let index = |name: &str| elastic(&format!("hosts = \"https://a\"\nindex = \"{name}\""));
    assert_eq!(
        warnings(&index("logs-%{[host.name]}")),
        [
            "config/a.toml:6: warning: sinks.e.index: may match logs-*-*, for which Elasticsearch makes \
             a data stream, which refuses events without @timestamp; begin the name with another word, \
             or name a data_stream"
        ]
    );
    assert_eq!(warnings(&index("logs-%{+yyyy.MM.dd}")), [""; 0]);
    // It comes with no such templates.
    let other = index("logs-%{[host.name]}").replace("\"elasticsearch\"", "\"opensearch\"");
    assert!(other.contains("opensearch"));
    assert_eq!(warnings(&other), [""; 0]);
}
