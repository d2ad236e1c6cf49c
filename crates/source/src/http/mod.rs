//! Events over HTTP: lines, JSON, and the bulk API of Elasticsearch, for clients that send to one.
//!
//! - A request is answered with success only when every sink has its events safe. Where that cannot be
//!   said in time the answer is 429 or 503 with `Retry-After`: the client sends again, and what was on
//!   its way already comes twice.
//! - While an answer is overdue no further bodies are taken, so that a sink that is away for long does
//!   not fill up with repetitions.
//! - Connections, heads, bodies, decompressed bodies and the memory of all of them together are
//!   bounded; a client that stalls is let go.
//! - On a stop, requests in work are finished and answered.
//!
//! An event is the document, as it is: what a bulk action says besides (`_index`, `_id`, `pipeline`)
//! belongs to the transport and is not kept.

mod answer;
mod auth;
mod body;
mod decode;
mod parse;
mod patience;
mod request;
mod room;
mod route;

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use knownet_flow::{OpenError, Source};
use tokio::time::timeout;

pub use auth::Auth;

use crate::inbox::inbox;
use crate::net::{Connection, Listen, Listener, serve};
use crate::site::Site;
use auth::Guard;
use patience::Patient;
use request::{Client, Server};

/// Bytes of a connection's buffer, and of the longest head.
const BUFFER: usize = 64 << 10;
/// How long requests in work may take after a stop.
const GRACE: Duration = Duration::from_secs(10);

/// What an HTTP source does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Http {
    /// Where it listens.
    pub listen: Listen,
    /// Who may send; without anyone, everyone.
    pub auth: Vec<Auth>,
    /// The Elasticsearch that it says to be; by default a recent one, or as new as the Beat that asks.
    pub version: Option<String>,
    /// Bytes of the largest body, compressed and decompressed.
    pub max_body: u64,
    /// How long a request waits until its events are safe.
    pub timeout: Duration,
}

impl Http {
    /// Listens.
    ///
    /// # Errors
    /// If the address cannot be had, or a certificate or secret cannot be read.
    pub fn open(&self, site: &Site) -> Result<impl Source + use<>, OpenError> {
        let guard = Guard::new(&self.auth)?;
        let listener = Listener::bind(&self.listen)?;
        let (sender, received) = inbox(site);
        let server = Arc::new(Server::new(site.name.clone(), guard, self));
        serve(site, listener, sender, move |connection| {
            talk(server.clone(), connection)
        });
        Ok(received)
    }
}

/// Answers the requests of one connection.
async fn talk(server: Arc<Server>, connection: Connection) {
    let Connection {
        stream,
        peer,
        sender,
        idle_timeout,
    } = connection;
    let stream = Patient::new(stream, idle_timeout);
    let work = stream.work();
    let closing = sender.closing().clone();
    let client = Arc::new(Client {
        server,
        sender,
        peer,
        idle: idle_timeout,
    });
    let service = service_fn(move |request| {
        let (client, work) = (client.clone(), work.clone());
        async move {
            work.begin();
            let answer = client.answer(request).await;
            work.end();
            Ok::<_, Infallible>(answer)
        }
    });
    let talk = http1::Builder::new()
        .header_read_timeout(None)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), service);
    tokio::pin!(talk);
    // How a connection ends is its client's affair: whoever got no answer sends again.
    tokio::select! {
        _ = talk.as_mut() => {}
        () = closing.cancelled() => {
            talk.as_mut().graceful_shutdown();
            let _ = timeout(GRACE, talk).await;
        }
    }
}
