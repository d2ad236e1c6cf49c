//! `type = "udp"`: each datagram a record.

use std::net::{Ipv4Addr, SocketAddr};

use knownet_source::Udp;

use super::{SourceKind, listen};
use crate::config::section::Section;
use crate::config::{count, size};

/// Syslog's own port, 514, takes privileges.
const PORT: u16 = 5514;
/// Of the kernel, for each receiver: more than a second of a very busy network's datagrams.
const BUFFER: u64 = 16 << 20;

pub(super) fn read(section: &Section<'_>) -> Option<SourceKind> {
    let default = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let address = section.text("listen", listen::address).unwrap_or(default);
    let receivers = count::read(section, "receivers", 1..=64);
    if receivers.is_some_and(|count| count > 1) && !cfg!(target_os = "linux") {
        section.error("receivers", "more than 1 needs Linux");
    }
    let buffer = size::read(section, "receive_buffer", 64 << 10..=1 << 30);
    Some(SourceKind::Udp(Udp {
        address,
        receivers: receivers.unwrap_or(1),
        buffer: usize::try_from(buffer.unwrap_or(BUFFER)).ok()?,
    }))
}
