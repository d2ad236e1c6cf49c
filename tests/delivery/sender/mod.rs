//! Who sends the events: one thread for each stream of numbers.

pub mod beats;
pub mod http;
pub mod tail;
pub mod tcp;
pub mod udp;

use std::io;
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

/// What the senders and the test tell each other.
#[derive(Default)]
pub struct Wire {
    /// Where knownet listens, while it does.
    address: Mutex<Option<SocketAddr>>,
    changed: Condvar,
    ended: AtomicBool,
}

impl Wire {
    pub fn connect(&self, address: Option<SocketAddr>) {
        *self.address.lock().expect("the address") = address;
        self.changed.notify_all();
    }

    /// Lets the senders end with what they are at.
    pub fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
        self.changed.notify_all();
    }

    fn address(&self) -> Option<SocketAddr> {
        let address = self.address.lock().expect("the address");
        let wait = |address: &mut Option<SocketAddr>| {
            address.is_none() && !self.ended.load(Ordering::SeqCst)
        };
        // It ends between the look and the wait at worst once.
        let pause = Duration::from_millis(100);
        let (address, _) = self
            .changed
            .wait_timeout_while(address, pause, wait)
            .expect("it");
        *address
    }
}

/// A stream that is being sent.
pub struct Stream {
    sent: Arc<AtomicU64>,
    pub window: u64,
    thread: JoinHandle<()>,
}

impl Stream {
    pub fn start(stream: usize, mut sender: Box<dyn Sender>, wire: Arc<Wire>) -> Stream {
        let sent = Arc::new(AtomicU64::new(0));
        let (window, count) = (sender.window(), sent.clone());
        let thread = thread::spawn(move || {
            // What was begun is brought to an end, since it may have arrived.
            let mut pending = false;
            while pending || !wire.ended.load(Ordering::SeqCst) {
                let Some(address) = wire.address() else {
                    continue;
                };
                match sender.send(address, stream, count.load(Ordering::SeqCst)) {
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
            window,
            thread,
        }
    }

    /// How many events are sent for good.
    pub fn sent(&self) -> u64 {
        self.sent.load(Ordering::SeqCst)
    }

    /// Waits for its end.
    pub fn ended(self) -> u64 {
        self.thread.join().expect("the sender");
        self.sent.load(Ordering::SeqCst)
    }
}
