use std::fs;

use knownet_credential::Identity;

use super::*;

#[test]
fn options_that_would_break_a_promise_are_refused_by_name() {
    for name in ["enable.auto.offset.store", "group.id", "bootstrap.servers"] {
        assert!(Extra::check_source(name, "true").is_err(), "{name}");
    }
    for name in [
        "acks",
        "enable.idempotence",
        "enable.gapless.guarantee",
        "security.protocol",
        "ssl.engine.location",
        "ssl.providers",
    ] {
        assert!(Extra::check_sink(name, "1").is_err(), "{name}");
    }
    // Each is an option that there is.
    for (name, _) in SOURCE.iter().chain(SINK) {
        let error = one(name, "").create_native_config().err();
        let unknown = error.is_some_and(|error| error.to_string().contains("No such"));
        assert!(!unknown, "{name}");
    }
    assert_eq!(Extra::check_source("fetch.min.bytes", "10"), Ok(()));
    let unknown = Extra::check_source("fetch.min.byte", "10");
    assert_eq!(unknown, Err("is no option of librdkafka".to_owned()));
    let wrong = Extra::check_sink("linger.ms", "secret").unwrap_err();
    assert!(!wrong.contains("secret"), "{wrong}");
}

#[test]
fn the_connection_says_how_brokers_are_reached() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("password");
    fs::write(&file, "s3cret\n").unwrap();
    let mut connection = Connection {
        brokers: vec!["a:1".to_owned(), "b:2".to_owned()],
        trust: Some(Trust {
            ca: None,
            identity: Some(Identity {
                certificate: "c.pem".into(),
                key: "k.pem".into(),
            }),
        }),
        sasl: Some(Sasl {
            mechanism: Mechanism::ScramSha512,
            username: "u".to_owned(),
            password: Secret::File(file.clone()),
        }),
        extra: Extra::default(),
    };
    let extra = [("client.id".to_owned(), "mine".to_owned())];
    connection.extra.0.extend(extra);
    let config = connection.config("in", SOURCE).unwrap();
    for (name, value) in [
        ("bootstrap.servers", "a:1,b:2"),
        ("security.protocol", "sasl_ssl"),
        ("ssl.ca.location", "probe"),
        ("ssl.certificate.location", "c.pem"),
        ("ssl.key.location", "k.pem"),
        ("sasl.mechanism", "SCRAM-SHA-512"),
        ("sasl.username", "u"),
        ("sasl.password", "s3cret"),
        ("client.id", "mine"),
    ] {
        assert_eq!(config.get(name), Some(value), "{name}");
    }
    assert!(config.create_native_config().is_ok());
    let shown = format!("{connection:?}");
    assert!(
        !shown.contains("mine") && shown.contains("client.id"),
        "{shown}"
    );
    fs::write(&file, " \n").unwrap();
    let error = connection.config("in", SOURCE).unwrap_err().to_string();
    assert!(error.ends_with("is empty"), "{error}");
}
