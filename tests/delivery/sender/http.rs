//! A client of HTTP/1.1 with a kept connection: each request is repeated until it is answered.

use std::io::{self, BufReader, ErrorKind, Write};
use std::net::{SocketAddr, TcpStream};

use super::beats::connect;
use super::{PATIENCE, Sender};
use crate::ledger::event;
use crate::rig::Answer;

/// What a request looks like.
#[derive(Clone, Copy, PartialEq)]
pub enum Body {
    /// Lines of events.
    Lines,
    /// A bulk request of Elasticsearch.
    Bulk,
}

pub struct Http {
    body: Body,
    window: u64,
    connection: Option<BufReader<TcpStream>>,
}

impl Http {
    pub fn new(body: Body, window: u64) -> Http {
        Http {
            body,
            window,
            connection: None,
        }
    }

    fn request(&self, address: SocketAddr, stream: usize, from: u64) -> Vec<u8> {
        let mut body = String::new();
        for n in from..from + self.window {
            if self.body == Body::Bulk {
                body.push_str("{\"create\":{\"_index\":\"events\"}}\n");
            }
            body.push_str(&event(stream, n));
        }
        let path = match self.body {
            Body::Lines => "/",
            Body::Bulk => "/_bulk",
        };
        let length = body.len();
        format!(
            "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-ndjson\r\n\
             content-length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    }

    fn answer(&self, from: &mut BufReader<TcpStream>) -> io::Result<()> {
        let answer = Answer::read(from, false)?;
        match (answer.status, self.body) {
            // Not now.
            (429 | 503, _) => return Err(ErrorKind::WouldBlock.into()),
            (200..=299, Body::Lines) => {}
            (200, Body::Bulk) => {
                let answer = answer.json();
                let items = answer["items"].as_array().map_or(0, Vec::len);
                assert_eq!(items as u64, self.window, "{answer}");
                if answer["errors"] != false {
                    return Err(ErrorKind::WouldBlock.into());
                }
            }
            _ => panic!("{answer:?}"),
        }
        Ok(())
    }
}

impl Sender for Http {
    fn send(&mut self, address: SocketAddr, stream: usize, from: u64) -> io::Result<u64> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => BufReader::new(connect(address)?),
        };
        let request = self.request(address, stream, from);
        connection.get_mut().set_write_timeout(Some(PATIENCE))?;
        connection.get_mut().write_all(&request)?;
        self.answer(&mut connection)?;
        self.connection = Some(connection);
        Ok(self.window)
    }

    fn window(&self) -> u64 {
        self.window
    }
}
