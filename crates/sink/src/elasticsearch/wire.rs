//! One request and its answer over HTTP/1.1.
//!
//! Everything has a bound: the time from the first byte to the last, and what an answer may hold.

use std::error::Error;
use std::io::Write;
use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION, USER_AGENT,
};
use hyper::{Method, Request, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use knownet_credential::Trust;
use knownet_flow::OpenError;

use super::answer::excerpt;
use super::host::Host;
use super::{Credentials, ElasticsearchOptions};

/// A connection comes about within this, or not at all.
const CONNECT: Duration = Duration::from_secs(10);
/// Less than what usual proxies keep an idle connection for (nginx: 75 s; AWS: 60 s).
const IDLE: Duration = Duration::from_secs(50);
/// What an answer may hold, and what it may for each event besides.
const ANSWER: usize = 1 << 20;
const ANSWER_EACH: usize = 2 << 10;

/// Sends requests.
pub(super) struct Wire {
    client: Client<HttpsConnector<HttpConnector>, Full<Bytes>>,
    authorization: Option<HeaderValue>,
    level: u32,
    timeout: Duration,
}

/// How a request is sent.
pub(super) struct Form {
    pub method: Method,
    pub uri: Uri,
    /// Of the body, if there is one.
    pub kind: Option<&'static str>,
    /// Whether the body is compressed.
    pub gzip: bool,
}

/// An answer, whatever it says.
pub(super) struct Reply {
    pub status: u16,
    /// Where a redirect leads to, without a query.
    pub location: Option<String>,
    pub body: Bytes,
}

/// No answer.
#[derive(Debug)]
pub(super) enum Trouble {
    /// Nothing was sent.
    Own(String),
    /// The server cannot be reached.
    Unreachable(String),
    /// The connection ended before the answer did.
    Cut(String),
    /// It took too long.
    Slow(String),
    /// The answer is longer than it may be.
    Long(String),
}

impl Wire {
    /// As the configuration has it.
    ///
    /// # Errors
    /// If a file of its does not work.
    pub fn new(options: &ElasticsearchOptions) -> Result<Wire, OpenError> {
        let mut http = HttpConnector::new();
        http.enforce_http(false);
        http.set_nodelay(true);
        http.set_connect_timeout(Some(CONNECT.min(options.timeout)));
        let https = HttpsConnectorBuilder::new();
        // The system's authorities are not looked for where nobody needs them.
        let trust = match options.hosts.iter().any(Host::is_safe) {
            true => options.trust.config()?,
            false => Trust::nobody()?,
        };
        let https = https
            .with_tls_config(trust)
            .https_or_http()
            .enable_http1()
            .wrap_connector(http);
        let client = Client::builder(TokioExecutor::new())
            .pool_idle_timeout(IDLE)
            .pool_max_idle_per_host(options.concurrency)
            .pool_timer(TokioTimer::new())
            .build(https);
        let authorization = options
            .credentials
            .as_ref()
            .map(authorization)
            .transpose()?;
        Ok(Wire {
            client,
            authorization,
            level: options.compression,
            timeout: options.timeout,
        })
    }

    /// The bytes that are sent for a body.
    pub async fn encode(&self, body: &Bytes) -> Result<Bytes, Trouble> {
        let level = self.level;
        if level == 0 {
            return Ok(body.clone());
        }
        let plain = body.clone();
        // Megabytes of it would hold up every connection of the same thread.
        let done = tokio::task::spawn_blocking(move || gzip(&plain, level)).await;
        let done = done.map_err(std::io::Error::from).flatten();
        done.map_err(|error| Trouble::Own(format!("a request cannot be compressed: {error}")))
    }

    /// Sends a body that was encoded to `host`, and waits for the answer.
    pub async fn send(&self, host: &Host, body: Bytes, events: usize) -> Result<Reply, Trouble> {
        let form = Form {
            method: Method::POST,
            uri: host.bulk().clone(),
            kind: Some("application/x-ndjson"),
            gzip: self.level > 0,
        };
        self.ask(host, form, body, events).await
    }

    /// Sends `body` to `host` in this `form`; the answer may be as long as that to so many events.
    pub async fn ask(
        &self,
        host: &Host,
        form: Form,
        body: Bytes,
        events: usize,
    ) -> Result<Reply, Trouble> {
        let exchange = self.exchange(host, form, body, events);
        match tokio::time::timeout(self.timeout, exchange).await {
            Ok(result) => result,
            Err(_) => Err(Trouble::Slow(format!(
                "{host} did not answer within {:?}",
                self.timeout
            ))),
        }
    }

    async fn exchange(
        &self,
        host: &Host,
        form: Form,
        body: Bytes,
        events: usize,
    ) -> Result<Reply, Trouble> {
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = form.method;
        *request.uri_mut() = form.uri;
        let headers = request.headers_mut();
        headers.insert(USER_AGENT, HeaderValue::from_static("knownet"));
        if let Some(kind) = form.kind {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
        }
        if form.gzip {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let answer = self.client.request(request).await.map_err(|error| {
            let told = chain(&error);
            match error.is_connect() {
                true => {
                    let advice = knownet_credential::advice(&error);
                    Trouble::Unreachable(format!("{host} cannot be reached: {told}{advice}"))
                }
                false => Trouble::Cut(format!("{host} did not answer: {told}")),
            }
        })?;
        let status = answer.status().as_u16();
        let location = location(status, answer.headers());
        let most = ANSWER + ANSWER_EACH * events;
        let body = Limited::new(answer.into_body(), most).collect().await;
        let body = body.map_err(|error| match error.is::<LengthLimitError>() {
            true => Trouble::Long(format!(
                "{host} answered {status} with more than {most} bytes to {events} events"
            )),
            false => Trouble::Cut(format!("{host} broke off its answer: {}", chain(&*error))),
        })?;
        let body = body.to_bytes();
        Ok(Reply {
            status,
            location,
            body,
        })
    }
}

/// Where a redirect leads to. What may hold a secret, a query or a user, is not repeated.
fn location(status: u16, headers: &HeaderMap) -> Option<String> {
    let text = headers.get(LOCATION).filter(|_| status / 100 == 3)?;
    let text = text.to_str().ok()?.split(['?', '#']).next()?;
    (!text.is_empty() && !text.contains('@')).then(|| excerpt(text))
}

fn gzip(plain: &[u8], level: u32) -> std::io::Result<Bytes> {
    let out = Vec::with_capacity(plain.len() / 4);
    let mut encoder = GzEncoder::new(out, Compression::new(level));
    encoder.write_all(plain)?;
    Ok(encoder.finish()?.into())
}

fn authorization(credentials: &Credentials) -> Result<HeaderValue, OpenError> {
    let text = match credentials {
        Credentials::Basic { user, password } => {
            let both = format!("{user}:{}", password.read()?);
            format!("Basic {}", BASE64_STANDARD.encode(both))
        }
        Credentials::ApiKey(key) => match key.read()? {
            // As it is shown once, in two parts; or as `encoded`.
            key if key.contains(':') => format!("ApiKey {}", BASE64_STANDARD.encode(key)),
            key => format!("ApiKey {key}"),
        },
    };
    let mut value = HeaderValue::try_from(text)
        .map_err(|_| OpenError("the API key has characters that no key has".to_owned()))?;
    value.set_sensitive(true);
    Ok(value)
}

/// What an error says, and what those beneath it do.
fn chain(error: &(dyn Error + 'static)) -> String {
    let all = std::iter::successors(Some(error), |error| (*error).source());
    let mut told = String::new();
    for error in all {
        let text = error.to_string();
        // Some repeat what is beneath them.
        if !told.ends_with(&text) {
            if !told.is_empty() {
                told.push_str(": ");
            }
            told.push_str(&text);
        }
    }
    told
}
