use super::Own;
use crate::text::Context;
use crate::text::record::Record;
use crate::text::time::{Clock, Time};

fn map(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
    let own = |(name, target): &(&str, &str)| ((*name).to_owned(), (*target).to_owned());
    pairs.iter().map(own).collect()
}

fn context() -> Context {
    Context::new(Clock::at(Time {
        seconds: 1_772_366_400,
        nanos: 0,
    }))
}

/// The JSON of a line, without its message.
fn read(own: &Own, line: &[u8]) -> Option<String> {
    let context = context();
    let mut record = Record::new(&context);
    record.begin(line);
    if !own.read(line, &mut record) {
        return None;
    }
    let mut out = Vec::new();
    record.write(own.name(), &mut out);
    let text = String::from_utf8(out).expect("UTF-8");
    let start = text.find(",\"message\":")?;
    let message = text[start + 1..]
        .find("\",")
        .map_or(text.len() - 2, |end| start + end + 2);
    Some(
        format!("{}{}", &text[..start], &text[message..])
            .trim_end()
            .to_owned(),
    )
}

#[test]
fn groups_go_where_map_and_aliases_say() {
    let aliases = &context().aliases;
    let own = Own::regex(
        r"^(?P<ts>\S+) (?P<destination_ip>\S+) (?P<who>\S+) (?P<word>\w+) (?P<client>.*)",
        &map(&[("who", "user.name"), ("word", "state")]),
        aliases,
    )
    .expect("compiled");
    assert_eq!(own.name(), "regex");
    assert_eq!(
        read(&own, b"2026-02-28T10:00:00Z 192.0.2.1:443 ann up x\xff y").expect("read"),
        concat!(
            r#"{"@timestamp":"2026-02-28T10:00:00.000Z","destination":{"ip":"192.0.2.1","port":443},"#,
            r#""user":{"name":"ann"},"regex":{"state":"up","client":"x\\xFF y"}}"#
        )
    );
    assert_eq!(read(&own, b"one two"), None);
}

