//! Where connections leave what they received, and lanes take it as batches.
//!
//! - Bytes are copied once, from the connection's buffer to the end of the batch that waits; a lane
//!   swaps buffers, so what came while it worked is its next batch, of whatever size that is.
//! - What waits here has a bound. Who sends waits for room, first come, first served; one delivery
//!   that is larger than the bound goes in parts.
//! - A [`Receipt`] resolves when every sink has the delivery safe, and fails if that cannot be said.
//! - After a stop [`Sender::closing`] is cancelled, and the source ends when all its senders are
//!   gone and what they left is taken.

use std::collections::VecDeque;
use std::mem;
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::SystemTime;

use knownet_flow::{Batch, Buffer, Commit, Origin, Piece, Read, Source, SourceError, Stop};
use memchr::{memchr, memrchr};
use tokio::sync::{Semaphore, oneshot};
use tokio_util::sync::CancellationToken;

use crate::lines::Limits;
use crate::site::Site;

/// Bytes that may wait to be taken, usually.
const BOUND: usize = 8 << 20;
/// Buffers kept for what comes next.
const SPARE: usize = 4;

/// Resolves once a delivery is safe.
pub(crate) type Receipt = oneshot::Receiver<()>;

/// What one source received.
pub(crate) struct Inbox {
    limits: Limits,
    /// Bytes that may wait to be taken.
    bound: usize,
    oversized: metrics::Counter,
    room: Semaphore,
    state: Mutex<State>,
    filled: Condvar,
    closing: CancellationToken,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Parcel>,
    spare: Vec<Buffer>,
    /// The position of the parcel that was taken last.
    position: u64,
    /// Taken, not confirmed.
    unconfirmed: VecDeque<(u64, Vec<oneshot::Sender<()>>)>,
    senders: usize,
    /// Whether the source waits to be woken.
    reading: bool,
    stopping: bool,
    /// Nobody takes anything any more: nothing can become safe.
    gone: bool,
}

struct Parcel {
    read: Read,
    bytes: Buffer,
    origins: Vec<Origin>,
    receipts: Vec<oneshot::Sender<()>>,
    /// Of the room.
    permits: usize,
}

/// Leaves deliveries in an inbox, and keeps its source from ending.
pub(crate) struct Sender(Arc<Inbox>);

/// The source over an inbox.
pub(crate) struct Received {
    inbox: Arc<Inbox>,
    watched: bool,
}

/// An inbox with its first sender.
pub(crate) fn inbox(site: &Site) -> (Sender, Received) {
    inbox_of(site, BOUND)
}

/// As [`inbox`], in which so many bytes may wait: for who cannot make its peers wait.
pub(crate) fn inbox_of(site: &Site, bound: usize) -> (Sender, Received) {
    let source = site.name.clone();
    let oversized = metrics::counter!("knownet_oversized_total", "source" => source);
    made(site.limits, bound, oversized)
}

fn made(limits: Limits, bound: usize, oversized: metrics::Counter) -> (Sender, Received) {
    let inbox = Arc::new(Inbox {
        limits: Limits {
            // Then several lines together are never taken for one that is too long.
            batch: limits.batch.min(limits.max_event.saturating_add(1)),
            ..limits
        },
        bound,
        oversized,
        room: Semaphore::new(bound),
        state: Mutex::default(),
        filled: Condvar::new(),
        closing: CancellationToken::new(),
    });
    let received = Received {
        inbox: inbox.clone(),
        watched: false,
    };
    inbox.lock().senders = 1;
    (Sender(inbox), received)
}

impl Sender {
    /// How lines are cut and how long an event may be.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Cancelled when no more should be received.
    pub fn closing(&self) -> &CancellationToken {
        &self.0.closing
    }

    /// Leaves `lines`, each with its line feed, and waits for room as long as need be.
    pub async fn send(&self, lines: &[u8], peer: Option<SocketAddr>) {
        self.deliver(lines, peer, None).await;
    }

