//! A sender of datagrams.

use std::io;
use std::net::{SocketAddr, UdpSocket};
use std::thread;
use std::time::Duration;

use super::Sender;
use crate::ledger::event;

pub struct Udp {
    at_once: u64,
    socket: UdpSocket,
}

impl Udp {
    pub fn new(at_once: u64) -> Udp {
        Udp {
            at_once,
            socket: UdpSocket::bind("127.0.0.1:0").expect("a socket"),
        }
    }
}

impl Sender for Udp {
    fn send(&mut self, address: SocketAddr, stream: usize, from: u64) -> io::Result<u64> {
        for n in from..from + self.at_once {
            let event = event(stream, n);
            // Refused: somebody was killed. A real sender does not look.
            let _ = self.socket.send_to(event.trim_end().as_bytes(), address);
        }
        thread::sleep(Duration::from_millis(2));
        Ok(self.at_once)
    }

    fn window(&self) -> u64 {
        self.at_once
    }
}
