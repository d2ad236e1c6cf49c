//! One request: who sends it, what it asks for, and its answer.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use hyper::body::{Body, Incoming};
use hyper::header::{
    ACCEPT, ALLOW, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, EXPECT, HeaderName, HeaderValue,
    ORIGIN, RETRY_AFTER, USER_AGENT, WWW_AUTHENTICATE,
};
use hyper::{Request, StatusCode};
use metrics::Counter;
use tokio::time::{Instant, timeout};
use tracing::field::display;

use super::Http;
use super::answer::{self, Answer};
use super::auth::Guard;
use super::body::{Patience, Reading, Refusal, Way};
use super::decode::Coding;
use super::parse::bulk::{Bulk, Ids, Options};
use super::parse::json::Json;
use super::parse::line::Lines;
use super::room::Room;
use super::route::Route;
use crate::inbox::{Receipt, Sender};

/// Of a refused request, so much is read, for so long: a client that is still writing might not see
/// the answer otherwise.
const POLITE: u64 = 1 << 20;
const POLITE_TIME: Duration = Duration::from_secs(5);
/// When a client is to come back, in seconds.
const RETRY: &str = "5";
/// The media type of Elasticsearch's clients since version 8.
const COMPATIBLE: &str = "application/vnd.elasticsearch+json";

/// What the connections of a source share.
pub(super) struct Server {
    name: String,
    guard: Guard,
    room: Room,
    version: Option<String>,
    max_body: u64,
    timeout: Duration,
    /// Makes the `_id`s of each request.
    random: RandomState,
    /// Answers that are overdue.
    late: Arc<AtomicUsize>,
    actions_refused: Counter,
}

/// Who sends.
pub(super) struct Client {
    pub server: Arc<Server>,
    pub sender: Sender,
    pub peer: Option<SocketAddr>,
    /// How long the connection may be silent.
    pub idle: Duration,
}

impl Server {
    pub fn new(name: String, guard: Guard, options: &Http) -> Server {
        Server {
            actions_refused: metrics::counter!(
                "knownet_http_actions_refused_total", "source" => name.clone()
            ),
            name,
            guard,
            room: Room::new(),
            version: options.version.clone(),
            max_body: options.max_body,
            timeout: options.timeout,
            random: RandomState::new(),
            late: Arc::default(),
        }
    }

    fn ids(&self) -> Ids {
        let mut hasher = self.random.build_hasher();
        hasher.write_u128(
            std::time::SystemTime::now()
                .duration_since(std::time::UNIX_EPOCH)
                .map_or(0, |since| since.as_nanos()),
        );
        Ids::new(hasher.finish())
    }
}

impl Client {
    /// The answer to a request.
    pub async fn answer(&self, request: Request<Incoming>) -> Answer {
        let path = request.uri().path().to_owned();
        let route = Route::of(request.method(), &path);
        let accept = request.headers().get(ACCEPT).cloned();
        let mut answer = self.decide(&route, request).await;
        let accept = accept.as_ref().and_then(|accept| accept.to_str().ok());
        if let Some(wanted) = accept.and_then(|accept| accept.split(',').next())
            && wanted.starts_with(COMPATIBLE)
            && let Ok(wanted) = HeaderValue::from_str(wanted)
        {
            answer.headers_mut().insert(CONTENT_TYPE, wanted);
        }
        metrics::counter!(
            "knownet_http_requests_total",
            "source" => self.server.name.clone(),
            "path_kind" => route.kind(),
            "status" => answer.status().as_u16().to_string()
        )
        .increment(1);
        answer
    }

