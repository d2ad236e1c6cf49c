use serde_json::{Value, json};

use crate::input::gzip;
use crate::rig::{Folder, Ran};

/// A configuration whose label A has these lines in its table.
fn config(label: &str) -> String {
    format!("[sources.in]\ntype = \"stdin\"\n[sinks.out]\ntype = \"stdout\"\n[labels.A]\n{label}\n")
}

/// What `check` says with this feed in `feed.txt`.
fn check(feed: impl AsRef<[u8]>, label: &str) -> Ran {
    let folder = Folder::new();
    folder.file("feed.txt", feed);
    folder.check(&config(label))
}

/// The first match of each address.
fn matches(feed: impl AsRef<[u8]>, label: &str, addresses: &[&str]) -> Vec<Value> {
    let folder = Folder::new();
    folder.file("feed.txt", feed);
    folder.file("knownet.toml", config(label));
    let args = [&["lookup", "--config", "knownet.toml"], addresses].concat();
    let answers = folder.knownet(&args).ran().succeeded().objects();
    let first = |answer: &Value| {
        let first = &answer["matches"][0];
        json!([first["prefix"], first["attributes"]])
    };
    answers.iter().map(first).collect()
}

const FEED: &str = "feeds = [\"feed.txt\"]";

/// The same, with nothing to warn of.
const TAGGED: &str = "feeds = [\"feed.txt\"]\n[[tags]]\nfrom = \"a\"\ninto = \"b\"";

const LIST: &str = "# networks\n; and more\n\n10.0.0.0/8\r\n192.0.2.7 # one host\n2001:db8::/32\n\
                    198.51.100.4-198.51.100.7\n  203.0.113.0/24\t; spaces around";

const RELAY: &str =
    "198.51.100.0/25,DE,DE-BE,Berlin,\n198.51.100.128/25,US,,,\n2001:db8:a::/64,JP,JP-13,Tokyo,\n";

const TAGS: &str = r#"{
  "changeNumber": 1, "cloud": "Public",
  "values": [
    {"name": "AzureCloud.westeurope", "id": "AzureCloud.westeurope", "properties":
      {"changeNumber": 1, "region": "westeurope", "platform": "Azure", "systemService": "",
       "addressPrefixes": ["198.51.100.0/24", "2001:db8:b::/48"]}},
    {"name": "Storage", "id": "Storage", "properties":
      {"region": "", "systemService": "AzureStorage", "addressPrefixes": ["203.0.113.0/24"]}}
  ]
}"#;

#[test]
fn a_list_holds_addresses_prefixes_ranges_and_comments() {
    let addresses = [
        "10.9.9.9",
        "192.0.2.7",
        "192.0.2.8",
        "2001:db8::1",
        "198.51.100.6",
        "198.51.100.8",
        "203.0.113.1",
    ];
    let found = matches(LIST, FEED, &addresses);
    let prefixes: Vec<_> = found.iter().map(|found| found[0].clone()).collect();
    let none = Value::Null;
    let expected = [
        json!("10.0.0.0/8"),
        json!("192.0.2.7/32"),
        none.clone(),
        json!("2001:db8::/32"),
        json!("198.51.100.4/30"),
        none,
        json!("203.0.113.0/24"),
    ];
    assert_eq!(prefixes, expected);
}

#[test]
fn apples_rows_have_countries_and_cities() {
    let found = matches(
        RELAY,
        FEED,
        &["198.51.100.1", "198.51.100.200", "2001:db8:a::9"],
    );
    assert_eq!(
        found[0],
        json!(["198.51.100.0/25", {"country": "DE", "region": "DE-BE", "city": "Berlin"}])
    );
    assert_eq!(found[1], json!(["198.51.100.128/25", {"country": "US"}]));
    assert_eq!(
        found[2],
        json!(["2001:db8:a::/64", {"country": "JP", "region": "JP-13", "city": "Tokyo"}])
    );
}

#[test]
fn service_tags_have_services_and_regions() {
    let found = matches(
        TAGS,
        FEED,
        &["198.51.100.1", "2001:db8:b::1", "203.0.113.1"],
    );
    let cloud = json!({"service": "AzureCloud", "region": "westeurope"});
    assert_eq!(found[0], json!(["198.51.100.0/24", cloud]));
    assert_eq!(found[1], json!(["2001:db8:b::/48", cloud]));
    assert_eq!(
        found[2],
        json!(["203.0.113.0/24", {"service": "AzureStorage"}])
    );
}

