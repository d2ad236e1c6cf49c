//! The thread that polls.
//!
//! It never waits for the pipeline longer than a moment: where the queue stays full the partitions are
//! paused, and the polling goes on.

use std::thread;
use std::time::{Duration, Instant};

use rdkafka::TopicPartitionList;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::KafkaError;

use super::group::Member;
use super::queue::{Due, Queue};
use crate::client::words;
use crate::link::list;

/// How long it waits for a message before it looks at the rest.
const TICK: Duration = Duration::from_millis(100);
/// How often positions are committed.
const COMMIT: Duration = Duration::from_secs(1);
/// How long it waits for room before it pauses: to pause throws away what librdkafka has at hand, which
/// is dear for a pipeline that is merely slower than the brokers.
const PATIENCE: Duration = Duration::from_millis(500);

/// Polls until the queue is closed, and leaves the group.
pub(super) fn run(consumer: BaseConsumer<Member>, queue: &Queue) {
    // Whatever happens here, nobody may wait for ever for what comes no more.
    let _leaving = Leaving(queue);
    let mut committed = Instant::now();
    let mut paused = false;
    while !queue.is_closed() {
        let message = consumer.poll(Duration::ZERO).or_else(|| {
            queue.flush();
            consumer.poll(TICK)
        });
        match message {
            Some(Ok(message)) => {
                consumer.context().works();
                queue.push(&message);
            }
            Some(Err(KafkaError::MessageConsumptionFatal(code))) => {
                let words = words(&KafkaError::Global(code));
                queue.fail(format!("consuming has ended for good: {words}"));
                break;
            }
            // The context was told.
            Some(Err(_)) | None => {}
        }
        if committed.elapsed() >= COMMIT {
            committed = Instant::now();
            commit(&consumer, &queue.due());
            consumer.context().identify(&consumer);
        }
        let pausing = match paused {
            true => queue.is_stopping() || !queue.wait_for_room(Duration::ZERO),
            false if queue.is_stopping() => true,
            false => queue.is_full() && !queue.wait_for_room(PATIENCE),
        };
        let changed = consumer.context().was_assigned();
        if pausing != paused || pausing && changed {
            paused = pausing;
            pause(&consumer, &queue.partitions(), paused);
        }
    }
    // What waits for a member that leaves: positions, which the revocation commits.
    drop(consumer);
}

/// Commits these, and waits for the answer: of a commit that nobody waits for, librdkafka does not tell
/// this client whether it failed. It waits a session's time at most, while its other threads keep the
/// member in the group.
pub(super) fn commit(consumer: &BaseConsumer<Member>, due: &[Due]) {
    if due.is_empty() {
        return;
    }
    let positions = due.iter();
    let list = list(positions.map(|due| (&*due.topic, due.partition, due.position)));
    let outcome = consumer.commit(&list, CommitMode::Sync);
    // It is well with the first of them that is.
    let each = list
        .elements()
        .into_iter()
        .try_for_each(|element| element.error());
    if let Err(error) = outcome.and(each) {
        consumer.context().not_committed(&error, &list);
    }
}

fn pause(consumer: &BaseConsumer<Member>, partitions: &[(String, i32)], paused: bool) {
    let mut list = TopicPartitionList::with_capacity(partitions.len());
    for (topic, partition) in partitions {
        list.add_partition(topic, *partition);
    }
    let outcome = match paused {
        true => consumer.pause(&list),
        false => consumer.resume(&list),
    };
    consumer.context().paused(paused);
    if let Err(error) = outcome {
        tracing::debug!("partitions were not paused or resumed: {error}");
    }
}

/// Says that the member has left, however it came to that.
struct Leaving<'a>(&'a Queue);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            // Otherwise it would look as if there were no more to come.
            let name = self.0.name();
            self.0
                .fail(format!("the thread that consumes for {name} panicked"));
        }
        self.0.leave();
    }
}
