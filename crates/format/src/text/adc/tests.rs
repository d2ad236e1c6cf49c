use super::*;
use crate::text::Context;
use crate::text::time::Clock;

fn found(text: &str) -> Option<String> {
    let context = Context::new(Clock::at(Time::default()));
    let mut record = Record::new(&context);
    record.begin(text.as_bytes());
    read(text.as_bytes(), &mut record).then(|| {
        let get = |field| String::from_utf8_lossy(record.get(field).unwrap_or(b"-")).into_owned();
        [
            Field::SourceIp,
            Field::SourcePort,
            Field::DestinationIp,
            Field::DestinationPort,
            Field::UserName,
        ]
        .map(get)
        .join(" ")
    })
}

#[test]
fn messages_of_controllers() {
    for (text, expected) in [
        (
            "03/01/2026:12:00:00 GMT ns 0-PPE-0 : default TCP CONN_TERMINATE 7 0 :  Source 203.0.113.9:40000 - Destination 192.0.2.7:443 - Start Time x - Total_bytes_send 1",
            "203.0.113.9 40000 192.0.2.7 443 -",
        ),
        (
            "03/01/2026:12:00:00 GMT ns 0-PPE-0 : TCP CONN_DELINK 7 0 : Source 203.0.113.9:40000 - Vserver 192.0.2.1:443 - NatIP 192.0.2.2:9 - Destination 192.0.2.7:80 - Delink Time x",
            "203.0.113.9 40000 192.0.2.7 80 -",
        ),
        (
            "0-PPE-0 : default SSLVPN LOGIN 7 0 : Context ann@203.0.113.9 - SessionId: 7- User ann - Client_ip 203.0.113.9 - Nat_ip \"Mapped Ip\" - Vserver 192.0.2.1:443 - Browser_type \"a - b\"",
            "203.0.113.9 - 192.0.2.1 443 ann",
        ),
        (
            "0-PPE-0 : default GUI CMD_EXECUTED 7 0 : User ann - ADM_User NONE - Remote_ip 203.0.113.9 - Command \"show - x\" - Status \"Success\"",
            "203.0.113.9 - - - ann",
        ),
        (
            "0-PPE-1 : default SSLLOG SSL_HANDSHAKE_FAILURE 7 0 : SPCBId 5 - ClientIP 203.0.113.9 - ClientPort 60892 - VserverServiceIP 192.0.2.1 - VserverServicePort 443 - ClientVersion TLSv1.2",
            "203.0.113.9 60892 192.0.2.1 443 -",
        ),
        (
            "0-PPE-0 : default AAA Message 7 0 : \"Rejected for ann (client ip : 203.0.113.9  , vserver ip: 192.0.2.1   ), error\"",
            "203.0.113.9 - 192.0.2.1 - -",
        ),
        (
            "0-PPE-0 : default APPFW APPFW_STARTURL 7 0 :  203.0.113.9 12-PPE0 - p http://www.example.net/ Disallow Illegal URL <blocked>",
            "203.0.113.9 - - - -",
        ),
        (
            "tmm3[20358]: 01260009:4: 203.0.113.9:53586 -> 192.0.2.1:443: Connection error: ssl",
            "203.0.113.9 53586 192.0.2.1 443 -",
        ),
        (
            "01260013:4: SSL Handshake failed for TCP 203.0.113.9:53586 -> 192.0.2.1:443",
            "203.0.113.9 53586 192.0.2.1 443 -",
        ),
        (
            "01580002:5: /Common/p:Common:0f: allow ACL: /Common/a:59 packet: tcp 203.0.113.9:50992 -> 192.0.2.1:135",
            "203.0.113.9 50992 192.0.2.1 135 -",
        ),
        (
            "01490500:5: /Common/p:Common:0f: New session from client IP 203.0.113.9 (ST=/CC=/C=) at VIP 192.0.2.1 Listener /Common/v (Reputation=Unknown)",
            "203.0.113.9 - 192.0.2.1 - -",
        ),
        (
            "perl[1]: 01310039:3: [SECEV] Request violations: x. Support id: 1, source ip: 203.0.113.9, xff ip: N/A, source port: 34066, destination ip: 192.0.2.1, destination port: 443, route_domain: 0",
            "203.0.113.9 34066 192.0.2.1 443 -",
        ),
    ] {
        assert_eq!(found(text).as_deref(), Some(expected), "{text}");
    }
    for text in [
        "",
        "-PPE-",
        "0-PPE-0 : ",
        "0-PPE-0 : a b c",
        "01260009:4:",
        "x 01260009:4: y",
        "0126000g:4: y",
        "12:00:00:1: x",
    ] {
        assert_eq!(found(text), None, "{text}");
    }
}
