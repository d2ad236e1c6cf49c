use super::*;
use crate::text::Context;
use crate::text::time::{Clock, Time};

fn context() -> Context {
    // 2026-03-01T12:00:00Z
    Context::new(Clock::at(Time {
        seconds: 1_772_366_400,
        nanos: 0,
    }))
}

/// Time, host, program, process and message, with `|` between; empty if there is no header.
fn read(line: &[u8]) -> String {
    let context = context();
    let mut record = Record::new(&context);
    record.begin(line);
    let Some(message) = header(line, &mut record) else {
        return String::new();
    };
    let mut out = Vec::new();
    if let Some(time) = record.time() {
        time.write(&mut out);
    }
    for field in [Field::HostName, Field::ProcessName, Field::ProcessPid] {
        out.push(b'|');
        out.extend_from_slice(record.get(field).unwrap_or_default());
    }
    out.push(b'|');
    out.extend_from_slice(message);
    String::from_utf8_lossy(&out).into_owned()
}

#[test]
fn headers_as_devices_send_them() {
    const T: &str = "2026-02-05T13:08:27.000Z";
    for (line, wanted) in [
        // As the RFCs have them.
        (
            "<34>Feb  5 13:08:27 box su: 'su root' failed",
            "T|box|su||'su root' failed",
        ),
        ("<34>Feb  5 13:08:27 box sshd[12]: Bye", "T|box|sshd|12|Bye"),
        (
            "<34>1 2026-02-05T13:08:27.000Z box su - ID47 - Hello",
            "T|box|su||Hello",
        ),
        (
            "<34>1 2026-02-05T13:08:27Z box su 12 - - \u{feff}Hello",
            "T|box|su|12|Hello",
        ),
        ("<34>1 - - - - - -", "||||"),
        ("<34>1 - - - - - - Hello", "||||Hello"),
        (
            "<34>1 2026-02-05T13:08:27Z box su - - [a b=\"c\"][d] Hi",
            "T|box|su||Hi",
        ),
        (
            "<34>1 2026-02-05T13:08:27Z box su - - [not data] Hi",
            "T|box|su||[not data] Hi",
        ),
        (
            "<34>1 2026-02-05T13:08:27Z box su - - No data",
            "T|box|su||No data",
        ),
        (
            "<34>1 2026-02-05T13:08:27Z box CEF:0|a|b",
            "T|box|||CEF:0|a|b",
        ),
        // Priorities, lengths and byte order marks.
        ("Feb  5 13:08:27 box sshd[12]: Bye", "T|box|sshd|12|Bye"),
        (
            "123 <34>Feb  5 13:08:27 box sshd[12]: Bye",
            "T|box|sshd|12|Bye",
        ),
        (
            "\u{feff}<34>Feb  5 13:08:27 box sshd[12]: Bye",
            "T|box|sshd|12|Bye",
        ),
        (
            "<34>Feb  5 13:08:27 box sshd[12]: Bye\0",
            "T|box|sshd|12|Bye",
        ),
        ("<34>box sshd[12]: Bye", "|box|sshd|12|Bye"),
        ("<34>sshd[12]: Bye", "||sshd|12|Bye"),
        ("<34>Just a few words", "||||Just a few words"),
        ("<34>CEF:0|a|b", "||||CEF:0|a|b"),
        ("<34>fw01 CEF:0|a|b", "|fw01|||CEF:0|a|b"),
        (
            "<34>date=2026-02-05 time=13:08:27 devname=\"fw01\"",
            "||||date=2026-02-05 time=13:08:27 devname=\"fw01\"",
        ),
        ("<34>", "||||"),
        // Times.
        (
            "<34>2026-02-05T13:08:27Z box sshd[12]: Bye",
            "T|box|sshd|12|Bye",
        ),
        (
            "<34>2026-02-05 13:08:27 box sshd[12]: Bye",
            "T|box|sshd|12|Bye",
        ),
        (
            "<34>2026-02-05 13:08:27 GET /",
            "T||||2026-02-05 13:08:27 GET /",
        ),
        (
            "<34>2026 Feb  5 13:08:27 box sshd[12]: Bye",
            "T|box|sshd|12|Bye",
        ),
        (
            "Feb  5 13:08:27 2026 box sshd[12]: Bye",
            "T|box|sshd|12|Bye",
        ),
        (
            "Thu Feb  5 13:08:27 2026 daemon.err openvpn[12]: Bye",
            "T||openvpn|12|Bye",
        ),
        (
            "<34>Feb  5 15:08:27 +0200 box sshd[12]: Bye",
            "T|box|sshd|12|Bye",
        ),
        (
            "2026-02-05T14:08:27+01:00 box sshd[12]: Bye",
            "T|box|sshd|12|Bye",
        ),
        (
            "2026-02-05T14:08:27+01:00 box CEF:0|a|b",
            "T|box|||CEF:0|a|b",
        ),
        (
            "2026-02-05T14:08:27+01:00 box date=2026-02-05",
            "T|box|||date=2026-02-05",
        ),
        (
            "2026-02-05T14:08:27+01:00 box - - - - {\"a\":1}",
            "T|box|||{\"a\":1}",
        ),
        (
            "1 2026-02-05T14:08:27+01:00 box su 12 - - x",
            "T|box|su|12|x",
        ),
        (
            "<134>1 1770296907.5 MX84 urls src=192.0.2.1:5",
            "2026-02-05T13:08:27.500Z|MX84|urls||src=192.0.2.1:5",
        ),
        // Hosts.
        (
            "<34>Feb  5 13:08:27 192.0.2.1 sshd[12]: Bye",
            "T|192.0.2.1|sshd|12|Bye",
        ),
        (
            "<34>Feb  5 13:08:27 2001:db8::1 sshd[12]: Bye",
            "T|2001:db8::1|sshd|12|Bye",
        ),
        ("<34>Feb  5 13:08:27 sshd[12]: Bye", "T||sshd|12|Bye"),
        (
            "<34>Feb  5 13:08:27 filterlog: 5,,,1000",
            "T||filterlog||5,,,1000",
        ),
        (
            "<13>Feb  5 13:08:27 box [LAN-A-10] DESCR=\"x\" IN=br4",
            "T|box|||[LAN-A-10] DESCR=\"x\" IN=br4",
        ),
        (
            "<13>Feb  5 13:08:27 box box [LAN-A-10] IN=br4",
            "T|box|||[LAN-A-10] IN=br4",
        ),
        (
            "Feb  5 13:08:27 box kernel: [16.4] IN=eth0",
            "T|box|kernel||[16.4] IN=eth0",
        ),
        (
            "Feb  5 13:08:27 box kernel:[16.4] IN=eth0",
            "T|box|kernel||[16.4] IN=eth0",
        ),
        (
            "Feb  5 13:08:27 box /usr/sbin/cron[12]: x",
            "T|box|cron|12|x",
        ),
        ("Feb  5 13:08:27 box su(pam_unix)[12]: x", "T|box|su|12|x"),
        ("Feb  5 13:08:27 box (CRON)[12]: x", "T|box|CRON|12|x"),
        (
            "Feb  5 13:08:27 box postfix/smtpd[12]: x",
            "T|box|postfix/smtpd|12|x",
        ),
        ("Feb  5 13:08:27 box user.notice prog: x", "T|box|prog||x"),
        (
            "Feb  5 13:08:27 last message repeated 3 times",
            "T||||last message repeated 3 times",
        ),
        ("Feb  5 13:08:27 Error: disk full", "T||||Error: disk full"),
        (
            "Feb  5 13:08:27 1,2026/02/05 13:08:27,0160,TRAFFIC",
            "T||||1,2026/02/05 13:08:27,0160,TRAFFIC",
        ),
        (
            "Feb  5 13:08:27 PA 1,2026/02/05 13:08:27,0160,TRAFFIC",
            "T|PA|||1,2026/02/05 13:08:27,0160,TRAFFIC",
        ),
        ("Feb  5 13:08:27 fw01: sshd[12]: Bye", "T|fw01|sshd|12|Bye"),
        (
            "<38>Feb  5 13:08:27 Message forwarded from box: sshd[12]: Bye",
            "T|box|sshd|12|Bye",
        ),
        (
            "<38>Feb  5 13:08:27 box sshd[12]: [ID 800047 auth.info] Bye",
            "T|box|sshd|12|Bye",
        ),
        (
            "<38>Feb  5 13:08:27 box prog: [meta sequenceId=\"7\"] Hi",
            "T|box|prog||Hi",
        ),
        ("<38>Feb  5 13:08:27 bücher prog: Hi", "T|bücher|prog||Hi"),
        // What stands at the beginning of a body.
        ("<34>Feb  5 13:08:27 box CEF:0|a|b", "T|box|||CEF:0|a|b"),
        ("<34>Feb  5 13:08:27 box CEF: 0|a|b", "T|box|||CEF: 0|a|b"),
        ("<34>Feb  5 13:08:27 CEF:0|a|b", "T||||CEF:0|a|b"),
        (
            "<34>Feb  5 13:08:27 box LEEF:1.0|a|b",
            "T|box|||LEEF:1.0|a|b",
        ),
        (
            "<34>Feb  5 13:08:27 box prog: CEF:0|a|b",
            "T|box|prog||CEF:0|a|b",
        ),
        (
            "<34>Feb  5 13:08:27 devname=\"x\" a=b",
            "T||||devname=\"x\" a=b",
        ),
        ("<34>Feb  5 13:08:27 box {\"a\":1}", "T|box|||{\"a\":1}"),
        // Cisco.
        (
            "<166>Feb 05 2026 13:08:27: %ASA-6-302013: Built",
            "T||||%ASA-6-302013: Built",
        ),
        (
            "<166>Feb 05 2026 13:08:27 fw01 : %ASA-6-302013: Built",
            "T|fw01|||%ASA-6-302013: Built",
        ),
        (
            "<166>Feb 05 2026 13:08:27 fw01: %ASA-6-302013: Built",
            "T|fw01|||%ASA-6-302013: Built",
        ),
        (
            "<166>Feb  5 13:08:27 fw01 %ASA-6-302013: Built",
            "T|fw01|||%ASA-6-302013: Built",
        ),
        ("<166>%ASA-6-302013: Built", "||||%ASA-6-302013: Built"),
        (
            "<166>:Feb 05 13:08:27 UTC: %ASA-6-302013: Built",
            "T||||%ASA-6-302013: Built",
        ),
        (
            "<189>585919: *Feb  5 13:08:27.000: %SYS-5-CONFIG_I: x",
            "T||||%SYS-5-CONFIG_I: x",
        ),
        (
            "<189>123: sw01: .Feb  5 13:08:27: %SYS-5-CONFIG_I: x",
            "T|sw01|||%SYS-5-CONFIG_I: x",
        ),
        (
            "<189>123: sw01: 000045: Feb  5 13:08:27: %SYS-5-CONFIG_I: x",
            "T|sw01|||%SYS-5-CONFIG_I: x",
        ),
        (
            "012345: Feb  5 08:08:27.000 EST: %SYS-5-CONFIG_I: x",
            "T||||%SYS-5-CONFIG_I: x",
        ),
        (
            "Feb  5 13:08:29 192.0.2.9 99: Feb  5 13:08:27.000: %SEC-6-X: x",
            "T|192.0.2.9|||%SEC-6-X: x",
        ),
        ("<189>77: 1w2d: %LINK-3-UPDOWN: x", "||||%LINK-3-UPDOWN: x"),
        (
            "<189>: 2026 Feb  5 13:08:27 UTC: %ETHPORT-5-IF_UP: x",
            "T||||%ETHPORT-5-IF_UP: x",
        ),
        (
            ": 2026 Feb  5 13:08:27 UTC: %ETHPORT-5-IF_UP: x",
            "T||||%ETHPORT-5-IF_UP: x",
        ),
        (
            "Feb  5 13:08:29 sw01 : 2026 Feb  5 13:08:27 UTC: %ETHPORT-5-IF_UP: x",
            "T|sw01|||%ETHPORT-5-IF_UP: x",
        ),
        ("<189>: %ETHPORT-5-IF_UP: x", "||||%ETHPORT-5-IF_UP: x"),
        (
            "<189>77: 00:01:23: %LINK-3-UPDOWN: x",
            "||||%LINK-3-UPDOWN: x",
        ),
        // Relays.
        (
            "<13>Feb  5 13:08:29 relay <34>Feb  5 13:08:27 box sshd[12]: x",
            "T|box|sshd|12|x",
        ),
        (
            "<13>Feb  5 13:08:29 relay Feb  5 13:08:27 box sshd[12]: x",
            "T|box|sshd|12|x",
        ),
    ] {
        let wanted = match wanted.strip_prefix("T|") {
            Some(rest) => format!("{T}|{rest}"),
            None => wanted.to_owned(),
        };
        assert_eq!(read(line.as_bytes()), wanted, "{line}");
    }
}

