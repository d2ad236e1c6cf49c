//! The PROXY protocol's header, in which a load balancer announces whom it speaks for.
//!
//! Versions 1 and 2, as [HAProxy's specification] has them. Not a byte behind the header is read, and
//! no more than [`MOST`] bytes are.
//!
//! [HAProxy's specification]: https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::io::{AsyncRead, AsyncReadExt};

/// What version 2 begins with.
const SIGNATURE: &[u8; 12] = b"\r\n\r\n\0\r\nQUIT\n";
/// What version 1 begins with; it goes on with a family.
const TEXT: &[u8] = b"PROXY ";
/// All that a header can begin with.
const STARTS: [&[u8]; 4] = [b"PROXY TCP4 ", b"PROXY TCP6 ", b"PROXY UNKNOWN", SIGNATURE];
/// The longest header of version 1, its line end included.
const TEXT_MOST: usize = 107;
/// Bytes of version 2 before its addresses.
const FIXED: usize = 16;
/// The longest header of version 2 that is read: addresses, and what may be added about TLS.
const MOST: usize = FIXED + 4096;

/// What a header's beginning asks for.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// So many bytes more, at least one.
    Read(usize),
    /// It is whole: the announced address, if it announces one.
    Announced(Option<SocketAddr>),
    /// It is none.
    Refused(&'static str),
}

/// Takes the header off the beginning of `stream`.
pub(crate) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<SocketAddr>> {
    let mut header = Vec::new();
    loop {
        match step(&header) {
            Step::Read(more) => {
                let had = header.len();
                header.resize(had + more, 0);
                stream.read_exact(&mut header[had..]).await?;
            }
            Step::Announced(address) => return Ok(address),
            Step::Refused(why) => return Err(io::Error::new(io::ErrorKind::InvalidData, why)),
        }
    }
}

/// What comes after `header`, which holds what was read so far.
pub(crate) fn step(header: &[u8]) -> Step {
    if header.len() < SIGNATURE.len() {
        return Step::Read(SIGNATURE.len() - header.len());
    }
    if header.starts_with(SIGNATURE) {
        binary(header)
    } else if header.starts_with(TEXT) {
        text(header)
    } else {
        Step::Refused("it does not begin with a PROXY header, which proxy_protocol asks for")
    }
}

/// Whether a connection that was not asked for a header begins with one; `None` if more has to be
/// seen.
pub(crate) fn announces(bytes: &[u8]) -> Option<bool> {
    let mut unsure = false;
    for start in STARTS {
        let common = start.len().min(bytes.len());
        if start[..common] == bytes[..common] {
            if common == start.len() {
                return Some(true);
            }
            unsure = true;
        }
    }
    (!unsure).then_some(false)
}

/// `PROXY TCP4 SOURCE DESTINATION PORT PORT\r\n`.
fn text(header: &[u8]) -> Step {
    let Some(line) = header.strip_suffix(b"\r\n") else {
        return match header.len() >= TEXT_MOST || header.ends_with(b"\n") {
            true => Step::Refused("its PROXY header does not end"),
            // Its length is not known before its end, and what follows must not be touched.
            false => Step::Read(1),
        };
    };
    let broken = Step::Refused("its PROXY header is broken");
    let Ok(line) = std::str::from_utf8(line) else {
        return broken;
    };
    let mut words = line.split(' ').skip(1);
    let family = words.next();
    if family == Some("UNKNOWN") {
        return Step::Announced(None);
    }
    let [Some(source), Some(target), Some(port), Some(to), None] =
        std::array::from_fn(|_| words.next())
    else {
        return broken;
    };
    let ip = |text: &str| match family {
        Some("TCP4") => text.parse().ok().map(IpAddr::V4),
        Some("TCP6") => text.parse().ok().map(IpAddr::V6),
        _ => None,
    };
    match (ip(source), ip(target), port.parse(), to.parse::<u16>()) {
        (Some(ip), Some(_), Ok(port), Ok(_)) => Step::Announced(Some(SocketAddr::new(ip, port))),
        _ => broken,
    }
}

/// Signature, version and command, family, length; then source and target address, both ports, and
/// additions that nobody needs here.
fn binary(header: &[u8]) -> Step {
    let Some(fixed) = header.first_chunk::<FIXED>() else {
        return Step::Read(FIXED - header.len());
    };
    let length = FIXED + usize::from(u16::from_be_bytes([fixed[14], fixed[15]]));
    if length > MOST {
        return Step::Refused("its PROXY header is too long");
    }
    if header.len() < length {
        return Step::Read(length - header.len());
    }
    let body = &header[FIXED..];
    match fixed[12] {
        // A proxy's own connection, such as a look whether somebody is there.
        0x20 => return Step::Announced(None),
        0x21 => {}
        _ => return Step::Refused("its PROXY header has an unknown version or command"),
    }
    let port = |ports: &[u8; 4]| u16::from_be_bytes([ports[0], ports[1]]);
    let address = match fixed[13] >> 4 {
        1 => body.first_chunk::<12>().map(|body| {
            let (source, rest) = body.split_first_chunk::<4>()?;
            Some((IpAddr::from(*source), port(rest.last_chunk()?)))
        }),
        2 => body.first_chunk::<36>().map(|body| {
            let (source, rest) = body.split_first_chunk::<16>()?;
            Some((IpAddr::from(*source), port(rest.last_chunk()?)))
        }),
        // Unspecified, or a Unix socket.
        0 | 3 => return Step::Announced(None),
        _ => return Step::Refused("its PROXY header has an unknown family"),
    };
    match address.flatten() {
        Some(address) => Step::Announced(Some(SocketAddr::from(address))),
        None => Step::Refused("its PROXY header is too short for its addresses"),
    }
}

#[cfg(test)]
#[path = "../tests/proxy.rs"]
mod tests;
