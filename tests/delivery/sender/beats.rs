//! A client of Lumberjack, version 2: windows of JSON events, sent again until they are
//! acknowledged.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::{PATIENCE, Sender};
use crate::ledger::event;
use crate::rig::window;

pub struct Beats {
    window: u64,
    connection: Option<TcpStream>,
    sent: u64,
}

impl Beats {
    pub fn new(window: u64) -> Beats {
        Beats {
            window,
            connection: None,
            sent: 0,
        }
    }

    fn window_of(&self, stream: usize, from: u64) -> Vec<u8> {
        let event = |n| {
            let metadata = "{\"@metadata\":{\"beat\":\"winlogbeat\",\"version\":\"9.2.0\"},";
            event(stream, n).trim_end().replacen('{', metadata, 1)
        };
        let events: Vec<String> = (from..from + self.window).map(event).collect();
        // Both ways are in use.
        let level = match self.sent % 3 {
            0 => 0,
            _ => 3,
        };
        window(&events, level)
    }

    fn attempt(&self, mut connection: &TcpStream, window: &[u8]) -> io::Result<()> {
        connection.write_all(window)?;
        loop {
            let mut ack = [0; 6];
            connection.read_exact(&mut ack)?;
            let [b'2', b'A', number @ ..] = ack else {
                panic!("{ack:?} is no acknowledgement");
            };
            match u64::from(u32::from_be_bytes(number)) {
                number if number == self.window => return Ok(()),
                // A part of it, or a sign of life.
                number if number < self.window => {}
                number => panic!("{number} acknowledged of {}", self.window),
            }
        }
    }
}

impl Sender for Beats {
    fn send(&mut self, address: SocketAddr, stream: usize, from: u64) -> io::Result<u64> {
        let connection = match self.connection.take() {
            Some(connection) => connection,
            None => connect(address)?,
        };
        let window = self.window_of(stream, from);
        self.attempt(&connection, &window)?;
        self.connection = Some(connection);
        self.sent += 1;
        Ok(self.window)
    }

    fn window(&self) -> u64 {
        self.window
    }
}

/// A connection with patience.
pub(super) fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let connection = TcpStream::connect(address)?;
    // A port that nobody listens on any more may be given to the connection itself.
    if connection.local_addr()? == address {
        return Err(ErrorKind::ConnectionRefused.into());
    }
    connection.set_nodelay(true)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    Ok(connection)
}
