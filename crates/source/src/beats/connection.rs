//! One client: windows in, acknowledgements out, both at the same time.
//!
//! - A window is acknowledged when all its events are safe, in the order of the windows. What is
//!   not acknowledged its client sends again, so a window that is cut short is dropped.
//! - A client may send some windows ahead; they wait in the inbox, whose bound holds.
//! - While a window waits to be safe its client is told so, before it loses patience.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, timeout};

use super::codec::{self, Decoder, Due, Lines, Step};
use super::hold::Hold;
use super::{Server, Trouble};
use crate::inbox::Receipt;
use crate::net::Connection;

/// Pause between two signs of life, as in Logstash (logstash-input-beats, `Server.java`:
/// `IDLESTATE_WRITER_IDLE_TIME_SECONDS`). Beats give up after 30 s without one (libbeat,
/// `outputs/logstash/config.go`: `Timeout`), and each one, which is an acknowledgement of nothing,
/// begins their time anew (go-lumber, `client.go`: `AwaitACK`).
const KEEP_ALIVE: Duration = Duration::from_secs(5);
/// Windows of a client that may wait to be safe; Filebeat sends 2 ahead (`pipelining`).
const AHEAD: usize = 32;
/// How long what was received may take to be safe once nothing more will be read.
const GRACE: Duration = Duration::from_secs(5);
/// Bytes read at once.
const READ: usize = 16 << 10;
/// The least that a window must bring in a second, once it has taken longer than a silence may.
const SLOWEST: u64 = 1 << 10;

/// A window that waits to be safe.
struct Pending {
    due: Due,
    /// Its receipt, once all of it was delivered.
    delivered: oneshot::Receiver<Receipt>,
}

/// Serves a client to its end.
pub(super) async fn serve(server: &Server, connection: Connection) {
    let closing = connection.sender.closing().clone();
    let peer = connection.peer;
    let work = work(server, connection);
    let late = async {
        closing.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    let ended = tokio::select! {
        ended = work => ended,
        () = late => Ok(()),
    };
    if let Err(trouble) = ended {
        server.report(peer, &trouble);
    }
}

async fn work(server: &Server, connection: Connection) -> Result<(), Trouble> {
    let Connection {
        stream,
        peer,
        sender,
        idle_timeout,
    } = connection;
    let (input, output) = tokio::io::split(stream);
    let (queue, pending) = mpsc::channel(AHEAD);
    let (hold, lines) = server.store.hold();
    let waiting = AtomicUsize::new(0);
    let receive = Receive {
        server,
        waiting: &waiting,
        sender: &sender,
        peer,
        queue,
        hold,
        lines,
        idle: idle_timeout,
    };
    let mut answer = std::pin::pin!(answer(server, output, pending, &waiting, idle_timeout));
    let ended = tokio::select! {
        // It ends first only where it fails: what is received holds its queue.
        answered = &mut answer => return answered,
        ended = receive.run(input) => ended,
    };
    // What was delivered is still acknowledged.
    let answered = timeout(GRACE, answer).await;
    // So long the source must not end.
    drop(sender);
    ended?;
    answered.unwrap_or(Ok(()))
}

/// What is needed to receive.
struct Receive<'a> {
    server: &'a Server,
    /// Windows that are not acknowledged.
    waiting: &'a AtomicUsize,
    sender: &'a crate::inbox::Sender,
    peer: Option<std::net::SocketAddr>,
    queue: mpsc::Sender<Pending>,
    hold: Hold,
    lines: Lines,
    idle: Duration,
}

