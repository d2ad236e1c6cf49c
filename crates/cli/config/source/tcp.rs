//! `type = "tcp"`: lines and syslog frames over TCP.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::{SourceKind, listen};
use crate::config::section::Section;

/// Syslog's own port, 514, takes privileges.
const PORT: u16 = 5514;
/// Senders may have nothing to say for long, and most lose what they write to a connection that was
/// closed. Those that are gone are noticed much sooner.
const IDLE: Duration = Duration::from_secs(3600);

pub(super) fn read(section: &Section<'_>) -> Option<SourceKind> {
    let default = SocketAddr::from((Ipv4Addr::LOCALHOST, PORT));
    let listen = listen::read(section, default, IDLE);
    listen::warn_of_plain(section, &listen);
    Some(SourceKind::Tcp(listen))
}
