use crate::text::Context;
use crate::text::field::Field::*;
use crate::text::record::Record;
use crate::text::time::{Clock, Time};

fn found(text: &str) -> Option<String> {
    let context = Context::new(Clock::at(Time {
        seconds: 1_772_366_400,
        nanos: 0,
    }));
    let mut record = Record::new(&context);
    record.begin(text.as_bytes());
    (super::SPEC.read)(text.as_bytes(), &mut record).then(|| {
        let get = |field| String::from_utf8_lossy(record.get(field).unwrap_or(b"-")).into_owned();
        [
            SourceIp,
            SourcePort,
            DestinationIp,
            DestinationPort,
            HttpRequestMethod,
            UrlOriginal,
            HttpResponseStatusCode,
        ]
        .map(get)
        .join(" ")
    })
}

#[test]
fn servers_and_proxies() {
    for (text, expected) in [
        // Common and combined.
        (
            r#"203.0.113.9 - ann [01/Mar/2026:12:00:00 +0000] "GET /a HTTP/1.0" 200 2326"#,
            "203.0.113.9 - - - GET /a 200",
        ),
        (
            r#"2001:db8::9 - - [01/Mar/2026:12:00:00 +0000] "GET /a\"b HTTP/1.1" 404 - "-" "curl/8""#,
            r#"2001:db8::9 - - - GET /a\"b 404"#,
        ),
        (
            r#"203.0.113.9 - ann lee [01/Mar/2026:12:00:00 +0000] "POST / HTTP/2.0" 200 1 "-" "x""#,
            "203.0.113.9 - - - POST / 200",
        ),
        (
            r#"203.0.113.9 - - [01/Mar/2026:12:00:00 +0000] "-" 408 0 "-" "-""#,
            "203.0.113.9 - - - - - 408",
        ),
        (
            r#"www.example.net:443 203.0.113.9 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "x""#,
            "203.0.113.9 - - 443 GET / 200",
        ),
        (
            r#"www.example.net 203.0.113.9 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1"#,
            "203.0.113.9 - - - GET / 200",
        ),
        (
            r#"203.0.113.9, 198.51.100.2 192.0.2.1 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "x""#,
            "203.0.113.9 - - - GET / 200",
        ),
        (
            r#"- - - 203.0.113.9 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1 "-" "x""#,
            "203.0.113.9 - - - GET / 200",
        ),
        (
            r#"[ssl_acc] 203.0.113.9 - - [01/Mar/2026:12:00:00 +0000] "/ui/x" 404 238"#,
            "203.0.113.9 - - - - /ui/x 404",
        ),
        (
            r#"[01/Mar/2026:12:00:00 +0000] 203.0.113.9 TLSv1.3 TLS_AES_256_GCM_SHA384 "GET / HTTP/1.1" 1375"#,
            "203.0.113.9 - - - GET / -",
        ),
        (
            r#"203.0.113.9 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 85 - "x" 6 "Host-a" "http://192.0.2.7:80" 13ms"#,
            "203.0.113.9 - - - GET / 200",
        ),
        (
            r#"203.0.113.9 -> 192.0.2.1 "GET /nitro HTTP/1.1" 200 14 "-" "x" "Time: 6 microsecs""#,
            "203.0.113.9 - 192.0.2.1 - GET /nitro 200",
        ),
        // Squid and its like.
        (
            "1772366400.853    125 203.0.113.9 TCP_TUNNEL/200 300 CONNECT www.example.net:443 ann HIER_DIRECT/192.0.2.7 -",
            "203.0.113.9 - 192.0.2.7 443 CONNECT www.example.net:443 200",
        ),
        (
            "1772366400.853    125 203.0.113.9 TCP_MISS/200 300 GET http://www.example.net/ - FIRSTUP_PARENT/192.0.2.7 text/html",
            "203.0.113.9 - - - GET http://www.example.net/ 200",
        ),
        (
            "Info: 1772366400.853 125 203.0.113.9 TCP_MISS/200 300 CONNECT tunnel://192.0.2.7:443/ \"EX\\ann\" DIRECT/192.0.2.7 - X <\"C\",1>",
            "203.0.113.9 - 192.0.2.7 443 CONNECT tunnel://192.0.2.7:443/ 200",
        ),
        // Load balancers.
        (
            r#"203.0.113.9:43738 [01/Mar/2026:12:00:00.497] web~ app/<NOSRV> 0/-1/-1/-1/0 503 213 - - SC-- 1/1/0/0/0 0/0 {x|} "GET /foo HTTP/1.1""#,
            "203.0.113.9 43738 - - GET /foo 503",
        ),
        (
            "2001:db8::9:43738 [01/Mar/2026:12:00:00.497] tcp tcp/s1 1/0/5007 212 -- 0/0/0/0/3 0/0",
            "2001:db8::9 43738 - - - - -",
        ),
        (
            "203.0.113.9:43738 [01/Mar/2026:12:00:00.497] web/1: Connection error during SSL handshake",
            "203.0.113.9 43738 - - - - -",
        ),
        (
            "Connect from 203.0.113.9:33317 to 192.0.2.7:8012 (default/HTTP)",
            "203.0.113.9 33317 192.0.2.7 8012 - - -",
        ),
        (
            r#"[2026-03-01T12:00:00.533Z] "GET /s HTTP/1.1" 200 - 0 89 5 4 "203.0.113.9,198.51.100.2" "curl" "id" "a.example" "192.0.2.7:80""#,
            "203.0.113.9 - 192.0.2.7 80 GET /s 200",
        ),
        (
            r#"[2026-03-01T12:00:00.533Z] "- - -" 0 - 87 254 4 - "-" "-" "-" "-" "192.0.2.7:80""#,
            "- - 192.0.2.7 80 - - -",
        ),
        (
            r#"[2026-03-01T12:00:00.533Z] "GET /s HTTP/1.1" 200 - via_upstream - "-" 0 89 5 4 "-" "curl" "id" "a.example" "192.0.2.7:80" outbound|80||x 192.0.2.1:5000 192.0.2.2:80 203.0.113.9:4000 - default"#,
            "203.0.113.9 4000 192.0.2.7 80 GET /s 200",
        ),
        (
            r#"2026-03-01T12:00:00.945958Z my-lb 203.0.113.9:2817 192.0.2.7:80 0.000073 0.001048 0.000057 200 200 0 29 "GET http://www.example.net:80/ HTTP/1.1" "curl" - -"#,
            "203.0.113.9 2817 192.0.2.7 80 GET http://www.example.net:80/ 200",
        ),
        (
            r#"h2 2026-03-01T12:00:00.945958Z app/my-lb/50dc 203.0.113.9:2817 - -1 -1 -1 502 - 0 29 "GET https://www.example.net:443/ HTTP/2.0" "curl" - - arn:x"#,
            "203.0.113.9 2817 - - GET https://www.example.net:443/ 502",
        ),
        // Errors.
        (
            "[Sun Mar 01 12:00:00.123456 2026] [core:error] [pid 35708:tid 43] [client 203.0.113.9:4000] File does not exist: /x",
            "203.0.113.9 4000 - - - - -",
        ),
        (
            "[Sun Mar 01 12:00:00 2026] [error] [client 203.0.113.9] Directory index forbidden",
            "203.0.113.9 - - - - - -",
        ),
        (
            r#"2026/03/01 12:00:00 [error] 54053#0: *1 open() "/x, client: 1" failed, client: 203.0.113.9, server: localhost, request: "GET /x HTTP/1.1", host: "h""#,
            "203.0.113.9 - - - GET /x -",
        ),
        // IIS.
        (
            "2026-03-01 12:00:00 192.0.2.7 GET /a b=1 443 - 203.0.113.9 Mozilla/5.0+(x) - 200 0 0 123",
            "203.0.113.9 - 192.0.2.7 443 GET /a 200",
        ),
        (
            "2026-03-01 12:00:00 203.0.113.9 2780 192.0.2.7 80 HTTP/1.1 GET /a.htm 400 - Hostname -",
            "203.0.113.9 2780 192.0.2.7 80 GET /a.htm 400",
        ),
        (
            "2026-03-01 12:00:00 203.0.113.9 2780 192.0.2.7 80 - - - - - Timer_MinBytesPerSecond -",
            "203.0.113.9 2780 192.0.2.7 80 - - -",
        ),
    ] {
        assert_eq!(found(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn other_text_is_left_alone() {
    for text in [
        "",
        "[",
        "203.0.113.9",
        "203.0.113.9 - - [",
        "203.0.113.9 - - [01/Mar/2026:12:00:00 +0000]",
        r#"203.0.113.9 - - [01/Mar/2026:12:00:00 +0000] "GET"#,
        r#"203.0.113.9 - - [01/Mar/2026:12:00:00 +0000] "GET / HTTP/1.1" many"#,
        "1772366400.853 125 203.0.113.9",
        "1772366400.853 up 203.0.113.9 is tcp/80 x Y",
        "203.0.113.9:43738 [01/Mar/2026:12:00:00.497] hello there",
        "[2026-03-01T12:00:00Z] \"hello\" 200",
        "[info] something [client 203.0.113.9",
        "[a] [b] [client 203.0.113.9] x",
        "2026-03-01 12:00:00 ALLOW TCP 192.0.2.1 203.0.113.9 5000 443 0 - 0 0 0 - - - SEND",
        "http is a word",
        "Connect from 203.0.113.9",
        "Accepted password for ann from 203.0.113.9 port 22 ssh2",
    ] {
        assert_eq!(found(text), None, "{text}");
    }
}

#[test]
fn hostile_lines_cost_linear_time() {
    for part in ["\"", "\\", "[", "] ", "a ", "\" \"", ", client: ", ":", "/"] {
        let body = part.repeat(2_000_000 / part.len());
        for head in [
            "",
            "[",
            "203.0.113.9 - - [01/Mar/2026:12:00:00 +0000] \"",
            "[2026-03-01T12:00:00Z] \"",
            "1772366400.853 1 ",
            "[error] 1#2: ",
            "203.0.113.9:1 [01/Mar/2026:12:00:00.497] ",
        ] {
            let text = format!("{head}{body}");
            let begin = std::time::Instant::now();
            found(&text);
            assert!(begin.elapsed().as_secs() < 5, "{head}{part}…");
        }
    }
}
