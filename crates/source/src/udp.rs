//! `type = "udp"`: each datagram a record.
//!
//! - Datagrams are received on threads of their own from a large buffer of the kernel, on Linux many
//!   at once, elsewhere one by one. A datagram cannot be longer than what is read at once.
//! - What cannot be worked on at once waits in memory, up to a bound, and then in that buffer.
//! - What the kernel dropped for want of room nobody can send again. Linux tells how much that was,
//!   so there it is counted and said.
//! - After a stop what the kernel has received is still taken.

#[cfg(target_os = "linux")]
mod drops;
#[cfg(target_os = "linux")]
#[path = "udp/linux.rs"]
mod receiver;
#[cfg(not(target_os = "linux"))]
#[path = "udp/plain.rs"]
mod receiver;

use std::io;
use std::net::{SocketAddr, UdpSocket};

use knownet_flow::{OpenError, Source};
use socket2::{Domain, Protocol, Socket, Type};

use crate::frame::record;
use crate::inbox::{Sender, inbox_of};
use crate::net::canonical;
use crate::site::Site;

/// The longest datagram, and then some: lengths have 16 bits.
const DATAGRAM: usize = 64 << 10;

/// Bytes that may wait for the steps, as datagrams do not wait at their senders. A datagram takes
/// several times as much of the kernel's buffer as of this.
const WAITING: usize = 64 << 20;

/// How datagrams are received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Udp {
    /// The address and port.
    pub address: SocketAddr,
    /// Threads with a socket each; the kernel spreads senders over them.
    pub receivers: usize,
    /// Bytes that are asked for as each socket's buffer.
    pub buffer: usize,
}

/// Listens for datagrams from now on.
///
/// # Errors
/// If the address cannot be listened on, or the system has no threads or pipes left.
pub fn udp(site: &Site, options: &Udp) -> Result<Box<dyn Source>, OpenError> {
    let cannot =
        |e: io::Error| OpenError(format!("{} cannot be listened on: {e}", options.address));
    let mut address = options.address;
    if options.receivers > 1 {
        // Sockets that share a port share it with any other program that wants to, too: whether one
        // has it already is only told to a socket that does not.
        address = UdpSocket::bind(address)
            .and_then(|alone| alone.local_addr())
            .map_err(cannot)?;
    }
    let mut sockets = Vec::new();
    for _ in 0..options.receivers {
        let socket = bind(address, options.receivers > 1).map_err(cannot)?;
        grow(&socket, options.buffer);
        sockets.push(UdpSocket::from(socket));
    }
    let bound = sockets.first().map(UdpSocket::local_addr);
    let bound = bound.transpose().map_err(cannot)?.unwrap_or(address);
    let granted = sockets.first().map(granted).unwrap_or_default();
    let (source, asked) = (&site.name, options.buffer);
    if granted < asked {
        let remedy = remedy(asked);
        tracing::warn!(
            source,
            "the kernel holds only {granted} of the {asked} bytes of receive_buffer for each \
             socket; {remedy}"
        );
    } else {
        tracing::info!(source, "the kernel holds {granted} bytes for each socket");
    }
    let (sender, received) = inbox_of(site, WAITING);
    let sockets = sockets.into_iter();
    let waiting = sockets.map(|socket| receiver::start(site, socket, sender.clone()));
    let waiting: io::Result<Vec<_>> = waiting.collect();
    waiting.map_err(|e| OpenError(format!("no thread for datagrams: {e}")))?;
    tracing::info!(source = site.name, "listening on {bound}");
    Ok(Box::new(received))
}

fn bind(address: SocketAddr, shared: bool) -> io::Result<Socket> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::DGRAM, Some(Protocol::UDP))?;
    #[cfg(all(unix, not(target_os = "solaris"), not(target_os = "illumos")))]
    socket.set_reuse_port(shared)?;
    #[cfg(not(all(unix, not(target_os = "solaris"), not(target_os = "illumos"))))]
    let _ = shared;
    socket.bind(&address.into())?;
    Ok(socket)
}

/// Asks for a buffer of so many bytes, past the system's bound where that is allowed.
fn grow(socket: &Socket, bytes: usize) {
    // Whatever is granted is told.
    let _ = socket.set_recv_buffer_size(bytes);
    #[cfg(target_os = "linux")]
    let _ = nix::sys::socket::setsockopt(socket, nix::sys::socket::sockopt::RcvBufForce, &bytes);
}

fn granted(socket: &UdpSocket) -> usize {
    let size = socket2::SockRef::from(socket).recv_buffer_size();
    // Linux doubles it, for what it needs beside the bytes: socket(7).
    size.unwrap_or(0) / if cfg!(target_os = "linux") { 2 } else { 1 }
}

/// How so many bytes would be granted.
fn remedy(asked: usize) -> String {
    match cfg!(target_os = "linux") {
        true => format!(
            "raise its bound with sysctl net.core.rmem_max={asked}, run with CAP_NET_ADMIN, or ask \
             for less"
        ),
        false => "raise the system's bound, or ask for less".to_owned(),
    }
}

/// Lines on their way from a receiver to the inbox.
struct Outgoing {
    sender: Sender,
    tokio: tokio::runtime::Handle,
    lines: Vec<u8>,
    runs: Vec<(usize, Option<SocketAddr>)>,
}

impl Outgoing {
    fn new(site: &Site, sender: Sender) -> Outgoing {
        Outgoing {
            sender,
            tokio: site.tokio.clone(),
            lines: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Takes a datagram.
    fn add(&mut self, datagram: &[u8], peer: Option<SocketAddr>) {
        let limits = *self.sender.limits();
        if self.lines.len() + datagram.len() >= limits.batch {
            self.flush();
        }
        let before = self.lines.len();
        record::write(datagram, &mut self.lines);
        let end = self.lines.len();
        if end == before {
            return;
        }
        let peer = peer.map(canonical);
        match self.runs.last_mut() {
            Some((last, same)) if *same == peer => *last = end,
            _ => self.runs.push((end, peer)),
        }
    }

    /// Waits for room, then leaves what was taken.
    fn flush(&mut self) {
        if self.lines.is_empty() {
            return;
        }
        self.tokio
            .block_on(self.sender.send_runs(&self.lines, &self.runs));
        self.lines.clear();
        self.runs.clear();
    }
}
