//! Beats: Winlogbeat, Filebeat and others that speak to Logstash, and older Lumberjack clients.
//!
//! The codec knows nothing of sockets, the connection nothing of bytes.

mod codec;
mod connection;
mod hold;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use knownet_flow::{OpenError, Source};
use metrics::Counter;
use tracing::field::display;

use crate::inbox::inbox;
use crate::net::{Listen, Listener, serve};
use crate::site::Site;
use codec::{Bounds, Broken};
use hold::Store;

/// How Beats are listened for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beats {
    /// Where.
    pub listen: Listen,
    /// Bytes of the longest window, after it was inflated.
    pub max_window: u64,
    /// Bytes that half-received windows of all connections may hold together. At least two events
    /// of the longest kind fit in any case.
    pub buffer: usize,
    /// Whether `@metadata` stays in the events.
    pub keep_metadata: bool,
}

impl Beats {
    /// Port 5044, as Logstash has it.
    pub const PORT: u16 = 5044;
    /// Logstash closes a connection after so long a silence, too (`client_inactivity_timeout`).
    pub const IDLE: Duration = Duration::from_secs(60);

    /// Binds, and serves from now on.
    ///
    /// # Errors
    /// If the address cannot be bound or TLS not be set up.
    pub fn open(&self, site: &Site) -> Result<Box<dyn Source>, OpenError> {
        let listener = Listener::bind(&self.listen)?;
        let (sender, received) = inbox(site);
        let server = Arc::new(Server::new(self, site));
        serve(site, listener, sender, move |connection| {
            let server = server.clone();
            async move { connection::serve(&server, connection).await }
        });
        Ok(Box::new(received))
    }
}

/// What its connections share.
struct Server {
    name: String,
    bounds: Bounds,
    store: Store,
    windows: Counter,
    keep_alives: Counter,
}

/// Why a connection was ended.
#[derive(Debug, thiserror::Error)]
enum Trouble {
    #[error(transparent)]
    Broken(#[from] Broken),
    #[error("the client went away in the middle of a window")]
    Cut,
    #[error("the client is too slow")]
    Slow,
    #[error(
        "there is no memory for its event: raise buffer, or lower max_event or max_connections"
    )]
    Memory,
    #[error("its events could not be made safe")]
    Unsafe,
    #[error("{0}")]
    Connection(io::Error),
}

impl Trouble {
    fn reason(&self) -> &'static str {
        match self {
            Trouble::Broken(broken) => broken.reason(),
            Trouble::Cut => "cut",
            Trouble::Slow => "slow",
            Trouble::Memory => "memory",
            Trouble::Unsafe => "unsafe",
            Trouble::Connection(_) => "connection",
        }
    }
}

impl Server {
    fn new(beats: &Beats, site: &Site) -> Server {
        let name = site.name.clone();
        let least = site.limits.max_event.saturating_mul(2);
        Server {
            bounds: Bounds {
                max_event: site.limits.max_event,
                max_window: beats.max_window,
                keep_metadata: beats.keep_metadata,
            },
            store: Store::new(beats.buffer.max(least)),
            windows: metrics::counter!("knownet_beats_windows_total", "source" => name.clone()),
            keep_alives: metrics::counter!(
                "knownet_beats_keep_alives_total", "source" => name.clone()
            ),
            name,
        }
    }

    /// Counts it and says it.
    fn report(&self, peer: Option<SocketAddr>, trouble: &Trouble) {
        let (source, reason) = (&self.name, trouble.reason());
        metrics::counter!(
            "knownet_beats_errors_total", "source" => source.clone(), "reason" => reason
        )
        .increment(1);
        let peer = peer.map(display);
        tracing::warn!(source, peer, reason, "connection closed: {trouble}");
    }
}
