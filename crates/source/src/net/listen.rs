//! The accept loop: limits, PROXY headers, TLS, and one task for each connection.
//!
//! - A connection over the limit is closed at once and counted; when that begins and ends is said.
//! - A peer that is gone without a word is noticed by TCP keep-alive.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use knownet_flow::OpenError;
use socket2::{Domain, Protocol, SockRef, Socket, TcpKeepalive, Type};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::tls::Certificates;
use super::{Listen, canonical, proxy};
use crate::inbox::Sender;
use crate::site::Site;

/// How long a client may take for its TLS handshake and its PROXY header.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Pause after an accept that failed, for want of descriptors mostly.
const BREATH: Duration = Duration::from_millis(100);
/// Connections that may wait to be accepted.
pub(super) const BACKLOG: i32 = 1024;
/// After a stop connections are accepted until none came for so long.
const LAST: Duration = Duration::from_millis(5);
/// How long a connection is silent before its peer is asked whether it is there, and between two
/// questions.
const KEEPALIVE: Duration = Duration::from_secs(60);

/// Bytes of a connection, under TLS or not.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send {}
impl<T: AsyncRead + AsyncWrite + Send> Stream for T {}

/// One accepted connection.
pub(crate) struct Connection {
    /// Its bytes.
    pub stream: Pin<Box<dyn Stream>>,
    /// Who is at the other end.
    pub peer: Option<SocketAddr>,
    /// Where what it sends goes.
    pub sender: Sender,
    /// How long it may be silent.
    pub idle_timeout: Duration,
}

/// A bound address.
pub(crate) struct Listener {
    listener: std::net::TcpListener,
    certificates: Option<Arc<Certificates>>,
    options: Listen,
}

impl Listener {
    /// Binds and reads certificates, so that what does not work is told at the start.
    pub fn bind(options: &Listen) -> Result<Listener, OpenError> {
        let certificates = options.tls.as_ref().map(Certificates::read).transpose()?;
        let address = options.address;
        let listener = bind(address)
            .map_err(|e| OpenError(format!("{address} cannot be listened on: {e}")))?;
        Ok(Listener {
            listener,
            certificates: certificates.map(Arc::new),
            options: options.clone(),
        })
    }
}