impl Receive<'_> {
    async fn run(mut self, mut input: impl AsyncRead + Unpin) -> Result<(), Trouble> {
        let mut decoder = Decoder::new(self.server.bounds);
        let mut buffer = vec![0; READ];
        // How long the window has been waited for, and what it brought.
        let (mut waited, mut brought) = (Duration::ZERO, 0);
        loop {
            let begun = Instant::now();
            let read = tokio::select! {
                biased;
                () = self.sender.closing().cancelled() => return Ok(()),
                read = timeout(self.idle, input.read(&mut buffer)) => read,
            };
            let n = match read {
                Ok(Ok(0)) if decoder.is_inside() => return Err(Trouble::Cut),
                Ok(Ok(0)) => return Ok(()),
                Ok(Ok(n)) => n,
                Ok(Err(error)) => return Err(Trouble::Connection(error)),
                Err(_) if decoder.is_inside() => return Err(Trouble::Slow),
                // It waits for its acknowledgement.
                Err(_) if self.waiting.load(Ordering::Relaxed) > 0 => continue,
                Err(_) => return Ok(()),
            };
            if decoder.is_inside() {
                waited += begun.elapsed();
                brought += n as u64;
                if waited > self.idle && brought < SLOWEST * waited.as_secs() {
                    return Err(Trouble::Slow);
                }
            } else {
                (waited, brought) = (Duration::ZERO, 0);
            }
            let mut bytes = &buffer[..n];
            loop {
                match decoder.step(&mut bytes, &mut self.lines)? {
                    Step::Hungry => break,
                    Step::Room => self.make_room().await?,
                    Step::Part => self.hand_on_part().await,
                    Step::Window(due) => {
                        (waited, brought) = (Duration::ZERO, 0);
                        self.deliver(due).await?;
                    }
                }
            }
        }
    }

    async fn deliver(&mut self, due: Due) -> Result<(), Trouble> {
        let (told, delivered) = oneshot::channel();
        // First into the queue: its client is kept waiting from now on.
        self.waiting.fetch_add(1, Ordering::Relaxed);
        if self.queue.send(Pending { due, delivered }).await.is_err() {
            return Ok(());
        }
        let lines = &self.lines.bytes;
        let _ = told.send(self.sender.send_for_receipt(lines, self.peer).await);
        self.hold.clear(&mut self.lines);
        Ok(())
    }

    async fn make_room(&mut self) -> Result<(), Trouble> {
        if self.hold.grow(&mut self.lines) {
            return Ok(());
        }
        let whole = self.lines.whole;
        if whole > 0 {
            self.sender
                .send(&self.lines.bytes[..whole], self.peer)
                .await;
            self.lines.forget_whole();
            return Ok(());
        }
        match self.hold.wait(&mut self.lines).await {
            true => Ok(()),
            false => Err(Trouble::Memory),
        }
    }

    /// Hands on whole lines and a part of an event that is too long.
    async fn hand_on_part(&mut self) {
        let (lines, part) = self.lines.bytes.split_at(self.lines.whole);
        self.sender.send(lines, self.peer).await;
        if !part.is_empty() {
            self.sender.send_oversized(part, self.peer).await;
        }
        self.hold.clear(&mut self.lines);
    }
}

/// Acknowledges windows until there are no more, and closes.
async fn answer(
    server: &Server,
    mut output: impl AsyncWrite + Unpin,
    mut pending: mpsc::Receiver<Pending>,
    waiting: &AtomicUsize,
    patience: Duration,
) -> Result<(), Trouble> {
    while let Some(Pending { due, delivered }) = pending.recv().await {
        let safe = async { delivered.await.ok()?.await.ok() };
        let mut safe = std::pin::pin!(safe);
        loop {
            match timeout(KEEP_ALIVE, &mut safe).await {
                Ok(Some(())) => break,
                Ok(None) => return Err(Trouble::Unsafe),
                // Older clients take any answer for the one they wait for (logstash-forwarder,
                // `publisher1.go`).
                Err(_) if due.version == b'1' => {}
                Err(_) => {
                    server.keep_alives.increment(1);
                    let nothing = Due { sequence: 0, ..due };
                    write(&mut output, nothing, patience).await?;
                }
            }
        }
        server.windows.increment(1);
        waiting.fetch_sub(1, Ordering::Relaxed);
        write(&mut output, due, patience).await?;
    }
    // Whoever went away needs no farewell.
    let _ = output.shutdown().await;
    Ok(())
}

async fn write(
    output: &mut (impl AsyncWrite + Unpin),
    due: Due,
    patience: Duration,
) -> Result<(), Trouble> {
    let write = async {
        output.write_all(&codec::ack(due)).await?;
        output.flush().await
    };
    match timeout(patience, write).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Trouble::Connection(error)),
        Err(_) => Err(Trouble::Slow),
    }
}

#[cfg(test)]
#[path = "../tests/beats/connection.rs"]
mod tests;