#[test]
fn ordinary_text_has_no_header() {
    for line in [
        "",
        " ",
        "<",
        "<>x",
        "<abc>x",
        "<1234>x",
        "<!-- x -->",
        "Just a few words",
        "May I ask: what is this?",
        "Mar is a month",
        "root: hello",
        "sshd[12]: Failed password for root from 192.0.2.1 port 22 ssh2",
        "%ASA-6-302013: Built",
        "CEF:0|a|b",
        "{\"a\":1}",
        "192.0.2.1 - - [05/Feb/2026:13:08:27 +0000] \"GET / HTTP/1.1\" 200 1",
        "1770296907.123 5 192.0.2.1 TCP_MISS/200 1 GET http://example.com/",
        "2 123456789010 eni-1 192.0.2.1 192.0.2.2 1 2 6 1 1 1770296907 1770296908 ACCEPT OK",
        "1,2026/02/05 13:08:27,0160,TRAFFIC",
        "2026-02-05 13:08:27 DROP UDP 192.0.2.1 192.0.2.2 137 137 78 - - - - - - - RECEIVE",
        "2026-02-05 13:08:27 192.0.2.1 GET / q=1 80 - 192.0.2.2 Mozilla/5.0",
        "2026-02-05 13:08:27,068 trackingid=\"x\" event=\"SSO\"",
        "2026-02-05T13:08:27Z INFO it works",
        "2026-02-05T13:08:27Z INFO main: it works",
        "2026-02-05T13:08:27Z balancer 192.0.2.1:2817 192.0.2.2:80 0.1",
        "123: not a time",
        "note: fw01: %x",
    ] {
        assert_eq!(read(line.as_bytes()), "", "{line}");
    }
}

