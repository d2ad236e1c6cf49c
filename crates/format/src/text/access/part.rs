//! What access logs have in common: quoted strings, requests, statuses.

use memchr::memchr2;

use crate::text::address::is_ip;
use crate::text::field::Field;
use crate::text::record::Record;

/// The quoted string in front of `text`, and what follows its closing quote. A quote behind a
/// backslash does not close it.
pub fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = text.strip_prefix(b"\"")?;
    let mut at = 0;
    loop {
        at += memchr2(b'"', b'\\', &inner[at..])?;
        if inner[at] == b'"' {
            return Some((&inner[..at], &inner[at + 1..]));
        }
        at = (at + 2).min(inner.len());
    }
}

/// The word in front of `text` and what follows the blanks behind it.
pub fn word(text: &[u8]) -> (&[u8], &[u8]) {
    match memchr::memchr(b' ', text) {
        Some(at) => (&text[..at], text[at..].trim_ascii_start()),
        None => (text, b""),
    }
}

/// Whether `text` is a status of three digits.
pub fn is_status(text: &[u8]) -> bool {
    matches!(text, [b'0'..=b'9', b'0'..=b'9', b'0'..=b'9'])
}

/// Whether `text` is a method: capitals.
pub fn is_method(text: &[u8]) -> bool {
    !text.is_empty()
        && text.len() <= 24
        && text
            .iter()
            .all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'-'))
        && text[0].is_ascii_uppercase()
}

/// Sets method and URL of `GET /path HTTP/1.1`; a request without a method is its URL.
pub fn request<'a>(text: &'a [u8], record: &mut Record<'a>) {
    let text = text.trim_ascii();
    let (method, rest) = word(text);
    if rest.is_empty() || !is_method(method) {
        if method.starts_with(b"/") {
            record.set(Field::UrlOriginal, method);
        }
        return;
    }
    record.set(Field::HttpRequestMethod, method);
    let url = match memchr::memmem::rfind(rest, b" HTTP/") {
        Some(at) => &rest[..at],
        None => rest,
    };
    record.set(Field::UrlOriginal, url.trim_ascii());
}

/// Sets the status and how the request ended.
pub fn status<'a>(status: &'a [u8], record: &mut Record<'a>) {
    if !is_status(status) || status == b"000" {
        return;
    }
    record.set(Field::HttpResponseStatusCode, status);
    let outcome = if status < b"400".as_slice() {
        "success"
    } else {
        "failure"
    };
    record.set(Field::EventOutcome, outcome);
}

/// Sets a client: an address, else a host's name; `false` if it is neither.
pub fn client<'a>(host: &'a [u8], record: &mut Record<'a>) -> bool {
    if is_ip(host) {
        return record.set(Field::SourceIp, host);
    }
    let is_name = host.len() <= 253
        && host.iter().any(u8::is_ascii_alphabetic)
        && host
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    is_name && record.set(Field::SourceDomain, host)
}

/// Splits `address:port`; the last colon is the port's, for IPv6 without brackets, too.
pub fn with_port(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = memchr::memrchr(b':', &text[..text.len().min(60)])?;
    let (ip, port) = (&text[..colon], &text[colon + 1..]);
    let ip = match ip {
        [b'[', ip @ .., b']'] => ip,
        _ => ip,
    };
    (is_ip(ip) && crate::text::address::is_port(port)).then_some((ip, port))
}

/// The port in an URL or authority (`https://host:443/`, `host:443`).
pub fn url_port(url: &[u8]) -> Option<&[u8]> {
    let (_, port) = authority(url);
    (!port.is_empty()).then_some(port)
}

/// Host and port of an URL or authority.
pub fn authority(url: &[u8]) -> (&[u8], &[u8]) {
    let rest = match memchr::memmem::find(&url[..url.len().min(20)], b"://") {
        Some(at) => &url[at + 3..],
        None => url,
    };
    let rest = &rest[..rest.len().min(300)];
    let stop = rest
        .iter()
        .position(|byte| matches!(byte, b'/' | b'?' | b'#'));
    let rest = &rest[..stop.unwrap_or(rest.len())];
    let rest = match memchr::memrchr(b'@', rest) {
        Some(at) => &rest[at + 1..],
        None => rest,
    };
    if let [b'[', ip @ ..] = rest
        && let Some(close) = memchr::memchr(b']', ip)
    {
        return (
            &ip[..close],
            ip[close + 1..].strip_prefix(b":").unwrap_or_default(),
        );
    }
    match memchr::memrchr(b':', rest) {
        Some(at) => (&rest[..at], &rest[at + 1..]),
        None => (rest, b""),
    }
}
