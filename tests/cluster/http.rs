//! Requests to a server of HTTP, a connection for each.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

/// Longer than a server on a busy machine takes for anything here.
const TIMEOUT: Duration = Duration::from_secs(120);

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub body: String,
}

/// How a server is come to: as it is, or by TLS with a name and a password.
#[derive(Default)]
pub struct Door {
    tls: Option<Arc<ClientConfig>>,
    /// Lines of a request's head.
    head: String,
}

impl Door {
    /// By TLS; `ca` is the file of the server's authority.
    pub fn safe(ca: &str, user: &str, password: &str) -> Door {
        let ca = CertificateDer::from_pem_file(ca).expect("a certificate");
        let mut roots = RootCertStore::empty();
        roots.add(ca).expect("an authority");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("a version")
            .with_root_certificates(roots)
            .with_no_client_auth();
        let both = BASE64_STANDARD.encode(format!("{user}:{password}"));
        Door {
            tls: Some(Arc::new(tls)),
            head: format!("authorization: Basic {both}\r\n"),
        }
    }

    /// Asks the server at `address` (host and port).
    ///
    /// # Errors
    /// If it cannot be reached, or goes away before its answer is whole.
    pub fn ask(&self, address: &str, method: &str, path: &str, body: &str) -> io::Result<Answer> {
        let stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n{}content-type: \
             application/json\r\ncontent-length: {}\r\n\r\n{body}",
            self.head,
            body.len()
        );
        let Some(tls) = &self.tls else {
            return exchange(stream, &request);
        };
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let client = ClientConnection::new(tls.clone(), name).map_err(io::Error::other)?;
        exchange(StreamOwned::new(client, stream), &request)
    }
}

/// Asks the server at `address` as it is.
///
/// # Errors
/// If it cannot be reached, or goes away before its answer is whole.
pub fn ask(address: &str, method: &str, path: &str, body: &str) -> io::Result<Answer> {
    Door::default().ask(address, method, path, body)
}

fn exchange(mut stream: impl Read + Write, request: &str) -> io::Result<Answer> {
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let torn = || io::Error::from(io::ErrorKind::UnexpectedEof);
    let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(torn)?;
    let head = head.to_lowercase();
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok());
    let body = match head.contains("transfer-encoding: chunked") {
        true => whole(body).ok_or_else(torn)?,
        false => body.to_owned(),
    };
    Ok(Answer {
        status: status.ok_or_else(torn)?,
        body,
    })
}

/// The chunks, joined.
fn whole(mut chunks: &str) -> Option<String> {
    let mut body = String::new();
    loop {
        let (size, rest) = chunks.split_once("\r\n")?;
        let size = usize::from_str_radix(size.trim(), 16).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.push_str(rest.get(..size)?);
        chunks = rest.get(size + 2..)?;
    }
}
