use super::table::MESSAGES;
use crate::text::cisco::tests::{ends, field};
use crate::text::field::Field::*;

#[track_caller]
fn is(text: &str, expected: &str) {
    assert_eq!(ends(text), expected, "{text}");
}

#[test]
fn n302013_built_tcp() {
    is(
        "%ASA-6-302013: Built inbound TCP connection 7 for outside:203.0.113.9/40000 (203.0.113.9/40000) to dmz:192.0.2.5/443 (198.51.100.1/443)",
        "203.0.113.9/40000 > 192.0.2.5/443 nat 198.51.100.1",
    );
    is(
        "%ASA-6-302013: Built outbound TCP connection 7 for outside:203.0.113.9/443 (203.0.113.9/443) to inside:192.0.2.5/50100 (198.51.100.1/1025)",
        "192.0.2.5/50100 nat 198.51.100.1/1025 > 203.0.113.9/443",
    );
    let text = r"%ASA-6-302013: Built inbound TCP connection 7 for outside:203.0.113.9/40000 (198.51.100.9/40000)(LOCAL\ann) to dc:2001:db8::5/443 (2001:db8::5/443) (ann)";
    is(text, "203.0.113.9/40000 nat 198.51.100.9 > 2001:db8::5/443");
    assert_eq!(field(text, SourceUserName), "ann");
    assert_eq!(field(text, UserName), "ann");
    assert_eq!(field(text, NetworkDirection), "inbound");
    assert_eq!(field(text, NetworkTransport), "tcp");
    assert_eq!(field(text, ObserverIngressInterfaceName), "outside");
    assert_eq!(field(text, ObserverEgressInterfaceName), "dc");
    assert_eq!(field(text, EventAction), "connection-started");
    // Names in the place of addresses.
    is(
        "%ASA-6-302013: Built outbound TCP connection 7 for outside:www_1/443 (www_1/443) to inside:192.0.2.5/50100 (198.51.100.1/50100)",
        "192.0.2.5/50100 nat 198.51.100.1 > www_1/443",
    );
}

#[test]
fn n302015_built_udp() {
    is(
        "%ASA-6-302015: Built inbound UDP connection 7 for outside:203.0.113.9/40000 (203.0.113.9/40000)(LOCAL\\ann, 12) to dmz:192.0.2.5/53 (192.0.2.5/53)",
        "203.0.113.9/40000 > 192.0.2.5/53",
    );
    is(
        "%ASA-6-302015: Built outbound UDP connection 7 for outside:203.0.113.9/53 (203.0.113.9/53) to inside:192.0.2.5/50100 (192.0.2.5/50100)",
        "192.0.2.5/50100 > 203.0.113.9/53",
    );
}

#[test]
fn n302020_built_icmp() {
    is(
        "%ASA-6-302020: Built inbound ICMP connection for faddr 203.0.113.9/12 gaddr 198.51.100.1/0 laddr 192.0.2.5/0 type 8 code 0",
        "203.0.113.9 > 192.0.2.5 nat 198.51.100.1",
    );
    is(
        "%ASA-6-302020: Built outbound ICMP connection for faddr 203.0.113.9/0(LOCAL\\ann) gaddr 198.51.100.1/0 laddr 192.0.2.5/0 (ann)",
        "192.0.2.5 nat 198.51.100.1 > 203.0.113.9",
    );
    is(
        "%ASA-6-302020: Built outbound ICMP connection for faddr ff02::1/0 gaddr fe80::5/0 laddr fe80::5/0",
        "fe80::5 > ff02::1",
    );
    is(
        "%FWSM-6-302020: Built ICMP connection for faddr 203.0.113.9/0 gaddr 198.51.100.1/0 laddr 192.0.2.5/0",
        "192.0.2.5 nat 198.51.100.1 > 203.0.113.9",
    );
}

