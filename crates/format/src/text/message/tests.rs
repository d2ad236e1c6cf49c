use super::*;
use crate::text::Context;
use crate::text::time::{Clock, Time};

/// Source and destination, each with its port, as they are found.
fn found(text: &[u8]) -> String {
    static CONTEXT: std::sync::LazyLock<Context> =
        std::sync::LazyLock::new(|| Context::new(Clock::at(Time::default())));
    let context: &Context = &CONTEXT;
    let mut record = Record::new(context);
    record.begin(text);
    let known = read(text, &mut record);
    let show = |ip: Field, port: Field| {
        let text =
            |field| String::from_utf8_lossy(record.get(field).unwrap_or_default()).into_owned();
        format!("{}:{}", text(ip), text(port))
    };
    let from = show(Field::SourceIp, Field::SourcePort);
    let to = show(Field::DestinationIp, Field::DestinationPort);
    assert_eq!(known, from != ":" || to != ":");
    format!("{from} {to}")
}

#[test]
fn words_prove_a_role() {
    for (text, wanted) in [
        ("accepted from 192.0.2.1 port 5", "192.0.2.1:5 :"),
        ("accepted from 192.0.2.1, port 5", "192.0.2.1:5 :"),
        ("accepted from 192.0.2.1:5.", "192.0.2.1:5 :"),
        ("accepted from [2001:db8::1]:5", "2001:db8::1:5 :"),
        ("accepted from '192.0.2.1'", "192.0.2.1: :"),
        ("accepted from gate.example.com (192.0.2.1)", "192.0.2.1: :"),
        (
            "flow from 192.0.2.1:5 to 198.51.100.1:6",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        (
            "tcp 192.0.2.1(5) -> 198.51.100.1(6), 1 packet",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        (
            "tcp 192.0.2.1/5 -> 198.51.100.1/6",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        (
            "udp 2001:db8::1(5) => 2001:db8::2(6)",
            "2001:db8::1:5 2001:db8::2:6",
        ),
        ("connection to 198.51.100.1 failed", ": 198.51.100.1:"),
        ("relayed to 198.51.100.1:25", ": 198.51.100.1:25"),
        ("login ok, Client IP: 192.0.2.1", "192.0.2.1: :"),
        (
            "login ok, client ip : 192.0.2.1 , vserver ip: 198.51.100.1",
            "192.0.2.1: 198.51.100.1:",
        ),
        ("login by user:alice@local, ip:192.0.2.1", "192.0.2.1: :"),
        (
            "Source 192.0.2.1:5 - Destination 198.51.100.1:6 - x",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        ("ClientIP 192.0.2.1 - ClientPort 5 - x", "192.0.2.1:5 :"),
        ("rshd: root@192.0.2.1 as root: cmd", "192.0.2.1: :"),
        ("User root@192.0.2.1 logged in", "192.0.2.1: :"),
        (
            "4F1: to=<a@example.com>, relay=mx[198.51.100.1]:25",
            ": 198.51.100.1:25",
        ),
        (
            "relay=198.51.100.1[198.51.100.1]:25, to=<a@b>",
            ": 198.51.100.1:25",
        ),
    ] {
        assert_eq!(found(text.as_bytes()), wanted, "{text}");
    }
}

#[test]
fn no_word_no_role() {
    for text in [
        "",
        "just words",
        "192.0.2.1",
        "interface eth0 has 192.0.2.1",
        "listening on 192.0.2.1:53",
        "bound to 192.0.2.1:53",
        "address changed from 192.0.2.1 to 192.0.2.2",
        "version 10.1.2.3 of the program",
        "upgraded to 10.1.2.3",
        "DHCPACK on 192.0.2.1 to 00:11:22:33:44:55 via eth0",
        "DHCPDISCOVER from 00:11:22:33:44:55 via eth0",
        "from 0.0.0.0:0",
        "from 1.2.3.4.5",
        "from 192.0.2.1-old.example.com",
        "from ip-192.0.2.1",
        "from 12:34:56",
        "{\"text\":\"from 192.0.2.1\"}",
        "<event>from 192.0.2.1</event>",
    ] {
        assert_eq!(found(text.as_bytes()), ": :", "{text}");
    }
}

#[test]
fn hostile_text_costs_little() {
    let start = std::time::Instant::now();
    for part in [
        &b"from 192.0.2.1 to "[..],
        b"1.1.1.1",
        b"::::",
        b"[[[[((((",
        b"a:1.2.3.4:5#6 ",
        b"from from from ",
        b"\xff\x00",
        b"192.0.2.1->",
        b"user '@'",
    ] {
        let text = part.repeat((1 << 20) / part.len());
        found(&text);
        for end in (0..200).chain(text.len() - 20..text.len()) {
            found(&text[text.len() - end.min(text.len())..]);
            found(&text[..end.min(400)]);
        }
    }
    assert!(start.elapsed().as_secs() < 20);
}
