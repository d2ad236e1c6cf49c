//! A small HTTP client that sends exactly what it is told to.

use std::io::{BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use crate::rig::Answer;

/// One connection, kept alive.
pub struct Client(BufReader<TcpStream>);

impl Client {
    pub fn new(address: SocketAddr) -> Client {
        let stream = TcpStream::connect(address).expect("a connection");
        let patience = Some(Duration::from_secs(60));
        stream.set_read_timeout(patience).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        Client(BufReader::new(stream))
    }

    /// Sends bytes as they are. The server may have closed; what it said is for the test to judge.
    pub fn send(&mut self, bytes: &[u8]) {
        let _ = self.0.get_mut().write_all(bytes);
    }

    pub fn post(&mut self, path: &str, body: impl AsRef<[u8]>) -> Answer {
        self.ask("POST", path, &[], body)
    }

    /// As [`Client::post`]; `None` if the connection breaks.
    pub fn try_post(&mut self, path: &str, body: &str) -> Option<Answer> {
        let length = body.len();
        let request =
            format!("POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{body}");
        self.send(request.as_bytes());
        self.answer(false)
    }

    /// Sends no more.
    pub fn half_close(&mut self) {
        // It may have closed by itself.
        let _ = self.0.get_ref().shutdown(Shutdown::Write);
    }

    pub fn get(&mut self, path: &str) -> Answer {
        self.ask("GET", path, &[], "")
    }

    pub fn ask(
        &mut self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let body = body.as_ref();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: knownet\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        self.send(&[head.as_bytes(), body].concat());
        self.answer(method == "HEAD").expect("an answer")
    }

    /// The next answer; `None` if the server closes instead.
    pub fn answer(&mut self, head: bool) -> Option<Answer> {
        Answer::read(&mut self.0, head).ok()
    }

    /// Whether the server has closed the connection, once it does.
    pub fn closes(&mut self) -> bool {
        let mut rest = Vec::new();
        match self.0.read_to_end(&mut rest) {
            Ok(_) => rest.is_empty(),
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        }
    }
}
