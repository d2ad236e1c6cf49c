//! Sends the requests to the nodes of a sink, and says what became of each.

use std::io::Write;

use anyhow::{Context, bail};
use knownet_sink::{Answer, Console, ElasticsearchOptions, Method};
use serde_json::Value;

use super::request::{Product, Request, There, paths};
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

    /// Which server it is by its own word, and whether it knows failure stores.
    pub fn product(&self) -> anyhow::Result<(Product, bool)> {
        let answer = self.ask(Method::GET, "/", None)?;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        if answer.status != 200 {
            let (host, status) = (&answer.host, answer.status);
            bail!(
                "{host} answered {status}: {}{}; it does not say what it is",
                answer.reason(),
                answer.advice()
            );
        }
        Ok(match said.pointer("/version/distribution") {
            Some(name) if name == "opensearch" => (Product::OpenSearch, false),
            _ => {
                let version = said.pointer("/version/number").and_then(Value::as_str);
                (
                    Product::Elasticsearch,
                    version.is_some_and(knows_failure_store),
                )
            }
        })
    }

    /// What an earlier run set up.
    pub fn there(&self, product: Product) -> anyhow::Result<There> {
        let mut all = Vec::new();
        for path in paths(product) {
            let answer = self.ask(Method::GET, path, None)?;
            match answer.status {
                200 => all.push(serde_json::from_slice(&answer.body).unwrap_or_default()),
                // OpenSearch without the plugin for policies answers 400.
                400 | 404 => all.push(Value::Null),
                status => bail!(
                    "{} does not say what is there: GET {path}: {status}: {}{}",
                    answer.host,
                    answer.reason(),
                    answer.advice()
                ),
            }
        }
        Ok(There::read(product, &all[0], &all[1]))
    }

    /// Whether what is there under the name of a data stream is an index.
    pub fn is_index(&self, stream: &str) -> anyhow::Result<bool> {
        let answer = self.ask(Method::GET, &format!("/{stream}/_settings"), None)?;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        // The indices of a data stream have other names. Who may not look hears nothing.
        Ok(answer.status == 200 && said.get(stream).is_some())
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
                    let (reason, advice) = (answer.reason(), answer.advice());
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
                answer.reason()
            ),
        }
    }

    fn ask(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> anyhow::Result<Answer> {
        let asked = self.tokio.block_on(self.console.ask(method, path, body));
        asked.map_err(anyhow::Error::msg)
    }
}

/// Whether templates of this version of Elasticsearch have `data_stream_options`: from 8.19 and 9.1 on
/// (Elastic's guide, "Failure store").
fn knows_failure_store(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().ok());
    match (parts.next().flatten(), parts.next().flatten()) {
        (Some(8), Some(minor)) => minor >= 19,
        (Some(9), Some(minor)) => minor >= 1,
        (Some(major), _) => major > 9,
        _ => false,
    }
}

#[cfg(test)]
#[path = "tests/send.rs"]
mod tests;
