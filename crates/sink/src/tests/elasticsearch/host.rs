use super::*;

#[test]
fn addresses_are_spelled_whole() {
    for (text, shown, bulk) in [
        ("http://127.0.0.1:19200", "http://127.0.0.1:19200", "/_bulk"),
        ("https://node/", "https://node:9200", "/_bulk"),
        ("http://[::1]", "http://[::1]:9200", "/_bulk"),
        ("https://a.b:443/es/", "https://a.b:443/es", "/es/_bulk"),
    ] {
        let host = Host::parse(text).unwrap();
        assert_eq!(host.to_string(), shown);
        assert_eq!(host.bulk().path(), bulk);
        assert_eq!(host.is_safe(), text.starts_with("https"));
    }
}

#[test]
fn what_is_no_address_is_refused_without_repeating_it() {
    for text in [
        "",
        "127.0.0.1:9200",
        "ftp://node",
        "http://",
        "http://node/?x=1",
        "http://elastic:s3cret@node:9200",
        "http://node:99999",
        "http://no de",
    ] {
        let told = Host::parse(text).unwrap_err();
        assert!(!told.contains("s3cret"), "{told}");
    }
}

#[test]
fn this_machine_is_known() {
    for (text, loopback) in [
        ("http://localhost:1", true),
        ("http://127.1.2.3", true),
        ("http://[::1]:9200", true),
        ("http://10.0.0.1", false),
        ("http://localhost.example.org", false),
    ] {
        assert_eq!(Host::parse(text).unwrap().is_loopback(), loopback, "{text}");
    }
}

#[test]
fn of_each_events_answer_all_that_is_read_is_asked_for() {
    let host = Host::parse("http://node").unwrap();
    let query = host.bulk().query().unwrap();
    let fields = query.strip_prefix("filter_path=").unwrap().split(',');
    let fields: Vec<_> = fields.collect();
    for field in ["status", "failure_store", "error.type", "error.reason"] {
        assert!(fields.contains(&&*format!("items.*.{field}")), "{query}");
    }
    assert!(
        fields.contains(&"items.*.error.caused_by.reason"),
        "{query}"
    );
}
