use std::time::{Duration, SystemTime};

use knownet_credential::Secret;
use knownet_flow::Path;
use knownet_kafka::{
    Compression, Headers, Mechanism, Partitioner, SinkOptions, SourceOptions, Start,
};

use super::{assert_mistakes, config, warnings};
use crate::config::{SinkKind, SourceKind};

const SOURCE: &str = "[sources.a]\ntype = \"stdin\"\n";
const SINK: &str = "[sinks.out]\ntype = \"stdout\"\n";

fn source(keys: &str) -> SourceOptions {
    let text = format!(
        "[sources.a]\ntype = \"kafka\"\nbrokers = [\"k:9092\"]\ntopics = [\"logs\"]\n{keys}\n{SINK}"
    );
    match config(&text)
        .sources
        .into_iter()
        .next()
        .map(|source| source.kind)
    {
        Some(SourceKind::Kafka(options)) => options,
        other => panic!("{other:?}"),
    }
}

fn sink(keys: &str) -> SinkOptions {
    let text = format!(
        "{SOURCE}[sinks.out]\ntype = \"kafka\"\nbrokers = \"k:9092\"\ntopic = \"logs\"\n{keys}\n"
    );
    match config(&text).sinks.into_iter().next().map(|sink| sink.kind) {
        Some(SinkKind::Kafka(options)) => options,
        other => panic!("{other:?}"),
    }
}

#[test]
fn without_keys_a_source_begins_with_the_oldest() {
    let options = source("");
    assert_eq!(options.connection.brokers, ["k:9092"]);
    assert_eq!(
        (options.group.as_str(), options.start),
        ("knownet", Start::Earliest)
    );
    assert_eq!(options.drain_timeout, Duration::from_secs(10));
    assert!(options.connection.trust.is_none() && options.connection.sasl.is_none());
}

#[test]
fn one_text_may_name_several_brokers() {
    let text = format!(
        "[sources.a]\ntype = \"kafka\"\nbrokers = [\"a:1, b:2\", \"[::1]:3\"]\ntopics = [\"logs\"]\n{SINK}"
    );
    let Some(SourceKind::Kafka(options)) = config(&text).sources.pop().map(|source| source.kind)
    else {
        panic!("a source")
    };
    assert_eq!(options.connection.brokers, ["a:1", "b:2", "[::1]:3"]);
}

#[test]
fn every_key_of_a_source() {
    let options = source(
        "group = \"g\"\nstart = \"2026-11-21T09:00:00.5+01:00\"\ndrain_timeout = \"3s\"\ntls = {}\n\
         sasl = { mechanism = \"SCRAM-SHA-256\", username = \"u\", password = \"${OFFICE}\" }\n\
         [sources.a.librdkafka]\n\"fetch.min.bytes\" = 5\nfetch.wait.max.ms = 7\n\
         check.crcs = true\nclient.rack = \"r\"",
    );
    let start = SystemTime::UNIX_EPOCH + Duration::from_millis(1_795_248_000_500);
    assert_eq!(
        (options.group.as_str(), options.start),
        ("g", Start::Time(start))
    );
    assert_eq!(options.drain_timeout, Duration::from_secs(3));
    let sasl = options.connection.sasl.expect("a name with a password");
    assert_eq!(sasl.mechanism, Mechanism::ScramSha256);
    assert_eq!(sasl.password, Secret::Text("203.0.113.0/24".to_owned()));
    let extra: Vec<_> = options.connection.extra.0.into_iter().collect();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(
        extra,
        [
            pair("check.crcs", "true"),
            pair("client.rack", "r"),
            pair("fetch.min.bytes", "5"),
            pair("fetch.wait.max.ms", "7"),
        ]
    );
}

#[test]
fn the_keys_of_a_sink() {
    let usual = sink("");
    assert_eq!((usual.topic.as_str(), usual.key), ("logs", None));
    assert_eq!(usual.partitioner, Partitioner::Murmur2);
    assert_eq!(
        (usual.compression, usual.headers),
        (Compression::Lz4, Headers::Keep)
    );
    let options = sink(
        "key = \"host.name\"\npartitioner = \"random\"\ncompression = \"zstd\"\nheaders = \"drop\"",
    );
    assert_eq!(options.key, Path::parse("host.name").ok());
    assert_eq!(options.partitioner, Partitioner::Random);
    assert_eq!(
        (options.compression, options.headers),
        (Compression::Zstd, Headers::Drop)
    );
}

