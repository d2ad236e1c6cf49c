//! The names, by ECS field, the most telling ones first.

use super::Alias;
use crate::text::field::Field::{self, *};

const fn a(name: &'static str, field: Field, product: &'static str) -> Alias {
    Alias {
        name,
        field,
        product,
    }
}

/// Every builtin alias.
#[rustfmt::skip]
pub const ALIASES: &[Alias] = &[
    // source.ip
    a("srcip", SourceIp, "Fortinet FortiGate, Suricata EVE (src_ip), Sophos"),
    a("SourceIp", SourceIp, "Sysmon"),
    a("SourceAddress", SourceIp, "Windows Filtering Platform 5156"),
    a("SRC", SourceIp, "iptables, CEF, LEEF"),
    a("sourceIPAddress", SourceIp, "AWS CloudTrail"),
    a("srcaddr", SourceIp, "AWS VPC flow, NetFlow"),
    a("id.orig_h", SourceIp, "Zeek"),
    a("sourceTranslatedAddress", SourceNatIp, "CEF"),
    a("transip", SourceNatIp, "Fortinet FortiGate"),
    a("IpAddress", SourceIp, "Windows Security 4624"),
    a("c-ip", SourceIp, "W3C extended log"),
    // destination.ip
    a("dstip", DestinationIp, "Fortinet FortiGate, Sophos"),
    a("DestinationIp", DestinationIp, "Sysmon"),
    a("DestAddress", DestinationIp, "Windows Filtering Platform 5156"),
    a("DST", DestinationIp, "iptables, CEF, LEEF"),
    a("dest_ip", DestinationIp, "Suricata EVE"),
    a("destinationAddress", DestinationIp, "CEF long name"),
    a("dstaddr", DestinationIp, "AWS VPC flow"),
    a("id.resp_h", DestinationIp, "Zeek"),
    a("destinationTranslatedAddress", DestinationNatIp, "CEF"),
    a("s-ip", DestinationIp, "W3C extended log"),
    // source.port
    a("srcport", SourcePort, "Fortinet FortiGate, AWS VPC flow"),
    a("SourcePort", SourcePort, "Sysmon"),
    a("SPT", SourcePort, "iptables, CEF"),
    a("id.orig_p", SourcePort, "Zeek"),
    a("IpPort", SourcePort, "Windows Security 4624"),
    a("sourceTranslatedPort", SourceNatPort, "CEF"),
    a("c-port", SourcePort, "W3C extended log"),
    // destination.port
    a("dstport", DestinationPort, "Fortinet FortiGate, AWS VPC flow"),
    a("DestinationPort", DestinationPort, "Sysmon"),
    a("DestPort", DestinationPort, "Suricata EVE (dest_port), Windows Filtering Platform"),
    a("DPT", DestinationPort, "iptables, CEF"),
    a("id.resp_p", DestinationPort, "Zeek"),
    a("destinationTranslatedPort", DestinationNatPort, "CEF"),
    a("s-port", DestinationPort, "W3C extended log"),
    // the rest
    a("proto", NetworkTransport, "iptables, CEF, Suricata EVE"),
    a("IN", ObserverIngressInterfaceName, "iptables"),
    a("OUT", ObserverEgressInterfaceName, "iptables"),
];