#[test]
fn n302035_built_sctp() {
    is(
        "%ASA-6-302035: Built outbound SCTP connection 7 for outside:203.0.113.9/9 (203.0.113.9/9) to inside:192.0.2.5/10 (192.0.2.5/10)",
        "192.0.2.5/10 > 203.0.113.9/9",
    );
    is(
        "%ASA-6-302035: Built inbound SCTP connection 7 for outside:203.0.113.9/9 (203.0.113.9/9) to inside:192.0.2.5/10 (192.0.2.5/10)",
        "203.0.113.9/9 > 192.0.2.5/10",
    );
}

#[test]
fn n602303_associations_go_one_way() {
    is(
        "%ASA-6-602303: IPSEC: An outbound LAN-to-LAN SA (SPI= 0x1) between 192.0.2.1 and 203.0.113.9 (user= 203.0.113.9) has been created.",
        "192.0.2.1 > 203.0.113.9",
    );
    is(
        "%ASA-6-602304: IPSEC: An inbound LAN-to-LAN SA (SPI= 0x1) between 192.0.2.1 and 203.0.113.9 (user= 203.0.113.9) has been deleted.",
        "203.0.113.9 > 192.0.2.1",
    );
}

#[test]
fn n750_the_peer_is_the_source() {
    is(
        "%ASA-5-750002: Local:192.0.2.1:500 Remote:203.0.113.9:4500 Username:Unknown IKEv2 Received a IKE_INIT_SA request",
        "203.0.113.9/4500 > 192.0.2.1/500",
    );
    is(
        "%ASA-5-751025: Local:2001:db8::1:4500 Remote:2001:db8::9:5000 Username:ann IKEv2 Group:g IPv4 Address=198.51.100.7 IPv6 address=:: assigned to session",
        "2001:db8::9/5000 > 2001:db8::1/4500",
    );
    is(
        "%ASA-5-750001: Local:192.0.2.1:500 Remote:203.0.113.9:500 Username:Unknown Received request to establish an IPsec tunnel",
        " > ",
    );
}

#[test]
fn ends_of_connections() {
    for (text, expected) in [
        (
            "%ASA-6-302014: Teardown TCP connection 7 for outside:203.0.113.9/443 to inside:192.0.2.5/50100 duration 0:00:30 bytes 1234 TCP FINs",
            "203.0.113.9/443 > 192.0.2.5/50100",
        ),
        (
            "%ASA-6-302014: Teardown TCP connection 7 for outside:203.0.113.9/443(LOCAL\\Ann B) to inside:192.0.2.5/50100 duration 0:00:30 bytes 1234 TCP FINs from inside (Ann B)",
            "203.0.113.9/443 > 192.0.2.5/50100",
        ),
        (
            "%ASA-6-302016: Teardown UDP connection 7 for outside:203.0.113.9/53 u1 to inside:192.0.2.5/50100 u2 duration 0:00:00 bytes 9",
            "203.0.113.9/53 > 192.0.2.5/50100",
        ),
        (
            "%ASA-6-302016 Teardown UDP connection 7 for outside:203.0.113.9/53 to inside:192.0.2.5/50100 duration 0:00:00 bytes 9",
            "203.0.113.9/53 > 192.0.2.5/50100",
        ),
        (
            "%ASA-6-302018: Teardown GRE connection 7 from outside:203.0.113.9 to inside:192.0.2.5 duration 0:00:00 bytes 9",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-6-302021: Teardown ICMP connection for faddr 203.0.113.9/0 gaddr 198.51.100.1/2 laddr 192.0.2.5/2 type 8 code 0",
            "192.0.2.5 nat 198.51.100.1 > 203.0.113.9",
        ),
        (
            "%ASA-6-302304: Teardown TCP state-bypass connection 7 from in:192.0.2.5/1 to out:203.0.113.9/2 duration 0:00:02 bytes 4 Connection timeout",
            "192.0.2.5/1 > 203.0.113.9/2",
        ),
        (
            "%ASA-6-302023: Teardown stub TCP connection for in:192.0.2.5/1 to out:203.0.113.9/2 duration 0:00:00 forwarded bytes 0 x",
            "192.0.2.5/1 > 203.0.113.9/2",
        ),
        (
            "%ASA-6-302022: Built director stub TCP connection for in:192.0.2.5/1 (198.51.100.1/3) to out:203.0.113.9/2 (203.0.113.9/2)",
            "192.0.2.5/1 nat 198.51.100.1/3 > 203.0.113.9/2",
        ),
        (
            "%ASA-6-302303: Built TCP state-bypass connection 7 from in:192.0.2.5/1(198.51.100.1/1) to out:203.0.113.9/2(203.0.113.9/2)",
            "192.0.2.5/1 nat 198.51.100.1 > 203.0.113.9/2",
        ),
    ] {
        is(text, expected);
    }
    let text = "%ASA-6-302014: Teardown TCP connection 7 for outside:203.0.113.9/443 to inside:192.0.2.5/50100 duration 0:00:30 bytes 1234 TCP FINs";
    assert_eq!(field(text, NetworkBytes), "1234");
    assert_eq!(field(text, EventReason), "TCP FINs");
}

