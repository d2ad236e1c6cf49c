//! What the group asks of its member: to take partitions and to give them up.
//!
//! - A partition is given up when all that was handed out of it is safe, or after the bound, and when
//!   its position is committed.
//! - A partition that was lost belongs to somebody else already: nothing of it is committed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rdkafka::ClientContext;
use rdkafka::TopicPartitionList;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, Consumer, ConsumerContext, RebalanceProtocol};
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::types::RDKafkaRespErr;

use super::queue::Queue;
use super::{SourceOptions, Start, start, statistic, worker};
use crate::client::words;
use crate::trouble::Trouble;

/// The member of a group that one source is.
pub(crate) struct Member {
    source: String,
    queue: Arc<Queue>,
    start: Start,
    drain: Duration,
    /// Whether partitions were assigned that may have to be paused.
    assigned: AtomicBool,
    trouble: Trouble,
    rebalances: metrics::Counter,
    failures: metrics::Counter,
    errors: metrics::Counter,
    undrained: metrics::Counter,
    pausing: metrics::Gauge,
    owned: metrics::Gauge,
}

impl Member {
    pub fn new(name: &str, options: &SourceOptions, queue: Arc<Queue>) -> Member {
        let source = name.to_owned();
        let label = || [("source", name.to_owned())];
        Member {
            queue,
            start: options.start,
            drain: options.drain_timeout,
            assigned: AtomicBool::new(false),
            trouble: Trouble::default(),
            rebalances: metrics::counter!("knownet_kafka_rebalances_total", &label()),
            failures: metrics::counter!("knownet_kafka_commit_failures_total", &label()),
            errors: metrics::counter!("knownet_kafka_errors_total", &label()),
            undrained: metrics::counter!("knownet_kafka_undrained_total", &label()),
            pausing: metrics::gauge!("knownet_kafka_paused", &label()),
            owned: metrics::gauge!("knownet_kafka_partitions", &label()),
            source,
        }
    }

    /// A message came.
    pub fn works(&self) {
        if self.trouble.over() {
            tracing::info!(source = self.source, "consuming again");
        }
    }

    /// Whether partitions were assigned since it was asked last.
    pub fn was_assigned(&self) -> bool {
        self.assigned.swap(false, Ordering::Relaxed)
    }

    /// All partitions are paused, or none.
    pub fn paused(&self, paused: bool) {
        self.queue.paused(paused);
        self.pausing.set(f64::from(u8::from(paused)));
    }

    /// Notes as whom positions may be committed, if somebody else does that.
    pub fn identify(&self, consumer: &BaseConsumer<Self>) {
        if self.queue.is_committed() {
            self.queue.known_as(consumer.group_metadata());
        }
    }

    /// These positions were not committed; they will be sent again.
    pub fn not_committed(&self, error: &KafkaError, list: &TopicPartitionList) {
        if error.rdkafka_error_code() == Some(RDKafkaErrorCode::NoOffset) {
            return;
        }
        self.failures.increment(1);
        let words = words(error);
        tracing::warn!(
            source = self.source,
            "positions were not committed: {words}"
        );
        for element in list.elements() {
            self.queue
                .not_committed(element.topic(), element.partition());
        }
    }

    fn assign(&self, consumer: &BaseConsumer<Self>, list: &mut TopicPartitionList) {
        let begun = start::seek(consumer, &self.source, self.start, &self.queue, list);
        for element in list.elements() {
            self.queue.assign(element.topic(), element.partition());
        }
        for due in &begun {
            self.queue.begin(&due.topic, due.partition, due.position);
        }
        self.assigned.store(true, Ordering::Relaxed);
        let outcome = match consumer.rebalance_protocol() {
            RebalanceProtocol::Cooperative => consumer.incremental_assign(list),
            _ => consumer.assign(list),
        };
        self.say("assigned", list, outcome);
        if !begun.is_empty() {
            worker::commit(consumer, &self.queue.due());
        }
    }

    fn revoke(&self, consumer: &BaseConsumer<Self>, list: &TopicPartitionList) {
        let lost = consumer.assignment_lost();
        let partitions = names(list);
        let numbers = self.queue.withdraw(&partitions);
        if !lost {
            if !self.queue.drain(&numbers, self.drain) && !self.queue.is_closed() {
                self.undrained.increment(1);
                tracing::warn!(
                    source = self.source,
                    "partitions are given up before all that was read of them was safe; the next \
                     member reads some of it again"
                );
            }
            worker::commit(consumer, &self.queue.due());
        }
        self.queue.release(&numbers);
        for (topic, partition) in &partitions {
            statistic::lag(&self.source, topic, *partition).set(0.0);
        }
        let outcome = match consumer.rebalance_protocol() {
            RebalanceProtocol::Cooperative => consumer.incremental_unassign(list),
            _ => consumer.unassign(),
        };
        self.say(if lost { "lost" } else { "given up" }, list, outcome);
    }

    fn say(&self, what: &str, list: &TopicPartitionList, outcome: KafkaResult<()>) {
        self.owned.set(self.queue.partitions().len() as f64);
        let source = &self.source;
        let count = list.count();
        match outcome {
            Ok(()) if count == 0 => {}
            Ok(()) => tracing::info!(source, "{count} partitions {what}"),
            // The group will say what comes next.
            Err(error) => tracing::warn!(source, "{count} partitions {what}, but: {error}"),
        }
    }
}

fn names(list: &TopicPartitionList) -> Vec<(String, i32)> {
    let elements = list.elements();
    let names = elements.iter();
    names
        .map(|element| (element.topic().to_owned(), element.partition()))
        .collect()
}

impl ClientContext for Member {
    fn log(&self, _: RDKafkaLogLevel, kind: &str, message: &str) {
        match kind {
            // These tell of events that are read again or passed over.
            "OFFSET" | "SESSTMOUT" | "MAXPOLL" => {
                tracing::warn!(source = self.source, "librdkafka: {kind}: {message}");
            }
            _ => tracing::debug!(source = self.source, "librdkafka: {kind}: {message}"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        self.errors.increment(1);
        if let Some(text) = self.trouble.heard(&error, reason) {
            tracing::warn!(source = self.source, "{text}; trying again");
        }
    }

    fn stats_raw(&self, json: &[u8]) {
        statistic::report(&self.source, &self.queue.reached(), json);
    }
}

impl ConsumerContext for Member {
    fn rebalance(
        &self,
        consumer: &BaseConsumer<Self>,
        kind: RDKafkaRespErr,
        list: &mut TopicPartitionList,
    ) {
        self.rebalances.increment(1);
        // What is ours from here on, or until it is given up, is ours in this generation.
        self.identify(consumer);
        // Others may go on while this waits.
        self.queue.flush();
        match kind {
            RDKafkaRespErr::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS => self.assign(consumer, list),
            _ => self.revoke(consumer, list),
        }
    }
}