#[test]
fn mistakes_are_told_with_their_remedy() {
    assert_mistakes(
        &format!(
            "[sources.a]\ntype = \"kafka\"\nbrokers = [\"k\", \"::1:9092\", \"http://k:1\"]\n\
             topics = [\"a b\", \"^\"]\nstart = \"yesterday\"\ntls = {{ certificate = \"c\" }}\n\
             sasl = {{ mechanism = \"GSSAPI\" }}\nlibrdkafka = {{ \"group.id\" = \"x\", \
             linger.mss = 1, \"check.crcs\" = [] }}\n{SINK}"
        ),
        &[
            "config/a.toml:3: sources.a.brokers[0]: \"k\" is not a host with a port; write one such \
             as \"kafka-1:9092\"",
            "config/a.toml:3: sources.a.brokers[1]: \"::1:9092\" is not a host with a port; write one \
             such as \"kafka-1:9092\"",
            "config/a.toml:3: sources.a.brokers[2]: \"http://k:1\" is not a host with a port; write \
             one such as \"kafka-1:9092\"",
            "config/a.toml:4: sources.a.topics[0]: \"a b\" is not the name of a topic; it has \
             letters, digits, dots, _ and -, 249 at most",
            "config/a.toml:4: sources.a.topics[1]: \"^\" is an empty pattern; write \"^.*\" for all",
            "config/a.toml:5: sources.a.start: \"yesterday\" is not where a topic can start; write \
             \"earliest\", \"latest\" or a time such as \"2026-11-21T08:00:00Z\"",
            "config/a.toml:6: sources.a.tls.key: is missing; name a PEM file",
            "config/a.toml:7: sources.a.sasl.mechanism: \"GSSAPI\" is not a mechanism; known: PLAIN, \
             SCRAM-SHA-256, SCRAM-SHA-512",
            "config/a.toml:7: sources.a.sasl.username: is missing; name the user whose password it is",
            "config/a.toml:7: sources.a.sasl.password: is missing; name password_file, or a variable \
             as in password = \"${PASSWORD}\"",
            "config/a.toml:8: sources.a.librdkafka.\"group.id\": is set by group",
            "config/a.toml:8: sources.a.librdkafka.linger.mss: is no option of librdkafka",
            "config/a.toml:8: sources.a.librdkafka.\"check.crcs\": takes text, a number or a boolean, \
             not a list",
        ],
    );
}

#[test]
fn a_secret_without_encryption_is_warned_of() {
    let all = |broker: &str| {
        warnings(&format!(
            "[sources.a]\ntype = \"kafka\"\nbrokers = [\"{broker}\"]\ntopics = [\"logs\"]\n\
             sasl = {{ mechanism = \"PLAIN\", username = \"u\", password = \"p\" }}\n{SINK}"
        ))
    };
    assert_eq!(
        all("k:9092"),
        [
            "config/a.toml:5: warning: sources.a.sasl: secrets come over the network without \
             encryption; add tls"
        ]
    );
    assert_eq!(all("localhost:9092"), [""; 0]);
}

#[test]
fn brokers_that_nobody_checks_are_warned_of() {
    let all = |options: &str| {
        warnings(&format!(
            "[sources.a]\ntype = \"kafka\"\nbrokers = [\"k:9092\"]\ntopics = [\"logs\"]\n\
             tls = {{}}\nlibrdkafka = {{ {options} }}\n{SINK}"
        ))
    };
    assert_eq!(
        all("enable.ssl.certificate.verification = false"),
        [
            "config/a.toml:6: warning: sources.a.librdkafka: enable.ssl.certificate.verification lets \
             anybody pretend to be the brokers; name their authority in tls.ca instead"
        ]
    );
    assert_eq!(all("enable.ssl.certificate.verification = true"), [""; 0]);
}

