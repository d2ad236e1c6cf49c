//! Each kind's reading, detection, and what is said of bad input.

use flate2::Compression;
use flate2::write::GzEncoder;
use knownet_feed::{BadLine, FeedError, Kind, Options, Report, load, read};
use knownet_label::Prefix;
use std::io::Write;
use std::path::Path;

type Rows = Vec<String>;

/// Every row as `prefix key=value …`.
fn rows(bytes: &[u8], options: &Options) -> (Rows, Result<Report, Vec<FeedError>>) {
    let mut rows = Vec::new();
    let report = read(bytes, options, &mut |prefix, attributes| {
        let mut row = prefix.to_string();
        for (key, value) in attributes {
            row += &format!(" {key}={value}");
        }
        rows.push(row);
    });
    (rows, report)
}

fn good(text: &str) -> (Rows, Report) {
    let (rows, report) = rows(text.as_bytes(), &Options::default());
    (rows, report.unwrap())
}

/// What is wrong with a feed, one line each.
fn error(text: &str) -> String {
    let report = rows(text.as_bytes(), &Options::default()).1;
    said(&report.unwrap_err())
}

fn said(errors: &[FeedError]) -> String {
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    lines.join("\n")
}

fn skip() -> Options {
    Options {
        on_bad_line: BadLine::Skip,
        ..Options::default()
    }
}

const TAGS: &str = r#"{
  "changeNumber": 1, "cloud": "Public",
  "values": [
    {"name": "Storage.EastUS", "id": "x", "properties": {"region": "eastus", "regionId": 1,
      "systemService": "AzureStorage", "addressPrefixes": ["20.0.0.0/24", "2603:1000::1/64"]}},
    {"name": "AzureCloud.westus", "properties": {"region": "westus", "systemService": "", "addressPrefixes": ["20.1.0.0/24"]}},
    {"name": "AzureCloud", "properties": {"region": "", "systemService": "", "addressPrefixes": ["20.0.0.0/16"], "networkFeatures": null}}
  ]}"#;

#[test]
fn lists_take_comments_ranges_and_any_line_ending() {
    let text = "\u{feff}# a list\r\n1.2.3.4\r\n\r\n 10.0.0.0/8 # inside\n; more\n1.10.16.0/20 ; SBL256894\n\
        192.0.2.1-192.0.2.4\n192.0.2.8 - 192.0.2.9\t# two\n2001:db8::1\n2001:db8::/126 \n::1-::2\n::ffff:9.9.9.0/120";
    let (rows, report) = good(text);
    assert_eq!(
        rows,
        [
            "1.2.3.4/32",
            "10.0.0.0/8",
            "1.10.16.0/20",
            "192.0.2.1/32",
            "192.0.2.2/31",
            "192.0.2.4/32",
            "192.0.2.8/31",
            "2001:db8::1/128",
            "2001:db8::/126",
            "::1/128",
            "::2/128",
            "9.9.9.0/24",
        ]
    );
    assert_eq!(
        (report.kind.name(), report.prefixes, report.host_bits),
        ("list", 12, 0)
    );
}

#[test]
fn host_bits_are_masked_and_counted() {
    let (rows, report) = good("10.0.0.0/8\n10.1.2.3/8\n10.1.2.4/8\n");
    assert_eq!(rows, ["10.0.0.0/8"; 3]);
    let first = report.first_host_bits.unwrap();
    assert_eq!((report.host_bits, first.text.as_str()), (2, "10.1.2.3/8"));
    assert_eq!(first.place.to_string(), "line 2");
}

#[test]
fn bad_lines_are_errors_or_counted() {
    let text = "1.2.3.4\n10.0.0.300/8\nhello\n5.6.7.8\n";
    assert_eq!(
        error(text),
        "line 2: \"10.0.0.300/8\" is not an address or prefix; fix the line or set on_bad_line = \"skip\"\n\
         line 3: \"hello\" is not an address or prefix; fix the line or set on_bad_line = \"skip\""
    );
    let (rows, report) = rows(text.as_bytes(), &skip());
    let report = report.unwrap();
    assert_eq!(rows, ["1.2.3.4/32", "5.6.7.8/32"]);
    let first = report.first_skipped.unwrap();
    assert_eq!(
        (report.skipped, first.text.as_str(), first.place.line),
        (2, "10.0.0.300/8", Some(2))
    );
    for bad in [
        "1.2.3.4-1.2.3.3",
        "1.2.3.4-::1",
        "1.2.3.0/24-1.2.4.0/24",
        "1.2.3.4-",
        "1.2.3.4 5.6.7.8",
        "1.2.3.4#x",
    ] {
        let quoted = format!("line 1: {bad:?} is not an address or prefix");
        assert!(error(bad).starts_with(&quoted), "{}", error(bad));
    }
    assert!(
        error("10.0.0.0/33")
            .starts_with("line 1: \"10.0.0.0/33\" has no prefix length from 0 to 32;")
    );
}

