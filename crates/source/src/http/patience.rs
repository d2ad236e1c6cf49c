//! Connections that say nothing, or too little, end.
//!
//! Between requests a connection may be silent for its idle timeout; the head of a request must then
//! be there within [`HEAD`]. While a request is in work its handler watches over its body, and nothing
//! here ends the connection.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep};

/// How long the head of a request may take from its first byte on.
const HEAD: Duration = Duration::from_secs(20);

/// A connection's bytes, with an end to waiting for them.
pub(super) struct Patient<S> {
    stream: S,
    idle: Duration,
    work: Work,
    /// What `work` was when it was looked at.
    seen: u64,
    /// The first byte of a request has come.
    begun: bool,
    timer: Pin<Box<Sleep>>,
    /// The timer runs since the last progress.
    armed: bool,
}

/// Whether a request is in work: counts begins and ends, so it is odd while one is.
#[derive(Clone, Default)]
pub(super) struct Work(Arc<AtomicU64>);

impl Work {
    pub fn begin(&self) {
        self.0.fetch_or(1, Ordering::AcqRel);
    }

    pub fn end(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }
}

impl<S> Patient<S> {
    pub fn new(stream: S, idle: Duration) -> Patient<S> {
        Patient {
            stream,
            idle,
            work: Work::default(),
            seen: 0,
            begun: false,
            timer: Box::pin(tokio::time::sleep(idle)),
            armed: true,
        }
    }

    pub fn work(&self) -> Work {
        self.work.clone()
    }

    fn in_work(&mut self) -> bool {
        let now = self.work.0.load(Ordering::Acquire);
        if now != self.seen {
            self.seen = now;
            self.begun = false;
            self.armed = false;
        }
        now % 2 == 1
    }

    /// Passes on what the connection says, unless it says nothing and its time is over.
    fn or_over<T>(
        &mut self,
        said: Poll<io::Result<T>>,
        context: &mut Context<'_>,
    ) -> Poll<io::Result<T>> {
        if said.is_ready() || self.in_work() {
            return said;
        }
        if !self.armed {
            self.arm(self.idle);
        }
        match self.timer.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }

    fn arm(&mut self, time: Duration) {
        self.armed = true;
        self.timer.as_mut().reset(Instant::now() + time);
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.stream).poll_read(context, into);
        if said.is_ready() && !self.in_work() && !self.begun {
            self.begun = true;
            let head = HEAD.min(self.idle);
            self.arm(head);
        }
        self.or_over(said, context)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let said = Pin::new(&mut self.stream).poll_write(context, bytes);
        if said.is_ready() && !self.begun {
            self.armed = false;
        }
        self.or_over(said, context)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.stream).poll_flush(context);
        self.or_over(said, context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let said = Pin::new(&mut self.stream).poll_shutdown(context);
        self.or_over(said, context)
    }
}
