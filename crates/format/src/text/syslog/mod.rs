//! Syslog headers: RFC 3164 and RFC 5424 as devices really send them.
//!
//! - A header has a priority or a time, else the line is somebody's ordinary text. A time that begins
//!   with its year stands at the beginning of other logs, too: without a priority a host and a
//!   program (or an unmistakable message) must follow it.
//! - What is left is the message as its own format writes it: `CEF:`, `%ASA-6-302013:`, `devname=`
//!   are never taken for a program.
//! - Where a relay put its header before the sender's, the sender's time counts.

mod legacy;
mod rfc5424;
#[cfg(test)]
mod tests;
mod word;

use super::field::Field;
use super::record::Record;

const BOM: &[u8] = b"\xEF\xBB\xBF";

/// Reads the header in front of a message into `record` and returns the message; `None` if there is
/// no header.
pub fn header<'a>(line: &'a [u8], record: &mut Record<'a>) -> Option<&'a [u8]> {
    let text = line.strip_prefix(BOM).unwrap_or(line);
    let message = match text.first()? {
        b'<' => after_priority(text, record),
        b'0'..=b'9' => match counted(text) {
            Some(text) => after_priority(text, record),
            None => rfc5424::bare(text, record).or_else(|| legacy::dated(text, record)),
        },
        b'A'..=b'Z' | b'*' | b'.' | b':' => legacy::dated(text, record),
        _ => None,
    }?;
    // Some senders end each datagram with a NUL, as C does.
    let end = message
        .iter()
        .rposition(|byte| !matches!(byte, 0 | b'\r' | b'\n'));
    Some(&message[..end.map_or(0, |last| last + 1)])
}

/// Reads the program that a message without a header begins with (`sshd[12]: …`, `spamd: …`) and
/// returns what follows it; `None` if it begins with none.
pub fn tag<'a>(text: &'a [u8], record: &mut Record<'a>) -> Option<&'a [u8]> {
    let tag = word::tag(text, word::name(text))?;
    program(tag.name, tag.pid, record);
    Some(tag.rest.strip_prefix(b" ").unwrap_or(tag.rest))
}

/// What follows the length that frames a record in a stream (RFC 6587), left in by who stored it.
fn counted(text: &[u8]) -> Option<&[u8]> {
    let digits = text.iter().take(8).take_while(|b| b.is_ascii_digit());
    let rest = text[digits.count()..].strip_prefix(b" ")?;
    (rest.first() == Some(&b'<')).then_some(rest)
}

fn after_priority<'a>(text: &'a [u8], record: &mut Record<'a>) -> Option<&'a [u8]> {
    let (digits, rest) = priority(text)?;
    let number = digits
        .iter()
        .fold(0, |n, digit| n * 10 + usize::from(digit - b'0'));
    // A larger number is none (RFC 5424, 6.2.1): what follows may be a header nevertheless.
    if let Some(facility) = NUMBERS.get(number / 8) {
        record.set(Field::LogSyslogPriority, digits);
        record.set(Field::LogSyslogFacilityCode, *facility);
        record.set(Field::LogSyslogSeverityCode, NUMBERS[number % 8]);
    }
    rfc5424::versioned(rest, record).or_else(|| Some(legacy::prioritised(rest, record)))
}

/// The digits in `<34>`, and what follows.
fn priority(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let length = text.iter().take(5).position(|&byte| byte == b'>')?;
    let digits = text.get(1..length)?;
    let fits = text[0] == b'<' && !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    fits.then(|| (digits, &text[length + 1..]))
}

/// Facilities, as text.
const NUMBERS: [&str; 24] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "19", "20", "21", "22", "23",
];

/// Sets the host that the header names.
fn host<'a>(host: &'a [u8], record: &mut Record<'a>) {
    record.set(Field::HostName, host);
    record.set(Field::LogSyslogHostname, host);
}

/// Sets the program that the header names, and its process.
fn program<'a>(name: &'a [u8], pid: &'a [u8], record: &mut Record<'a>) {
    record.set(Field::LogSyslogAppname, name);
    record.set(Field::LogSyslogProcid, pid);
    record.set(Field::ProcessPid, pid);
    // `/usr/sbin/cron` is cron, `su(pam_unix)` is su; `postfix/smtpd` stays.
    let mut name = name;
    if name.first() == Some(&b'/') {
        let slash = name.iter().rposition(|&byte| byte == b'/').unwrap_or(0);
        name = &name[slash + 1..];
    } else if let [b'(', inner @ .., b')'] = name {
        name = inner;
    } else if let Some(open) = name.iter().position(|&byte| byte == b'(') {
        name = &name[..open];
    }
    record.set(Field::ProcessName, name);
}
