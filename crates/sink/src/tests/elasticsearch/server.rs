//! A server that plays faults, and keeps the documents that it took.

use std::collections::{BTreeMap, VecDeque};
use std::io::Read;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use flate2::read::GzDecoder;
use http_body_util::BodyExt;
use hyper::body::{Body, Bytes, Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio_rustls::TlsAcceptor;

/// What a request meets.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Nothing is taken, and this is said.
    Status(u16, &'static str),
    /// Everything is taken, and the connection ends in the middle of the answer.
    Cut,
    /// Everything is taken, and no answer comes.
    Hang,
    /// Nothing is taken, since it is at this address.
    Redirect(&'static str),
    /// Everything is taken, and the answer is this.
    Says(&'static str),
    /// Of each so many events the first is answered with this status and kind of error, and not
    /// taken.
    Items(usize, u16, &'static str),
}

/// A document as it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub index: String,
    pub event: String,
}

/// What a request was.
#[derive(Clone, Debug)]
pub struct Seen {
    pub events: usize,
    pub bytes: usize,
    pub authorization: Option<String>,
    pub gzip: bool,
}

type Rule = Box<dyn FnMut(&str) -> Option<(u16, &'static str)> + Send>;

#[derive(Default)]
pub struct Inner {
    /// By their ids.
    pub documents: BTreeMap<String, Document>,
    /// What the next requests meet.
    pub faults: VecDeque<Fault>,
    /// What each event meets: a status and a kind of error.
    pub rule: Option<Rule>,
    /// Bodies with this in them are kept away by something before the server.
    pub wall: Option<&'static str>,
    /// Larger bodies are answered with 413.
    pub limit: Option<usize>,
    pub seen: Vec<Seen>,
    unnamed: usize,
}

/// Several may share their documents, as the nodes of a cluster do.
#[derive(Clone, Default)]
pub struct Cluster(Arc<Mutex<Inner>>);

/// One address at which a cluster is reached.
pub struct Node {
    pub address: SocketAddr,
    task: AbortHandle,
}

impl Drop for Node {
    /// With all its connections.
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Cluster {
    pub fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// A node at this address; port 0 for any.
    pub async fn node(&self, address: &str, tls: Option<TlsAcceptor>) -> Node {
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(self.clone().accept(listener, tls)).abort_handle();
        Node { address, task }
    }

    /// A node whose connections end after so many bytes of requests.
    pub async fn cutting_node(&self, limit: u64) -> Node {
        let inner = self.node("127.0.0.1:0", None).await;
        let target = inner.address;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let task = tokio::spawn(async move {
            let _inner = inner;
            let mut all = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                all.spawn(async move {
                    let mut far = TcpStream::connect(target).await.unwrap();
                    let (near_read, mut near_write) = near.split();
                    let (mut far_read, mut far_write) = far.split();
                    let mut request = near_read.take(limit);
                    tokio::select! {
                        _ = tokio::io::copy(&mut request, &mut far_write) => {}
                        _ = tokio::io::copy(&mut far_read, &mut near_write) => {}
                    }
                });
            }
        });
        let task = task.abort_handle();
        Node { address, task }
    }

    async fn accept(self, listener: TcpListener, tls: Option<TlsAcceptor>) {
        let mut connections = JoinSet::new();
        while let Ok((stream, _)) = listener.accept().await {
            connections.spawn(self.clone().connection(stream, tls.clone()));
        }
    }

    async fn connection(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        let service = service_fn(|request| {
            let cluster = self.clone();
            async move { cluster.answer(request).await }
        });
        let http = hyper::server::conn::http1::Builder::new();
        // How a connection ends is the client's affair.
        let _ = match tls {
            None => http.serve_connection(TokioIo::new(stream), service).await,
            Some(tls) => match tls.accept(stream).await {
                Ok(stream) => http.serve_connection(TokioIo::new(stream), service).await,
                Err(_) => return,
            },
        };
    }

    async fn answer(&self, request: Request<Incoming>) -> Result<Response<Answer>, hyper::Error> {
        assert_eq!(request.uri().path(), "/_bulk");
        let header = |name: &str| {
            let value = request.headers().get(name)?;
            Some(value.to_str().unwrap().to_owned())
        };
        assert_eq!(
            header("content-type").as_deref(),
            Some("application/x-ndjson")
        );
        let gzip = header("content-encoding").as_deref() == Some("gzip");
        let authorization = header("authorization");
        let body = request.into_body().collect().await?.to_bytes();
        let mut plain = Vec::new();
        match gzip {
            true => drop(GzDecoder::new(&body[..]).read_to_end(&mut plain).unwrap()),
            false => plain.extend_from_slice(&body),
        }
        let text = String::from_utf8_lossy(&plain).into_owned();
        let fault = {
            let mut inner = self.lock();
            inner.seen.push(Seen {
                events: text.lines().count() / 2,
                bytes: plain.len(),
                authorization,
                gzip,
            });
            if inner.limit.is_some_and(|limit| plain.len() > limit) {
                return Ok(say(413, String::new()));
            }
            if inner.wall.is_some_and(|word| text.contains(word)) {
                return Ok(say(403, "<html>blocked".to_owned()));
            }
            inner.faults.pop_front()
        };
        if let Some(Fault::Status(status, text)) = fault {
            return Ok(say(status, text.to_owned()));
        }
        if let Some(Fault::Redirect(location)) = fault {
            let mut response = say(302, String::new());
            let headers = response.headers_mut();
            headers.insert("location", location.parse().unwrap());
            return Ok(response);
        }
        let answer = self.lock().take(&text, &fault);
        Ok(match (answer, fault) {
            (Err(refusal), _) => say(400, refusal.to_string()),
            (Ok(_), Some(Fault::Hang)) => std::future::pending().await,
            (Ok(_), Some(Fault::Says(text))) => say(200, text.to_owned()),
            (Ok(answer), Some(Fault::Cut)) => cut(&answer.to_string()),
            (Ok(answer), _) => say(200, answer.to_string()),
        })
    }
}

impl Inner {
    /// Takes a body's events; an event with `poison` in it spoils all.
    fn take(&mut self, text: &str, fault: &Option<Fault>) -> Result<Value, Value> {
        if text.contains("poison") {
            let reason = "The bulk request must be terminated by a newline";
            return Err(
                json!({"error": {"type": "illegal_argument_exception", "reason": reason}, "status": 400}),
            );
        }
        assert!(text.ends_with('\n'));
        let lines: Vec<&str> = text.lines().collect();
        let mut items = Vec::new();
        let mut errors = false;
        for (number, pair) in lines.chunks(2).enumerate() {
            let [action, event] = pair else {
                panic!("half an event in {text}");
            };
            let item = self.item(number, action, event, fault);
            errors |= item.get("error").is_some();
            items.push(json!({ "create": item }));
        }
        Ok(json!({"took": 1, "errors": errors, "items": items}))
    }

    fn item(&mut self, number: usize, action: &str, event: &str, fault: &Option<Fault>) -> Value {
        let action: Value = serde_json::from_str(action).unwrap();
        let action = &action["create"];
        let error = |status: u16, kind: &str| {
            let reason = format!("{kind} it is");
            json!({"status": status, "error": {"type": kind, "reason": reason}})
        };
        match fault {
            Some(Fault::Items(each, status, kind)) if number.is_multiple_of(*each) => {
                return error(*status, kind);
            }
            _ => {}
        }
        if let Some((status, kind)) = self.rule.as_mut().and_then(|rule| rule(event)) {
            return error(status, kind);
        }
        if serde_json::from_str::<Value>(event).is_err() {
            return error(400, "mapper_parsing_exception");
        }
        self.unnamed += 1;
        let unnamed = format!("unnamed {}", self.unnamed);
        // As numbers are written, so that they are in their order.
        let number = |id: &str| {
            let id = BASE64_URL_SAFE_NO_PAD.decode(id).unwrap();
            format!("{:032x}", u128::from_be_bytes(id.try_into().unwrap()))
        };
        let id = action["_id"].as_str().map_or(unnamed, number);
        let document = Document {
            index: action["_index"].as_str().unwrap().to_owned(),
            event: event.to_owned(),
        };
        if let Some(known) = self.documents.get(&id) {
            assert_eq!(*known, document, "two events with one id");
            return error(409, "version_conflict_engine_exception");
        }
        self.documents.insert(id, document);
        json!({"_index": "x", "result": "created", "status": 201})
    }
}

/// The body of an answer: pieces, or where it breaks off.
struct Answer {
    pieces: VecDeque<Result<Bytes, std::io::Error>>,
    /// The next one is to wait until the one before is on its way.
    flush: bool,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.flush = !self.flush;
        if !self.flush {
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(self.pieces.pop_front().map(|piece| piece.map(Frame::data)))
    }
}

fn answer<const N: usize>(pieces: [Result<Bytes, std::io::Error>; N]) -> Response<Answer> {
    Response::new(Answer {
        pieces: pieces.into(),
        flush: false,
    })
}

fn say(status: u16, text: String) -> Response<Answer> {
    let mut response = answer([Ok(text.into())]);
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
}

/// Half of an answer.
fn cut(text: &str) -> Response<Answer> {
    let half = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    let end = std::io::Error::other("the connection is cut");
    answer([Ok(half), Err(end)])
}