#[test]
fn every_part_has_its_field() {
    let context = context();
    let mut record = Record::new(&context);
    let line = b"<165>1 2026-02-05T13:08:27Z box prog 8710 ID47 [x@1 a=\"1\" src_ip=\"192.0.2.7\" a=\"2\"][y b=\"q\\\"\\]\\\\n \\n\"][x@1 c=\"3\"][z] m";
    record.begin(line);
    assert_eq!(header(line, &mut record), Some(&b"m"[..]));
    for (field, wanted) in [
        (Field::LogSyslogPriority, "165"),
        (Field::LogSyslogFacilityCode, "20"),
        (Field::LogSyslogSeverityCode, "5"),
        (Field::LogSyslogVersion, "1"),
        (Field::LogSyslogHostname, "box"),
        (Field::LogSyslogAppname, "prog"),
        (Field::LogSyslogProcid, "8710"),
        (Field::LogSyslogMsgid, "ID47"),
        (Field::HostName, "box"),
        (Field::ProcessName, "prog"),
        (Field::ProcessPid, "8710"),
        (Field::SourceIp, "192.0.2.7"),
        (
            Field::LogSyslogStructuredData,
            r#"{"x@1":{"a":"1","src_ip":"192.0.2.7"},"y":{"b":"q\"]\\n \\n"},"z":{}}"#,
        ),
    ] {
        let found = record.get(field).map(String::from_utf8_lossy);
        assert_eq!(found.as_deref(), Some(wanted), "{}", field.path());
    }
}

