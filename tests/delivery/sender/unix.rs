//! Senders to a socket in the file system, which never hear whether anything was taken.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::{PATIENCE, Sender, is_gone};
use crate::ledger::event;

/// Lines over a connection.
pub struct Lines {
    path: PathBuf,
    at_once: u64,
    connection: Option<UnixStream>,
}

impl Lines {
    pub fn new(path: PathBuf, at_once: u64) -> Lines {
        Lines {
            path,
            at_once,
            connection: None,
        }
    }
}

impl Sender for Lines {
    fn send(&mut self, _: SocketAddr, stream: usize, from: u64) -> io::Result<u64> {
        let mut connection = match self.connection.take() {
            Some(connection) if !is_closed(&connection)? => connection,
            _ => UnixStream::connect(&self.path)?,
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

fn is_closed(connection: &UnixStream) -> io::Result<bool> {
    connection.set_nonblocking(true)?;
    let is_closed = is_gone(connection);
    connection.set_nonblocking(false)?;
    Ok(is_closed)
}

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
