//! netfilter: iptables, ip6tables, nftables, and what is built on them.
//!
//! The kernel writes `IN=… OUT=… MAC=… SRC=… DST=… … PROTO=…` after the prefix that its rule has
//! (`net/netfilter/nf_log_syslog.c`). What stands in brackets after an ICMP error is the packet
//! that the error is about: its addresses are not this packet's.

mod prefix;

use memchr::memchr;

use super::Spec;
use super::address::is_ip;
use super::field::Field;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "iptables",
    summary: "netfilter: iptables, nftables, UFW, UniFi",
    example: "[UFW BLOCK] IN=eth0 OUT= MAC=02:00:5e:00:53:01:02:00:5e:00:53:02:08:00 \
              SRC=203.0.113.9 DST=192.0.2.1 LEN=40 TTL=243 ID=54321 PROTO=TCP SPT=51514 DPT=22 \
              WINDOW=1024 RES=0x00 SYN URGP=0",
    read,
};

/// So many equals signs of a line are tried as that of `IN=`: a rule's prefix may have some.
const MOST_EQUALS: usize = 8;

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let Some(start) = begin(text) else {
        return false;
    };
    record.set(Field::ObserverType, "firewall");
    prefix::read(&text[..start], record);
    pairs(&text[start..], record);
    true
}

/// Where `IN=` stands, if what the kernel writes after it follows.
fn begin(text: &[u8]) -> Option<usize> {
    let mut from = 0;
    for _ in 0..MOST_EQUALS {
        let equals = from + memchr(b'=', &text[from..])?;
        from = equals + 1;
        if text[..equals].ends_with(b"IN") {
            let rest = &text[from..];
            // An interface's name has at most 15 bytes.
            let Some(end) = rest.iter().take(16).position(|&byte| byte == b' ') else {
                continue;
            };
            let rest = rest[end..].trim_ascii_start();
            if [&b"OUT="[..], b"MAC=", b"SRC=", b"PHYSIN="]
                .iter()
                .any(|name| rest.starts_with(name))
            {
                return Some(equals - 2);
            }
        }
    }
    None
}

/// Reads what the kernel wrote.
fn pairs<'a>(text: &'a [u8], record: &mut Record<'a>) {
    let mut rest = text;
    // The TCP flags stand between RES= and URGP=.
    let mut flags = None;
    while !rest.is_empty() {
        let end = word(rest);
        let token = &rest[..end];
        let at = text.len() - rest.len();
        rest = rest.get(end + 1..).unwrap_or_default();
        match token {
            [] => {}
            [b'I', b'N', b'=', value @ ..] => {
                record.set(Field::ObserverIngressInterfaceName, value);
            }
            [b'O', b'U', b'T', b'=', value @ ..] => {
                record.set(Field::ObserverEgressInterfaceName, value);
            }
            [b'S', b'R', b'C', b'=', value @ ..] => address(Field::SourceIp, token, value, record),
            [b'D', b'S', b'T', b'=', value @ ..] => {
                address(Field::DestinationIp, token, value, record);
            }
            [b'S', b'P', b'T', b'=', value @ ..] => {
                record.set(Field::SourcePort, value);
            }
            [b'D', b'P', b'T', b'=', value @ ..] => {
                record.set(Field::DestinationPort, value);
            }
            [b'M', b'A', b'C', b'=', value @ ..] => mac(value, record),
            [b'P', b'R', b'O', b'T', b'O', b'=', value @ ..] => {
                if !transport(value, record) {
                    record.vendor(&token[..5], value);
                }
            }
            // ARP.
            [b'I', b'P', b'S', b'R', b'C', b'=', value @ ..] => {
                address(Field::SourceIp, token, value, record);
            }
            [b'I', b'P', b'D', b'S', b'T', b'=', value @ ..] => {
                address(Field::DestinationIp, token, value, record);
            }
            [b'R', b'E', b'S', b'=', value @ ..] => {
                record.vendor(&token[..3], value);
                flags = Some(at + token.len());
            }
            [b'U', b'R', b'G', b'P', b'=', value @ ..] => {
                if let Some(start) = flags.take() {
                    record.vendor(b"flags", text[start..at].trim_ascii());
                }
                record.vendor(&token[..4], value);
            }
            // The packet that an ICMP error is about.
            [b'[', ..] => {
                let Some(close) = memchr(b']', &text[at..]) else {
                    return;
                };
                rest = &text[at + close + 1..];
            }
            _ => {
                if let Some(equals) = token.iter().position(|&byte| byte == b'=') {
                    record.vendor(&token[..equals], &token[equals + 1..]);
                }
            }
        }
    }
}

