//! The listener: who connects, what is asked, what is answered.

use std::convert::Infallible;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::runtime::Handle;
use tokio::sync::Semaphore;

use crate::Metrics;

/// Connections at once; one more waits to be accepted.
const CONNECTIONS: usize = 16;
/// How long a client may take for a request, or between two.
const REQUEST: Duration = Duration::from_secs(10);
/// How long one connection lasts.
const CONNECTION: Duration = Duration::from_secs(300);
/// What is read of a request at once.
const BUFFER: usize = 16 << 10;
/// How often histograms are summed up.
const SETTLE: Duration = Duration::from_secs(5);
/// The pause after a connection that could not be accepted: no descriptors are left, most likely.
const BREATH: Duration = Duration::from_millis(100);

/// Says how the process fares.
pub trait Watch: Send + Sync + 'static {
    /// Why it does not work, so that only a restart helps; nothing if it works.
    fn sick(&self) -> Vec<String>;
    /// Why it cannot take events and get rid of them at the moment; nothing if it can.
    fn unready(&self) -> Vec<String>;
}

/// Listens, and answers nobody yet.
pub struct Listener {
    listener: TcpListener,
    address: SocketAddr,
}

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("{0} cannot be listened on: {1}; choose another address")]
pub struct BindError(SocketAddr, io::Error);

impl Listener {
    /// Listens on `address`; port 0 is any that is free.
    ///
    /// # Errors
    /// If the address is taken or is none of this machine.
    pub fn bind(address: SocketAddr) -> Result<Listener, BindError> {
        let bound = || -> io::Result<Listener> {
            let listener = TcpListener::bind(address)?;
            listener.set_nonblocking(true)?;
            let address = listener.local_addr()?;
            Ok(Listener { listener, address })
        };
        bound().map_err(|error| BindError(address, error))
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers with `metrics` and by `watch` as long as `tokio` runs.
    pub fn serve(self, tokio: &Handle, metrics: Metrics, watch: Arc<dyn Watch>) {
        let settled = metrics.clone();
        tokio.spawn(async move {
            loop {
                tokio::time::sleep(SETTLE).await;
                settled.settle();
            }
        });
        tokio.spawn(async move {
            if let Err(error) = accept(self.listener, metrics, watch).await {
                tracing::error!("the admin listener cannot be used: {error}");
            }
        });
    }
}

async fn accept(listener: TcpListener, metrics: Metrics, watch: Arc<dyn Watch>) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(slot) = slots.clone().acquire_owned().await else {
            return Ok(());
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::warn!("no connection to admin could be accepted: {error}");
                tokio::time::sleep(BREATH).await;
                continue;
            }
        };
        let (metrics, watch) = (metrics.clone(), watch.clone());
        tokio::spawn(async move {
            let answer = service_fn(move |request: Request<Incoming>| {
                let response = respond(request.method(), request.uri().path(), &metrics, &*watch);
                async move { Ok::<_, Infallible>(response) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(REQUEST)
                .max_buf_size(BUFFER)
                .serve_connection(TokioIo::new(stream), answer);
            // Whether the client was slow, gone or wrong is the client's affair.
            let _ = tokio::time::timeout(CONNECTION, connection).await;
            drop(slot);
        });
    }
}

fn respond(
    method: &Method,
    path: &str,
    metrics: &Metrics,
    watch: &dyn Watch,
) -> Response<Full<Bytes>> {
    if ![Method::GET, Method::HEAD].contains(method) {
        let mut response = text(StatusCode::METHOD_NOT_ALLOWED, "only GET is answered\n");
        let allowed = HeaderValue::from_static("GET, HEAD");
        response.headers_mut().insert(ALLOW, allowed);
        return response;
    }
    match path {
        "/metrics" => {
            let mut response = text(StatusCode::OK, metrics.text());
            let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, kind);
            response
        }
        "/healthz" => verdict("works", &watch.sick()),
        "/readyz" => verdict("ready", &watch.unready()),
        "/" => text(StatusCode::OK, "/metrics\n/healthz\n/readyz\n"),
        _ => text(
            StatusCode::NOT_FOUND,
            "known: /metrics, /healthz, /readyz\n",
        ),
    }
}

fn verdict(well: &str, reasons: &[String]) -> Response<Full<Bytes>> {
    match reasons {
        [] => text(StatusCode::OK, format!("{well}\n")),
        reasons => {
            let lines = reasons.join("\n");
            text(StatusCode::SERVICE_UNAVAILABLE, format!("{lines}\n"))
        }
    }
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

#[cfg(test)]
#[path = "tests/server.rs"]
mod tests;
