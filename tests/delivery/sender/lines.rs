//! A sender of lines over a connection, which never hears whether they were taken.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
#[cfg(unix)]
use std::os::unix::net::UnixStream;
#[cfg(unix)]
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use super::beats::connect;
use super::{PATIENCE, Sender, is_gone};
use crate::ledger::event;

/// Over a connection of one kind.
pub struct Lines<C> {
    at_once: u64,
    connect: Box<dyn Fn(SocketAddr) -> io::Result<C> + Send>,
    connection: Option<C>,
}

/// What is asked of a connection.
pub trait Connection: Read + Write + Send + 'static {
    /// Whether reading and writing wait, the latter for as long as is patient.
    fn waits(&self, waits: bool) -> io::Result<()>;
}

impl Connection for TcpStream {
    fn waits(&self, waits: bool) -> io::Result<()> {
        self.set_write_timeout(Some(PATIENCE))?;
        self.set_nonblocking(!waits)
    }
}

#[cfg(unix)]
impl Connection for UnixStream {
    fn waits(&self, waits: bool) -> io::Result<()> {
        self.set_write_timeout(Some(PATIENCE))?;
        self.set_nonblocking(!waits)
    }
}

impl<C> Lines<C> {
    fn new(
        at_once: u64,
        connect: impl Fn(SocketAddr) -> io::Result<C> + Send + 'static,
    ) -> Lines<C> {
        Lines {
            at_once,
            connect: Box::new(connect),
            connection: None,
        }
    }
}

impl Lines<TcpStream> {
    pub fn tcp(at_once: u64) -> Lines<TcpStream> {
        Lines::new(at_once, connect)
    }
}

#[cfg(unix)]
impl Lines<UnixStream> {
    pub fn unix(path: PathBuf, at_once: u64) -> Lines<UnixStream> {
        Lines::new(at_once, move |_| UnixStream::connect(&path))
    }
}

impl<C: Connection> Sender for Lines<C> {
    fn send(&mut self, address: SocketAddr, stream: usize, from: u64) -> io::Result<u64> {
        let mut connection = match self.connection.take() {
            Some(mut connection) => {
                // The system takes what is written after the other end is gone, and nobody would
                // see it.
                connection.waits(false)?;
                match is_gone(&mut connection) {
                    true => (self.connect)(address)?,
                    false => connection,
                }
            }
            None => (self.connect)(address)?,
        };
        connection.waits(true)?;
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
