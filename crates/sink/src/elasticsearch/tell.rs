//! What the sink counts, and what it says by itself.

use std::time::Duration;

use metrics::{Counter, Gauge, Histogram};

use super::host::Host;

/// The metrics and messages of one sink.
pub(super) struct Tell {
    sink: String,
    created: Counter,
    duplicate: Counter,
    retried: Counter,
    refused: Counter,
    bytes: Counter,
    seconds: Histogram,
    concurrency: Gauge,
    waiting: Gauge,
}

impl Tell {
    /// Those of the sink `name`.
    pub fn new(name: &str) -> Tell {
        let sink = name.to_owned();
        let items = |outcome: &'static str| {
            let sink = name.to_owned();
            metrics::counter!("knownet_elasticsearch_items_total", "sink" => sink, "outcome" => outcome)
        };
        Tell {
            created: items("created"),
            duplicate: items("duplicate"),
            retried: items("retried"),
            refused: items("refused"),
            bytes: metrics::counter!("knownet_elasticsearch_sent_bytes_total", "sink" => sink.clone()),
            seconds: metrics::histogram!("knownet_elasticsearch_request_seconds", "sink" => sink.clone()),
            concurrency: metrics::gauge!("knownet_elasticsearch_concurrency", "sink" => sink.clone()),
            waiting: metrics::gauge!("knownet_elasticsearch_waiting", "sink" => sink.clone()),
            sink,
        }
    }

    /// Whose they are.
    pub fn sink(&self) -> &str {
        &self.sink
    }

    /// A request came back after so long with this status; or with none, and then the word for why.
    pub fn request(&self, bytes: usize, time: Duration, status: Result<u16, &'static str>) {
        let status = status.map_or_else(str::to_owned, |status| status.to_string());
        let sink = self.sink.clone();
        metrics::counter!("knownet_elasticsearch_requests_total", "sink" => sink, "status" => status)
            .increment(1);
        self.bytes.increment(bytes as u64);
        self.seconds.record(time.as_secs_f64());
    }

    /// What became of events.
    pub fn items(&self, created: usize, duplicate: usize, retried: usize, refused: usize) {
        for (counter, count) in [
            (&self.created, created),
            (&self.duplicate, duplicate),
            (&self.retried, retried),
            (&self.refused, refused),
        ] {
            counter.increment(count as u64);
        }
    }

    /// So many requests may be on their way now.
    pub fn concurrency(&self, requests: usize) {
        self.concurrency.set(requests as f64);
    }

    /// So many events were sent, not taken, and are sent again.
    pub fn waiting(&self, events: usize) {
        self.waiting.set(events as f64);
    }

    /// Some of them were sent again and again.
    pub fn stuck(&self, waiting: usize, reason: &str) {
        tracing::warn!(
            sink = self.sink,
            "events that wait while others are taken: {waiting}; they are sent again until they are, too: {reason}"
        );
    }

    /// A node failed again when it was tried again.
    pub fn node_failed(&self, reason: &str) {
        tracing::warn!(
            sink = self.sink,
            "{reason}; it is left alone and tried now and then"
        );
    }

    /// Such a node is back.
    pub fn node_works(&self, host: &Host) {
        tracing::info!(sink = self.sink, "{host} works again");
    }
}
