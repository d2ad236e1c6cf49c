//! A request's body on its way to the inbox: decompressed, cut into lines and left there piece by piece.
//!
//! - A body of any size takes the memory of one event and a piece; all bodies of a source share one
//!   bound.
//! - A body that stalls ends, and one that trickles.
//! - A small body that turns out to be broken has left nothing behind; of a large one the lines that
//!   stood before the trouble are on their way. Who sends it again sends those twice.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;

use super::decode::{Coding, Decode, Failure};
use super::parse::{Malformed, Out, Parse};
use super::room::{Held, Room};
use crate::inbox::{Receipt, Sender};

/// Bytes of lines that are left in the inbox together.
const DELIVERY: usize = 256 << 10;
/// Bytes that one body decodes before others get their turn.
const TURN: usize = 512 << 10;
/// A body must bring something within this time (or the idle timeout, if that is shorter), and its
/// whole within this time and one second more for every [`RATE`] bytes: the limits of Apache's
/// mod_reqtimeout, with more patience.
const STALL: Duration = Duration::from_secs(30);
const RATE: u64 = 500;
/// How long a request still waits after a stop.
const CLOSING: Duration = Duration::from_secs(5);

/// Why a body was not taken.
#[derive(Debug)]
pub(super) enum Refusal {
    /// It cannot be read.
    Malformed(String),
    /// It is too large.
    Large(String),
    /// It came too slowly.
    Slow,
    /// The connection broke.
    Broken(hyper::Error),
    /// There was no room in time.
    Full,
}

/// Where a body goes.
pub(super) struct Way<'a> {
    pub sender: &'a Sender,
    pub peer: Option<SocketAddr>,
    pub room: &'a Room,
    /// Bytes of the largest body, compressed and decompressed.
    pub most: u64,
    /// How long the connection may be silent.
    pub idle: Duration,
    /// How long this request may wait for room, and for its receipt.
    pub patience: &'a mut Patience,
}

/// Time for waiting that is not the sender's fault, over a whole request. A stop leaves little of it.
pub(super) struct Patience {
    left: Duration,
    closing: CancellationToken,
}

impl Patience {
    pub fn new(left: Duration, closing: CancellationToken) -> Patience {
        Patience { left, closing }
    }

    /// What comes of `future`, in time.
    pub async fn wait<F: Future>(&mut self, future: F) -> Option<F::Output> {
        let begun = Instant::now();
        let closed = async {
            self.closing.cancelled().await;
            sleep(CLOSING).await;
        };
        let output = tokio::select! {
            biased;
            output = future => Some(output),
            () = sleep(self.left) => None,
            () = closed => None,
        };
        self.left = self.left.saturating_sub(begun.elapsed());
        output
    }
}

impl Way<'_> {
    /// Takes the whole body. The receipt is for all of it.
    pub async fn take(
        &mut self,
        body: Incoming,
        coding: Coding,
        parser: &mut impl Parse,
    ) -> Result<(Receipt, u64), Refusal> {
        let mut reading = Reading::new(body, self.idle);
        let mut held = self.room.hold();
        let mut decode = Decode::new(coding, self.most).map_err(damaged)?;
        let mut out = Out::new(self.sender.limits().max_event);
        let mut turn = 0;
        loop {
            let bytes = reading.next().await?;
            let ended = bytes.is_none();
            match bytes {
                Some(bytes) => decode.feed(bytes)?,
                None => decode.end(),
            }
            while let Some((taken, n)) =
                decode.next(|piece| (parser.push(piece, &mut out), piece.len()))?
            {
                taken?;
                if out.finished() >= DELIVERY {
                    self.deliver(&mut out).await?;
                }
                let memory = out.capacity() + parser.memory() + coding.memory();
                if held.lacks(memory) {
                    self.grow(&mut held, memory).await?;
                }
                turn += n;
                if turn >= TURN {
                    turn = 0;
                    tokio::task::yield_now().await;
                }
            }
            if ended {
                break;
            }
        }
        parser.end(&mut out)?;
        let events = out.events();
        let receipt = self.deliver_last(&mut out).await?;
        Ok((receipt, events))
    }

    async fn deliver(&mut self, out: &mut Out) -> Result<(), Refusal> {
        let (sender, peer) = (self.sender, self.peer);
        let sent = self.patience.wait(async {
            for (bytes, oversized) in out.runs() {
                match oversized {
                    true => sender.send_oversized(bytes, peer).await,
                    false => sender.send(bytes, peer).await,
                }
            }
        });
        sent.await.ok_or(Refusal::Full)?;
        out.clear(DELIVERY);
        Ok(())
    }

    async fn deliver_last(&mut self, out: &mut Out) -> Result<Receipt, Refusal> {
        // Ordinary lines carry the receipt themselves.
        let runs: Vec<_> = out.runs().collect();
        let (sender, peer) = (self.sender, self.peer);
        if let [(bytes, false)] = runs[..] {
            let sent = self.patience.wait(sender.send_for_receipt(bytes, peer));
            return sent.await.ok_or(Refusal::Full);
        }
        self.deliver(out).await?;
        // Nothing is sent, so there is nothing to wait for.
        Ok(sender.send_for_receipt(b"", peer).await)
    }

    async fn grow(&mut self, held: &mut Held, memory: usize) -> Result<(), Refusal> {
        self.patience
            .wait(held.grow(memory))
            .await
            .ok_or(Refusal::Full)
    }
}

/// Reads a body as fast as it must come.
pub(super) struct Reading {
    body: Incoming,
    stall: Duration,
    /// Time spent waiting for it, and what came.
    waited: Duration,
    bytes: u64,
}

impl Reading {
    pub fn new(body: Incoming, idle: Duration) -> Reading {
        Reading {
            body,
            stall: STALL.min(idle),
            waited: Duration::ZERO,
            bytes: 0,
        }
    }

    /// The next bytes; `None` at the end.
    pub async fn next(&mut self) -> Result<Option<hyper::body::Bytes>, Refusal> {
        loop {
            let allowed = self.stall + Duration::from_secs(self.bytes / RATE);
            let left = allowed.saturating_sub(self.waited).min(self.stall);
            let begun = Instant::now();
            let frame = timeout(left, self.body.frame()).await;
            self.waited += begun.elapsed();
            let frame = match frame {
                Err(_) => return Err(Refusal::Slow),
                Ok(None) => return Ok(None),
                Ok(Some(Err(error))) => return Err(Refusal::Broken(error)),
                Ok(Some(Ok(frame))) => frame,
            };
            // Trailers say nothing here.
            if let Ok(bytes) = frame.into_data() {
                self.bytes += bytes.len() as u64;
                return Ok(Some(bytes));
            }
        }
    }
}

fn damaged(error: io::Error) -> Refusal {
    Refusal::Malformed(format!("the body cannot be decompressed: {error}"))
}

impl From<Failure> for Refusal {
    fn from(failure: Failure) -> Refusal {
        match failure {
            Failure::Large(message) => Refusal::Large(message),
            Failure::Damaged(error) => damaged(error),
        }
    }
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Refusal {
        match malformed {
            Malformed::Syntax(message) => Refusal::Malformed(message),
            Malformed::Large(message) => Refusal::Large(message),
        }
    }
}
