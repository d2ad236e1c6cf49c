//! Who sends the events: one thread for each stream of numbers.

pub mod beats;
pub mod http;
pub mod lines;
pub mod tail;
pub mod udp;
#[cfg(unix)]
pub mod unix;

use std::io::{self, ErrorKind, Read};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How long a sender waits for an answer. It is longer than any trouble lasts.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// One way to send.
pub trait Sender: Send + 'static {
    /// Sends some events of `stream`, from the number `from` on, and waits for whatever answer the
    /// protocol has. Returns how many were sent; after an error they are sent again.
    fn send(&mut self, address: SocketAddr, stream: usize, from: u64) -> io::Result<u64>;

    /// How many events are sent and not answered at most.
    fn window(&self) -> u64;
}

/// Where knownet listens.
#[derive(Clone, Copy)]
struct Place {
    address: SocketAddr,
    /// Whether this run is not killed any more.
    is_last: bool,
}

/// What the senders and the test tell each other.
#[derive(Default)]
pub struct Wire {
    /// While it listens.
    place: Mutex<Option<Place>>,
    changed: Condvar,
    ended: AtomicBool,
}

impl Wire {
    pub fn connect(&self, address: SocketAddr, is_last: bool) {
        self.set(Some(Place { address, is_last }));
    }

    pub fn disconnect(&self) {
        self.set(None);
    }

    fn set(&self, place: Option<Place>) {
        *self.place.lock().expect("the place") = place;
        self.changed.notify_all();
    }

    /// Lets the senders end with what they are at.
    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        self.changed.notify_all();
    }

    fn place(&self) -> Option<Place> {
        let place = self.place.lock().expect("the place");
        let wait =
            |place: &mut Option<Place>| place.is_none() && !self.ended.load(Ordering::SeqCst);
        // It ends between the look and the wait at worst once.
        let pause = Duration::from_millis(100);
        let (place, _) = self
            .changed
            .wait_timeout_while(place, pause, wait)
            .expect("it");
        *place
    }
}

/// A stream that is being sent.
pub struct Stream {
    sent: Arc<AtomicU64>,
    since: Arc<AtomicU64>,
    pub window: u64,
    thread: JoinHandle<()>,
}

impl Stream {
    pub fn start(stream: usize, mut sender: Box<dyn Sender>, wire: Arc<Wire>) -> Stream {
        let (sent, since) = (AtomicU64::new(0), AtomicU64::new(u64::MAX));
        let (sent, since) = (Arc::new(sent), Arc::new(since));
        let (window, count, first) = (sender.window(), sent.clone(), since.clone());
        let thread = thread::spawn(move || {
            // What was begun is brought to an end, since it may have arrived.
            let mut pending = false;
            while pending || !wire.ended.load(Ordering::SeqCst) {
                let Some(place) = wire.place() else {
                    continue;
                };
                let from = count.load(Ordering::SeqCst);
                if place.is_last {
                    first.fetch_min(from, Ordering::SeqCst);
                }
                match sender.send(place.address, stream, from) {
                    Ok(sent) => {
                        count.fetch_add(sent, Ordering::SeqCst);
                        pending = false;
                    }
                    Err(_) => {
                        pending = true;
                        // Nobody listens: a client does not try again at once either.
                        thread::sleep(Duration::from_millis(2));
                    }
                }
            }
        });
        Stream {
            sent,
            since,
            window,
            thread,
        }
    }

    /// How many events are sent for good.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// Waits for its end: the first number that was sent to the last run, and the end of all.
    pub fn ended(self) -> (u64, u64) {
        self.thread.join().expect("the sender");
        let sent = self.sent.load(Ordering::SeqCst);
        (self.since.load(Ordering::SeqCst).min(sent), sent)
    }
}

/// Whether whoever had the other end of a connection that does not block is gone. Nothing is ever
/// answered on it.
fn is_gone(mut connection: impl Read) -> bool {
    match connection.read(&mut [0]) {
        Ok(read) => read == 0,
        Err(error) => error.kind() != ErrorKind::WouldBlock,
    }
}