#[test]
fn a_time_that_is_none_is_kept() {
    let own = Own::regex(r"(?P<time>\S+) (?P<src_ip>\S+)", &[], &context().aliases);
    let found = read(&own.expect("compiled"), b"soon 192.0.2.1").expect("read");
    assert!(found.contains(r#""source":{"ip":"192.0.2.1"}"#), "{found}");
    assert!(found.contains(r#""regex":{"time":"soon"}"#), "{found}");
}

#[test]
fn grok_patterns_find_whole_addresses() {
    let aliases = &context().aliases;
    let own = Own::grok(
        r"%{SYSLOGTIMESTAMP:timestamp} %{HOSTNAME:host} drop %{IP:[source][ip]}:%{POSINT:src_port} to %{IPV4:dst}",
        &map(&[("host", "host.name")]),
        aliases,
    )
    .expect("compiled");
    assert_eq!(own.name(), "grok");
    assert_eq!(
        read(
            &own,
            b"Feb 28 10:00:00 gw1 drop 192.0.2.250:50123 to 198.51.100.254"
        )
        .expect("read"),
        concat!(
            r#"{"@timestamp":"2026-02-28T10:00:00.000Z","destination":{"ip":"198.51.100.254"},"#,
            r#""host":{"name":"gw1"},"source":{"ip":"192.0.2.250","port":50123}}"#
        )
    );
    let own = Own::grok("%{IP:src} %{GREEDYDATA:rest}", &[], aliases).expect("compiled");
    let found = read(&own, b"from 2001:db8::1 \xe4 b").expect("read");
    assert!(
        found.contains(r#""source":{"ip":"2001:db8::1"}"#),
        "{found}"
    );
    assert!(found.contains(r#""rest":"\\xE4 b""#), "{found}");
    let own = Own::grok("%{CLIENT:src} %{TWO:n:int}", &[], aliases);
    assert!(own.is_err());
    let own = Own::grok("a=%{TWO:n=[0-9]{2}} 100%%{WORD:src_ip}", &[], aliases);
    assert!(
        own.is_err(),
        "braces in a definition are the crate's to refuse"
    );
}

#[test]
fn columns_by_name() {
    let aliases = &context().aliases;
    let names: Vec<String> = ["ts", "src", "dst", "-", "note"]
        .map(str::to_owned)
        .to_vec();
    let own = Own::csv(&names, ';', &map(&[("note", "event.reason")]), aliases).expect("made");
    assert_eq!(
        read(&own, b"1772272800;192.0.2.1;203.0.113.5;x;\"a; \"\"b\"\"\"").expect("read"),
        concat!(
            r#"{"@timestamp":"2026-02-28T10:00:00.000Z","destination":{"ip":"203.0.113.5"},"#,
            r#""event":{"reason":"a; \"b\""},"source":{"ip":"192.0.2.1"}}"#
        )
    );
    for line in [
        "1772272800;192.0.2.1;203.0.113.5;x",
        "ts;src;dst;x;note",
        "a;192.0.2.1;b;c;d;e;f",
        "",
    ] {
        assert_eq!(read(&own, line.as_bytes()), None, "{line}");
    }
}

#[test]
fn pairs_as_told() {
    let own = Own::kv("; ", ": ").expect("made");
    let found = read(&own, b"src: 192.0.2.1; dst_port: 443; what: a b").expect("read");
    assert!(found.contains(r#""destination":{"port":443}"#), "{found}");
    assert!(found.contains(r#""source":{"ip":"192.0.2.1"}"#), "{found}");
    assert!(found.contains(r#""kv":{"what":"a b"}"#), "{found}");
    assert_eq!(own.name(), "kv");
    assert_eq!(read(&own, b"none here"), None);
}

#[test]
fn mistakes_are_said_with_their_place() {
    let aliases = &context().aliases;
    let error = |own: Result<Own, String>| own.err().expect("an error");
    for (own, text) in [
        (
            Own::regex("a(", &[], aliases),
            "regex `a(`: at character 2: unclosed group",
        ),
        (
            Own::regex("a", &[], aliases),
            "regex `a`: has no named group, so nothing would be found with it",
        ),
        (
            Own::regex("(?P<a>x)", &map(&[("b", "source.ip")]), aliases),
            "regex `(?P<a>x)`: map has `b`, but the names are a, such as `(?P<source_ip>…)`",
        ),
        (
            Own::grok("%{UNIXPAT:a}", &[], aliases),
            "grok `%{UNIXPAT:a}`: there is no pattern `UNIXPAT`, but for example UNIXPATH",
        ),
        (
            Own::csv(&[], ',', &[], aliases),
            "csv: has no names; give one for each column",
        ),
        (
            Own::csv(&["a".to_owned()], '"', &[], aliases),
            "csv delimiter `\"`: is not one ASCII character other than `\"`",
        ),
        (
            Own::kv("=", "="),
            "kv with pair `=` and value `=`: the two must be there and differ, such as pair ` ` and value `=`",
        ),
    ] {
        assert_eq!(error(own), text);
    }
    let field = error(Own::regex("(?P<a>x)", &map(&[("a", "file.pat")]), aliases));
    let text = "regex `(?P<a>x)`: map of `a`: there is no field `file.pat`; there are file.";
    assert!(field.starts_with(text), "{field}");
    let look = error(Own::regex("(?<!a)(?P<b>c)", &[], aliases));
    assert!(look.contains("look-around"), "{look}");
    let large = error(Own::regex("(?P<a>(?:x{1000}){1000})", &[], aliases));
    assert!(large.contains("larger than"), "{large}");
}

#[test]
fn a_hostile_line_costs_linear_time() {
    let own = Own::regex(r"(?P<src_ip>(?:a|a)*)*b$", &[], &context().aliases).expect("compiled");
    let line = vec![b'a'; 1 << 20];
    let start = std::time::Instant::now();
    assert_eq!(read(&own, &line), None);
    assert!(start.elapsed().as_secs() < 20);
}
