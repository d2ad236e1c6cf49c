//! Listening: addresses, limits, TLS and PROXY headers, the same for every source that waits for
//! connections; and the sources that read plain bytes from theirs.

mod listen;
pub(crate) mod proxy;
mod stream;
mod tcp;
mod tls;
#[cfg(unix)]
mod unix;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use listen::{Connection, Listener, serve};
pub use tcp::tcp;
#[cfg(unix)]
pub use unix::unix;

/// Where and how a source listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    /// The address and port.
    pub address: SocketAddr,
    /// Connections at once; one more is closed at once, and counted.
    pub max_connections: usize,
    /// How long a connection may be silent before it is closed.
    pub idle_timeout: Duration,
    /// With TLS, if at all.
    pub tls: Option<Tls>,
    /// Whether connections begin with a PROXY protocol header, version 1 or 2.
    pub proxy: bool,
}

/// How TLS is spoken: 1.2 and 1.3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tls {
    /// PEM: the server's certificate, then those that lead to its authority.
    pub certificate: PathBuf,
    /// PEM: its private key.
    pub key: PathBuf,
    /// PEM: the authorities of clients' certificates; without it clients need none.
    pub client_ca: Option<PathBuf>,
    /// Whether a client without a certificate is turned away.
    pub client_required: bool,
}

/// Where a source listens on this machine alone, and for what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unix {
    /// The socket's file; made anew, and taken away at the end.
    pub path: PathBuf,
    /// Whether each datagram is a record, rather than each line of a connection.
    pub datagram: bool,
    /// Who may connect, as permissions of the file.
    pub permissions: u32,
    /// Connections at once; one more is closed at once, and counted.
    pub max_connections: usize,
    /// How long a connection may be silent before it is closed.
    pub idle_timeout: Duration,
}

/// `address` as events have it: an IPv4 address that is mapped into IPv6 is itself.
pub(crate) fn canonical(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip().to_canonical(), address.port())
}
