//! The source: a member of a consumer group.
//!
//! - A thread of its own polls the brokers without pause, so that the source stays in its group
//!   whatever the pipeline does. What it brings waits in a queue with a bound; then the partitions are
//!   paused.
//! - A position is committed after it was confirmed, and never before.
//! - A partition that another member is to have is handed over when all that was taken of it is safe,
//!   or after a bound in time.
//! - After a stop nothing is handed out any more; what waits is read again by whoever comes next. The
//!   member stays until the source is dropped, since batches may still be confirmed.

mod group;
mod place;
mod queue;
mod start;
mod statistic;
mod worker;

use std::mem;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use knownet_flow::{Batch, Commit, OpenError, Read, Source, SourceError, Stop};
use rdkafka::consumer::{BaseConsumer, Consumer as _};

use crate::client::{Connection, SOURCE, words};
use crate::link::Link;
use group::Member;
pub(crate) use queue::Queue;

/// How long a member may take to leave its group before nobody waits for it any more.
const LEAVE: Duration = Duration::from_secs(10);

/// What is consumed, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceOptions {
    /// How the brokers are reached.
    pub connection: Connection,
    /// Names, and patterns that begin with `^`. At least one.
    pub topics: Vec<String>,
    /// The consumer group; its members share the partitions.
    pub group: String,
    /// Where a partition begins of which nothing was committed.
    pub start: Start,
    /// How long a partition that is taken away is kept for what of it is not safe yet.
    pub drain_timeout: Duration,
    /// Whether the sink at the other end commits the positions.
    pub link: Option<Link>,
}

/// Where a partition begins of which nothing was committed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Start {
    /// With its oldest message.
    Earliest,
    /// With the next one that comes.
    Latest,
    /// With the first one of this time or later.
    Time(SystemTime),
}

/// What the source cuts by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Bytes of a usual batch.
    pub batch: usize,
    /// Bytes of the longest event.
    pub max_event: usize,
    /// Bytes that may wait.
    pub bound: usize,
}

/// The source.
pub struct Consumer {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
    watched: bool,
}

impl Consumer {
    /// Joins the group, under the `name` of the source. Batches have `batch` bytes at most, unless one
    /// event has more; an event has `max_event` at most.
    ///
    /// Brokers that cannot be reached are tried for ever.
    ///
    /// # Errors
    /// If an option does not work on this machine.
    pub fn open(
        name: &str,
        options: &SourceOptions,
        batch: usize,
        max_event: usize,
    ) -> Result<Consumer, OpenError> {
        let limits = Limits {
            batch: batch.min(max_event.saturating_add(1)),
            max_event,
            bound: 8 << 20,
        };
        Consumer::within(name, options, limits)
    }

    pub(crate) fn within(
        name: &str,
        options: &SourceOptions,
        limits: Limits,
    ) -> Result<Consumer, OpenError> {
        let connection = &options.connection;
        let mut config = connection.config(name, SOURCE)?;
        config.set("group.id", &options.group);
        config.set("enable.auto.commit", "false");
        config.set("enable.auto.offset.store", "false");
        // Where a committed position is gone, nothing that is left may be passed over.
        config.set("auto.offset.reset", "earliest");
        let extra = &connection.extra.0;
        if extra.get("group.protocol").map(String::as_str) != Some("consumer") {
            // In the newer protocol the brokers decide.
            config.set("partition.assignment.strategy", "cooperative-sticky");
        }
        connection.usual(&mut config, "statistics.interval.ms", "5000");
        // Ours is a queue, too: librdkafka's 64 MiB before it would only be memory.
        connection.usual(&mut config, "queued.max.messages.kbytes", "16384");
        // Usually a second in which nothing is fetched after that queue was full.
        connection.usual(&mut config, "fetch.queue.backoff.ms", "10");
        // Usually five minutes until a new topic of a pattern is found.
        connection.usual(&mut config, "topic.metadata.refresh.interval.ms", "60000");
        let queue = Arc::new(Queue::new(name, limits, options.link.is_some()));
        if let Some(link) = &options.link {
            // Then it also waits for what a member before it has not finished committing.
            config.set("isolation.level", "read_committed");
            link.join(&queue, &config);
        }
        let member = Member::new(name, options, queue.clone());
        let unfit = |error: rdkafka::error::KafkaError| {
            OpenError(format!("a consumer cannot be made: {}", words(&error)))
        };
        let consumer: BaseConsumer<Member> = config.create_with_context(member).map_err(unfit)?;
        let topics: Vec<&str> = options.topics.iter().map(String::as_str).collect();
        consumer.subscribe(&topics).map_err(unfit)?;
        let thread = thread::Builder::new()
            .name("kafka-in".into())
            .spawn({
                let queue = queue.clone();
                move || worker::run(consumer, &queue)
            })
            .map_err(|error| OpenError(format!("no thread to consume with: {error}")))?;
        Ok(Consumer {
            queue,
            thread: Some(thread),
            watched: false,
        })
    }
}

impl Source for Consumer {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        if !mem::replace(&mut self.watched, true) {
            let queue = self.queue.clone();
            stop.on_set(move || queue.stop());
        }
        self.queue.take(batch)
    }

    fn commits(&mut self) -> Option<Box<dyn Commit>> {
        Some(Box::new(Confirmed(self.queue.clone())))
    }
}

/// Notes what is confirmed; the thread commits it.
struct Confirmed(Arc<Queue>);

impl Commit for Confirmed {
    fn commit(&mut self, partition: u32, position: u64) {
        self.0.confirm(partition, position);
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        self.queue.close();
        if !self.queue.wait_until_left(LEAVE) {
            tracing::warn!(
                source = self.queue.name(),
                "the group was not left in {} s; what was confirmed last may be read again",
                LEAVE.as_secs()
            );
            return;
        }
        if let Some(thread) = self.thread.take() {
            // It has said that it is at its end; a panic in it was told by then.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
#[path = "tests/source.rs"]
mod tests;
