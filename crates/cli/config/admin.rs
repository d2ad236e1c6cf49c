//! `[admin]`: where health and metrics are asked for.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use super::duration;
use super::section::Section;
use super::source::listen::address;
use super::tree::dotted;

/// Where and how the process answers for itself.
#[derive(Debug, PartialEq, Eq)]
pub struct Admin {
    /// Where it stands in the configuration.
    pub line: usize,
    /// The address.
    pub listen: SocketAddr,
    /// How long a sink may be unreachable before the process is not ready.
    pub unready_after: Duration,
}

/// The address without the key.
const LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 9600);

pub(super) fn read(top: &Section<'_>) -> Option<Admin> {
    let node = top.node("admin")?;
    let section = top.inner(node, dotted(&top.key, "admin"), "admin")?;
    let listen = section.text("listen", address);
    if listen.is_some_and(|address| !address.ip().is_loopback()) {
        section.warning(
            "listen",
            "can be reached from other machines, and nobody is asked who he is; let a proxy do that, \
             or write \"127.0.0.1:9600\"",
        );
    }
    let admin = Admin {
        line: section.line,
        listen: listen.unwrap_or(LISTEN),
        unready_after: duration::read(&section, "unready_after").unwrap_or(Duration::from_secs(60)),
    };
    section.finish();
    Some(admin)
}
