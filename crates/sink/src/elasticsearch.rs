//! Elasticsearch and OpenSearch, by their bulk API, which is the same in both.
//!
//! - An event's bytes go on as they are; many batches share one request, and one batch may be in
//!   several. A receipt is settled when all of its events are, wherever they were.
//! - Every item's answer is read (`verdict.rs` has the table). What is not the event's own fault is
//!   sent again for ever; what is, is refused alone, with the server's reason.
//! - With an id an event is created once however often it is sent. Without one (its source cannot be
//!   read again) a request whose answer is lost may double it.
//! - Requests at once, their size, an answer's size, time and pauses are bounded.

mod action;
mod answer;
mod console;
mod engine;
mod host;
mod load;
mod moment;
mod node;
mod pace;
mod state;
mod target;
mod tell;
mod turn;
mod verdict;
mod waiting;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use knownet_credential::{Secret, Trust};
use knownet_flow::{Courier, Desk, OpenError, Parcel, Receipt, Wants, WriteError};
use tokio::runtime::Handle;

pub use hyper::Method;

pub use self::console::{Answer, Console};
pub use self::host::Host;
pub use self::target::Target;

use self::engine::Engine;
use crate::Site;

/// How long [`Courier::finish`] waits each time.
const PATIENCE: Duration = Duration::from_secs(5);

/// What the sink is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElasticsearchOptions {
    /// The nodes; one at least.
    pub hosts: Vec<Host>,
    /// Where events go.
    pub target: Target,
    /// Who the sink says it is.
    pub credentials: Option<Credentials>,
    /// For nodes that are reached by TLS.
    pub trust: Trust,
    /// How hard requests are compressed by gzip, 1 to 9; 0 for not at all.
    pub compression: u32,
    /// How large a request becomes, in bytes before compression, unless one event is larger.
    pub bulk_bytes: usize,
    /// How long an event waits for others.
    pub flush: Duration,
    /// Requests at once, over all nodes.
    pub concurrency: usize,
    /// How long a request may take.
    pub timeout: Duration,
    /// Between attempts.
    pub pauses: Pauses,
}

/// Pauses between attempts, each twice the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    /// The first.
    pub first: Duration,
    /// None is longer.
    pub longest: Duration,
}

impl Default for Pauses {
    /// From 200 ms to 10 s.
    fn default() -> Pauses {
        Pauses {
            first: Duration::from_millis(200),
            longest: Duration::from_secs(10),
        }
    }
}

impl Pauses {
    fn after(&self, pause: Duration) -> Duration {
        (pause * 2).min(self.longest)
    }
}

/// Who the sink says it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credentials {
    /// A user with a password.
    Basic {
        /// The user's name, without a colon.
        user: String,
        /// The password.
        password: Secret,
    },
    /// An API key: `ID:KEY`, or the two encoded together.
    ApiKey(Secret),
}

/// The sink of `type = "elasticsearch"`.
pub struct Elasticsearch {
    engine: Arc<Engine>,
    tokio: Handle,
}

impl fmt::Debug for Elasticsearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Elasticsearch")
    }
}

impl Elasticsearch {
    /// The sink at `site`. Does not ask whether a node is there.
    ///
    /// # Errors
    /// If a secret's or certificate's file does not work, or there is no host.
    pub fn open(site: &Site, options: &ElasticsearchOptions) -> Result<Elasticsearch, OpenError> {
        if options.hosts.is_empty() {
            return Err(OpenError("there is no host; name one".to_owned()));
        }
        let engine = Arc::new(Engine::new(&site.name, options)?);
        let tokio = site.tokio.clone();
        Ok(Elasticsearch { engine, tokio })
    }
}

impl Courier for Elasticsearch {
    fn wants(&self) -> Wants {
        Wants {
            ids: true,
            ..Wants::default()
        }
    }

    fn begin(&mut self, desk: Arc<dyn Desk>) {
        self.tokio.spawn(self.engine.clone().run(desk));
    }

    fn take(&mut self, parcel: &Parcel<'_>, receipt: Receipt) {
        self.engine.take(parcel, receipt);
    }

    fn finish(&mut self) -> Result<(), WriteError> {
        self.engine.finish(Instant::now() + PATIENCE)
    }
}

impl Drop for Elasticsearch {
    fn drop(&mut self) {
        self.engine.close();
    }
}

#[cfg(test)]
#[path = "tests/elasticsearch/mod.rs"]
mod tests;