    /// As [`Sender::send`], for lines of several senders: where the run of each ends, and who it is.
    /// No more than a usual batch should come at once.
    pub async fn send_runs(&self, lines: &[u8], runs: &[(usize, Option<SocketAddr>)]) {
        if lines.len() > self.0.limits.batch {
            // Something may have to be cut.
            let mut from = 0;
            for (end, peer) in runs {
                self.send(&lines[from..*end], *peer).await;
                from = *end;
            }
            return;
        }
        let Some(permits) = self.0.room_for(lines.len()).await else {
            return;
        };
        self.0.push(lines, runs, Read::Lines, None, permits);
    }

    /// As [`Sender::send`]; the receipt resolves when all of it is safe, and what was sent before it.
    pub async fn send_for_receipt(&self, lines: &[u8], peer: Option<SocketAddr>) -> Receipt {
        let (done, receipt) = oneshot::channel();
        self.deliver(lines, peer, Some(done)).await;
        receipt
    }

    /// Leaves a part of a line that is longer than an event may be, without a line feed; it becomes
    /// a dead letter of its own.
    pub async fn send_oversized(&self, part: &[u8], peer: Option<SocketAddr>) {
        let whole = Piece {
            first: true,
            last: true,
        };
        self.put(part, peer, Read::Oversized(whole), None).await;
    }

    async fn deliver(
        &self,
        mut lines: &[u8],
        peer: Option<SocketAddr>,
        mut done: Option<oneshot::Sender<()>>,
    ) {
        debug_assert!(lines.is_empty() || lines.ends_with(b"\n"));
        let limits = &self.0.limits;
        while !lines.is_empty() {
            let usual = &lines[..lines.len().min(limits.batch)];
            let end = match memrchr(b'\n', usual) {
                Some(end) => end + 1,
                None => memchr(b'\n', lines).map_or(lines.len(), |end| end + 1),
            };
            let (part, rest) = lines.split_at(end);
            lines = rest;
            let done = match rest.is_empty() {
                true => done.take(),
                false => None,
            };
            match part.len() > limits.max_event.saturating_add(1) {
                true => {
                    let line = part.strip_suffix(b"\n").unwrap_or(part);
                    let whole = Piece {
                        first: true,
                        last: true,
                    };
                    self.put(line, peer, Read::Oversized(whole), done).await;
                }
                false => self.put(part, peer, Read::Lines, done).await,
            }
        }
        // A delivery without a line is safe when what came before it is.
        if let Some(done) = done {
            self.0.receipt_of_last(done);
        }
    }

    async fn put(
        &self,
        bytes: &[u8],
        peer: Option<SocketAddr>,
        read: Read,
        done: Option<oneshot::Sender<()>>,
    ) {
        if let Read::Oversized(_) = read {
            self.0.oversized.increment(1);
        }
        let Some(permits) = self.0.room_for(bytes.len()).await else {
            return;
        };
        self.0
            .push(bytes, &[(bytes.len(), peer)], read, done, permits);
    }
}

impl Clone for Sender {
    fn clone(&self) -> Sender {
        self.0.lock().senders += 1;
        Sender(self.0.clone())
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.senders -= 1;
        if state.senders == 0 {
            self.0.filled.notify_all();
        }
    }
}

impl Inbox {
    /// Waits for room for so many bytes, or all of it if they are more, and takes it; `None` if
    /// nobody will take them any more.
    async fn room_for(&self, bytes: usize) -> Option<usize> {
        let permits = bytes.min(self.bound);
        let room = self.room.acquire_many(permits as u32).await.ok()?;
        room.forget();
        Some(permits)
    }

