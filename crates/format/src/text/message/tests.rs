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
fn versions_and_networks_are_nobody() {
    for (text, wanted) in [
        ("firmware update from 7.0.1.5 to 7.0.2.1", ": :"),
        ("upgraded from 1.2.3.4 to 1.2.3.5", ": :"),
        ("Upgraded successfully from 1.2.3.4 to 1.2.3.5", ": :"),
        ("Connector downgrade from version 1.2.3.4 to 1.2.3.5", ": :"),
        ("connector upgraded to 1.2.3.5", ": :"),
        ("firmware 1.2.3.4 -> 1.2.3.5", ": :"),
        ("update of the connector from release 1.2.3.4", ": :"),
        ("Started a service from 10.0.0.0/8 range", ": :"),
        ("connection from 10.0.0.0/8 to 172.16.0.0/12", ": :"),
        ("connection from 2001:db8::/32", ": :"),
        ("connection from 192.0.2.1/32", "192.0.2.1: :"),
        ("firmware: login from 192.0.2.1", "192.0.2.1: :"),
        ("upgrade asked for from 192.0.2.1:5", "192.0.2.1:5 :"),
        (
            "Bad protocol version identification 'x' from 192.0.2.1",
            "192.0.2.1: :",
        ),
        (
            "connection from 192.0.2.1 to 198.51.100.1",
            "192.0.2.1: 198.51.100.1:",
        ),
    ] {
        assert_eq!(found(text.as_bytes()), wanted, "{text}");
    }
}

#[test]
fn grammar_proves_a_role() {
    for (text, wanted) in [
        (
            "TCP 192.0.2.1:5 198.51.100.1:6 in via em0",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        (
            "attack TCP 192.0.2.1 5 198.51.100.1 6 1 Regular",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        (
            "dropped tcp 192.0.2.1/5 to 198.51.100.1/6",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        ("192.0.2.1:5 > 198.51.100.1:6", "192.0.2.1:5 198.51.100.1:6"),
        (
            "12:00:00.5 IP 192.0.2.1.5 > 198.51.100.1.6: Flags [S]",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        (
            "12:00:00.5 IP 192.0.2.1 > 198.51.100.1: ICMP echo request",
            "192.0.2.1: 198.51.100.1:",
        ),
        (
            "FW: ge-0/0/0.0   D  tcp 192.0.2.1 198.51.100.1     5    6",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        (
            "NAT-TCP-C: 192.0.2.1:5 -> 203.0.113.1:7 to 198.51.100.1:6",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        (
            "Source IP: 192.0.2.1, Source Port: 5, Destination IP: 198.51.100.1, Destination Port: 6",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        (
            "x {UDP} 2001:db8:0:0:0:0:0:1:5 -> 2001:db8:0:0:0:0:0:2:6",
            "2001:db8:0:0:0:0:0:1:5 2001:db8:0:0:0:0:0:2:6",
        ),
        (
            "AS_REQ (2 etypes {18 17}) 192.0.2.1: ISSUE: x",
            "192.0.2.1: :",
        ),
        (
            "New connection: 192.0.2.1:5 (198.51.100.1:22) [session: x]",
            "192.0.2.1:5 198.51.100.1:22",
        ),
        (
            "Receiving handshake initiation from peer 1 (192.0.2.1:5)",
            "192.0.2.1:5 :",
        ),
        (
            "Sending keepalive packet to peer 1 (198.51.100.1:5)",
            ": 198.51.100.1:5",
        ),
        (
            "H=(helo) [192.0.2.1]:5 I=[198.51.100.1]:25 F=<a@example.org> rejected RCPT <b@example.com>",
            "192.0.2.1:5 198.51.100.1:25",
        ),
        (
            "remote host [ipv4:192.0.2.1:5] became x. local host [ipv4:198.51.100.1:445]",
            "192.0.2.1:5 198.51.100.1:445",
        ),
        (
            "PACKET  02 UDP Rcv 192.0.2.1   0002   Q [0001   D   NOERROR] A      (7)example(3)com(0)",
            "192.0.2.1: :",
        ),
        (
            "PACKET  02 UDP Snd 198.51.100.1   0002 R Q [8081   DR  NOERROR] A      (7)example(3)com(0)",
            ": 198.51.100.1:",
        ),
        (
            "ruleset=check_rcpt, relay=[192.0.2.1], reject=550",
            "192.0.2.1: :",
        ),
        (
            "fw1 TR 198.51.100.1 80 192.0.2.1 5 \"-\"",
            "192.0.2.1:5 198.51.100.1:80",
        ),
        (
            "fw1 NF INFO TCP 192.0.2.1 5 198.51.100.1 80 x DENY",
            "192.0.2.1:5 198.51.100.1:80",
        ),
        (
            "2026-03-01 12:00:00 5 192.0.2.1 ann - - OBSERVED x",
            "192.0.2.1: :",
        ),
        ("1 192.0.2.1 500 /pub/x b _ o a x ftp 0 * c", "192.0.2.1: :"),
        (
            "box,Local Host IP: 198.51.100.1,Local Port: 6,Remote Host IP: 192.0.2.1,Remote Port: 5,TCP,Inbound,x",
            "192.0.2.1:5 198.51.100.1:6",
        ),
        (
            "box,Local Host IP: 192.0.2.1,Local Port: 5,Remote Host IP: 198.51.100.1,Remote Port: 6,TCP,Outbound,x",
            "192.0.2.1:5 198.51.100.1:6",
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
        "Selected source 192.0.2.1",
        "route 192.0.2.0/24 to 198.51.100.0/24",
        "rule 192.0.2.1 5 198.51.100.1 6",
        "box,Local Host IP: 192.0.2.1,Remote Host IP: 198.51.100.1,TCP,x",
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