#[test]
fn feeds_may_be_compressed() {
    assert_eq!(
        matches(gzip(RELAY), FEED, &["198.51.100.1"])[0][0],
        "198.51.100.0/25"
    );
    assert_eq!(
        matches(gzip(TAGS), FEED, &["203.0.113.1"])[0][0],
        "203.0.113.0/24"
    );
}

#[test]
fn a_kind_may_be_said() {
    let kind = |kind| format!("feeds = [{{ path = \"feed.txt\", kind = \"{kind}\" }}]");
    assert_eq!(
        matches("10.0.0.0/8\n", &kind("list"), &["10.0.0.1"])[0][0],
        "10.0.0.0/8"
    );
    check(LIST, &kind("azure-service-tags"))
        .ended(1)
        .said("feed.txt:");
    check(RELAY, &kind("list")).ended(1).said("feed.txt:1: ");
    let ran = check(LIST, &kind("csv")).ended(1);
    ran.said("\"csv\" is not a kind of feed; known: ");
}

#[test]
fn host_bits_are_masked_counted_and_told_once() {
    let ran = check("10.1.2.3/8\n192.0.2.0/24\n172.16.0.1/12\n", FEED).succeeded();
    ran.said("knownet.toml:6: warning: labels.A.feeds[0]: feed.txt: prefixes with host bits set, which were masked: 2, first \"10.1.2.3/8\" at feed.txt:1\n");
    assert_eq!(
        matches("10.1.2.3/8\n", FEED, &["10.200.0.1"])[0][0],
        "10.0.0.0/8"
    );
}

#[test]
fn a_line_that_is_no_prefix_is_a_mistake_with_its_place() {
    let ran = check("10.0.0.0/8\n\n10.0.0.0/40\n", FEED).ended(1);
    ran.said("knownet.toml:6: labels.A.feeds[0]: feed.txt:3: ");
    ran.said("; fix the line or set on_bad_line = \"skip\"");
    check(RELAY.replace("198.51.100.128", "x"), FEED)
        .ended(1)
        .said("feed.txt:2: ");
    let tags = TAGS.replace("203.0.113.0/24", "203.0.113.0/64");
    check(tags, FEED)
        .ended(1)
        .said("feed.txt, tag \"Storage\": ");
}

#[test]
fn every_line_that_is_no_prefix_is_told_at_once() {
    let long = "1".repeat(100_000);
    let list = format!("10.0.0.0/8\nexample.com\n::/0\n192.0.2.9-192.0.2.1\n{long}\n10.1.0.0/16\n");
    let relay = RELAY.replace("198.51.100.128", "x") + &format!("y,DE,,,\n{long}\n");
    let tags = TAGS.replace("203.0.113.0/24", "a\", \"b");
    for (feed, places) in [
        (list, &[":2: ", ":3: ", ":4: ", ":5: "][..]),
        (relay, &[":2: ", ":4: ", ":5: "]),
        (
            tags,
            &[", tag \"Storage\": \"a\" ", ", tag \"Storage\": \"b\" "],
        ),
    ] {
        let folder = Folder::new();
        folder.file("feed.txt", feed);
        let checked = folder.check(&config(TAGGED)).ended(1);
        let err: Vec<_> = checked.err.lines().collect();
        assert_eq!(err.len(), places.len() + 1, "{}", checked.err);
        for (line, place) in err.iter().zip(places) {
            let start = format!("knownet.toml:6: labels.A.feeds[0]: feed.txt{place}");
            assert!(line.starts_with(&start), "{start} in {}", checked.err);
        }
        let last = format!("knownet: {} mistakes in knownet.toml", places.len());
        assert_eq!(err[places.len()], last);
        assert_eq!(folder.run(&config(TAGGED)).ended(1).err, checked.err);

        for command in ["tag", "lookup"] {
            let ran = folder.knownet(&[command, "--label", "A=feed.txt"]).ran();
            let ran = ran.ended(1);
            let err: Vec<_> = ran.err.lines().collect();
            assert_eq!(err.len(), places.len(), "{}", ran.err);
            for (line, place) in err.iter().zip(places) {
                let start = format!("knownet: --label A: feed.txt{place}");
                assert!(line.starts_with(&start), "{start} in {}", ran.err);
            }
        }
    }
}

