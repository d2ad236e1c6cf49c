use super::*;
use crate::text::Context;
use crate::text::time::{Clock, Time};

fn with<T>(line: &[u8], look: impl FnOnce(bool, &Record<'_>) -> T) -> T {
    let context = Context::new(Clock::at(Time::default()));
    let mut record = Record::new(&context);
    record.begin(line);
    let taken = read(line, &mut record);
    look(taken, &record)
}

fn addresses(line: &str) -> (String, String) {
    with(line.as_bytes(), |taken, record| {
        assert!(taken, "{line}");
        let text = |field| String::from_utf8_lossy(record.get(field).unwrap_or_default()).into();
        (text(Field::SourceIp), text(Field::DestinationIp))
    })
}

#[test]
fn pairs_are_told_apart_however_the_delimiter_is_written() {
    let want = ("192.0.2.1".to_owned(), "198.51.100.7".to_owned());
    for line in [
        "LEEF:1.0|V|P|1|E|src=192.0.2.1\tdst=198.51.100.7",
        "LEEF:1.0|V|P|1|E|src=192.0.2.1\\tdst=198.51.100.7",
        "LEEF:1.0|V|P|1|E|msg=a b c src=192.0.2.1 dst=198.51.100.7",
        "LEEF:1.0|V|P|1|E|\tsrc=192.0.2.1\t dst=198.51.100.7\t",
        "LEEF:2.0|V|P|1|E|^|src=192.0.2.1^dst=198.51.100.7",
        "LEEF:2.0|V|P|1|E|x5E|src=192.0.2.1^dst=198.51.100.7",
        "LEEF:2.0|V|P|1|E|0x5e|src=192.0.2.1^dst=198.51.100.7",
        "LEEF:2.0|V|P|1|E|\\x5E|src=192.0.2.1^dst=198.51.100.7",
        "LEEF:2.0|V|P|1|E|x09|src=192.0.2.1\tdst=198.51.100.7",
        "LEEF:2.0|V|P|1|E||src=192.0.2.1\tdst=198.51.100.7",
        "LEEF:2.0|V|P|1|E|src=192.0.2.1\tdst=198.51.100.7",
        "LEEF:2.0|V|P|1|E|^|src=192.0.2.1\tdst=198.51.100.7",
        "LEEF:2.0|V|P|1|E|;|src=192.0.2.1;dst=198.51.100.7",
        "2.0|V|P|1|E|^|src=192.0.2.1^dst=198.51.100.7",
        "<x> front: LEEF:1.0|V|P|1|E|src=192.0.2.1\tdst=198.51.100.7",
    ] {
        assert_eq!(addresses(line), want, "{line}");
    }
}

#[test]
fn a_value_may_hold_what_is_no_delimiter() {
    let line = b"LEEF:1.0|V|P|1|E|url=http://h/?src=203.0.113.9&x=1\tsrc=192.0.2.1";
    with(line, |taken, record| {
        assert!(taken);
        assert_eq!(record.get(Field::SourceIp), Some(&b"192.0.2.1"[..]));
        let url = &b"http://h/?src=203.0.113.9&x=1"[..];
        assert_eq!(record.get(Field::UrlOriginal), Some(url));
    });
}

#[test]
fn a_host_that_is_an_address_counts_only_where_there_is_none() {
    let line = "LEEF:1.0|V|P|1|E|shost=192.0.2.9\tsrc=192.0.2.1\tdhost=198.51.100.7";
    let want = ("192.0.2.1".to_owned(), "198.51.100.7".to_owned());
    assert_eq!(addresses(line), want);
}

#[test]
fn what_is_cut_or_something_else_is_left() {
    for line in [
        &b"LEEF:"[..],
        b"LEEF:1.0",
        b"LEEF:1.0|V|P|1",
        b"LEEF:3.0|V|P|1|E|src=192.0.2.1",
        b"LEEF:1.0|V|P|1|src=192.0.2.1",
        b"{\"m\":\"LEEF:1.0|V|P|1|E|src=192.0.2.1\"}",
        b"2.0|x",
        b"1.0|a|b|c|d|e|f=1",
        b"",
    ] {
        let shown = String::from_utf8_lossy(line).into_owned();
        with(line, |taken, _| assert!(!taken, "{shown}"));
    }
}
