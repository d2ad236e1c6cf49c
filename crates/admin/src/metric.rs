//! Every metric there is, and the recorder that gathers them.
//!
//! Names and units follow Prometheus' conventions (<https://prometheus.io/docs/practices/naming/>):
//! seconds, bytes, `_total` for what only grows.

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};

/// A metric, as it is told to whoever asks for it.
struct Metric {
    name: &'static str,
    kind: Kind,
    /// What it is told apart by, which a test holds against the documentation.
    #[cfg_attr(not(test), expect(dead_code))]
    labels: &'static [&'static str],
    /// What it says.
    help: &'static str,
}

/// What a metric is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Only grows, from 0 at the start of the process.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Counts values by size.
    Histogram,
}

const fn counter(
    name: &'static str,
    labels: &'static [&'static str],
    help: &'static str,
) -> Metric {
    Metric {
        name,
        kind: Kind::Counter,
        labels,
        help,
    }
}

const fn gauge(name: &'static str, labels: &'static [&'static str], help: &'static str) -> Metric {
    Metric {
        name,
        kind: Kind::Gauge,
        labels,
        help,
    }
}

const SOURCE: &[&str] = &["source"];
const SINK: &[&str] = &["sink"];

/// All of them. Tests hold this against the names in the sources, and against the documentation.
const METRICS: &[Metric] = &[
    counter(
        "knownet_events_in_total",
        SOURCE,
        "Events read, dropped by a rule or safe in every sink that takes them",
    ),
    counter(
        "knownet_bytes_in_total",
        SOURCE,
        "Bytes of those events as they came, line feeds included",
    ),
    counter(
        "knownet_events_out_total",
        SINK,
        "Events that the sink has safe",
    ),
    counter(
        "knownet_bytes_out_total",
        SINK,
        "Bytes that the sink has safe",
    ),
    counter(
        "knownet_labels_total",
        &["label"],
        "Tags written with the label",
    ),
    counter(
        "knownet_rules_total",
        &["rule"],
        "Events that the rule decided or counted",
    ),
    counter(
        "knownet_dropped_total",
        &["rule"],
        "Events that the rule dropped",
    ),
    counter("knownet_unrouted_total", &[], "Events that no sink took"),
    counter(
        "knownet_unparsed_total",
        &[],
        "Events that were not in their format and left with a tag that says so",
    ),
    counter(
        "knownet_no_format_total",
        &[],
        "Events of text in no format that is known",
    ),
    counter(
        "knownet_enrich_failures_total",
        &[],
        "Events in which a field on the way to a tag was no object",
    ),
    counter(
        "knownet_long_total",
        &[],
        "Events over 1 MiB, which pass without being looked at",
    ),
    counter(
        "knownet_dead_letters_total",
        &[],
        "Events in the dead letters",
    ),
    counter(
        "knownet_sink_retries_total",
        SINK,
        "Writes that failed and were repeated; of Kafka, which tries by itself, each trouble once",
    ),
    gauge(
        "knownet_in_flight_bytes",
        &[],
        "Bytes read and not safe yet, over all sources",
    ),
    Metric {
        name: "knownet_batch_seconds",
        kind: Kind::Histogram,
        labels: &[],
        help: "Time from the reading of a batch until it is safe",
    },
    counter(
        "knownet_oversized_total",
        SOURCE,
        "Parts of records from the network that were longer than an event may be: each a dead letter",
    ),
    gauge("knownet_connections", SOURCE, "Connections that are open"),
    counter(
        "knownet_connections_refused_total",
        SOURCE,
        "Connections closed at once, because there were as many as may be",
    ),
    counter(
        "knownet_connections_failed_total",
        SOURCE,
        "Connections that ended over a handshake or a record that was wrong",
    ),
    counter(
        "knownet_connections_idle_total",
        SOURCE,
        "Connections closed because they were silent for too long",
    ),
    counter(
        "knownet_udp_dropped_total",
        SOURCE,
        "Datagrams that the kernel dropped, because they were not read in time",
    ),
    counter(
        "knownet_beats_windows_total",
        SOURCE,
        "Windows of Beats that were received whole",
    ),
    counter(
        "knownet_beats_keep_alives_total",
        SOURCE,
        "Acknowledgements that only told a Beat to go on waiting",
    ),
    counter(
        "knownet_beats_errors_total",
        &["source", "reason"],
        "Connections of Beats closed over an error",
    ),
    gauge("knownet_files_open", SOURCE, "Followed files that are open"),
    gauge(
        "knownet_files_tracked",
        SOURCE,
        "Files that are followed, open or not",
    ),
    counter(
        "knownet_file_rotations_total",
        SOURCE,
        "Followed files that gave their name to another",
    ),
    counter(
        "knownet_file_truncations_total",
        SOURCE,
        "Followed files that became shorter than what was read of them",
    ),
    counter(
        "knownet_http_requests_total",
        &["source", "path_kind", "status"],
        "Requests that were answered",
    ),
    counter(
        "knownet_http_actions_refused_total",
        SOURCE,
        "Actions of bulk requests that were refused one by one",
    ),
    gauge(
        "knownet_kafka_lag",
        &["source", "topic", "partition"],
        "Messages of a partition that is ours behind the last committed position. Of a topic that is written in transactions, their marks count, so that it may stay at 1 or more. Not there until a position is",
    ),
    gauge(
        "knownet_kafka_partitions",
        SOURCE,
        "Partitions that are ours",
    ),
    gauge(
        "knownet_kafka_paused",
        SOURCE,
        "1 while nothing is fetched because as much waits as may, or the run ends, else 0",
    ),
    counter(
        "knownet_kafka_rebalances_total",
        SOURCE,
        "Times that the group gave partitions or took them",
    ),
    counter(
        "knownet_kafka_undrained_total",
        SOURCE,
        "Times that partitions were given up before all that was read of them was safe",
    ),
    counter(
        "knownet_kafka_commit_failures_total",
        SOURCE,
        "Commits of positions that failed; they are sent again",
    ),
    counter(
        "knownet_kafka_errors_total",
        SOURCE,
        "Errors on the way to the brokers, each attempt one",
    ),
    counter(
        "knownet_kafka_sent_again_total",
        SINK,
        "Messages that the brokers did not take at first and that were sent again",
    ),
    counter(
        "knownet_sink_rotated_files_total",
        SINK,
        "Files that were closed and put aside",
    ),
    counter(
        "knownet_sink_rotated_files_removed_total",
        SINK,
        "Files put aside that were removed, as there were too many",
    ),
    counter(
        "knownet_elasticsearch_requests_total",
        &["sink", "status"],
        "Bulk requests by the status of their answer, or by why there is none",
    ),
    counter(
        "knownet_elasticsearch_items_total",
        &["sink", "outcome"],
        "Events of bulk requests that were created, there already, to be sent again, or refused",
    ),
    counter(
        "knownet_elasticsearch_sent_bytes_total",
        SINK,
        "Bytes of bulk requests as they were sent, repeated and compressed ones included",
    ),
    Metric {
        name: "knownet_elasticsearch_request_seconds",
        kind: Kind::Histogram,
        labels: SINK,
        help: "Time from the sending of a bulk request until its answer",
    },
    gauge(
        "knownet_elasticsearch_concurrency",
        SINK,
        "Bulk requests that may be on their way at once: fewer after a server said that it is busy",
    ),
    gauge(
        "knownet_elasticsearch_waiting",
        SINK,
        "Events that were sent, not taken, and are sent again until they are: each keeps its batch in flight",
    ),
    gauge(
        "knownet_spool_bytes",
        SOURCE,
        "Bytes in the spool on the disk",
    ),
    gauge("knownet_spool_files", SOURCE, "Files in the spool"),
    counter(
        "knownet_spool_damaged_total",
        SOURCE,
        "Spool files that were damaged and set aside",
    ),
    gauge(
        "knownet_spool_damaged_bytes",
        SOURCE,
        "Bytes of spool files that were set aside and are still there, beyond the spool's bound",
    ),
    counter(
        "knownet_spool_dropped_events_total",
        SOURCE,
        "Events dropped from a full spool, oldest first",
    ),
    counter(
        "knownet_spool_retries_total",
        SOURCE,
        "Attempts to write or read the spool that were repeated, as the disk did not let it",
    ),
    gauge(
        "knownet_spool_blocked",
        SOURCE,
        "1 while nothing is received because the spool is full or cannot be written, else 0",
    ),
    gauge(
        "knownet_feed_age_seconds",
        &["label"],
        "Time since the oldest feed file of the label was changed",
    ),
    counter(
        "knownet_reloads_total",
        &["result"],
        "Reloads of the configuration and its labels: taken, or refused with the old one kept",
    ),
    gauge(
        "knownet_config_last_reload_successful",
        &[],
        "1 if what runs is what the configuration said when it was looked at last, else 0",
    ),
    gauge(
        "knownet_config_last_reload_success_timestamp_seconds",
        &[],
        "When the running configuration was taken, in seconds since 1970",
    ),
    gauge(
        "knownet_build_info",
        &["version"],
        "1; what runs is in the label",
    ),
];

/// Upper bounds of the buckets of histograms, in seconds.
const BUCKETS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0,
];

