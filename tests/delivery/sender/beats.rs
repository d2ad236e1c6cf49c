//! A client of Lumberjack, version 2: windows of JSON events, sent again until they are
//! acknowledged (the frames as in github.com/elastic/go-lumber, `protocol/v2/protocol.go`).

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::{PATIENCE, Sender};
use crate::ledger::event;

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

    fn window_of(&self, stream: usize, from: u64) -> io::Result<Vec<u8>> {
        let mut frames = Vec::new();
        for n in 0..self.window {
            let event = event(stream, from + n);
            let metadata = "{\"@metadata\":{\"beat\":\"winlogbeat\",\"version\":\"9.2.0\"},";
            let event = event.trim_end().replacen('{', metadata, 1);
            frames.extend_from_slice(b"2J");
            frames.extend_from_slice(&(n as u32 + 1).to_be_bytes());
            frames.extend_from_slice(&(event.len() as u32).to_be_bytes());
            frames.extend_from_slice(event.as_bytes());
        }
        let mut bytes = b"2W".to_vec();
        bytes.extend_from_slice(&(self.window as u32).to_be_bytes());
        // Both ways are in use.
        match self.sent % 3 {
            0 => bytes.extend_from_slice(&frames),
            _ => {
                let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(3));
                encoder.write_all(&frames)?;
                let packed = encoder.finish()?;
                bytes.extend_from_slice(b"2C");
                bytes.extend_from_slice(&(packed.len() as u32).to_be_bytes());
                bytes.extend_from_slice(&packed);
            }
        }
        Ok(bytes)
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
        let window = self.window_of(stream, from)?;
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