    fn push(
        &self,
        bytes: &[u8],
        runs: &[(usize, Option<SocketAddr>)],
        read: Read,
        done: Option<oneshot::Sender<()>>,
        permits: usize,
    ) {
        let mut state = self.lock();
        if state.gone {
            return;
        }
        let fits = |parcel: &Parcel| {
            let filled = parcel.bytes.filled().len();
            read == Read::Lines
                && parcel.read == Read::Lines
                && filled + bytes.len() <= self.limits.batch
        };
        if !state.queue.back().is_some_and(fits) {
            let bytes = state.spare.pop().unwrap_or_default();
            state.queue.push_back(Parcel {
                read,
                bytes,
                origins: Vec::new(),
                receipts: Vec::new(),
                permits: 0,
            });
        }
        let Some(parcel) = state.queue.back_mut() else {
            return;
        };
        let before = parcel.bytes.filled().len();
        parcel.bytes.extend(bytes);
        parcel.permits += permits;
        parcel.receipts.extend(done);
        let mut time = None;
        for (end, peer) in runs {
            let end = before + end;
            match parcel.origins.last_mut() {
                Some(last) if last.peer == *peer => last.end = end,
                _ => parcel.origins.push(Origin {
                    end,
                    peer: *peer,
                    time: *time.get_or_insert_with(SystemTime::now),
                }),
            }
        }
        if state.reading {
            self.filled.notify_one();
        }
    }

    fn receipt_of_last(&self, done: oneshot::Sender<()>) {
        let mut state = self.lock();
        if state.gone {
            return;
        }
        if let Some(parcel) = state.queue.back_mut() {
            parcel.receipts.push(done);
        } else if let Some((_, receipts)) = state.unconfirmed.back_mut() {
            receipts.push(done);
        } else {
            let _ = done.send(());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Source for Received {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        let inbox = &self.inbox;
        if !mem::replace(&mut self.watched, true) {
            let inbox = inbox.clone();
            stop.on_set(move || {
                inbox.closing.cancel();
                inbox.lock().stopping = true;
                inbox.filled.notify_all();
            });
        }
        let mut state = inbox.lock();
        state.reading = true;
        let idle =
            |state: &mut State| state.queue.is_empty() && !(state.stopping && state.senders == 0);
        let waited = inbox.filled.wait_while(state, idle);
        let mut state = waited.unwrap_or_else(|e| e.into_inner());
        state.reading = false;
        let Some(mut parcel) = state.queue.pop_front() else {
            return Ok(Read::End);
        };
        mem::swap(&mut batch.bytes, &mut parcel.bytes);
        mem::swap(&mut batch.origins, &mut parcel.origins);
        if state.spare.len() < SPARE {
            state.spare.push(parcel.bytes);
        }
        state.position += 1;
        batch.partition = 0;
        batch.position = state.position;
        let position = state.position;
        state.unconfirmed.push_back((position, parcel.receipts));
        drop(state);
        inbox.room.add_permits(parcel.permits);
        Ok(parcel.read)
    }

    fn commits(&mut self) -> Option<Box<dyn Commit>> {
        Some(Box::new(Receipts(self.inbox.clone())))
    }
}

/// Resolves receipts.
struct Receipts(Arc<Inbox>);

impl Commit for Receipts {
    fn commit(&mut self, _: u32, position: u64) {
        let mut state = self.0.lock();
        while let Some((first, _)) = state.unconfirmed.front()
            && *first <= position
        {
            let (_, receipts) = state.unconfirmed.pop_front().unwrap_or_default();
            for receipt in receipts {
                // Whoever went away needs none.
                let _ = receipt.send(());
            }
        }
    }
}

impl Drop for Received {
    fn drop(&mut self) {
        // Nothing will be taken any more: who waits for room or a receipt must fail, not hang.
        let mut state = self.inbox.lock();
        state.gone = true;
        state.queue.clear();
        state.unconfirmed.clear();
        self.inbox.closing.cancel();
        self.inbox.room.close();
    }
}

#[cfg(test)]
#[path = "tests/inbox.rs"]
mod tests;
