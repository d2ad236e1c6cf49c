//! netfilter: iptables, ip6tables, nftables, and what is built on them.
//!
//! The kernel writes `IN=… OUT=… MAC=… SRC=… DST=… … PROTO=…` after the prefix that its rule has
//! (`net/netfilter/nf_log_syslog.c`). What stands in brackets after an ICMP error is the packet
//! that the error is about: its addresses are not this packet's.

mod prefix;

use memchr::memchr;

use super::Spec;
use super::field::Field;
use super::near::{self, first};
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
        let equals = from + near::find(b'=', &text[from..])?;
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
    let mut at = 0;
    // The TCP flags stand between RES= and URGP=.
    let mut flags = None;
    while at < text.len() {
        let begin = at;
        let rest = &text[at..];
        let (name, length) = name(rest);
        let end = match length {
            Some(length) => at + length + 1 + word(&rest[length + 1..]),
            None => at + word(rest),
        };
        let token = &text[at..end];
        at = end + 1;
        // Only a name of up to seven bytes can be one of these.
        let value = length.map_or(token, |length| &token[length + 1..]);
        match name {
            IN => {
                record.set(Field::ObserverIngressInterfaceName, value);
            }
            OUT => {
                record.set(Field::ObserverEgressInterfaceName, value);
            }
            // ARP has names of its own.
            SRC | IPSRC => address(Field::SourceIp, token, value, record),
            DST | IPDST => address(Field::DestinationIp, token, value, record),
            SPT => {
                record.set(Field::SourcePort, value);
            }
            DPT => {
                record.set(Field::DestinationPort, value);
            }
            MAC => mac(value, record),
            PROTO => {
                if !transport(value, record) {
                    record.vendor(&token[..5], value);
                }
            }
            RES => {
                record.vendor(&token[..3], value);
                flags = Some(end);
            }
            URGP => {
                if let Some(start) = flags.take() {
                    record.vendor(b"flags", text[start..begin].trim_ascii());
                }
                record.vendor(&token[..4], value);
            }
            // The packet that an ICMP error is about.
            _ if token.first() == Some(&b'[') => {
                let Some(close) = memchr(b']', &text[begin..]) else {
                    return;
                };
                at = begin + close + 1;
            }
            _ => {
                let equals = length.or_else(|| token.iter().position(|&byte| byte == b'='));
                if let Some(equals) = equals {
                    record.vendor(&token[..equals], &token[equals + 1..]);
                }
            }
        }
    }
}

const IN: u64 = key(b"IN");
const OUT: u64 = key(b"OUT");
const SRC: u64 = key(b"SRC");
const DST: u64 = key(b"DST");
const SPT: u64 = key(b"SPT");
const DPT: u64 = key(b"DPT");
const MAC: u64 = key(b"MAC");
const PROTO: u64 = key(b"PROTO");
const IPSRC: u64 = key(b"IPSRC");
const IPDST: u64 = key(b"IPDST");
const RES: u64 = key(b"RES");
const URGP: u64 = key(b"URGP");

/// A name of up to seven bytes as a number, with its length.
const fn key(name: &[u8]) -> u64 {
    bytes(name) | (name.len() as u64) << 56
}

/// Up to eight bytes as they are read in one.
const fn bytes(text: &[u8]) -> u64 {
    let (mut word, mut at) = (0, text.len());
    while at > 0 {
        at -= 1;
        word = word << 8 | text[at] as u64;
    }
    word
}

/// The name of the pair that `text` begins with, as a number, and its length; 0 and none if it is
/// longer than seven bytes or a word begins here that is no pair.
#[inline]
fn name(text: &[u8]) -> (u64, Option<usize>) {
    let word = match text.first_chunk() {
        Some(bytes) => u64::from_le_bytes(*bytes),
        None => bytes(text),
    };
    let equals = first(word, b'=');
    match equals < first(word, b' ') && equals < first(word, b'[') {
        true => {
            let name = word & ((1 << (8 * equals)) - 1);
            (name | (equals as u64) << 56, Some(equals))
        }
        false => (0, None),
    }
}

/// The length of the word at the beginning. Words are short: that is quicker than a call.
#[inline]
fn word(text: &[u8]) -> usize {
    let mut at = 0;
    while let Some(bytes) = text.get(at..).and_then(<[u8]>::first_chunk) {
        let blank = first(u64::from_le_bytes(*bytes), b' ');
        if blank < 8 {
            return at + blank;
        }
        at += 8;
    }
    let tail = text[at..].iter().position(|&byte| byte == b' ');
    tail.map_or(text.len(), |tail| at + tail)
}

/// The first address of a role counts, and the name of one that is cut stays beside it.
fn address<'a>(field: Field, token: &'a [u8], value: &'a [u8], record: &mut Record<'a>) {
    if record.has(field) || !record.set_ip(field, value) {
        record.vendor(&token[..token.len() - value.len() - 1], value);
    }
}

/// Destination, source and type of an Ethernet frame, in ECS notation; other links' headers stay
/// as they are.
fn mac<'a>(value: &'a [u8], record: &mut Record<'a>) {
    let frame = value.first_chunk().filter(|frame| is_ethernet(frame));
    let (Some(frame), 41) = (frame, value.len()) else {
        return record.vendor(b"MAC", value);
    };
    for (field, start) in [(Field::DestinationMac, 0), (Field::SourceMac, 18)] {
        let mut octets = [0; 17];
        for (octet, byte) in octets.iter_mut().zip(&frame[start..]) {
            *octet = match byte {
                b':' => b'-',
                byte => byte.to_ascii_uppercase(),
            };
        }
        let octets = record.own(|own| own.extend_from_slice(&octets));
        record.set(field, octets);
    }
}

/// Digits of base sixteen.
const HEX: [bool; 256] = {
    let mut hex = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        hex[byte] = (byte as u8).is_ascii_hexdigit();
        byte += 1;
    }
    hex
};

/// Whether it is fourteen octets with colons between them.
fn is_ethernet(frame: &[u8; 41]) -> bool {
    // Without a branch for each of them.
    let (mut good, mut place) = (true, 0);
    while place < frame.len() {
        good &= HEX[usize::from(frame[place])];
        good &= place + 1 == frame.len() || HEX[usize::from(frame[place + 1])];
        good &= place + 2 >= frame.len() || frame[place + 2] == b':';
        place += 3;
    }
    good
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