#[test]
fn twenty_mistakes_are_told_and_the_next_ends_the_reading() {
    let bad = |count: usize| "x\n::/0\n".repeat(count / 2) + &"x\n".repeat(count % 2);
    for (count, last) in [
        (20, "line 20: ::/0 covers "),
        (21, "line 21: here is another mistake; the rest"),
        (1021, "line 21: here is another mistake; the rest"),
    ] {
        let text = error(&bad(count));
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines.len(), count.min(21), "{text}");
        for (at, line) in lines.iter().enumerate().take(20) {
            assert!(line.starts_with(&format!("line {}: ", at + 1)), "{text}");
        }
        assert!(lines.last().unwrap().starts_with(last), "{text}");
    }
    let tags = TAGS.replace("20.1.0.0/24", &["x"; 21].join("\", \""));
    let text = error(&tags[..tags.len() - 1]);
    assert_eq!(text.lines().count(), 21, "{text}");
    assert!(text.ends_with("the rest was not read"), "{text}");
    // What ends the reading is told, too, whatever stood before it.
    let tags = TAGS.replace("20.1.0.0/24", "20.1.0.0/99\", \"x\", \"20.1.0.0/24");
    let text = error(&tags[..tags.len() - 1]);
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 3, "{text}");
    assert!(lines[0].contains("\"20.1.0.0/99\""), "{text}");
    assert!(lines[1].contains("\"x\""), "{text}");
    assert!(lines[2].ends_with("; fetch the feed again"), "{text}");
}

#[test]
fn after_a_mistake_nothing_arrives() {
    for wrong in ["x", "::/0"] {
        let text = format!("1.2.3.4\n{wrong}\n5.6.7.8\n");
        let (rows, report) = rows(text.as_bytes(), &Options::default());
        assert_eq!(rows, ["1.2.3.4/32"]);
        assert!(report.is_err());
    }
}

#[test]
fn files_are_named_in_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.txt");
    std::fs::write(&path, "1.2.3.4\nnonsense\n").unwrap();
    let error = load(&path, &Options::default(), &mut |_, _| {}).unwrap_err();
    let expected = format!(
        "{}:2: \"nonsense\" is not an address or prefix; fix the line or set on_bad_line = \"skip\"",
        path.display()
    );
    assert_eq!(said(&error), expected);
    let missing = load(
        Path::new("feeds/none.txt"),
        &Options::default(),
        &mut |_, _| {},
    )
    .unwrap_err();
    let text = said(&missing);
    assert!(text.starts_with("feeds/none.txt: "), "{text}");
    assert!(
        text.ends_with("; check that the file exists, is whole and can be read"),
        "{text}"
    );
}

#[test]
fn default_routes_are_refused_unless_allowed_by_name() {
    assert_eq!(
        error("1.2.3.4\n0.0.0.0/0\n"),
        "line 2: 0.0.0.0/0 covers every address of its family; remove it or set allow = [\"0.0.0.0/0\"]"
    );
    for text in [
        "::/0",
        "0.0.0.0-255.255.255.255",
        "1.2.3.4/0",
        "::ffff:0:0/96",
    ] {
        let (_, report) = rows(text.as_bytes(), &skip());
        let errors = report.unwrap_err();
        assert!(matches!(errors[..], [FeedError::Default { .. }]), "{text}");
    }
    let allow: Vec<Prefix> = vec!["0.0.0.0/0".parse().unwrap()];
    let options = Options {
        allow,
        ..Options::default()
    };
    assert_eq!(rows(b"0.0.0.0/0", &options).1.unwrap().prefixes, 1);
    assert!(rows(b"::/0", &options).1.is_err());
}

#[test]
fn apple_rows_give_country_region_and_city() {
    let text = "172.224.224.0/31,GB,GB-EN,London,\n172.224.224.2/31,DE,DE-BE,,\n2a02:26f7::/64,AQ,,,\n\
        192.0.2.0/24\n# note\n198.51.100.7,US,US-CA,\"San \"\"Fran\"\", CA\",94016\n";
    let (rows, report) = good(text);
    assert_eq!(
        rows,
        [
            "172.224.224.0/31 country=GB region=GB-EN city=London",
            "172.224.224.2/31 country=DE region=DE-BE",
            "2a02:26f7::/64 country=AQ",
            "192.0.2.0/24",
            "198.51.100.7/32 country=US region=US-CA city=San \"Fran\", CA",
        ]
    );
    assert_eq!(report.kind.name(), "apple-relay");
    let header = "ip_prefix,country,region,city,\n192.0.2.0/24,DE,,,\n";
    assert!(error(header).starts_with("line 1: \"ip_prefix\" is not an address or prefix;"));
}

#[test]
fn service_tags_give_service_and_region() {
    let (rows, report) = good(TAGS);
    assert_eq!(
        rows,
        [
            "20.0.0.0/24 service=AzureStorage region=eastus",
            "2603:1000::/64 service=AzureStorage region=eastus",
            "20.1.0.0/24 service=AzureCloud region=westus",
            "20.0.0.0/16 service=AzureCloud",
        ]
    );
    assert_eq!(
        (report.kind.name(), report.host_bits),
        ("azure-service-tags", 1)
    );
    let first = report.first_host_bits.unwrap();
    assert_eq!(first.place.to_string(), "feed, tag \"Storage.EastUS\"");
    let bad = TAGS.replace("20.1.0.0/24", "20.1.0.0/99");
    assert_eq!(
        error(&bad),
        "feed, tag \"AzureCloud.westus\": \"20.1.0.0/99\" has no prefix length from 0 to 32; \
         fix the tag or set on_bad_line = \"skip\""
    );
    assert!(error(&TAGS.replace("20.1.0.0/24", "::/0")).contains("covers every address"));
}