#[test]
fn a_partition_is_not_kept_for_ever() {
    assert_mistakes(
        &format!(
            "[sources.a]\ntype = \"kafka\"\nbrokers = [\"k:1\"]\ntopics = [\"logs\"]\n\
             drain_timeout = \"5m\"\n{SINK}"
        ),
        &[
            "config/a.toml:5: sources.a.drain_timeout: is more than 180 s, three fifths of \
             max.poll.interval.ms, after which the group might take the member for dead; write less",
        ],
    );
    assert_mistakes(
        &format!(
            "[sources.a]\ntype = \"kafka\"\nbrokers = [\"k:1\"]\ntopics = [\"logs\"]\n\
             librdkafka = {{ max.poll.interval.ms = 10000 }}\n{SINK}"
        ),
        &[
            "config/a.toml:1: sources.a.drain_timeout: is more than 6 s, three fifths of \
             max.poll.interval.ms, after which the group might take the member for dead; write less",
        ],
    );
}

#[test]
fn a_transaction_is_of_one_cluster_and_of_what_is_committed() {
    let text = |brokers: &str, source: &str| {
        format!(
            "[sources.a]\ntype = \"kafka\"\nbrokers = [\"k:1\", \"k:2\"]\ntopics = [\"in\"]\n{source}\n\
             [sinks.out]\ntype = \"kafka\"\nbrokers = [\"{brokers}\"]\ntopic = \"out\"\n\
             transactional_id = \"x\"\n"
        )
    };
    assert_eq!(warnings(&text("k:3,k:2", "")), [""; 0]);
    assert_eq!(
        warnings(&text("k:3", "")),
        [
            "config/a.toml:6: warning: sinks.out.transactional_id: commits what was read in the same \
             transaction, which knows of no other cluster; name the brokers of the source, if they are \
             the same"
        ]
    );
    assert_mistakes(
        &text(
            "k:1",
            "librdkafka = { isolation.level = \"read_uncommitted\" }",
        ),
        &[
            "config/a.toml:1: sources.a.librdkafka: isolation.level is read_committed where a sink has a \
             transactional_id; leave it out",
        ],
    );
}

#[test]
fn dead_letters_go_in_no_transaction() {
    assert_mistakes(
        "dead_letter = \"letters\"\n[sources.a]\ntype = \"kafka\"\nbrokers = [\"k:1\"]\n\
         topics = [\"logs\"]\n[sinks.out]\ntype = \"kafka\"\nbrokers = [\"k:1\"]\n\
         topic = \"out\"\n[sinks.letters]\ntype = \"kafka\"\nbrokers = [\"k:1\"]\n\
         topic = \"letters\"\ntransactional_id = \"x\"\n",
        &[
            "config/a.toml:10: sinks.letters.transactional_id: commits what was read in the same \
             transaction, which dead letters are no part of; leave it out",
        ],
    );
}

#[test]
fn a_topic_of_a_pattern_that_is_read_cannot_be_written() {
    let text = |pattern: &str| {
        format!(
            "[sources.a]\ntype = \"kafka\"\nbrokers = [\"k:1\"]\ntopics = [\"{pattern}\"]\n\
             [sinks.out]\ntype = \"kafka\"\nbrokers = [\"k:1\"]\ntopic = \"logs-labelled\"\n"
        )
    };
    config(&text("^logs$"));
    assert_mistakes(
        &text("^logs"),
        &[
            "config/a.toml:5: sinks.out.topic: logs-labelled is read by sources.a: every event would come \
             back",
        ],
    );
    assert_mistakes(
        &text("^logs-("),
        &[
            "config/a.toml:4: sources.a.topics[0]: \"^logs-(\" is no regular expression; write one such as \
             \"^logs-.*\"",
        ],
    );
}

#[test]
fn a_topic_that_is_read_cannot_be_written() {
    assert_mistakes(
        "[sources.a]\ntype = \"kafka\"\nbrokers = [\"k:1\", \"k:2\"]\ntopics = [\"x\", \"logs\"]\n\
         [sinks.out]\ntype = \"kafka\"\nbrokers = [\"k:2\"]\ntopic = \"logs\"\n\
         [sinks.elsewhere]\ntype = \"kafka\"\nbrokers = [\"k:3\"]\ntopic = \"logs\"\n",
        &[
            "config/a.toml:5: sinks.out.topic: logs is read by sources.a: every event would come back",
        ],
    );
}
