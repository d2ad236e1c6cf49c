//! Requests beside the events' way: what a person would type into Kibana's console.

use std::fmt;

use hyper::Method;
use hyper::body::Bytes;
use knownet_flow::OpenError;

use super::ElasticsearchOptions;
use super::answer::{error, excerpt};
use super::host::Host;
use super::verdict::advice;
use super::wire::{Form, Trouble, Wire};

/// An answer may hold so much more than the usual.
const EVENTS: usize = 4096;

/// Asks the nodes of a sink, with its credentials.
pub struct Console {
    wire: Wire,
    hosts: Vec<Host>,
}

/// What a node answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// Which node.
    pub host: Host,
    /// The HTTP status.
    pub status: u16,
    /// JSON, mostly.
    pub body: Vec<u8>,
}

impl Answer {
    /// What is to be done about its status; empty, or after a semicolon.
    pub fn advice(&self) -> &'static str {
        advice(self.status)
    }

    /// What the server says of a request that it refused, on one line and shortened.
    pub fn reason(&self) -> String {
        /// As it speaks where no part of it was asked.
        #[derive(serde::Deserialize)]
        struct Plain {
            error: String,
        }
        let said = error(&self.body).map(|error| error.to_string());
        let plain = || serde_json::from_slice::<Plain>(&self.body).ok();
        let said = said.or_else(|| plain().map(|plain| excerpt(&plain.error)));
        let said = said.unwrap_or_else(|| excerpt(String::from_utf8_lossy(&self.body).trim()));
        match said.is_empty() {
            true => "no reason".to_owned(),
            false => said,
        }
    }
}

impl Console {
    /// For the nodes that a sink with these options would write to.
    ///
    /// # Errors
    /// If a secret's or certificate's file does not work.
    pub fn new(options: &ElasticsearchOptions) -> Result<Console, OpenError> {
        Ok(Console {
            wire: Wire::new(options)?,
            hosts: options.hosts.clone(),
        })
    }

    /// Sends a request with a JSON body, or none, to the first node that can do its work. To be called
    /// on tokio.
    ///
    /// # Errors
    /// Why no node answered.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
    ) -> Result<Answer, String> {
        let mut reasons = Vec::new();
        for host in &self.hosts {
            let form = Form {
                method: method.clone(),
                uri: host.at(path)?,
                kind: body.is_some().then_some("application/json"),
                gzip: false,
            };
            let bytes = Bytes::from(body.clone().unwrap_or_default());
            match self.wire.ask(host, form, bytes, EVENTS).await {
                // A proxy whose node is away: another may have one.
                Ok(reply) if matches!(reply.status, 502 | 503) => {
                    let words = excerpt(String::from_utf8_lossy(&reply.body).trim());
                    reasons.push(format!("{host} answered {}: {words}", reply.status));
                }
                Ok(reply) => {
                    return Ok(Answer {
                        host: host.clone(),
                        status: reply.status,
                        body: reply.body.to_vec(),
                    });
                }
                Err(
                    Trouble::Own(reason)
                    | Trouble::Unreachable(reason)
                    | Trouble::Cut(reason)
                    | Trouble::Slow(reason)
                    | Trouble::Long(reason),
                ) => reasons.push(reason),
            }
        }
        Err(reasons.join("; "))
    }
}

impl fmt::Debug for Console {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Console")
    }
}

#[cfg(test)]
#[path = "../tests/elasticsearch/console.rs"]
mod tests;
