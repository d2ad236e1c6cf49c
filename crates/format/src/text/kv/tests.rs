use super::*;
use crate::text::Context;
use crate::text::time::{Clock, Time};

fn with<T>(line: &[u8], ask: impl FnOnce(bool, &Record<'_>) -> T) -> T {
    let context = Context::new(Clock::at(Time::default()));
    let mut record = Record::new(&context);
    record.begin(line);
    let found = read(line, &mut record);
    ask(found, &record)
}

/// All pairs as the scanner finds them: `name=value;…`.
fn pairs(line: &str) -> String {
    let Some(style) = style::style(line.as_bytes()) else {
        return String::new();
    };
    Scan::new(line.as_bytes(), style)
        .map(|pair| {
            let (name, value) = (pair.name, pair.value);
            format!(
                "{}={}",
                String::from_utf8_lossy(name),
                String::from_utf8_lossy(value)
            )
        })
        .collect::<Vec<_>>()
        .join(" ~ ")
}

/// Source, destination, their ports and their translated addresses, `-` for none.
fn ends(line: &str) -> String {
    with(line.as_bytes(), |found, record| {
        if !found {
            return "no".to_owned();
        }
        [
            Field::SourceIp,
            Field::SourcePort,
            Field::DestinationIp,
            Field::DestinationPort,
            Field::SourceNatIp,
            Field::DestinationNatIp,
        ]
        .map(|field| String::from_utf8_lossy(record.get(field).unwrap_or(b"-")).into_owned())
        .join(" ")
    })
}

#[test]
fn pairs_stand_between_what_stands_between_the_first_ones() {
    for (line, expected) in [
        ("a=1 b=2", "a=1 ~ b=2"),
        ("text before: a=1 b=2", "a=1 ~ b=2"),
        ("a=1\tb=2 3\tc=4", "a=1 ~ b=2 3 ~ c=4"),
        ("a=1,b=2,c=3 4", "a=1 ~ b=2 ~ c=3 4"),
        ("x: a=1, b c=2, d=3", "a=1 ~ b c=2 ~ d=3"),
        ("a=1; b=x, y; c=3;", "a=1 ~ b=x, y ~ c=3"),
        ("x: a=1; b c=2; d e=3", "a=1 ~ b c=2 ~ d e=3"),
        ("a=1|b=2|c d=3", "a=1 ~ b=2 ~ c d=3"),
        ("a=\"x y\" b=\"\" c=z", "a=x y ~ b= ~ c=z"),
        ("a=\"1, 2\", b=\"3=4\"", "a=1, 2 ~ b=3=4"),
        ("[a:\"1\"; b:\"2; 3\"; c d:\"4\"; ]", "a=1 ~ b=2; 3 ~ c d=4"),
        ("a = 1 b = 2", "a=1 ~ b=2"),
        ("a= b= c=d", "a= ~ b= ~ c=d"),
        ("a=two words b=3", "a=two words ~ b=3"),
        ("u=http://x/?p=1&q=2 b=3", "u=http://x/?p=1&q=2 ~ b=3"),
        ("a=b=c d=e", "a=b=c ~ d=e"),
        ("a='op=login x=1' y=2", "a= ~ op=login ~ x=1 ~ y=2"),
        ("[m a=1 ][n [o b=2 c=3 ]]", "a=1 ~ b=2 ~ c=3"),
        ("a=f(1) b=(2) c=3)", "a=f(1) ~ b=(2) ~ c=3"),
        (
            "a=1, set=[ b=2 c=3 d=4 ], e f=5, g=6",
            "a=1 ~ set=[ b=2 c=3 d=4 ] ~ e f=5 ~ g=6",
        ),
        ("=", ""),
        ("=====", ""),
        ("a", ""),
    ] {
        assert_eq!(pairs(line), expected, "{line}");
    }
}

#[test]
fn quoted_values_end_where_a_pair_may() {
    for (line, expected) in [
        (r#"a="say \"b=1\" now" c=2"#, r#"a=say \"b=1\" now ~ c=2"#),
        (r#"a="say ""b"" now" c=2"#, r#"a=say ""b"" now ~ c=2"#),
        (r#"a="not "b"ut so" c=2"#, r#"a=not "b"ut so ~ c=2"#),
        (r#"a="C:\dir\" c="2""#, r#"a=C:\dir\ ~ c=2"#),
        (r#"a="never ends b=2"#, r#"a="never ends ~ b=2"#),
    ] {
        assert_eq!(pairs(line), expected, "{line}");
    }
    with(br#"a="x \"y\" ""z"" C:\d" b=2"#, |found, record| {
        assert!(found);
        assert_eq!(record.vendor_value(b"a"), Some(&br#"x "y" "z" C:\d"#[..]));
    });
}

#[test]
fn text_with_few_pairs_is_no_record_of_pairs() {
    for line in [
        "",
        "a=1",
        "session opened for user root by (uid=0) and a long sentence behind it, which has x=1",
        "{\"a\":\"b=1 c=2\"}",
        "<Event a=\"1\" b=\"2\"/>",
        "GET /x?src=192.0.2.1&dst=192.0.2.2 HTTP/1.1",
    ] {
        assert_eq!(ends(line), "no", "{line}");
    }
    assert_eq!(ends("lost src=192.0.2.1"), "192.0.2.1 - - - - -");
}

#[test]
fn names_mean_what_their_product_says() {
    for (line, expected) in [
        ("sport=1 dport=2 a=3", "- 1 - 2 - -"),
        (
            "SIP=192.0.2.1 DIP=192.0.2.2 SPORT=1",
            "192.0.2.1 1 192.0.2.2 - - -",
        ),
        (
            "sip=192.0.2.1 dip=192.0.2.2 a=3",
            "192.0.2.1 - 192.0.2.2 - - -",
        ),
        ("sip=192.0.2.1 b=1", "- - - - - -"),
        // FortiGate: transip is the source's, tranip the destination's.
        (
            "devid=\"FGT1\" logid=\"1\" srcip=192.0.2.1 dstip=192.0.2.2 tranip=192.0.2.3 transip=192.0.2.4",
            "192.0.2.1 - 192.0.2.2 - 192.0.2.4 192.0.2.3",
        ),
        (
            "devid=\"FGT1\" logid=\"1\" tunneltype=\"ssl-web\" remip=192.0.2.1 locip=192.0.2.9",
            "192.0.2.1 - - - - -",
        ),
        (
            "devid=\"FGT1\" logid=\"1\" dir=\"outbound\" remip=192.0.2.1 locip=192.0.2.9",
            "192.0.2.9 - 192.0.2.1 - - -",
        ),
        ("devid=\"FGT1\" logid=\"1\" remip=192.0.2.1", "- - - - - -"),
        (
            "devid=\"FGT1\" logid=\"1\" ui=\"https(192.0.2.1)\"",
            "192.0.2.1 - - - - -",
        ),
        // A device's own address is nobody's source.
        ("id=firewall sn=00 fw=192.0.2.9 m=1", "- - - - - -"),
        (
            "id=firewall sn=00 fw=192.0.2.9 src=192.0.2.1:5:X0 dst=192.0.2.2:443:X1:host.example",
            "192.0.2.1 5 192.0.2.2 443 - -",
        ),
        (
            "[action:\"Accept\"; origin:\"192.0.2.9\"; loguid:\"{0}\"; src:\"192.0.2.1\"; \
             s_port:\"5\"; dst:\"192.0.2.2\"; service:\"443\"; xlatesrc:\"192.0.2.3\"; xlatedst:\"0.0.0.0\"; ]",
            "192.0.2.1 5 192.0.2.2 443 192.0.2.3 -",
        ),
        (
            "msg_id=\"3000-0148\" Deny 0-External Firebox 44 tcp 20 51 192.0.2.1 192.0.2.2 51514 22 offset 6 S 1 win 5",
            "192.0.2.1 51514 192.0.2.2 22 - -",
        ),
        (
            "Allow 192.0.2.1 192.0.2.2 http/tcp 51514 80 Trusted External Allowed rc=\"406\" msg_id=\"3000-0176\" src_ip_nat=\"192.0.2.3\"",
            "192.0.2.1 51514 192.0.2.2 80 192.0.2.3 -",
        ),
        (
            "src=192.0.2.1 dst=192.0.2.2 src-xlated ip=192.0.2.3 port=1 dst-xlated ip=192.0.2.4 port=2",
            "192.0.2.1 - 192.0.2.2 - 192.0.2.3 192.0.2.4",
        ),
        (
            "type=X msg=audit(1.2:3): op='a addr=192.0.2.1 res=ok'",
            "192.0.2.1 - - - - -",
        ),
        ("op=a addr=192.0.2.1 res=ok", "- - - - - -"),
        (
            "0A1B2C3D: to=<a@b.example>, relay=mx.example[192.0.2.2]:25, delay=1, status=sent (ok)",
            "- - 192.0.2.2 25 - -",
        ),
        (
            "0A1B2C3D: client=h.example[192.0.2.1], sasl_method=PLAIN",
            "192.0.2.1 - - - - -",
        ),
        (
            "conn=1 fd=2 ACCEPT from IP=192.0.2.1:5 (IP=192.0.2.2:389)",
            "192.0.2.1 5 192.0.2.2 389 - -",
        ),
        (
            "session created 192.0.2.1/5->192.0.2.2/443 0x0 junos-https",
            "192.0.2.1 5 192.0.2.2 443 - -",
        ),
        (
            "forward: in:a out:b, proto TCP (SYN), 192.0.2.1:5->192.0.2.2:80, len 40",
            "192.0.2.1 5 192.0.2.2 80 - -",
        ),
        ("a->b", "no"),
        (
            "Allow: FWD|TCP|p1|192.0.2.1|5|02:00:5e:00:53:01|192.0.2.2|443|https|p2|RULE|0|192.0.2.3|192.0.2.2|0|1",
            "192.0.2.1 5 192.0.2.2 443 192.0.2.3 192.0.2.2",
        ),
    ] {
        assert_eq!(ends(line), expected, "{line}");
    }
}

#[test]
fn a_server_is_the_destination_of_its_client() {
    for (line, expected) in [
        (
            "client=192.0.2.5 server=198.51.100.1",
            "192.0.2.5 - 198.51.100.1 - - -",
        ),
        (
            "op=get client=192.0.2.5:5 server=198.51.100.1:443",
            "192.0.2.5 5 198.51.100.1 443 - -",
        ),
        (
            "client=a.example.com[192.0.2.5] server=b.example.com[198.51.100.1]:25",
            "192.0.2.5 - 198.51.100.1 25 - -",
        ),
        (
            "client=192.0.2.5 server=b.example.com",
            "192.0.2.5 - - - - -",
        ),
        ("client=a server=198.51.100.1", "- - - - - -"),
        (
            "src=192.0.2.7 client=192.0.2.5 server=198.51.100.1",
            "192.0.2.7 - - - - -",
        ),
        // SonicWall: no port, but an interface.
        (
            "id=firewall sn=1 src=192.0.2.5::X0 dst=198.51.100.1:53:X1",
            "192.0.2.5 - 198.51.100.1 53 - -",
        ),
    ] {
        assert_eq!(ends(line), expected, "{line}");
    }
}

#[test]
fn times_are_the_device_s() {
    for (line, seconds) in [
        ("date=2026-02-03 time=04:05:06 a=1", 1_770_091_506),
        (
            "date=2026-02-03 time=04:05:06 tz=\"+0200\" a=1",
            1_770_084_306,
        ),
        (
            "date=2026-02-03 time=04:05:06 eventtime=1770000000123456789 a=1",
            1_770_000_000,
        ),
        (
            "id=firewall time=\"2026-02-03 04:05:06\" tz=+0200 a=1",
            1_770_084_306,
        ),
        ("timestamp=\"2026-02-03T04:05:06+0200\" a=1", 1_770_084_306),
        ("type=X msg=audit(1770000000.5:3): a=1 b=2", 1_770_000_000),
    ] {
        let time = with(line.as_bytes(), |_, record| record.time());
        assert_eq!(time.map(|time| time.seconds), Some(seconds), "{line}");
    }
    for line in ["time=04:05:06.123 a=1", "time=12 a=1", "timestamp=soon a=1"] {
        assert_eq!(
            with(line.as_bytes(), |_, record| record.time()),
            None,
            "{line}"
        );
    }
}

#[test]
fn a_user_s_own_signs() {
    let read = |pair: &str, value: &str, line: &str| {
        let context = Context::new(Clock::at(Time::default()));
        let mut record = Record::new(&context);
        let options = Options {
            pair: pair.into(),
            value: value.into(),
        };
        let found = read_with(&options, line.as_bytes(), &mut record);
        let value = |name: &[u8]| {
            String::from_utf8_lossy(record.vendor_value(name).unwrap_or(b"-")).into_owned()
        };
        (found, value(b"a"), value(b"b"), record.has(Field::SourceIp))
    };
    let expect = |a: &str, b: &str, source| (true, a.to_owned(), b.to_owned(), source);
    assert_eq!(
        read(" ", "=", "a=1 b=2 src=192.0.2.1"),
        expect("1", "2", true)
    );
    assert_eq!(
        read("||", "::", "a::1 x||none||b::\"2||3\"||c::4"),
        expect("1 x", "2||3", false)
    );
    assert_eq!(
        read(",", ":", "a:1,src:192.0.2.1:44,b:\"2"),
        expect("1", "\"2", true)
    );
    assert!(!read(" ", "=", "nothing here").0);
    assert!(!read("", "=", "a=1").0);
}

/// Ten times the bytes must not take a hundred times as long; a quadratic reader would need hours.
#[test]
fn hostile_lines_take_linear_time() {
    for piece in [
        "=",
        "a=",
        "a=b ",
        "a=\"",
        "a=\"\\\"",
        "a=\"\" ",
        "\"",
        "a=\"b\"\"",
        "]=a ",
        "a=])])]) ",
        " =",
        ", =",
        "a b, c=",
        "a=->",
        "from [",
        "a=b, c d=e; f=g|",
        "a:\"b\"; ",
        "a=\"b\\\" c",
        "client=[ ",
    ] {
        for front in [
            "",
            "a=1, b=\"",
            "a=1 b=\"x",
            "x:\"1\"; y:\"",
            "msg_id=1 a=2 devid=F logid=1 ",
        ] {
            let mut line = front.to_owned();
            line.extend(std::iter::repeat_n(piece, 300_000 / piece.len()));
            with(line.as_bytes(), |_, _| ());
        }
    }
}