fn bind(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let domain = Domain::for_address(address);
    let socket = Socket::new(domain, Type::STREAM, Some(Protocol::TCP))?;
    // A restart need not wait for connections of the run before. On Windows it would mean that two
    // programs may have the same port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// Accepts until the source closes, and gives each connection to `handle` in a task of its own.
pub(crate) fn serve<H, F>(site: &Site, listener: Listener, sender: Sender, handle: H)
where
    H: Fn(Connection) -> F + Send + Sync + 'static,
    F: Future<Output = ()> + Send + 'static,
{
    let name = site.name.clone();
    let tokio = site.tokio.clone();
    site.tokio.spawn(async move {
        let Listener {
            listener,
            certificates,
            options,
        } = listener;
        let listener = match TcpListener::from_std(listener) {
            Ok(listener) => listener,
            Err(error) => {
                tracing::error!(source = name, "the listener cannot be used: {error}");
                return;
            }
        };
        if let Ok(address) = listener.local_addr() {
            tracing::info!(source = name, "listening on {address}");
        }
        let mut gate = Gate::new(&name, options.max_connections);
        let failed =
            metrics::counter!("knownet_connections_failed_total", "source" => name.clone());
        let handle = Arc::new(handle);
        let accept = || listener.accept();
        while let Some(((stream, peer), slot)) = gate.next(&sender, accept).await {
            let (sender, certificates) = (sender.clone(), certificates.clone());
            let (handle, name, failed) = (handle.clone(), name.clone(), failed.clone());
            let (idle_timeout, announced) = (options.idle_timeout, options.proxy);
            let peer = canonical(peer);
            tokio.spawn(async move {
                let _slot = slot;
                let closing = sender.closing().clone();
                let ready = ready(stream, peer, announced, certificates, &name);
                let ready = tokio::select! {
                    biased;
                    ready = tokio::time::timeout(HANDSHAKE, ready) => ready,
                    () = closing.cancelled() => return,
                };
                match ready {
                    Ok(Ok((stream, peer))) => {
                        let connection = Connection {
                            stream,
                            peer: Some(peer),
                            sender,
                            idle_timeout,
                        };
                        handle(connection).await;
                    }
                    Ok(Err(error)) => {
                        failed.increment(1);
                        tracing::info!(source = name, %peer, "refused: {error}");
                    }
                    Err(_) => {
                        failed.increment(1);
                        tracing::info!(source = name, %peer, "no handshake in time");
                    }
                }
            });
        }
    });
}

/// What comes before the first byte of the connection itself.
async fn ready(
    mut stream: TcpStream,
    peer: SocketAddr,
    announced: bool,
    certificates: Option<Arc<Certificates>>,
    name: &str,
) -> io::Result<(Pin<Box<dyn Stream>>, SocketAddr)> {
    let keepalive = TcpKeepalive::new()
        .with_time(KEEPALIVE)
        .with_interval(KEEPALIVE);
    // Without it a connection lives until its idle timeout.
    let _ = SockRef::from(&stream).set_tcp_keepalive(&keepalive);
    let peer = match announced {
        true => proxy::read(&mut stream).await?.map_or(peer, canonical),
        false => peer,
    };
    let stream: Pin<Box<dyn Stream>> = match certificates {
        None => Box::pin(stream),
        Some(all) => Box::pin(all.acceptor(name).await.accept(stream).await?),
    };
    Ok((stream, peer))
}

/// Lets so many connections in.
pub(super) struct Gate {
    name: String,
    slots: Arc<Semaphore>,
    open: metrics::Gauge,
    refused: metrics::Counter,
    full: bool,
    failing: bool,
    /// After a stop, how many more are accepted at most.
    last: Option<i32>,
}

/// A connection's place, until it is dropped.
pub(super) struct Slot {
    _permit: OwnedSemaphorePermit,
    open: metrics::Gauge,
}

impl Gate {
    pub fn new(name: &str, most: usize) -> Gate {
        let name = name.to_owned();
        Gate {
            slots: Arc::new(Semaphore::new(most)),
            open: metrics::gauge!("knownet_connections", "source" => name.clone()),
            refused: metrics::counter!(
                "knownet_connections_refused_total",
                "source" => name.clone()
            ),
            name,
            full: false,
            failing: false,
            last: None,
        }
    }

    /// The next connection with its place; `None` after the last that came before `sender` closed.
    pub async fn next<T, F>(&mut self, sender: &Sender, accept: impl Fn() -> F) -> Option<(T, Slot)>
    where
        F: Future<Output = io::Result<T>>,
    {
        loop {
            let accepted = match self.last {
                None => tokio::select! {
                    () = sender.closing().cancelled() => {
                        self.last = Some(BACKLOG);
                        continue;
                    }
                    accepted = self.let_in(&accept) => accepted,
                },
                Some(0) => return None,
                // Who connected before the stop may have sent all that there is, and left.
                Some(left) => {
                    self.last = Some(left - 1);
                    match tokio::time::timeout(LAST, self.let_in(&accept)).await {
                        Ok(accepted) => accepted,
                        Err(_) => return None,
                    }
                }
            };
            if accepted.is_some() {
                return accepted;
            }
        }
    }

    /// The next connection with its place; `None` if it had none or did not come.
    async fn let_in<T, F>(&mut self, accept: impl FnOnce() -> F) -> Option<(T, Slot)>
    where
        F: Future<Output = io::Result<T>>,
    {
        let source = &self.name;
        let accepted = match accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                if !self.failing {
                    tracing::warn!(source, "connections cannot be accepted: {error}");
                }
                self.failing = true;
                tokio::time::sleep(BREATH).await;
                return None;
            }
        };
        if self.failing {
            tracing::info!(source, "connections are accepted again");
            self.failing = false;
        }
        let Ok(permit) = self.slots.clone().try_acquire_owned() else {
            self.refused.increment(1);
            if !self.full {
                tracing::warn!(source, "max_connections is reached, more are refused");
            }
            self.full = true;
            return None;
        };
        if self.full {
            tracing::info!(source, "there is room for connections again");
            self.full = false;
        }
        self.open.increment(1.0);
        let open = self.open.clone();
        Some((
            accepted,
            Slot {
                _permit: permit,
                open,
            },
        ))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.open.decrement(1.0);
    }
}

#[cfg(test)]
#[path = "../tests/listen.rs"]
mod tests;