/// The length of the word at the beginning. Words are short: that is quicker than a call.
#[inline]
fn word(text: &[u8]) -> usize {
    const ONES: u64 = u64::MAX / 255;
    let mut at = 0;
    while let Some(bytes) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let zeros = u64::from_le_bytes(*bytes) ^ (ONES * b' ' as u64);
        // The lowest marked byte is right; a carry can only spoil those above.
        let marks = zeros.wrapping_sub(ONES) & !zeros & (ONES << 7);
        if marks != 0 {
            return at + marks.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let tail = text[at..].iter().position(|&byte| byte == b' ');
    tail.map_or(text.len(), |tail| at + tail)
}

/// The first address of a role counts, and the name of one that is cut stays beside it.
fn address<'a>(field: Field, token: &'a [u8], value: &'a [u8], record: &mut Record<'a>) {
    if record.has(field) || !is_ip(value) || !record.set(field, value) {
        record.vendor(&token[..token.len() - value.len() - 1], value);
    }
}

/// Destination, source and type of an Ethernet frame, in ECS notation; other links' headers stay
/// as they are.
fn mac<'a>(value: &'a [u8], record: &mut Record<'a>) {
    let ethernet = value.len() == 41
        && value.chunks(3).all(|octet| {
            octet[0].is_ascii_hexdigit()
                && octet[1].is_ascii_hexdigit()
                && octet.get(2).is_none_or(|&byte| byte == b':')
        });
    if !ethernet {
        return record.vendor(b"MAC", value);
    }
    for (field, octets) in [
        (Field::DestinationMac, &value[..17]),
        (Field::SourceMac, &value[18..35]),
    ] {
        let octets = record.own(|own| {
            own.extend(octets.iter().map(|&byte| match byte {
                b':' => b'-',
                byte => byte.to_ascii_uppercase(),
            }));
        });
        record.set(field, octets);
    }
}

/// Sets the transport protocol: by its name or by its number. `false` if it is not known as one,
/// and nothing is set then but a number.
pub fn transport<'a>(value: &'a [u8], record: &mut Record<'a>) -> bool {
    if value.len() <= 3 && value.iter().all(u8::is_ascii_digit) {
        record.set(Field::NetworkIanaNumber, value);
    }
    let mut upper = [0; 10];
    let Some(upper) = upper.get_mut(..value.len()) else {
        return false;
    };
    upper.copy_from_slice(value);
    upper.make_ascii_uppercase();
    let name = match &*upper {
        b"TCP" | b"6" => "tcp",
        b"UDP" | b"17" => "udp",
        b"ICMP" | b"1" => "icmp",
        b"ICMPV6" | b"ICMP6" | b"IPV6-ICMP" | b"58" => "ipv6-icmp",
        b"IGMP" | b"2" => "igmp",
        b"4" => "ipv4",
        b"41" => "ipv6",
        b"GRE" | b"47" => "gre",
        b"ESP" | b"50" => "esp",
        b"AH" | b"51" => "ah",
        b"UDPLITE" | b"136" => "udplite",
        b"SCTP" | b"132" => "sctp",
        b"DCCP" | b"33" => "dccp",
        b"EIGRP" | b"88" => "eigrp",
        b"OSPF" | b"89" => "ospf",
        b"PIM" | b"103" => "pim",
        b"VRRP" | b"112" => "vrrp",
        _ => return false,
    };
    record.set(Field::NetworkTransport, name)
}

#[cfg(test)]
mod tests;