    async fn decide(&self, route: &Route<'_>, request: Request<Incoming>) -> Answer {
        let server = &*self.server;
        let header = |name: HeaderName| request.headers().get(name).map(HeaderValue::as_bytes);
        if server.guard.is_open() && header(ORIGIN).is_some() {
            // Any page that a browser shows could send to an address on its own machine.
            let reason = "browsers are let in only where auth is configured";
            let refused = answer::error(StatusCode::FORBIDDEN, reason);
            return self.refuse(request, refused).await;
        }
        if !server.guard.lets_in(header(AUTHORIZATION)) {
            return self.stranger(request).await;
        }
        let done = match route {
            Route::Events | Route::Bulk(_) | Route::Document(..) => {
                return self.take(route, request).await;
            }
            Route::Monitoring => {
                let text = r#"{"took":0,"ignored":true,"errors":false}"#;
                answer::json(StatusCode::OK, text)
            }
            Route::Info(info) => {
                let client = String::from_utf8_lossy(header(USER_AGENT).unwrap_or_default());
                answer::info(*info, server.version.as_deref(), &client)
            }
            Route::Exists(thing, name) => answer::exists(*thing, name),
            Route::Setup(name) => answer::acknowledged(name),
            Route::WrongMethod(known) => {
                let reason = format!("{} is not for this path; known: {known}", request.method());
                let mut refused = answer::error(StatusCode::METHOD_NOT_ALLOWED, &reason);
                let known = HeaderValue::from_static(known);
                refused.headers_mut().insert(ALLOW, known);
                return self.refuse(request, refused).await;
            }
            Route::Unknown => {
                let reason = "no such path; events are posted to / or, as bulk requests, to /_bulk";
                let refused = answer::error(StatusCode::NOT_FOUND, reason);
                return self.refuse(request, refused).await;
            }
        };
        match discard(request.into_body(), self.idle, server.max_body).await {
            Ok(()) => done,
            Err(refusal) => self.refused(refusal),
        }
    }

    async fn stranger(&self, request: Request<Incoming>) -> Answer {
        let (source, peer) = (&self.server.name, self.peer.map(display));
        tracing::warn!(source, peer, "refused a request without valid credentials");
        let reason = "credentials are missing or wrong";
        let mut refused = answer::error(StatusCode::UNAUTHORIZED, reason);
        for scheme in ["Basic realm=\"knownet\"", "Bearer", "ApiKey"] {
            let scheme = HeaderValue::from_static(scheme);
            refused.headers_mut().append(WWW_AUTHENTICATE, scheme);
        }
        self.refuse(request, refused).await
    }