#[test]
fn after_twenty_bad_lines_the_rest_is_not_read() {
    let ran = check("example.com\n".repeat(1020), TAGGED).ended(1);
    let err: Vec<_> = ran.err.lines().collect();
    assert_eq!(err.len(), 22, "{}", ran.err);
    assert!(err[19].contains("feed.txt:20: "), "{}", ran.err);
    assert_eq!(
        err[20],
        "knownet.toml:6: labels.A.feeds[0]: feed.txt:21: here is another mistake; the rest was not read"
    );
    let ran = check("example.com\n".repeat(20), TAGGED).ended(1);
    assert_eq!(ran.err.lines().count(), 21, "{}", ran.err);
}

#[test]
fn bad_lines_may_be_skipped_with_a_warning() {
    for label in [
        "feeds = [{ path = \"feed.txt\", on_bad_line = \"skip\" }]",
        "feeds = [\"feed.txt\"]\non_bad_line = \"skip\"",
    ] {
        let list = "10.0.0.0/8\nexample.com\n192.0.2.0/24\n-\n";
        let ran = check(list, label).succeeded();
        ran.said("feed.txt: lines that are no prefix, which were skipped: 2, first \"example.com\" at feed.txt:2\n");
        assert_eq!(matches(list, label, &["192.0.2.1"])[0][0], "192.0.2.0/24");
    }
}

#[test]
fn the_whole_world_is_refused_unless_allowed_by_name() {
    for world in ["0.0.0.0/0", "::/0"] {
        let feed = format!("10.0.0.0/8\n{world}\n");
        let ran = check(&feed, FEED).ended(1);
        ran.said(&format!(
            "feed.txt:2: {world} covers every address of its family; remove it or set allow = [\"{world}\"]"
        ));
        let allowed = format!("feeds = [{{ path = \"feed.txt\", allow = [\"{world}\"] }}]");
        check(&feed, &allowed).succeeded();
        let cidr = format!("cidrs = [\"{world}\"]");
        check("", &cidr)
            .ended(1)
            .said("covers every address of its family");
        check("", &format!("{cidr}\nallow = [\"{world}\"]")).succeeded();
    }
    // Nor by way of a range.
    check("0.0.0.0-255.255.255.255\n", FEED)
        .ended(1)
        .said("0.0.0.0/0 covers every address");
}

#[test]
fn a_feed_without_a_prefix_is_suspicious() {
    check("# nothing\n", FEED)
        .succeeded()
        .said("warning: labels.A.feeds[0]: feed.txt holds no prefix");
}

#[test]
fn labels_keep_the_files_order_between_equal_prefixes() {
    let folder = Folder::new();
    let label = |name: &str| format!("[labels.{name}]\ncidrs = [\"10.0.0.0/8\"]\n");
    for names in [["Zeta", "Alpha", "Mu"], ["Mu", "Zeta", "Alpha"]] {
        let labels: String = names.iter().map(|name| label(name)).collect();
        folder.file("knownet.toml", config("cidrs = [\"::1\"]") + &labels);
        let ran = folder
            .knownet(&["lookup", "--config", "knownet.toml", "10.0.0.1"])
            .ran();
        assert_eq!(ran.succeeded().objects()[0]["labels"], json!(names));
    }
}

#[test]
fn a_threat_without_networks_is_a_mistake() {
    let folder = Folder::new();
    folder.file("feed.txt", "# nothing today\n");
    let config = "[sources.in]\ntype = \"stdin\"\n[labels.Bad]\nthreat = true\nfeeds = \"feed.txt\"\n\
                  [[tags]]\nfrom = \"a\"\ninto = \"b\"\n[sinks.out]\ntype = \"stdout\"\n";
    let ran = folder.check(config).ended(1);
    ran.said("knownet.toml:5: labels.Bad.feeds: feed.txt holds no prefix, but Bad is a threat; ");
    folder
        .check(&config.replace("threat = true\n", ""))
        .succeeded();
}
