//! What a sink that commits positions itself knows of the source that they belong to.
//!
//! - A position is committed with the group's generation as it was when its partition was known to be
//!   ours. A partition that goes to another member goes in a later generation, so that the brokers
//!   refuse what comes too late; what comes in time, the other member waits for.
//! - The configuration gives both the same link; the source fills it in when it is opened.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rdkafka::consumer::{BaseConsumer, Consumer as _, ConsumerGroupMetadata};
use rdkafka::error::KafkaError;
use rdkafka::{ClientConfig, Offset, TopicPartitionList};

use crate::source::Queue;

/// Joins a source to the sink that commits its positions.
#[derive(Clone, Default)]
pub struct Link(Arc<OnceLock<Group>>);

struct Group {
    queue: Arc<Queue>,
    /// Of a consumer in the group.
    config: ClientConfig,
}

/// What may be committed.
pub(crate) struct Positions {
    pub list: TopicPartitionList,
    pub group: Arc<ConsumerGroupMetadata>,
}

impl Link {
    pub(crate) fn join(&self, queue: &Arc<Queue>, config: &ClientConfig) {
        // A source is opened once.
        let _ = self.0.set(Group {
            queue: queue.clone(),
            config: config.clone(),
        });
    }

    /// Whether there is a source to commit for.
    pub(crate) fn is_joined(&self) -> bool {
        self.0.get().is_some()
    }

    /// Whether this partition is ours.
    pub(crate) fn owns(&self, number: u32) -> bool {
        self.0
            .get()
            .is_none_or(|group| group.queue.name_of(number).is_some())
    }

    /// These positions, ready to be committed; `None` if one of the partitions is not ours any more.
    pub(crate) fn positions(&self, all: &[(u32, u64)]) -> Option<Positions> {
        let (names, group) = self.0.get()?.queue.positions(all)?;
        Some(Positions {
            list: list(
                names
                    .iter()
                    .map(|(topic, partition, position)| (&**topic, *partition, *position)),
            ),
            group,
        })
    }

    /// The committed position of each of these partitions; `None` for those that are not ours any
    /// more or of which nothing was committed.
    pub(crate) fn committed(
        &self,
        numbers: &[u32],
        time: Duration,
    ) -> Result<Vec<Option<u64>>, KafkaError> {
        let Some(group) = self.0.get() else {
            return Ok(vec![None; numbers.len()]);
        };
        let names: Vec<_> = numbers
            .iter()
            .map(|number| group.queue.name_of(*number))
            .collect();
        let ours = names.iter().flatten();
        let ours = ours.map(|(topic, partition)| (&**topic, *partition, 0));
        // Without a subscription it only asks.
        let consumer: BaseConsumer = group.config.create()?;
        let told = consumer.committed_offsets(list(ours), time)?;
        for element in told.elements() {
            element.error()?;
        }
        let position = |name: &Option<(String, i32)>| {
            let (topic, partition) = name.as_ref()?;
            match told.find_partition(topic, *partition)?.offset() {
                Offset::Offset(offset) => u64::try_from(offset).ok(),
                _ => None,
            }
        };
        Ok(names.iter().map(position).collect())
    }
}

/// Positions as librdkafka wants them.
pub(crate) fn list<'a>(positions: impl Iterator<Item = (&'a str, i32, u64)>) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for (topic, partition, position) in positions {
        let offset = Offset::Offset(i64::try_from(position).unwrap_or(i64::MAX));
        // Every offset can be said.
        let _ = list.add_partition_offset(topic, partition, offset);
    }
    list
}

impl PartialEq for Link {
    /// What it joins is said elsewhere.
    fn eq(&self, _: &Link) -> bool {
        true
    }
}

impl Eq for Link {}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Link")
    }
}