#[test]
fn refusals() {
    for (text, expected) in [
        (
            "%ASA-2-106001: Inbound TCP connection denied from 203.0.113.9/40000 to 192.0.2.5/22 flags SYN  on interface outside",
            "203.0.113.9/40000 > 192.0.2.5/22",
        ),
        (
            "%ASA-2-106002: TCP Connection denied by outbound list 3 src 192.0.2.5 dest 203.0.113.9",
            "192.0.2.5 > 203.0.113.9",
        ),
        (
            "%ASA-2-106006: Deny inbound UDP from 203.0.113.9/40000 to 192.0.2.5/53 on interface outside",
            "203.0.113.9/40000 > 192.0.2.5/53",
        ),
        (
            "%ASA-2-106007: Deny inbound UDP from 203.0.113.9/53 to 192.0.2.5/40000 due to DNS Response",
            "203.0.113.9/53 > 192.0.2.5/40000",
        ),
        (
            "%ASA-3-106010: Deny inbound tcp src outside:203.0.113.9/40000 dst inside:192.0.2.5/80",
            "203.0.113.9/40000 > 192.0.2.5/80",
        ),
        (
            "%ASA-3-106010: Deny inbound protocol 103 src outside:203.0.113.9 dst inside:192.0.2.5",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-3-106014: Deny inbound icmp src outside:203.0.113.9 dst inside:192.0.2.5 (type 8, code 0)",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-3-106014: Deny inbound icmp src outside:203.0.113.9 dst inside:192.0.2.5(type 8, code 0)",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-6-106015: Deny TCP (no connection) from 192.0.2.5/443 to 203.0.113.9/40000 flags RST  on interface inside",
            "192.0.2.5/443 > 203.0.113.9/40000",
        ),
        (
            "%ASA-6-106015: Deny TCP (no connection) from host-a.example.net/443 to 203.0.113.9/40000 flags RST on interface inside.",
            "host-a.example.net/443 > 203.0.113.9/40000",
        ),
        (
            "%ASA-2-106016: Deny IP spoof from (0.0.0.0) to 192.0.2.5 on interface inside",
            "0.0.0.0 > 192.0.2.5",
        ),
        (
            "%ASA-2-106017: Deny IP due to Land Attack from 192.0.2.5 to 192.0.2.5",
            "192.0.2.5 > 192.0.2.5",
        ),
        (
            "%ASA-2-106018: ICMP packet type 3 denied by inbound list 3 src 203.0.113.9 dest 192.0.2.5",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-2-106020: Deny IP teardrop fragment (size = 36, offset = 0) from 203.0.113.9 to 192.0.2.5",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-1-106021: Deny TCP reverse path check from 203.0.113.9 to 192.0.2.5 on interface inside",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-1-106022: Deny tcp connection spoof from 203.0.113.9 to 192.0.2.5 on interface inside",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-4-106023: Deny tcp src dmz:192.0.2.5/6000(LOCAL\\ann) dst outside:203.0.113.9/53 by access-group \"acl\" [0x1, 0x0]",
            "192.0.2.5/6000 > 203.0.113.9/53",
        ),
        (
            "%ASA-4-106023: Deny icmp src a:2001:db8::5 dst b:2001:db8::9 (type 128, code 0) by access-group \"acl\"",
            "2001:db8::5 > 2001:db8::9",
        ),
        (
            "%ASA-4-106023: Deny protocol 47 src outside:203.0.113.9 dst inside:192.0.2.5 by access-group \"acl\"",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-6-106100: access-list acl denied tcp inside/192.0.2.5(2241)(LOCAL\\ann) -> outside/203.0.113.9(2000) hit-cnt 1 first hit [0x1, 0x0]",
            "192.0.2.5/2241 > 203.0.113.9/2000",
        ),
        (
            "%ASA-6-106102: access-list acl denied udp for user ann inside/192.0.2.5(2241) -> outside/203.0.113.9(2000) hit-cnt 1 first hit",
            "192.0.2.5/2241 > 203.0.113.9/2000",
        ),
        (
            "%ASA-3-313001: Denied ICMP type=3, code=3 from 203.0.113.9 on interface outside",
            "203.0.113.9 > ",
        ),
        (
            "%ASA-4-313004: Denied ICMP type=0, from laddr 192.0.2.5 on interface inside to 203.0.113.9: no matching session",
            "192.0.2.5 > 203.0.113.9",
        ),
        (
            "%ASA-4-313005: No matching connection for ICMP error message: icmp src outside:203.0.113.9 dst inside:192.0.2.5 (type 3, code 3) on outside interface.  Original IP payload: udp src 192.0.2.5/53 dst 203.0.113.9/1000.",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-3-313008: Denied IPv6-ICMP type=134, code=0 from fe80::1 on interface isp",
            "fe80::1 > ",
        ),
        (
            "%ASA-4-313009: Denied invalid ICMP code 9, for in:192.0.2.5/9 (198.51.100.1/9) to out:203.0.113.9/0 (203.0.113.9/0), ICMP id 2, ICMP type 8",
            "192.0.2.5 nat 198.51.100.1 > 203.0.113.9",
        ),
        (
            "%ASA-4-209004: Invalid IP fragment, size = 9 exceeds maximum size = 8: src = 203.0.113.9, dest = 192.0.2.5, proto = 17, id = 5",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-3-305005: No translation group found for udp src inside:192.0.2.5/1 dst outside:203.0.113.9/2",
            "192.0.2.5/1 > 203.0.113.9/2",
        ),
        (
            "%ASA-3-305006: portmap translation creation failed for icmp src inside:192.0.2.5 dst outside:203.0.113.9 (type 3, code 3)",
            "192.0.2.5 > 203.0.113.9",
        ),
        (
            "%ASA-4-338008: Dynamic Filter dropped blacklisted TCP traffic from in:192.0.2.5/1 (198.51.100.1/1) to out:203.0.113.9/80 (203.0.113.9/80), destination 203.0.113.9 resolved from dynamic list: x",
            "192.0.2.5/1 nat 198.51.100.1 > 203.0.113.9/80",
        ),
        (
            "%ASA-4-400014: IPS:2004 ICMP echo request from 203.0.113.9 to 192.0.2.5 on interface outside",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-4-401004: Shunned packet: 203.0.113.9 ==> 192.0.2.5 on interface outside",
            "203.0.113.9 > 192.0.2.5",
        ),
        (
            "%ASA-4-402117: IPSEC: Received a non-IPsec (protocol= UDP) packet from 203.0.113.9 to 192.0.2.1.",
            "203.0.113.9 > 192.0.2.1",
        ),
        (
            "%ASA-4-402116: IPSEC: Received an ESP packet (SPI= 0x1, sequence number= 0x2) from 203.0.113.9 (user= ann) to 192.0.2.1.  The decapsulated inner packet",
            "203.0.113.9 > 192.0.2.1",
        ),
        (
            "%ASA-4-410001: Dropped UDP DNS reply from outside:203.0.113.9/53 to inside:192.0.2.5/40000; packet length 600 bytes exceeds configured limit of 512 bytes",
            "203.0.113.9/53 > 192.0.2.5/40000",
        ),
        (
            "%ASA-4-419002: Duplicate TCP SYN from in:192.0.2.5/1 to out:203.0.113.9/2 with different initial sequence number",
            "192.0.2.5/1 > 203.0.113.9/2",
        ),
        (
            "%ASA-4-434002: SFR requested to drop TCP packet from in:192.0.2.5/1 to out:203.0.113.9/2",
            "192.0.2.5/1 > 203.0.113.9/2",
        ),
        (
            "%ASA-4-500004: Invalid transport field for protocol=UDP, from 203.0.113.9/1234 to 192.0.2.5/0",
            "203.0.113.9/1234 > 192.0.2.5/0",
        ),
        (
            "%ASA-4-507003: tcp flow from in:192.0.2.5/1 to out:203.0.113.9/2 terminated by inspection engine, reason - x.",
            "192.0.2.5/1 > 203.0.113.9/2",
        ),
        (
            "%ASA-3-710003: TCP access denied by ACL from 203.0.113.9/4000 to outside:192.0.2.1/23",
            "203.0.113.9/4000 > 192.0.2.1/23",
        ),
        (
            "%ASA-7-710005: UDP request discarded from 203.0.113.9/68 to outside:255.255.255.255/67",
            "203.0.113.9/68 > 255.255.255.255/67",
        ),
        (
            "%ASA-6-110002: Failed to locate egress interface for UDP from in:192.0.2.5/1 to 203.0.113.9/2",
            "192.0.2.5/1 > 203.0.113.9/2",
        ),
    ] {
        is(text, expected);
        if text.contains(": Den") {
            assert_eq!(field(text, EventOutcome), "failure", "{text}");
            assert_eq!(field(text, EventAction), "denied", "{text}");
        }
    }
    let text = "%ASA-6-106100: access-list acl denied tcp inside/192.0.2.5(2241) -> outside/203.0.113.9(2000) hit-cnt 1";
    assert_eq!(field(text, EventAction), "denied");
    assert_eq!(field(text, RuleName), "acl");
    let text = "%ASA-4-106023: Deny tcp src dmz:192.0.2.5/6000 dst outside:203.0.113.9/53 by access-group \"acl\" [0x1, 0x0]";
    assert_eq!(field(text, RuleName), "acl");
}