#[test]
fn a_priority_is_191_at_most() {
    let context = context();
    let mut record = Record::new(&context);
    for (line, priority, facility) in [
        (
            &b"<191>Feb  5 13:08:27 box sshd[12]: Bye"[..],
            Some(&b"191"[..]),
            Some(&b"23"[..]),
        ),
        (b"<192>Feb  5 13:08:27 box sshd[12]: Bye", None, None),
        (b"<999>Feb  5 13:08:27 box sshd[12]: Bye", None, None),
    ] {
        record.begin(line);
        assert_eq!(header(line, &mut record), Some(&b"Bye"[..]));
        assert_eq!(record.get(Field::LogSyslogPriority), priority);
        assert_eq!(record.get(Field::LogSyslogFacilityCode), facility);
        assert_eq!(record.get(Field::HostName), Some(&b"box"[..]));
    }
}

#[test]
fn structured_data_is_valid_json_whatever_comes() {
    let context = context();
    let mut record = Record::new(&context);
    let mut many = "<1>1 - - - - - [a".to_owned();
    for n in 0..200 {
        many += &format!(" n{n}=\"v\"");
    }
    many += "]";
    for n in 0..50 {
        many += &format!("[b{n} x=\"\\\"]");
    }
    many += "[c x=\"\u{1}\\\"\"] m";
    for line in [
        many.as_bytes(),
        b"<1>1 - - - - - [a b=\"\xff\\",
        b"<1>1 - - - - - [a b=\"\xff\\\"\xe4\"] m",
        b"<1>1 - - - - - [a b=\"c\"][",
        b"<1>1 - - - - - [\"a\" b=\"c\"]",
        b"<1>1 - - - - - [a b=\"c\"",
        b"<1>1 - - - - - [a b=\"c\" ] x",
    ] {
        record.begin(line);
        assert!(header(line, &mut record).is_some());
        let mut out = Vec::new();
        record.write("syslog", &mut out);
        let parsed: Result<serde_json::Value, _> = serde_json::from_slice(&out);
        assert!(parsed.is_ok(), "{}", String::from_utf8_lossy(&out));
    }
}

#[test]
fn no_header_cut_short_is_a_panic() {
    for line in [
        &b"\xEF\xBB\xBF12 <165>1 2026-02-05T13:08:27.1Z box prog 8710 ID47 [x@1 a=\"1\\\"\"] \xEF\xBB\xBFm"[..],
        b"<189>123: sw01: 000045: *Feb  5 13:08:27.471 EDT: %SYS-5-CONFIG_I: x",
        b"<13>Feb  5 13:08:29 relay <34>Feb  5 13:08:27 box box sshd[12]: [ID 800047 auth.info] x",
        b"Feb  5 13:08:27 Message forwarded from box: user.notice su(pam)[12]: x",
        b"Feb  5 13:08:27 2001:db8::1 last",
    ] {
        let context = context();
        let mut record = Record::new(&context);
        for end in 0..=line.len() {
            record.begin(&line[..end]);
            let _ = header(&line[..end], &mut record);
            record.begin(&line[end..]);
            let _ = header(&line[end..], &mut record);
        }
    }
}
