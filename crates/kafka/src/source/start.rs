//! Where partitions begin that nobody committed a position of.

use std::time::{Duration, SystemTime};

use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaResult;
use rdkafka::{Offset, TopicPartitionList};

use super::Start;
use super::group::Member;
use super::queue::{Due, Queue};
use crate::client::words;

/// How long the brokers are asked at once.
const ASK: Duration = Duration::from_secs(5);
/// How often they are asked before the partitions begin with their oldest messages.
const TRIES: u32 = 6;

/// Sets where the partitions of `list` begin; those of which something was committed are left as they
/// are. Returns the positions of the others: they are to be committed, so that "where nobody was yet"
/// holds once and not after each start.
pub(super) fn seek(
    consumer: &BaseConsumer<Member>,
    source: &str,
    start: Start,
    queue: &Queue,
    list: &mut TopicPartitionList,
) -> Vec<Due> {
    if start == Start::Earliest {
        return Vec::new();
    }
    for _ in 0..TRIES {
        match begin(consumer, start, list) {
            Ok(begun) => return begun,
            Err(_) if queue.is_closed() => return Vec::new(),
            Err(error) => {
                let words = words(&error);
                tracing::warn!(
                    source,
                    "where to start cannot be asked: {words}; trying again"
                );
            }
        }
    }
    tracing::warn!(
        source,
        "where to start could not be asked; partitions without a committed position begin with \
         their oldest messages"
    );
    Vec::new()
}

fn begin(
    consumer: &BaseConsumer<Member>,
    start: Start,
    list: &mut TopicPartitionList,
) -> KafkaResult<Vec<Due>> {
    let committed = consumer.committed_offsets(list.clone(), ASK)?;
    let mut fresh = TopicPartitionList::new();
    for element in committed.elements() {
        element.error()?;
        if !matches!(element.offset(), Offset::Offset(_)) {
            fresh.add_partition(element.topic(), element.partition());
        }
    }
    if fresh.count() == 0 {
        return Ok(Vec::new());
    }
    if let Start::Time(time) = start {
        fresh.set_all_offsets(Offset::Offset(millis(time)))?;
        fresh = consumer.offsets_for_times(fresh, ASK)?;
    } else {
        fresh.set_all_offsets(Offset::End)?;
    }
    let mut begun = Vec::new();
    for element in fresh.elements() {
        element.error()?;
        let (topic, partition) = (element.topic(), element.partition());
        let offset = match element.offset() {
            Offset::Offset(offset) => offset,
            // Of a time behind the last message, too, the end is told.
            _ => consumer.fetch_watermarks(topic, partition, ASK)?.1,
        };
        list.set_partition_offset(topic, partition, Offset::Offset(offset))?;
        begun.push(Due {
            topic: topic.to_owned(),
            partition,
            position: u64::try_from(offset).unwrap_or(0),
        });
    }
    Ok(begun)
}

fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