#[test]
fn translations() {
    is(
        "%ASA-6-305011: Built dynamic TCP translation from inside:192.0.2.5/1000(LOCAL\\ann) to outside:198.51.100.1/2000",
        "192.0.2.5/1000 nat 198.51.100.1/2000 > ",
    );
    is(
        "%ASA-6-305012: Teardown dynamic UDP translation from inside:host-a/1000 to outside:198.51.100.1/1000 duration 0:00:30",
        "host-a/1000 nat 198.51.100.1 > ",
    );
    is(
        "%ASA-6-305009: Built static translation from inside:192.0.2.5 to outside:198.51.100.1",
        "192.0.2.5 nat 198.51.100.1 > ",
    );
}

#[test]
fn people() {
    for (text, expected, user) in [
        (
            "%ASA-6-113004: AAA user authentication Successful : server =  192.0.2.2 : user = ann",
            " > 192.0.2.2",
            "ann",
        ),
        (
            "%ASA-6-113004: AAA user authentication Successful: server = 192.0.2.2 , User = ann",
            " > 192.0.2.2",
            "ann",
        ),
        (
            "%ASA-6-113005: AAA user authentication Rejected : reason = AAA failure : server = 192.0.2.2 : user = ann : user IP = 203.0.113.9",
            "203.0.113.9 > 192.0.2.2",
            "ann",
        ),
        (
            "%ASA-6-113005: AAA user authentication Rejected : reason = Unspecified : server = 192.0.2.2 : user = : user IP = 203.0.113.9",
            "203.0.113.9 > 192.0.2.2",
            "",
        ),
        (
            "%ASA-6-113012: AAA user authentication Successful : local database : user = ann",
            " > ",
            "ann",
        ),
        (
            "%ASA-6-113015: AAA user authentication Rejected : reason = User was not found : local database : user = ***** : user IP = 203.0.113.9",
            "203.0.113.9 > ",
            "",
        ),
        (
            "%ASA-4-113019: Group = g, Username = ann, IP = 203.0.113.9, Session disconnected. Session Type: SSL, Duration: 0h:00m:10s, Bytes xmt: 1, Bytes rcv: 2, Reason: User Requested",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-6-113039: Group <g h> User <ann> IP <203.0.113.9> AnyConnect parent session started.",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-6-113039: Group g User ann IP 203.0.113.9 AnyConnect parent session started.",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-5-304001: ann@192.0.2.5(LOCAL\\ann) Accessed URL 203.0.113.9:http://www.example.net/a@b",
            "192.0.2.5 > 203.0.113.9",
            "",
        ),
        (
            "%ASA-5-304001: 192.0.2.5 Accessed JAVA URL www.example.net:/x",
            "192.0.2.5 > www.example.net",
            "",
        ),
        (
            "%ASA-5-304002: Access denied URL http://www.example.net/ SRC 192.0.2.5 DEST 203.0.113.9 on interface inside",
            "192.0.2.5 > 203.0.113.9",
            "",
        ),
        (
            "%ASA-6-303002: FTP connection from in:192.0.2.5/1 to out:203.0.113.9/21, user ann Stored file /a b",
            "192.0.2.5/1 > 203.0.113.9/21",
            "ann",
        ),
        (
            "%ASA-6-315011: SSH session from 203.0.113.9 on interface inside for user \"ann\" disconnected by SSH server, reason: \"x\" (0x0)",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-6-605004: Login denied from 203.0.113.9/5000 to inside:192.0.2.1/https for user \"ann\"",
            "203.0.113.9/5000 > 192.0.2.1",
            "ann",
        ),
        (
            "%ASA-6-605005: Login permitted from 203.0.113.9/5000 to inside:192.0.2.1/ssh for user \"ann\"",
            "203.0.113.9/5000 > 192.0.2.1",
            "ann",
        ),
        (
            "%ASA-6-606001: ASDM session number 0 from 203.0.113.9 started",
            "203.0.113.9 > ",
            "",
        ),
        (
            "%ASA-6-611101: User authentication succeeded: IP address: 203.0.113.9, Uname: ann",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-6-611102: User authentication failed: Uname: ann",
            " > ",
            "ann",
        ),
        (
            "%ASA-5-111010: User 'ann', running 'CLI' from IP 203.0.113.9, executed 'clear'",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-5-111010: User 'ann', running 'N/A' from IP , executed 'clear'",
            " > ",
            "ann",
        ),
        ("%ASA-5-111004: console end configuration: OK", " > ", ""),
        (
            "%ASA-5-111007: Begin configuration: 203.0.113.9 reading from terminal",
            "203.0.113.9 > ",
            "",
        ),
        (
            "%ASA-5-713120: Group = 203.0.113.9, IP = 203.0.113.9, PHASE 2 COMPLETED (msgid=1)",
            "203.0.113.9 > ",
            "",
        ),
        (
            "%ASA-3-713902: Group = g, Username = ann, IP = 203.0.113.9, Removing peer from table",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-6-716039: Group <g> User <ann> IP <203.0.113.9> Authentication: rejected, Session Type: WebVPN.",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-6-716059: Group <g> User <ann> IP <198.51.100.7> AnyConnect session resumed connection from IP <203.0.113.9>.",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-6-721016: (WebVPN-Primary) WebVPN session for client user ann, IPv4 203.0.113.9 has been created.",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-4-722051: Group <g> User <ann> IP <203.0.113.9> IPv4 Address <198.51.100.5> IPv6 address <::> assigned to session",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-6-725001: Starting SSL handshake with client outside:203.0.113.9/5000 to 192.0.2.1/443 for TLS session",
            "203.0.113.9/5000 > 192.0.2.1/443",
            "",
        ),
        (
            "%ASA-6-725001: Starting SSL handshake with server inside:192.0.2.9/443 to 203.0.113.1/5555 for TLSv1.2 session",
            "203.0.113.1/5555 > 192.0.2.9/443",
            "",
        ),
        (
            "%ASA-6-725001: Starting SSL handshake with server inside:203.0.113.1/5555 to 192.0.2.9/443 for TLSv1.2 session",
            "203.0.113.1/5555 > 192.0.2.9/443",
            "",
        ),
        (
            "%ASA-6-725002: Device completed SSL handshake with server inside:192.0.2.9/443",
            " > 192.0.2.9/443",
            "",
        ),
        (
            "%ASA-6-725003: SSL client outside:203.0.113.9/5000 to 192.0.2.1/443 request to resume previous session",
            "203.0.113.9/5000 > 192.0.2.1/443",
            "",
        ),
        (
            "%ASA-6-725003: SSL client outside:203.0.113.9/5000 request to resume previous session",
            "203.0.113.9/5000 > ",
            "",
        ),
        (
            "%ASA-6-734001: DAP: User ann, Addr 203.0.113.9, Connection AnyConnect: The following DAP records were selected for this connection: x",
            "203.0.113.9 > ",
            "ann",
        ),
        (
            "%ASA-5-746012: user-identity: Add IP-User mapping 192.0.2.5 - LOCAL\\ann Succeeded - VPN user",
            "192.0.2.5 > ",
            "ann",
        ),
        (
            "%ASA-4-733101: Host 203.0.113.9 is attacking. Current burst rate is 1 per second",
            "203.0.113.9 > ",
            "",
        ),
        (
            "%ASA-4-733100: [ Scanning] drop rate-2 exceeded. Current burst rate is 0 per second",
            " > ",
            "",
        ),
        (
            "%ASA-6-737026: IPAA: Session=0x1, Client assigned 198.51.100.5 from local pool p",
            " > ",
            "",
        ),
    ] {
        is(text, expected);
        assert_eq!(field(text, UserName), user, "{text}");
    }
}

