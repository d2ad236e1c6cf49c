//! A sender of lines over TCP, which never hears whether they were taken.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::Duration;

use super::beats::connect;
use super::{PATIENCE, Sender, is_gone};
use crate::ledger::event;

pub struct Tcp {
    at_once: u64,
    connection: Option<TcpStream>,
}

impl Tcp {
    pub fn new(at_once: u64) -> Tcp {
        Tcp {
            at_once,
            connection: None,
        }
    }
}

impl Sender for Tcp {
    fn send(&mut self, address: SocketAddr, stream: usize, from: u64) -> io::Result<u64> {
        let mut connection = match self.connection.take() {
            Some(connection) if !is_closed(&connection)? => connection,
            _ => connect(address)?,
        };
        connection.set_write_timeout(Some(PATIENCE))?;
        let end = from + self.at_once;
        let text: String = (from..end).map(|n| event(stream, n)).collect();
        connection.write_all(text.as_bytes())?;
        self.connection = Some(connection);
        thread::sleep(Duration::from_millis(2));
        Ok(self.at_once)
    }

    fn window(&self) -> u64 {
        self.at_once
    }
}

/// The system takes what is written after the other end is gone, and nobody would see it.
fn is_closed(connection: &TcpStream) -> io::Result<bool> {
    connection.set_nonblocking(true)?;
    let is_closed = is_gone(connection);
    connection.set_nonblocking(false)?;
    Ok(is_closed)
}
