use crate::text::Context;
use crate::text::field::Field::*;
use crate::text::record::Record;
use crate::text::time::{Clock, Time};

/// What is found in `text`: `source:port(mapped:port) > destination:port(mapped:port)`.
pub fn ends(text: &str) -> String {
    let context = Context::new(Clock::at(Time::default()));
    let mut record = Record::new(&context);
    record.begin(text.as_bytes());
    assert!((super::SPEC.read)(text.as_bytes(), &mut record), "{text}");
    let get = |field| String::from_utf8_lossy(record.get(field).unwrap_or_default()).into_owned();
    let side = |ip, port, domain, nat, nat_port| {
        let mut side = get(ip) + &get(domain);
        for (sign, field) in [("/", port), (" nat ", nat), ("/", nat_port)] {
            let value = get(field);
            if !value.is_empty() {
                side = side + sign + &value;
            }
        }
        side
    };
    let source = side(
        SourceIp,
        SourcePort,
        SourceDomain,
        SourceNatIp,
        SourceNatPort,
    );
    let destination = side(
        DestinationIp,
        DestinationPort,
        DestinationDomain,
        DestinationNatIp,
        DestinationNatPort,
    );
    format!("{source} > {destination}")
}

/// The value of a field.
pub fn field(text: &str, field: crate::text::field::Field) -> String {
    let context = Context::new(Clock::at(Time::default()));
    let mut record = Record::new(&context);
    record.begin(text.as_bytes());
    assert!((super::SPEC.read)(text.as_bytes(), &mut record), "{text}");
    String::from_utf8_lossy(record.get(field).unwrap_or_default()).into_owned()
}

fn takes(text: &[u8]) -> bool {
    let context = Context::new(Clock::at(Time::default()));
    let mut record = Record::new(&context);
    record.begin(text);
    (super::SPEC.read)(text, &mut record)
}

#[test]
fn the_marker_is_known_wherever_it_stands_near_the_front() {
    for text in [
        "%ASA-6-302010: 1 in use, 2 most used",
        ": %ASA-6-302010: 1 in use",
        "%ASA-session-5-106100: x",
        "%ASA--5-106100: x",
        "%ASA-6-302016 Teardown UDP",
        "fw : %FTD-1-430003: x",
        "*Mar  1 00:00:01.123: %SYS-5-CONFIG_I: Configured",
        "%SECURITY-SSHD-6-INFO_SUCCESS : x",
        "000123: %$VDC-1$ %ETHPORT-5-IF_UP: x",
    ] {
        assert!(takes(text.as_bytes()), "{text}");
    }
    for text in [
        "",
        "%",
        "%ASA",
        "%ASA-6-",
        "%ASA-9-302010: x",
        "%S-1-5: a security identifier",
        "%3AS-1-5: an escaped one",
        "GET /%3AB-1-X: x",
        "100%AB-1-X: x",
        "%%01SHELL/4/LOGIN: Huawei",
        "%AB-1-X y",
        "asa-6-302010: x",
    ] {
        assert!(!takes(text.as_bytes()), "{text}");
    }
}

