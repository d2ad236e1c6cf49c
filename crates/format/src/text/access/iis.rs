//! IIS without its header line: the fields that it writes when nobody chose others, and HTTP.sys's
//! error log.
//!
//! Source: Microsoft Learn, W3C Logging; Error logging in HTTP APIs.

use super::part::{is_method, is_status, request, status};
use crate::text::address::{is_ip, is_port};
use crate::text::field::Field;
use crate::text::record::Record;

/// What the header would call them: date, time, s-ip, cs-method, cs-uri-stem, cs-uri-query, s-port,
/// cs-username, c-ip, cs(User-Agent), cs(Referer), sc-status, sc-substatus, sc-win32-status,
/// time-taken; or date, time, c-ip, c-port, s-ip, s-port, cs-version, cs-method, cs-uri, sc-status,
/// s-siteid, s-reason, s-queuename.
pub fn read<'a>(line: &'a [u8], record: &mut Record<'a>) -> bool {
    if !matches!(
        line,
        [
            b'0'..=b'9',
            _,
            _,
            _,
            b'-',
            _,
            _,
            b'-',
            _,
            _,
            b' ',
            _,
            _,
            b':',
            _,
            _,
            b':',
            _,
            _,
            b' ',
            ..
        ]
    ) {
        return false;
    }
    let mut fields = [&b""[..]; 17];
    let mut count = 0;
    for (place, field) in fields
        .iter_mut()
        .zip(line.trim_ascii().split(|&byte| byte == b' '))
    {
        *place = field;
        count += 1;
    }
    let f = &fields[..count];
    let access = count >= 11
        && is_ip(f[2])
        && is_method(f[3])
        && f[4].starts_with(b"/")
        && is_port(f[6])
        && is_ip(f[8])
        && f[9..].iter().any(|field| is_status(field));
    let failed = count >= 11
        && is_ip(f[2])
        && is_port(f[3])
        && is_ip(f[4])
        && is_port(f[5])
        && (f[6].starts_with(b"HTTP/") || f[6] == b"-")
        && (is_method(f[7]) || f[7] == b"-");
    if !access && !failed {
        return false;
    }
    // What a syslog header would be made of is the record's own.
    for field in [
        Field::HostName,
        Field::ProcessName,
        Field::LogSyslogHostname,
        Field::LogSyslogAppname,
    ] {
        record.unset(field);
    }
    if let Some(time) = record.context.clock.date_time(f[0], f[1], Some(b"Z")) {
        record.at(time);
    }
    record.set(Field::ObserverVendor, "Microsoft");
    record.set(Field::ObserverProduct, "IIS");
    if access {
        record.set(Field::DestinationIp, f[2]);
        record.set(Field::DestinationPort, f[6]);
        record.set(Field::SourceIp, f[8]);
        record.set(Field::HttpRequestMethod, f[3]);
        record.set(Field::UrlOriginal, f[4]);
        record.set(Field::UserName, f[7]);
        record.set(Field::UserAgentOriginal, f[9]);
        if let Some(code) = f[10..].iter().find(|field| is_status(field)) {
            status(code, record);
        }
        return true;
    }
    record.set(Field::SourceIp, f[2]);
    record.set(Field::SourcePort, f[3]);
    record.set(Field::DestinationIp, f[4]);
    record.set(Field::DestinationPort, f[5]);
    if f[7] != b"-" {
        record.set(Field::HttpRequestMethod, f[7]);
        request(f[8], record);
    }
    // The reason is behind status and site; newer versions have the stream in front of them.
    if let Some(at) = f[9..].iter().position(|field| is_status(field)) {
        status(f[9 + at], record);
    }
    let reason = f[9..]
        .iter()
        .find(|field| field.contains(&b'_') || field.len() > 4);
    record.set(Field::EventReason, *reason.unwrap_or(&&b""[..]));
    record.set(Field::EventOutcome, "failure");
    true
}
