use serde_json::Value;

use super::{Header, is_header};
use crate::text::Context;
use crate::text::record::Record;
use crate::text::time::{Clock, Time, Zone};

/// Reads lines as a stream would, and returns the JSON of those that are records, without message.
fn read(lines: &[&str]) -> Vec<String> {
    let mut context = Context::new(Clock::at(Time::default()));
    context.clock.zone = Zone::Offset(3600);
    let (mut header, mut out) = (None, Vec::new());
    for line in lines {
        let line = line.as_bytes();
        if is_header(line)
            && let Some(next) = Header::of(header.as_ref(), line, &context.aliases)
        {
            header = Some(next);
            continue;
        }
        let mut record = Record::new(&context);
        record.begin(line);
        let Some(header) = header
            .as_ref()
            .filter(|header| header.read(line, &mut record))
        else {
            out.push("no".to_owned());
            continue;
        };
        let mut json = Vec::new();
        record.write(header.name(), &mut json);
        let mut value: Value = serde_json::from_slice(&json).expect("JSON");
        value.as_object_mut().expect("an object").remove("message");
        out.push(sorted(&value));
    }
    out
}

/// JSON with its names in order, whatever order a map keeps.
fn sorted(value: &Value) -> String {
    let Value::Object(members) = value else {
        return value.to_string();
    };
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by_key(|(name, _)| name.as_str());
    let members = members
        .iter()
        .map(|(name, value)| format!("{name:?}:{}", sorted(value)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

#[test]
fn iis_is_in_utc_and_its_client_is_the_source() {
    let found = read(&[
        "#Software: Microsoft Internet Information Services 10.0\r",
        "#Version: 1.0\r",
        "#Date: 2026-02-28 10:00:00\r",
        "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status time-taken\r",
        "2026-02-28 10:00:01 192.0.2.80 GET / q=\"a 443 - 203.0.113.9 Mozilla/5.0+(X11) 200 15\r",
        "2026-02-28 10:00:01 192.0.2.80 GET / - 443 - somebody Mozilla/5.0+(X11) 200 15\r",
        "2026-02-28 10:00:01 192.0.2.80 GET /\r",
    ]);
    assert_eq!(
        found[0],
        concat!(
            r#"{"@timestamp":"2026-02-28T10:00:01.000Z","destination":{"ip":"192.0.2.80","port":443},"#,
            r#""http":{"request":{"method":"GET"},"response":{"status_code":200}},"#,
            r#""microsoft":{"cs-uri-query":"q=\"a","cs-uri-stem":"/","time-taken":"15"},"#,
            r#""observer":{"product":"IIS","vendor":"Microsoft"},"source":{"ip":"203.0.113.9"},"#,
            r#""user_agent":{"original":"Mozilla/5.0+(X11)"}}"#
        )
    );
    assert_eq!(found[1..], ["no", "no"]);
}

#[test]
fn the_firewall_is_in_the_machines_own_time() {
    let found = read(&[
        "#Version: 1.5",
        "#Software: Microsoft Windows Firewall",
        "#Time Format: Local",
        "#Fields: date time action protocol src-ip dst-ip src-port dst-port size tcpflags tcpsyn tcpack tcpwin icmptype icmpcode info path pid",
        "",
        "2026-02-28 10:00:01 DROP UDP 192.0.2.7 192.0.2.255 137 138 78 - - - - - - - RECEIVE 4",
    ]);
    assert_eq!(
        found[1],
        concat!(
            r#"{"@timestamp":"2026-02-28T09:00:01.000Z","destination":{"ip":"192.0.2.255","port":138},"#,
            r#""event":{"action":"DROP"},"microsoft":{"path":"RECEIVE","size":"78"},"#,
            r#""network":{"direction":"ingress","transport":"udp"},"#,
            r#""observer":{"product":"Windows Firewall","type":"firewall","vendor":"Microsoft"},"#,
            r#""process":{"pid":4},"source":{"ip":"192.0.2.7","port":137}}"#
        )
    );
}

#[test]
fn zeek_says_how_it_writes() {
    let found = read(&[
        r"#separator \x09",
        "#set_separator\t,",
        "#empty_field\t(empty)",
        "#unset_field\t-",
        "#path\tconn",
        "#open\t2026-02-28-10-00-00",
        "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\torig_bytes\ttunnel_parents",
        "#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tcount\tset[string]",
        "1772272800.250000\tCx1\t192.0.2.7\t50123\t2001:db8::5\t443\ttcp\t-\t512\t(empty)",
        "1772272800.250000\tCx1\t192.0.2.7\t50123\there\t443\ttcp\t-\t512\t(empty)",
        "#close\t2026-02-28-11-00-00",
    ]);
    assert_eq!(
        found[0],
        concat!(
            r#"{"@timestamp":"2026-02-28T10:00:00.250Z","destination":{"ip":"2001:db8::5","port":443},"#,
            r#""event":{"id":"Cx1"},"network":{"transport":"tcp"},"#,
            r#""observer":{"product":"Zeek","type":"ids","vendor":"Zeek"},"#,
            r#""source":{"bytes":512,"ip":"192.0.2.7","port":50123},"zeek":{"path":"conn"}}"#
        )
    );
    assert_eq!(found[1], "no");
    assert!(Header::comment(b"#close\t2026-02-28-11-00-00"));
}

#[test]
fn a_distribution_separates_by_tabs_what_it_names_with_blanks() {
    let found = read(&[
        "#Version: 1.0",
        "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status",
        "2026-02-28\t10:00:01\tFRA2\t512\t203.0.113.9\tGET\td1.example\t/a b\t200",
    ]);
    assert!(
        found[0].contains(r#""source":{"ip":"203.0.113.9"}"#),
        "{found:?}"
    );
    assert!(
        found[0].contains(r#""url":{"domain":"d1.example"}"#),
        "{found:?}"
    );
}

#[test]
fn a_proxys_own_address_is_nobodys() {
    let found = read(&[
        "#Software: SGOS 7.3.1.1",
        "#Version: 1.0",
        "#Fields: date time time-taken c-ip cs-username s-ip cs-host r-ip cs(User-Agent)",
        "2026-02-28 10:00:01 12 192.0.2.7 - 192.0.2.1 www.example 203.0.113.5 \"Mozilla/5.0 (X11; Linux)\"",
    ]);
    assert!(
        found[0].contains(r#""destination":{"ip":"203.0.113.5"}"#),
        "{found:?}"
    );
    assert!(
        found[0].contains(r#""original":"Mozilla/5.0 (X11; Linux)""#),
        "{found:?}"
    );
    assert!(found[0].contains(r#""s-ip":"192.0.2.1""#), "{found:?}");
}

#[test]
fn exchange_receives_from_the_remote_side_and_sends_to_it() {
    for (kind, source) in [("Receive", "203.0.113.9"), ("Send", "192.0.2.25")] {
        let found = read(&[
            "#Software: Microsoft Exchange Server",
            &format!("#Log-type: SMTP {kind} Protocol Log"),
            "#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context",
            "2026-02-28T10:00:01.000Z,EX\\Default,08D,0,192.0.2.25:25,203.0.113.9:50123,+,,\"a,b\"",
        ]);
        assert!(
            found[0].contains(&format!(r#""source":{{"ip":"{source}""#)),
            "{found:?}"
        );
    }
}

#[test]
fn flow_logs_in_a_users_order() {
    let found = read(&[
        "version interface-id srcaddr dstaddr srcport dstport protocol start action pkt-srcaddr pkt-dstaddr",
        "3 eni-1 192.0.2.7 203.0.113.5 50123 443 6 1772272800 ACCEPT 198.51.100.1 203.0.113.5",
        "3 eni-1 - - - - - 1772272800 - - -",
    ]);
    assert_eq!(
        found[0],
        concat!(
            r#"{"@timestamp":"2026-02-28T10:00:00.000Z","aws":{"interface-id":"eni-1","#,
            r#""pkt-dstaddr":"203.0.113.5","pkt-srcaddr":"198.51.100.1","version":"3"},"#,
            r#""destination":{"ip":"203.0.113.5","port":443},"event":{"action":"ACCEPT"},"#,
            r#""network":{"iana_number":"6","transport":"tcp"},"#,
            r#""observer":{"product":"VPC flow logs","vendor":"AWS"},"#,
            r#""source":{"ip":"192.0.2.7","port":50123}}"#
        )
    );
    assert!(found[1].contains("2026-02-28"), "{found:?}");
}

#[test]
fn csv_is_known_by_its_names_only() {
    let found = read(&[
        "\"Time\",\"Src IP\",\"Dst IP\",\"Dst Port\",Note",
        "2026-02-28T10:00:00Z,192.0.2.7,203.0.113.5,443,\"a, b\"",
        "2026-02-28T10:00:00Z,192.0.2.7,203.0.113.5,443",
        "2026-02-28T10:00:00Z,host,203.0.113.5,443,x",
    ]);
    assert_eq!(
        found[0],
        concat!(
            r#"{"@timestamp":"2026-02-28T10:00:00.000Z","csv":{"Note":"a, b"},"#,
            r#""destination":{"ip":"203.0.113.5","port":443},"source":{"ip":"192.0.2.7"}}"#
        )
    );
    assert_eq!(found[1..], ["no", "no"]);
}

#[test]
fn a_letter_in_csv_is_the_sources_and_in_w3c_s_names_the_servers() {
    let ends =
        r#""destination":{"ip":"203.0.113.5","port":443},"source":{"ip":"192.0.2.7","port":1}}"#;
    for names in ["sip,sport,dip,dport", "S_IP,s_port,D_IP,d_port"] {
        let found = read(&[names, "192.0.2.7,1,203.0.113.5,443"]);
        assert!(found[0].ends_with(ends), "{names}: {found:?}");
    }
    let found = read(&["c-ip,c-port,s-ip,s-port", "192.0.2.7,1,203.0.113.5,443"]);
    assert!(found[0].ends_with(ends), "{found:?}");
    // Nobody says whose that is.
    let found = read(&["sip,src_port,dst_ip", "192.0.2.7,1,203.0.113.5"]);
    assert!(found[0].ends_with(r#""source":{"port":1}}"#), "{found:?}");
}

#[test]
fn ordinary_lines_are_no_header() {
    let context = Context::new(Clock::at(Time::default()));
    for line in [
        "",
        "#",
        "# a comment about srcip,dstip",
        "#path to the file",
        "#fieldsets",
        "Feb 28 10:00:00 gw kernel: IN=eth0 OUT= SRC=192.0.2.7 DST=203.0.113.5",
        "srcip=192.0.2.7,dstip=203.0.113.5",
        "srcip,192.0.2.7,dstip,203.0.113.5",
        "the src ip and the dst ip differ",
        "name,srcip",
        "srcport,dstport",
        "srcaddr dstaddr 7",
    ] {
        assert!(
            Header::of(None, line.as_bytes(), &context.aliases).is_none(),
            "{line}"
        );
    }
}

#[test]
fn spoilt_lines_are_refused_or_read_but_never_a_panic() {
    let context = Context::new(Clock::at(Time::default()));
    let lines: &[&[u8]] = &[
        b"#Fields: date time s-ip c-ip cs(User-Agent)",
        b"2026-02-28 10:00:01 192.0.2.80 203.0.113.9 \"a \"\"b\"",
        b"#separator \\x09",
        b"#path\tconn",
        b"#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tproto",
        b"1772272800.25\t192.0.2.7\t50123\t2001:db8::5\ttcp",
        b"time,src ip,dst ip,proto",
        b"2026-02-28T10:00:00Z,192.0.2.7,203.0.113.5,6",
        b"version srcaddr dstaddr start protocol",
        b"3 192.0.2.7 203.0.113.5 1772272800 6",
    ];
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 33) as usize % below
    };
    let (mut header, mut read): (Option<Header>, usize) = (None, 0);
    for _ in 0..100_000 {
        let mut line = lines[random(lines.len())].to_vec();
        for _ in 0..random(3) {
            let at = random(line.len());
            match random(3) {
                0 => line[at] = random(256) as u8,
                1 => line.truncate(at + 1),
                _ => line.insert(at, b"\",\t #-\xff"[random(7)]),
            }
        }
        if let Some(next) = Header::of(header.as_ref(), &line, &context.aliases) {
            assert!(is_header(&line), "{}", String::from_utf8_lossy(&line));
            header = Some(next);
        } else if let Some(header) = &header {
            let mut record = Record::new(&context);
            record.begin(&line);
            if header.read(&line, &mut record) {
                read += 1;
                let mut out = Vec::new();
                record.write(header.name(), &mut out);
                serde_json::from_slice::<serde_json::Value>(&out).expect("JSON");
            }
        }
    }
    assert!(read > 1000, "{read}");
}