/// Gathers the metrics of the process.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

/// The metrics cannot be gathered.
#[derive(Debug, thiserror::Error)]
#[error("metrics cannot be gathered: {0}")]
pub struct MetricsError(String);

impl Metrics {
    /// From now on they are gathered. Handles made before gather nothing.
    ///
    /// # Errors
    /// If something else gathers them already.
    pub fn gather(version: &'static str) -> Result<Metrics, MetricsError> {
        let seconds = Matcher::Suffix("_seconds".to_owned());
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(seconds, BUCKETS)
            .and_then(PrometheusBuilder::install_recorder)
            .map_err(|error| MetricsError(error.to_string()))?;
        for metric in METRICS {
            match metric.kind {
                Kind::Counter => metrics::describe_counter!(metric.name, metric.help),
                Kind::Gauge => metrics::describe_gauge!(metric.name, metric.help),
                Kind::Histogram => metrics::describe_histogram!(metric.name, metric.help),
            }
        }
        metrics::gauge!("knownet_build_info", "version" => version).set(1.0);
        Ok(Metrics(handle))
    }

    /// Prometheus' text.
    pub fn text(&self) -> String {
        self.0.render()
    }

    /// Sums up what histograms have gathered since; to be called every few seconds, since they hold
    /// every single value until then.
    pub fn settle(&self) {
        self.0.run_upkeep();
    }
}

#[cfg(test)]
#[path = "tests/metric.rs"]
mod tests;
