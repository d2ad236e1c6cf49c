//! What the sink counts.

use std::time::Duration;

use metrics::{Counter, Gauge, Histogram};

/// The metrics of one sink.
pub(super) struct Tell {
    sink: String,
    created: Counter,
    duplicate: Counter,
    retried: Counter,
    refused: Counter,
    bytes: Counter,
    seconds: Histogram,
    concurrency: Gauge,
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
}
