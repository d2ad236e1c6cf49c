//! The accept loop: limits, TLS, and one task for each connection.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use socket2::{Domain, Protocol, Socket, Type};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

use super::{Listen, tls};
use crate::inbox::Sender;
use crate::site::{OpenError, Site};

/// How long a client may take for its TLS handshake and its PROXY header.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// Pause after an accept that failed, for want of descriptors mostly.
const BREATH: Duration = Duration::from_millis(100);
/// Connections that may wait to be accepted.
const BACKLOG: i32 = 1024;

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
    acceptor: Option<TlsAcceptor>,
    options: Listen,
}

impl Listener {
    /// Binds and reads certificates, so that what does not work is told at the start.
    pub fn bind(options: &Listen) -> Result<Listener, OpenError> {
        let acceptor = options.tls.as_ref().map(tls::acceptor).transpose()?;
        let address = options.address;
        let listener = bind(address)
            .map_err(|e| OpenError(format!("{address} cannot be listened on: {e}")))?;
        Ok(Listener {
            listener,
            acceptor,
            options: options.clone(),
        })
    }

    /// The address, with the port that the system chose for port 0.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
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
            acceptor,
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
        let slots = Arc::new(Semaphore::new(options.max_connections));
        let open = metrics::gauge!("knownet_connections", "source" => name.clone());
        let refused =
            metrics::counter!("knownet_connections_refused_total", "source" => name.clone());
        let handle = Arc::new(handle);
        loop {
            let accepted = tokio::select! {
                () = sender.closing().cancelled() => break,
                accepted = listener.accept() => accepted,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    tracing::warn!(source = name, "no connection could be accepted: {error}");
                    tokio::time::sleep(BREATH).await;
                    continue;
                }
            };
            let Ok(slot) = slots.clone().try_acquire_owned() else {
                refused.increment(1);
                continue;
            };
            let (sender, acceptor) = (sender.clone(), acceptor.clone());
            let (handle, name, open) = (handle.clone(), name.clone(), open.clone());
            let idle_timeout = options.idle_timeout;
            tokio.spawn(async move {
                let _slot = slot;
                open.increment(1.0);
                let closing = sender.closing().clone();
                let ready = async {
                    let stream: Pin<Box<dyn Stream>> = match acceptor {
                        None => Box::pin(stream),
                        Some(acceptor) => Box::pin(acceptor.accept(stream).await?),
                    };
                    io::Result::Ok(stream)
                };
                let ready = tokio::select! {
                    () = closing.cancelled() => None,
                    ready = tokio::time::timeout(HANDSHAKE, ready) => Some(ready),
                };
                match ready {
                    None => {}
                    Some(Ok(Ok(stream))) => {
                        let connection = Connection {
                            stream,
                            peer: Some(peer),
                            sender,
                            idle_timeout,
                        };
                        handle(connection).await;
                    }
                    Some(Ok(Err(error))) => {
                        tracing::info!(source = name, %peer, "refused: {error}");
                    }
                    Some(Err(_)) => tracing::info!(source = name, %peer, "no handshake in time"),
                }
                open.decrement(1.0);
            });
        }
    });
}
