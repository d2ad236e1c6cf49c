//! Addresses as logs write them beside a port, a mask or an interface.

use crate::Addr;

/// An address's own text and its port's.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Endpoint<'a> {
    /// The address alone.
    pub ip: &'a [u8],
    /// Its port, if one is written with it.
    pub port: Option<&'a [u8]>,
}

/// Whether `text` is an address and nothing else, such as a zone.
pub fn is_ip(text: &[u8]) -> bool {
    match text {
        [
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b':',
            ..,
            b'0'..=b'9' | b'a'..=b'f' | b'A'..=b'F' | b':',
        ] if !text.contains(&b'%') => {}
        _ => return false,
    }
    // One colon would be a port.
    let mut colons = text.iter().filter(|&&byte| byte == b':');
    !(colons.next().is_some() && colons.next().is_none()) && Addr::parse(text).is_some()
}

/// Whether `text` is a port number.
pub fn is_port(text: &[u8]) -> bool {
    !text.is_empty()
        && text.len() <= 5
        && text.iter().all(u8::is_ascii_digit)
        && text
            .iter()
            .fold(0, |n, digit| n * 10 + u32::from(digit - b'0'))
            <= 65535
}

/// Reads `ip`, `ip:port`, `[ip]`, `[ip]:port`, `ip:port:interface` (SonicWall, where the port may be
/// empty) and `ip/32` (of v6 `ip/128`).
pub fn endpoint(text: &[u8]) -> Option<Endpoint<'_>> {
    let text = text.trim_ascii();
    if let Some(at) = text.iter().position(|&byte| byte == b'%') {
        // A zone (RFC 4007, 11.2) says nothing outside the machine.
        let whole = Addr::parse(text).is_some() && is_ip(&text[..at]);
        return whole.then_some(Endpoint {
            ip: &text[..at],
            port: None,
        });
    }
    if is_ip(text) {
        return Some(Endpoint {
            ip: text,
            port: None,
        });
    }
    if let Some(rest) = text.strip_prefix(b"[") {
        let close = rest.iter().position(|&byte| byte == b']')?;
        let (ip, rest) = (&rest[..close], &rest[close + 1..]);
        let port = rest.strip_prefix(b":").filter(|port| is_port(port));
        return (is_ip(ip) && (rest.is_empty() || port.is_some())).then_some(Endpoint { ip, port });
    }
    let end = text.iter().position(|byte| matches!(byte, b':' | b'/'))?;
    let (ip, rest) = (&text[..end], &text[end + 1..]);
    if text[end] == b':' && is_ip(ip) {
        let port = rest.split(|&byte| byte == b':').next().unwrap_or(rest);
        let port = Some(port).filter(|port| is_port(port));
        let portless = matches!(rest, [] | [b':', b'A'..=b'Z' | b'a'..=b'z', ..]);
        return (port.is_some() || portless).then_some(Endpoint { ip, port });
    }
    let (ip, bits) = text.split_at(text.iter().rposition(|&byte| byte == b'/')?);
    let bits = &bits[1..];
    // A shorter mask would be a network.
    let whole: &[u8] = if ip.contains(&b':') { b"128" } else { b"32" };
    (bits == whole && is_ip(ip)).then_some(Endpoint { ip, port: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_as_devices_write_them() {
        for (text, ip, port) in [
            ("1.2.3.4", "1.2.3.4", ""),
            (" 1.2.3.4 ", "1.2.3.4", ""),
            ("1.2.3.4:55", "1.2.3.4", "55"),
            ("1.2.3.4:55:X0", "1.2.3.4", "55"),
            ("1.2.3.4::X0", "1.2.3.4", ""),
            ("1.2.3.4::X0:host.example", "1.2.3.4", ""),
            ("1.2.3.4:55:X0:host.example", "1.2.3.4", "55"),
            ("1.2.3.4/32", "1.2.3.4", ""),
            ("fe80::1", "fe80::1", ""),
            ("fe80::1%eth0", "fe80::1", ""),
            ("fe80::1/128", "fe80::1", ""),
            ("[fe80::1]:443", "fe80::1", "443"),
            ("[fe80::1]", "fe80::1", ""),
            ("::ffff:1.2.3.4", "::ffff:1.2.3.4", ""),
        ] {
            let found = endpoint(text.as_bytes()).expect(text);
            assert_eq!(found.ip, ip.as_bytes(), "{text}");
            assert_eq!(found.port.unwrap_or_default(), port.as_bytes(), "{text}");
        }
        for text in [
            "",
            "-",
            "host",
            "1.2.3",
            "1.2.3.4:99999",
            "1.2.3.4:x",
            "1.2.3.4::1",
            "1.2.3.4::/x",
            "1.2.3.4/x",
            "1.2.3.4/24",
            "fe80::1/64",
            "1.2.3.4.5",
            "12:34:56",
            "[1.2.3.4",
            "N/A",
        ] {
            assert_eq!(endpoint(text.as_bytes()), None, "{text}");
        }
    }
}
