//! Cisco's messages: `%ASA-6-302013: …` of the firewalls, `%SEC-6-IPACCESSLOGP: …` of everything else.
//!
//! The marker, facility, severity and number or mnemonic, stands at the front of the text; what may
//! stand before it (a sequence number, a host, a time) is passed over.

mod asa;
mod end;
mod ftd;
mod ios;
mod template;

use memchr::memchr_iter;

use super::Spec;
use super::field::Field;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "cisco",
    summary: "Cisco ASA, FTD, FWSM, PIX, IOS, NX-OS: %ASA-6-302013 and its family",
    example: "%ASA-6-302013: Built outbound TCP connection 7 for outside:203.0.113.9/443 \
              (203.0.113.9/443) to inside:192.0.2.5/50100 (198.51.100.1/50100)",
    read,
};

/// The marker is not farther from the front.
const FRONT: usize = 200;

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let front = &text[..text.len().min(FRONT)];
    let Some((marker, length)) = memchr_iter(b'%', front).find_map(|at| {
        // A marker is a word of its own; `[%ASA-…]` and a byte order mark are seen, too.
        let free = at == 0 || !front[at - 1].is_ascii_alphanumeric() && front[at - 1] != b'%';
        let (marker, length) = free.then(|| marker(&text[at..])).flatten()?;
        Some((marker, at + length))
    }) else {
        return false;
    };
    let text = text[length..].trim_ascii();
    record.set(Field::ObserverVendor, "Cisco");
    record.set(Field::EventSeverity, marker.severity);
    record.set(Field::LogLevel, level(marker.severity));
    record.set(Field::EventCode, marker.code);
    if let Some(product) = marker.firewall {
        record.set(Field::ObserverProduct, product);
        record.set(Field::ObserverType, "firewall");
        let number = number(marker.code);
        match number {
            430_001..=430_099 => ftd::read(text, record),
            _ => asa::read(number, text, record),
        }
    } else {
        record.set(Field::ObserverProduct, "ios");
        record.vendor(b"facility", marker.facility);
        ios::read(marker.facility, marker.code, text, record);
    }
    true
}

struct Marker<'a> {
    /// The product, if it is a firewall.
    firewall: Option<&'static str>,
    facility: &'a [u8],
    severity: &'a [u8],
    /// The number or mnemonic.
    code: &'a [u8],
}

/// Reads `%FACILITY-SEVERITY-CODE:` and says how long it is.
///
/// A facility may have parts (`%ASA-session-5-106100`, `%SECURITY-SSHD-6-INFO_SUCCESS`), and the
/// colon may follow a blank or, behind a number, be missing.
fn marker(text: &[u8]) -> Option<(Marker<'_>, usize)> {
    let near = &text[1..text.len().min(100)];
    let stop = near
        .iter()
        .position(|byte| {
            !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'/' | b'.'))
        })
        .unwrap_or(near.len());
    let word = &near[..stop];
    let code_at = memchr::memrchr(b'-', word)?;
    let severity_at = memchr::memrchr(b'-', &word[..code_at])?;
    let (facility, severity, code) = (
        &word[..severity_at],
        &word[severity_at + 1..code_at],
        &word[code_at + 1..],
    );
    let is_named = matches!(
        facility,
        [b'A'..=b'Z', b'A'..=b'Z' | b'0'..=b'9' | b'_', ..]
    );
    if !is_named || !matches!(severity, [b'0'..=b'7']) || code.is_empty() {
        return None;
    }
    let family = facility
        .split(|&byte| byte == b'-')
        .next()
        .unwrap_or(facility);
    let firewall = match family {
        b"ASA" => Some("asa"),
        b"FTD" | b"NGIPS" => Some("ftd"),
        b"FWSM" => Some("fwsm"),
        b"PIX" => Some("pix"),
        _ => None,
    }
    .filter(|_| code.iter().all(u8::is_ascii_digit));
    let length = 1 + stop;
    let length = match &text[length..] {
        [b':', ..] => length + 1,
        [b' ', b':', ..] => length + 2,
        [b' ', ..] | [] if firewall.is_some() => length,
        _ => return None,
    };
    let marker = Marker {
        firewall,
        facility,
        severity,
        code,
    };
    Some((marker, length))
}

fn number(code: &[u8]) -> u32 {
    code.iter()
        .take(7)
        .fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

/// A severity's name as Cisco has it.
fn level(severity: &[u8]) -> &'static str {
    match severity {
        b"0" => "emergency",
        b"1" => "alert",
        b"2" => "critical",
        b"3" => "error",
        b"4" => "warning",
        b"5" => "notification",
        b"6" => "informational",
        _ => "debug",
    }
}

#[cfg(test)]
mod tests;