    /// Takes a body of events.
    async fn take(&self, route: &Route<'_>, request: Request<Incoming>) -> Answer {
        let begun = Instant::now();
        let server = &*self.server;
        let header = |name: HeaderName| {
            let value = request.headers().get(name).map(HeaderValue::as_bytes);
            String::from_utf8_lossy(value.unwrap_or_default()).to_ascii_lowercase()
        };
        let encoding = header(CONTENT_ENCODING);
        let Some(coding) = Coding::of(&encoding) else {
            let reason = format!("\"{encoding}\" is no known encoding: gzip, deflate, zstd");
            let refused = answer::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, &reason);
            return self.refuse(request, refused).await;
        };
        let media = header(CONTENT_TYPE);
        if media.starts_with("multipart/") {
            let reason = "forms are not taken; send the events themselves as the body";
            let refused = answer::error(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason);
            return self.refuse(request, refused).await;
        }
        if request.body().size_hint().lower() > server.max_body {
            let refused =
                Refusal::Large(format!("the body is larger than {} bytes", server.max_body));
            return self.refuse(request, self.refused(refused)).await;
        }
        if server.late.load(Ordering::Acquire) > 0 {
            let reason = "events that came before are not safe yet; send again later";
            return self
                .refuse(request, later(StatusCode::SERVICE_UNAVAILABLE, reason))
                .await;
        }
        let terse = is_terse(request.uri().query().unwrap_or_default());
        let mut patience = Patience::new(server.timeout, self.sender.closing().clone());
        let mut way = Way {
            sender: &self.sender,
            peer: self.peer,
            room: &server.room,
            most: server.max_body,
            idle: self.idle,
            patience: &mut patience,
        };
        let body = request.into_body();
        let (taken, bulk) = match route {
            Route::Bulk(index) => {
                let index = index.to_string();
                let mut bulk = Bulk::new(Options { index, terse }, server.ids());
                let taken = way.take(body, coding, &mut bulk).await;
                (taken, Some(bulk))
            }
            _ if is_lines(&media) => (way.take(body, coding, &mut Lines).await, None),
            _ => (way.take(body, coding, &mut Json::default()).await, None),
        };
        let (receipt, events) = match taken {
            Ok(taken) => taken,
            Err(refusal) => return self.refused(refusal),
        };
        if let Some(refused) = self.wait(receipt, &mut patience).await {
            return refused;
        }
        match (route, bulk) {
            (_, Some(bulk)) => {
                server.actions_refused.increment(bulk.refused());
                answer::json(StatusCode::OK, bulk.answer(begun.elapsed().as_millis()))
            }
            (Route::Document(..), _) if events == 0 => {
                answer::error(StatusCode::BAD_REQUEST, "the document is missing")
            }
            (Route::Document(index, id), _) => match id {
                Some(id) => answer::created(index, id),
                None => answer::created(index, &server.ids().next()),
            },
            _ => answer::json(StatusCode::OK, format!(r#"{{"events":{events}}}"#)),
        }
    }

    /// Waits until the events are safe; otherwise the answer that says so.
    async fn wait(&self, mut receipt: Receipt, patience: &mut Patience) -> Option<Answer> {
        let reason = match patience.wait(&mut receipt).await {
            Some(Ok(())) => return None,
            Some(Err(_)) => "it cannot be said whether the events are safe; send them again",
            None => {
                let late = self.server.late.clone();
                let name = self.server.name.clone();
                if late.fetch_add(1, Ordering::AcqRel) == 0 {
                    tracing::warn!(
                        source = name,
                        "events are not safe in time; requests are put off until they are"
                    );
                }
                tokio::spawn(async move {
                    // Safe or lost, it is not waited for any more.
                    let _ = receipt.await;
                    if late.fetch_sub(1, Ordering::AcqRel) == 1 {
                        tracing::info!(source = name, "requests are taken again");
                    }
                });
                "the events are not safe yet; send them again later"
            }
        };
        Some(later(StatusCode::SERVICE_UNAVAILABLE, reason))
    }

    fn refused(&self, refusal: Refusal) -> Answer {
        let (status, reason) = match refusal {
            Refusal::Malformed(reason) => (StatusCode::BAD_REQUEST, reason),
            Refusal::Large(reason) => (StatusCode::PAYLOAD_TOO_LARGE, reason),
            Refusal::Slow => (
                StatusCode::REQUEST_TIMEOUT,
                "the body came too slowly".to_owned(),
            ),
            Refusal::Broken(error) => (StatusCode::BAD_REQUEST, format!("{error}")),
            Refusal::Full => {
                let reason = "there is no room for more events now; send them again later";
                return later(StatusCode::TOO_MANY_REQUESTS, reason);
            }
        };
        let (source, peer) = (&self.server.name, self.peer.map(display));
        tracing::warn!(source, peer, "refused a request with {status}: {reason}");
        answer::error(status, &reason)
    }

    /// Lets a client that is still writing come to its end, if that is near.
    async fn refuse(&self, request: Request<Incoming>, answer: Answer) -> Answer {
        if !request.headers().contains_key(EXPECT) {
            let _ = timeout(POLITE_TIME, discard(request.into_body(), self.idle, POLITE)).await;
        }
        answer
    }
}

/// Reads a body to its end, for nothing.
async fn discard(body: Incoming, idle: Duration, most: u64) -> Result<(), Refusal> {
    let mut reading = Reading::new(body, idle);
    let mut read = 0;
    while let Some(bytes) = reading.next().await? {
        read += bytes.len() as u64;
        if read > most {
            return Err(Refusal::Large(format!(
                "the body is larger than {most} bytes"
            )));
        }
    }
    Ok(())
}

fn later(status: StatusCode, reason: &str) -> Answer {
    let mut answer = answer::error(status, reason);
    let retry = HeaderValue::from_static(RETRY);
    answer.headers_mut().insert(RETRY_AFTER, retry);
    answer
}

/// Whether the media type says that every line is an event.
fn is_lines(media: &str) -> bool {
    let media = media.split(';').next().unwrap_or_default().trim();
    matches!(
        media,
        "text/plain"
            | "application/x-ndjson"
            | "application/ndjson"
            | "application/x-jsonlines"
            | "application/jsonlines"
            | "application/jsonl"
            | "application/vnd.elasticsearch+x-ndjson"
    )
}

/// Whether the query's `filter_path` asks for statuses and errors alone, as Beats since 8 do.
fn is_terse(query: &str) -> bool {
    let mut keys = query.split('&');
    let Some(filter) = keys.find_map(|pair| pair.strip_prefix("filter_path=")) else {
        return false;
    };
    let filter = filter
        .replace("%2C", ",")
        .replace("%2c", ",")
        .replace("%2A", "*");
    filter.split(',').all(|path| {
        matches!(path, "took" | "errors" | "items.*.error" | "items.*.status")
            || path.starts_with("items.*.error.")
    })
}

#[cfg(test)]
#[path = "tests/request.rs"]
mod tests;
