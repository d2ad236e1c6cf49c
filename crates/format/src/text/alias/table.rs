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
    // JSON records: names that are no word for an end and a word for an address (see json::name)
    a("event_data.IpAddress", SourceIp, "Windows Security 4624 by Winlogbeat"),
    a("ipSrc", SourceIp, "Tehtris"),
    a("ipv4_src_addr", SourceIp, "NetFlow 9"),
    a("ipv6_src_addr", SourceIp, "NetFlow 9"),
    a("CallingStationID", SourceIp, "Windows NPS 6272"),
    a("requestMetadata.callerIp", SourceIp, "Google Cloud audit"),
    a("callerIpAddress", SourceIp, "Azure activity and resource logs"),
    a("initiatedBy.user.ipAddress", SourceIp, "Microsoft Entra audit"),
    a("access_device.ip", SourceIp, "Duo"),
    a("context.ip_address", SourceIp, "Slack audit"),
    a("session.ip", SourceIp, "1Password events"),
    a("addr.remote", SourceIp, "Teleport"),
    a("FromIP", SourceIp, "Microsoft 365 message trace"),
    a("portProbeDetails.remoteIpDetails.ipAddressV4", SourceIp, "AWS GuardDuty"),
    a("awsApiCallAction.remoteIpDetails.ipAddressV4", SourceIp, "AWS GuardDuty"),
    a("origin.address", SourceIp, "Elasticsearch audit"),
    a("OriginIP", DestinationIp, "Cloudflare HTTP requests"),
    a("DNSResolverIP", DestinationIp, "Palo Alto Networks DNS Security"),
    a("dip", DestinationIp, "short name beside sip"),
    a("csip", SourceIp, "Zscaler firewall"),
    a("cdip", DestinationIp, "Zscaler firewall"),
    a("ipDst", DestinationIp, "Tehtris"),
    a("ipv4_dst_addr", DestinationIp, "NetFlow 9"),
    a("ipv6_dst_addr", DestinationIp, "NetFlow 9"),
    a("portProbeDetails.localIpDetails.ipAddressV4", DestinationIp, "AWS GuardDuty"),
    a("l4_src_port", SourcePort, "NetFlow 9"),
    a("sourceTransportPort", SourcePort, "IPFIX"),
    a("ClientSrcPort", SourcePort, "Cloudflare"),
    a("event_data.IpPort", SourcePort, "Windows Security 4624 by Winlogbeat"),
    a("l4_dst_port", DestinationPort, "NetFlow 9"),
    a("destinationTransportPort", DestinationPort, "IPFIX"),
    a("portProbeDetails.localPortDetails.port", DestinationPort, "AWS GuardDuty"),
    a("saddr", SourceIp, "HarfangLab, auditd"),
    a("daddr", DestinationIp, "HarfangLab"),
    a("dport", DestinationPort, "HarfangLab"),
    a("NATSource", SourceNatIp, "Palo Alto Networks Cortex Data Lake"),
    a("NATDestination", DestinationNatIp, "Palo Alto Networks Cortex Data Lake"),
    a("NATSourcePort", SourceNatPort, "Palo Alto Networks Cortex Data Lake"),
    a("NATDestinationPort", DestinationNatPort, "Palo Alto Networks Cortex Data Lake"),
    // the rest
    a("proto", NetworkTransport, "iptables, CEF, Suricata EVE"),
    a("IN", ObserverIngressInterfaceName, "iptables"),
    a("OUT", ObserverEgressInterfaceName, "iptables"),
];