#[test]
fn broken_json_is_refused_with_its_line() {
    for cut in [TAGS.len() - 1, TAGS.len() / 2, 60] {
        let options = Options {
            kind: Some("azure-service-tags".parse().unwrap()),
            ..Options::default()
        };
        let (_, report) = rows(&TAGS.as_bytes()[..cut], &options);
        let text = said(&report.unwrap_err());
        assert!(
            text.starts_with("line ") && text.ends_with("; fetch the feed again"),
            "{text}"
        );
    }
    assert!(error(&format!("{TAGS} x")).contains("trailing characters"));
    let text = error(r#"{"addressPrefixes": 1}"#);
    assert!(text.contains("missing field `values`"), "{text}");
    let deep = format!("{{\"addressPrefixes\":{}", "[".repeat(100_000));
    assert_eq!(
        error(&deep),
        "line 1: EOF while parsing a list; fetch the feed again"
    );
}

#[test]
fn kinds_follow_from_content() {
    let kind = |text: &str| Kind::detect(text.as_bytes()).map(Kind::name);
    assert_eq!(kind("1.2.3.4\n"), Some("list"));
    assert_eq!(
        kind("# comment, with comma\n1.2.3.4 # a, b\n"),
        Some("list")
    );
    assert_eq!(kind("10.0.0.300/8\n"), Some("list"));
    assert_eq!(kind("# geofeed\n192.0.2.0/24,DE,,,\n"), Some("apple-relay"));
    assert_eq!(kind("ip,country\n192.0.2.0/24,DE\n"), Some("apple-relay"));
    assert_eq!(kind(TAGS), Some("azure-service-tags"));
    assert_eq!(kind(""), Some("list"));
    for other in ["<html>", "{\"a\":1}", "[1]", "\0\0", "1.2.3.4\0"] {
        assert_eq!(kind(other), None, "{other:?}");
    }
    assert_eq!(
        error("<html>"),
        "feed: the content is none of the known kinds (azure-service-tags, apple-relay, list); \
         check that it is the file you mean, or set kind"
    );
    assert_eq!(
        "geo".parse::<Kind>().unwrap_err().to_string(),
        "unknown feed kind \"geo\"; known kinds are azure-service-tags, apple-relay, list"
    );
    assert_eq!(
        Kind::all()
            .map(|kind| kind.to_string().parse::<Kind>())
            .filter(Result::is_ok)
            .count(),
        3
    );
}

#[test]
fn gzip_is_unpacked_whatever_it_is_called() {
    let pack = |text: &str| {
        let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
        packer.write_all(text.as_bytes()).unwrap();
        packer.finish().unwrap()
    };
    let mut packed = pack("\u{feff}1.2.3.4\n");
    packed.extend(pack("5.6.7.8\n"));
    assert_eq!(
        rows(&packed, &Options::default()).0,
        ["1.2.3.4/32", "5.6.7.8/32"]
    );
    assert_eq!(
        rows(&pack(TAGS), &Options::default()).1.unwrap().prefixes,
        4
    );
    let whole = pack(&"1.2.3.4\n".repeat(100_000));
    let (_, report) = rows(&whole[..whole.len() - 20], &Options::default());
    let errors = report.unwrap_err();
    assert!(
        matches!(errors[..], [FeedError::Unreadable { .. }]),
        "{errors:?}"
    );
}

#[test]
fn hostile_input_is_refused_without_growing() {
    let long = "1".repeat(10 << 20);
    let text = error(&long);
    assert!(
        text.starts_with("line 1: \"1111") && text.len() < 200,
        "{text}"
    );
    let mixed = format!("1.2.3.4\n{long}\n5.6.7.8\n");
    let (found, report) = rows(mixed.as_bytes(), &skip());
    assert_eq!((found.len(), report.unwrap().skipped), (2, 1));
    let binary: Vec<u8> = (0..100_000u32)
        .map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let errors = rows(&binary, &Options::default()).1.unwrap_err();
    assert!(matches!(errors[..], [FeedError::Unrecognised { .. }]));
    let list = Options {
        kind: Some("list".parse().unwrap()),
        ..skip()
    };
    assert_eq!(rows(&binary, &list).1.unwrap().prefixes, 0);
}

#[test]
fn an_empty_feed_is_reported_not_refused() {
    for text in ["", "\n\n", "# nothing\n", "\u{feff}"] {
        assert_eq!(good(text).1.prefixes, 0);
    }
    assert_eq!(
        good(r#"{"values": [], "addressPrefixes": 0}"#).1.prefixes,
        0
    );
}