#[test]
fn routers_and_switches() {
    for (text, expected) in [
        (
            "%SEC-6-IPACCESSLOGP: list 110 denied tcp 192.0.2.7(4000) -> 203.0.113.5(80), 1 packet",
            "192.0.2.7/4000 > 203.0.113.5/80",
        ),
        (
            "%SEC-6-IPACCESSLOGP: list 110 denied tcp 192.0.2.7(4000) (Vlan7 aabb.cc00.0100) -> 203.0.113.5(80), 1 packet [Rule-1]",
            "192.0.2.7/4000 > 203.0.113.5/80",
        ),
        (
            "%SEC-6-IPACCESSLOGDP: list in-1 permitted icmp 192.0.2.7 -> 203.0.113.5 (8/0), 3 packets",
            "192.0.2.7 > 203.0.113.5",
        ),
        (
            "%SEC-6-IPACCESSLOGNP: list 171 denied 47 192.0.2.7 -> 203.0.113.5, 1 packet",
            "192.0.2.7 > 203.0.113.5",
        ),
        (
            "%SEC-6-IPACCESSLOGS: list 10 denied 192.0.2.7 1 packet",
            "192.0.2.7 > ",
        ),
        (
            "%IPV6-6-ACCESSLOGP: list six/10 permitted udp 2001:db8::7(4000) -> 2001:db8::5(53), 9 packets",
            "2001:db8::7/4000 > 2001:db8::5/53",
        ),
        (
            "%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: eve] [Source: 192.0.2.7] [localport: 22] [Reason: Login Authentication Failed] at 10:00:00 UTC Sun Mar 1 2026",
            "192.0.2.7 > /22",
        ),
        (
            "%SSH-5-SSH2_SESSION: SSH2 Session request from 192.0.2.7 (tty = 0) using crypto cipher 'aes256-ctr', hmac 'hmac-sha2-256' Succeeded",
            "192.0.2.7 > ",
        ),
        (
            "%SSH-5-SSH2_USERAUTH: User 'ann' authentication for SSH2 Session from 192.0.2.7 (tty = 0) using crypto cipher 'x', hmac 'y' Failed",
            "192.0.2.7 > ",
        ),
        (
            "%SYS-5-CONFIG_I: Configured from console by ann on vty0 (192.0.2.7)",
            "192.0.2.7 > ",
        ),
        ("%SYS-5-CONFIG_I: Configured from console by console", " > "),
        (
            "%SYS-5-PRIV_AUTH_FAIL: Authentication to privilege level 15 failed by ann on vty0 (192.0.2.7)",
            "192.0.2.7 > ",
        ),
        (
            "%SYS-6-LOGOUT: User ann has exited tty session 2(192.0.2.7)",
            "192.0.2.7 > ",
        ),
        (
            "%SYS-6-LOGGINGHOST_STARTSTOP: Logging to host 203.0.113.5 port 514 started - CLI initiated",
            " > 203.0.113.5/514",
        ),
        (
            "%SNMP-3-AUTHFAIL: Authentication failure for SNMP req from host 192.0.2.7",
            "192.0.2.7 > ",
        ),
        (
            "%TCP-6-BADAUTH: No MD5 digest from 192.0.2.7(179) to 203.0.113.5(1030)",
            "192.0.2.7/179 > 203.0.113.5/1030",
        ),
        (
            "%FW-6-SESS_AUDIT_TRAIL: tcp session initiator (192.0.2.7:4000) sent 22 bytes -- responder (203.0.113.5:25) sent 208 bytes",
            "192.0.2.7/4000 > 203.0.113.5/25",
        ),
        (
            "%FW-6-DROP_PKT: Dropping tcp session 192.0.2.7:4000 203.0.113.5:25 on zone-pair in-out class x due to RST inside current window with ip ident 0",
            "192.0.2.7/4000 > 203.0.113.5/25",
        ),
        (
            "%CRYPTO-4-RECVD_PKT_INV_SPI: decaps: rec'd IPSEC packet has invalid spi for destaddr=203.0.113.5, prot=50, spi=0x1, srcaddr=192.0.2.7",
            "192.0.2.7 > 203.0.113.5",
        ),
        (
            "%SW_DAI-4-DHCP_SNOOPING_DENY: 1 Invalid ARPs (Req) on Gi1/0/5, vlan 1.([0200.0000.0001/192.0.2.7/0000.0000.0000/192.0.2.1/10:00:00 UTC Sun Mar 1 2026])",
            "192.0.2.7 > 192.0.2.1",
        ),
        (
            "%DMI-5-AUTH_PASSED: Switch 1 R0/0: dmiauthd: User 'ann' authenticated successfully from 192.0.2.7:1093 and was authorized for netconf over ssh.",
            "192.0.2.7/1093 > ",
        ),
        (
            "%ACLLOG-6-ACLLOG_FLOW_INTERVAL: Src IP: 192.0.2.7, Dst IP: 203.0.113.5, Src Port: 4000, Dst Port: 80, Src Intf: Ethernet4/1, Protocol: \"TCP\"(6), Hit-count = 1",
            "192.0.2.7/4000 > 203.0.113.5/80",
        ),
        // Nothing came from there.
        (
            "%NTP-6-PEER: clock source changed from 192.0.2.7 to 203.0.113.5",
            " > ",
        ),
        (
            "%OSPF-5-ADJCHG: Process 1, Nbr 192.0.2.7 on Vlan2 from LOADING to FULL, Loading Done",
            " > ",
        ),
        ("%BGP-5-ADJCHANGE: neighbor 192.0.2.7 Up", " > "),
    ] {
        assert_eq!(ends(text), expected, "{text}");
    }
    let failed =
        "%SEC_LOGIN-4-LOGIN_FAILED: Login failed [user: eve] [Source: 192.0.2.7] [localport: 22]";
    assert_eq!(field(failed, UserName), "eve");
    assert_eq!(field(failed, EventOutcome), "failure");
    assert_eq!(field(failed, ObserverProduct), "ios");
}

#[test]
fn firepower_pairs() {
    let text = "%FTD-1-430003: DeviceUUID: 00000000-0000-0000-0000-000000000000, AccessControlRuleAction: Block, SrcIP: 192.0.2.7, DstIP: 203.0.113.5, SrcPort: 4000, DstPort: 443, Protocol: tcp, IngressInterface: inside, EgressInterface: outside, ACPolicy: a, b, User: ann, URL: https://www.example.net/a,b: c, InitiatorBytes: 10, NAT_InitiatorPort: 1024, NAT_ResponderPort: 443, NAT_InitiatorIP: 198.51.100.1, NAT_ResponderIP: 203.0.113.5";
    assert_eq!(
        ends(text),
        "192.0.2.7/4000 nat 198.51.100.1/1024 > 203.0.113.5/443"
    );
    assert_eq!(field(text, EventOutcome), "failure");
    assert_eq!(field(text, UrlOriginal), "https://www.example.net/a,b: c");
    assert_eq!(field(text, UserName), "ann");
    assert_eq!(field(text, ObserverEgressInterfaceName), "outside");
    assert_eq!(field(text, SourceBytes), "10");
    // Without ports, the numbers are type and code.
    let text = "%FTD-1-430002: SrcIP: 2001:db8::7, DstIP: 2001:db8::5, SrcPort: 8, DstPort: 0, Protocol: ipv6-icmp, User: Unknown";
    assert_eq!(ends(text), "2001:db8::7 > 2001:db8::5");
    assert_eq!(field(text, UserName), "");
}

#[test]
fn hostile_texts_cost_linear_time() {
    for part in [
        "(",
        "[",
        "a, b",
        " from 1.1.1.1 to ",
        "src ",
        "Group <",
        "A: ",
        ", A",
        "{S}",
        "%ASA-6-",
        "((1.1.1.1",
        " -> ",
    ] {
        let body = part.repeat(2_000_000 / part.len());
        for head in [
            "%ASA-6-302013: Built inbound TCP connection 1 for a:",
            "%ASA-6-999999: ",
            "%FTD-1-430003: ",
            "%SEC-6-IPACCESSLOGP: list ",
            "%XX-6-YY: ",
        ] {
            let text = format!("{head}{body}");
            let begin = std::time::Instant::now();
            assert!(takes(text.as_bytes()));
            assert!(begin.elapsed().as_secs() < 5, "{head}{part}…");
        }
    }
}
