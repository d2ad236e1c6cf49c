//! Sends the requests to the nodes of a sink, and says what became of each.

use std::io::Write;

use anyhow::{Context, bail};
use knownet_sink::{Answer, Console, ElasticsearchOptions, Method};
use serde_json::Value;

use super::request::{Product, Request};
use crate::config::{Config, SinkKind};

/// The nodes that are set up.
pub struct Server {
    console: Console,
    tokio: tokio::runtime::Runtime,
}

/// The options of the sink of this name, or of the only one that writes to a search server.
pub fn sink<'a>(
    config: &'a Config,
    name: Option<&str>,
) -> anyhow::Result<(&'a str, &'a ElasticsearchOptions)> {
    let search = config.sinks.iter().filter_map(|sink| match &sink.kind {
        SinkKind::Elasticsearch(options) => Some((sink.name.as_str(), &**options)),
        _ => None,
    });
    let search: Vec<_> = search.collect();
    let names: Vec<&str> = search.iter().map(|(name, _)| *name).collect();
    let file = config.file.display();
    match (name, &search[..]) {
        (Some(name), _) => {
            let named = search.iter().find(|(other, _)| *other == name);
            named.copied().with_context(|| {
                let known = names.join(", ");
                format!("{file} has no sink {name} of type elasticsearch; known: {known}")
            })
        }
        (None, [one]) => Ok(*one),
        (None, []) => bail!(
            "{file} has no sink of type elasticsearch; name another file with -c, or use --print or \
             --output"
        ),
        (None, _) => bail!(
            "{file} has several: {}; choose one with --sink",
            names.join(", ")
        ),
    }
}

impl Server {
    pub fn new(options: &ElasticsearchOptions) -> anyhow::Result<Server> {
        let tokio = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .context("no thread for connections")?;
        let console = Console::new(options)?;
        Ok(Server { console, tokio })
    }

    /// Which server it is, by its own word.
    pub fn product(&self) -> anyhow::Result<Product> {
        let answer = self.ask(Method::GET, "/", None)?;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status != 200 {
            let (host, status) = (&answer.host, answer.status);
            bail!(
                "{host} answered {status}: {}{}; it does not say what it is",
                reason(&answer),
                answer.advice()
            );
        }
        Ok(match said.pointer("/version/distribution") {
            Some(name) if name == "opensearch" => Product::OpenSearch,
            _ => Product::Elasticsearch,
        })
    }

    /// Sends them in order; whether all were taken. One that is not does not keep the others.
    pub fn send(&self, requests: &[Request], out: &mut impl Write) -> anyhow::Result<bool> {
        let mut well = true;
        for request in requests {
            let body = request.body.to_string().into_bytes();
            let method = Method::from_bytes(request.method.as_bytes())?;
            let mut answer = self.ask(method.clone(), request.path, Some(body.clone()))?;
            if answer.status == 409 {
                // OpenSearch replaces a policy only if it hears which one is meant.
                let path = self.version_of(request.path)?;
                answer = self.ask(method, &path, Some(body))?;
            }
            match answer.status {
                200..300 => writeln!(out, "{} {}: done", request.method, request.path)?,
                status => {
                    well = false;
                    let (method, path) = (request.method, request.path);
                    let (reason, advice) = (reason(&answer), answer.advice());
                    writeln!(
                        out,
                        "{method} {path}: refused with {status}: {reason}{advice}"
                    )?;
                }
            }
        }
        Ok(well)
    }

    /// The path with the version of what is there.
    fn version_of(&self, path: &str) -> anyhow::Result<String> {
        let answer = self.ask(Method::GET, path, None)?;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let number = |key: &str| said.get(key).and_then(Value::as_u64);
        match (number("_seq_no"), number("_primary_term")) {
            (Some(number), Some(term)) => {
                Ok(format!("{path}?if_seq_no={number}&if_primary_term={term}"))
            }
            _ => bail!(
                "{path} is there, but does not say its version: {}",
                reason(&answer)
            ),
        }
    }

    fn ask(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> anyhow::Result<Answer> {
        let asked = self.tokio.block_on(self.console.ask(method, path, body));
        asked.map_err(anyhow::Error::msg)
    }
}

/// What the server says for a reason, as far as it is of use.
fn reason(answer: &Answer) -> String {
    const LONGEST: usize = 500;
    let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let text = match said.pointer("/error/reason").or_else(|| said.get("error")) {
        Some(Value::String(reason)) => reason.clone(),
        _ => String::from_utf8_lossy(&answer.body).into_owned(),
    };
    match text.trim() {
        "" => "no reason".to_owned(),
        text => text
            .chars()
            .take(LONGEST)
            .filter(|c| !c.is_control())
            .collect(),
    }
}