#[test]
fn numbers_that_nobody_wrote_down() {
    is(
        "%ASA-4-999999: Something odd from in:192.0.2.5/1 to out:203.0.113.9/2 was seen on interface in",
        "192.0.2.5/1 > 203.0.113.9/2",
    );
    is(
        "%ASA-4-999999: Something odd: tcp src in:192.0.2.5/1 dst out:203.0.113.9/2",
        "192.0.2.5/1 > 203.0.113.9/2",
    );
    is(
        "%ASA-4-999999: Group <g> User <ann> IP <203.0.113.9> did it",
        "203.0.113.9 > ",
    );
    is(
        "%ASA-4-412001: MAC 0200.0000.0001 moved from inside to outside",
        " > ",
    );
    is("%ASA-4-999999: from 5 to 10", " > ");
    is(
        "%ASA-1-105005: (Primary) Lost Failover communications with mate on interface inside",
        " > ",
    );
}

#[test]
fn a_row_that_stands_alone_is_before_its_range() {
    for (index, (first, last, _)) in MESSAGES.iter().enumerate() {
        assert!(first <= last);
        let before = MESSAGES[..index].iter();
        let hidden = before.clone().any(|(a, b, _)| a <= first && last <= b);
        assert!(!hidden, "{first} is never reached");
    }
}
