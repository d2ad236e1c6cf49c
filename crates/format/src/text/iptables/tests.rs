use super::*;
use crate::text::Context;
use crate::text::time::{Clock, Time};

/// The fields that are asked for, with `-` for none; `None` where the line is not netfilter's.
fn fields(line: &str, wanted: &[Field]) -> Option<String> {
    let context = Context::new(Clock::at(Time::default()));
    let mut record = Record::new(&context);
    record.begin(line.as_bytes());
    if !read(line.as_bytes(), &mut record) {
        return None;
    }
    let value = |field: &Field| String::from_utf8_lossy(record.get(*field).unwrap_or(b"-"));
    Some(wanted.iter().map(value).collect::<Vec<_>>().join(" | "))
}

#[test]
fn prefixes_name_the_rule_and_its_verdict() {
    let wanted = [
        Field::RuleName,
        Field::RuleId,
        Field::EventAction,
        Field::ObserverVendor,
        Field::ObserverProduct,
    ];
    for (prefix, expected) in [
        ("", "- | - | - | - | -"),
        ("[12345.678901] ", "- | - | - | - | -"),
        (
            "kernel: [ 45.678901] [UFW BLOCK] ",
            "UFW BLOCK | - | denied | - | -",
        ),
        ("[UFW ALLOW] ", "UFW ALLOW | - | allowed | - | -"),
        ("[UFW AUDIT] ", "UFW AUDIT | - | - | - | -"),
        ("DROP", "DROP | - | denied | - | -"),
        ("drop-and-accept: ", "drop-and-accept | - | - | - | -"),
        ("DROPBOX: ", "DROPBOX | - | - | - | -"),
        ("fw_in_rej: ", "fw_in_rej | - | denied | - | -"),
        (
            "Shorewall:net2fw:DROP:",
            "Shorewall:net2fw:DROP | - | denied | - | Shorewall",
        ),
        ("FINAL_REJECT: ", "FINAL_REJECT | - | denied | - | -"),
        (
            "rule=7 action=accept ",
            "rule=7 action=accept | - | allowed | - | -",
        ),
        (
            "[WAN_LOCAL-default-D]",
            "WAN_LOCAL-default-D | - | denied | - | -",
        ),
        ("[WAN_OUT-20-A]", "WAN_OUT-20-A | - | allowed | - | -"),
        (
            "[LAN_WAN-R-10] ",
            "LAN_WAN-R-10 | - | denied | Ubiquiti | UniFi",
        ),
        (
            "gw [LAN_WAN-A-10] DESCR=\"Let [all] out\" ",
            "Let [all] out | LAN_WAN-A-10 | allowed | Ubiquiti | UniFi",
        ),
    ] {
        let line = format!("{prefix}IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2");
        assert_eq!(
            fields(&line, &wanted).as_deref(),
            Some(expected),
            "{prefix}"
        );
    }
}

#[test]
fn the_packet_in_an_icmp_error_is_another_packet() {
    let line = "IN=eth0 OUT= SRC=192.0.2.1 DST=192.0.2.2 PROTO=ICMP TYPE=3 CODE=3 \
                [SRC=198.51.100.1 DST=198.51.100.2 PROTO=UDP SPT=53 DPT=4000 LEN=9 ] MARK=0x1";
    let wanted = [
        Field::SourceIp,
        Field::DestinationIp,
        Field::SourcePort,
        Field::NetworkTransport,
    ];
    let expected = Some("192.0.2.1 | 192.0.2.2 | - | icmp");
    assert_eq!(fields(line, &wanted).as_deref(), expected);
    // Cut within it, and with no packet around it.
    let cut = "IN=eth0 OUT= SRC=192.0.2.1 PROTO=ICMP [SRC=198.51.100.1 DST=198.51";
    let expected = Some("192.0.2.1 | - | - | icmp");
    assert_eq!(fields(cut, &wanted).as_deref(), expected);
}

#[test]
fn frames_of_fourteen_octets_have_two_hardware_addresses() {
    let wanted = [Field::DestinationMac, Field::SourceMac];
    for (mac, expected) in [
        (
            "02:00:5e:00:53:0a:02:00:5e:00:53:0b:08:00",
            "02-00-5E-00-53-0A | 02-00-5E-00-53-0B",
        ),
        ("02:00:5e:00:53:0a", "- | -"),
        ("02:00:5e:00:53:0a:02:00:5e:00:53:0b:08:00:45:00", "- | -"),
        ("", "- | -"),
    ] {
        let line = format!("IN=eth0 OUT= MAC={mac} SRC=192.0.2.1 DST=192.0.2.2");
        assert_eq!(fields(&line, &wanted).as_deref(), Some(expected), "{mac}");
    }
}

#[test]
fn only_what_the_kernel_writes_is_taken() {
    for line in [
        "",
        "=",
        "IN=",
        "IN= ",
        "IN=eth0 x=1",
        "in=eth0 out=eth1 src=192.0.2.1",
        "MIN=3 MAX=4 SRC=here",
        "IN=a_name_longer_than_any_interface OUT=",
    ] {
        assert_eq!(fields(line, &[]), None, "{line}");
    }
    assert!(fields("IN= OUT=", &[]).is_some());
    assert!(fields("IN=br0 PHYSIN=eth0 OUT=br0", &[]).is_some());
}

#[test]
fn protocols_have_names() {
    let wanted = [Field::NetworkTransport, Field::NetworkIanaNumber];
    for (proto, expected) in [
        ("ICMPv6", "ipv6-icmp | -"),
        ("2", "igmp | 2"),
        ("254", "- | 254"),
        ("NEW", "- | -"),
    ] {
        let line = format!("IN=eth0 OUT= PROTO={proto}");
        assert_eq!(fields(&line, &wanted).as_deref(), Some(expected));
    }
}
