//! A sender of datagrams to a socket in the file system, which never hears whether they were taken.

use std::io;
use std::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::{PATIENCE, Sender};
use crate::ledger::event;

/// An event in each datagram.
pub struct Datagrams {
    path: PathBuf,
    at_once: u64,
    socket: UnixDatagram,
}

impl Datagrams {
    pub fn new(path: PathBuf, at_once: u64) -> Datagrams {
        let socket = UnixDatagram::unbound().expect("a socket");
        let patience = Some(PATIENCE);
        socket.set_write_timeout(patience).expect("a timeout");
        Datagrams {
            path,
            at_once,
            socket,
        }
    }
}

impl Sender for Datagrams {
    fn send(&mut self, _: SocketAddr, stream: usize, from: u64) -> io::Result<u64> {
        for n in from..from + self.at_once {
            // Unlike over UDP, it waits for room and hears that nobody is there.
            let event = event(stream, n);
            self.socket
                .send_to(event.trim_end().as_bytes(), &self.path)?;
        }
        thread::sleep(Duration::from_millis(2));
        Ok(self.at_once)
    }

    fn window(&self) -> u64 {
        self.at_once
    }
}
