//! Records from the bytes of one connection, by TCP or a Unix socket.
//!
//! - A connection is idle while no whole record comes, however many bytes do; an idle one is closed,
//!   and its begun line is handed on.
//! - After a stop what the kernel has received is still read, for a moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::{sleep_until, timeout};

use super::listen::Connection;
use super::proxy;
use crate::frame::{Bound, Frames, Next};
use crate::site::Site;

/// What all connections of a source hold of lines that have not ended, at least.
const BOUND: usize = 64 << 20;
/// After so long without a byte a record of several lines is taken as whole.
const QUIET: Duration = Duration::from_secs(1);
/// How long, after a stop, there must have been nothing to read.
const LAST: Duration = Duration::from_millis(20);
/// How long and how much is read after a stop at most.
const LAST_TIME: Duration = Duration::from_secs(1);
const LAST_BYTES: usize = 8 << 20;
/// How long saying goodbye may take.
const GOODBYE: Duration = Duration::from_millis(100);

/// What the connections of a source share.
pub(super) struct Shared {
    name: String,
    bound: Arc<Bound>,
    /// What a connection is told that begins with a PROXY header, if nobody asked for one.
    unasked: Option<&'static str>,
    idle: metrics::Counter,
    announced: metrics::Counter,
}

impl Shared {
    /// For `site`; `unasked` is said of a connection that begins with a PROXY header, unless that
    /// is taken off before.
    pub fn new(site: &Site, unasked: Option<&'static str>) -> Arc<Shared> {
        let name = site.name.clone();
        Arc::new(Shared {
            bound: Bound::new(bound(site.limits.max_event)),
            unasked,
            idle: metrics::counter!("knownet_connections_idle_total", "source" => name.clone()),
            announced: metrics::counter!(
                "knownet_connections_failed_total",
                "source" => name.clone()
            ),
            name,
        })
    }
}

/// An event of any allowed length fits, beside others that are as long together.
fn bound(max_event: usize) -> usize {
    BOUND.max(max_event.saturating_mul(2))
}

/// Reads `connection` to its end.
pub(super) async fn receive(connection: Connection, shared: Arc<Shared>) {
    let Connection {
        mut stream,
        peer,
        sender,
        idle_timeout,
    } = connection;
    let limits = *sender.limits();
    let mut frames = Frames::new(&limits, shared.bound.share());
    let closing = sender.closing().clone();
    let closed = closing.cancelled();
    tokio::pin!(closed);
    let idle_at = |since: Instant| since.checked_add(idle_timeout);
    let now = Instant::now();
    let (mut received, mut progress) = (now, now);
    // When to look at the clock next. It is not set anew for every read: it rings early and is set
    // for the rest.
    let far = Duration::from_secs(24 * 3600);
    let mut alarm = idle_at(now).unwrap_or(now + far);
    let clock = sleep_until(alarm.into());
    tokio::pin!(clock);
    let mut unasked = shared.unasked;
    let (mut stopped, mut left): (Option<Instant>, usize) = (None, LAST_BYTES);
    loop {
        let room = frames.room();
        let read = match stopped {
            None => tokio::select! {
                biased;
                read = stream.read_buf(room) => Some(read),
                () = &mut closed => {
                    stopped = Some(Instant::now());
                    continue;
                }
                () = &mut clock => None,
            },
            Some(since) if since.elapsed() > LAST_TIME || left == 0 => break,
            Some(_) => match timeout(LAST, stream.read_buf(room)).await {
                Ok(read) => Some(read),
                Err(_) => break,
            },
        };
        let now = Instant::now();
        match read {
            Some(Ok(0)) => break,
            Some(Ok(n)) => {
                received = now;
                if stopped.is_some() {
                    left = left.saturating_sub(n);
                }
            }
            Some(Err(error)) => {
                tracing::debug!(
                    source = shared.name,
                    peer = peer.map(tracing::field::display),
                    "the connection broke: {error}"
                );
                break;
            }
            None => {
                if idle_at(progress).is_some_and(|at| at <= now) {
                    shared.idle.increment(1);
                    tracing::info!(
                        source = shared.name,
                        peer = peer.map(tracing::field::display),
                        "closed, as it was idle"
                    );
                    break;
                }
                if received + QUIET <= now {
                    frames.rest();
                }
            }
        }
        if let Some(why) = unasked {
            match proxy::announces(frames.received()) {
                Some(true) => {
                    shared.announced.increment(1);
                    tracing::info!(
                        source = shared.name,
                        peer = peer.map(tracing::field::display),
                        "refused: {why}"
                    );
                    return;
                }
                Some(false) => unasked = None,
                None => {}
            }
        }
        if unasked.is_none() && hand_on(&mut frames, &sender, peer).await {
            // Time spent waiting for room is not the sender's.
            progress = Instant::now();
        }
        let mut next = idle_at(progress).unwrap_or(now + far);
        if frames.is_restless() {
            let quiet = Some(received + QUIET).filter(|at| *at > now);
            next = next.min(quiet.unwrap_or(now + QUIET));
        }
        if next < alarm || read.is_none() {
            alarm = next;
            clock.as_mut().reset(alarm.into());
        }
    }
    frames.end();
    hand_on(&mut frames, &sender, peer).await;
    // Nobody needs to hear it.
    let _ = timeout(GOODBYE, stream.shutdown()).await;
}

/// Hands on what is whole; whether there was something.
async fn hand_on(
    frames: &mut Frames,
    sender: &crate::inbox::Sender,
    peer: Option<std::net::SocketAddr>,
) -> bool {
    let mut any = false;
    loop {
        match frames.next() {
            Next::Records(records) => sender.send(records, peer).await,
            Next::Oversized(part) => sender.send_oversized(part, peer).await,
            Next::More => return any,
        }
        any = true;
    }
}

#[cfg(test)]
#[path = "../tests/stream.rs"]
mod tests;
