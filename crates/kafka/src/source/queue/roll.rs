//! The partitions that are ours: they come and go, and their positions grow.

use std::collections::BTreeMap;
use std::mem;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use rdkafka::consumer::ConsumerGroupMetadata;

use super::{Entry, Queue};
use crate::source::place::Assigned;

/// Positions by topic and partition, and who commits them.
type Named = (Vec<(String, i32, u64)>, Arc<ConsumerGroupMetadata>);

/// A position to be committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub topic: String,
    pub partition: i32,
    pub position: u64,
}

impl Queue {
    /// Takes a partition in; from here on it has a new number.
    pub fn assign(&self, topic: &str, partition: i32) {
        let mut state = self.lock();
        let number = state.next;
        state.next += 1;
        let place = Assigned::new(topic, partition);
        let entry = Entry {
            place,
            open: None,
            leaving: false,
        };
        state.assigned.insert(number, entry);
        self.news.notify_all();
    }

    /// Everything of `number` up to `position` is confirmed; of a number that is no longer ours, that
    /// does not matter to anybody.
    pub fn confirm(&self, number: u32, position: u64) {
        if let Some(entry) = self.lock().assigned.get_mut(&number) {
            entry.place.confirm(position);
            self.news.notify_all();
        }
    }

    /// Whether somebody else commits what is confirmed.
    pub fn is_committed(&self) -> bool {
        self.committed
    }

    /// As whom the member may commit, from now on.
    pub fn known_as(&self, group: Option<ConsumerGroupMetadata>) {
        self.lock().group = group.map(Arc::new);
    }

    /// The topic and partition of a number that is ours.
    pub fn name_of(&self, number: u32) -> Option<(String, i32)> {
        let state = self.lock();
        let place = &state.assigned.get(&number)?.place;
        Some((place.topic.to_string(), place.partition))
    }

    /// Topic, partition and last position of these, and as whom they may be committed, if all of them
    /// are ours at this moment.
    pub fn positions(&self, all: &[(u32, u64)]) -> Option<Named> {
        let state = self.lock();
        let mut last: BTreeMap<u32, u64> = BTreeMap::new();
        for (number, position) in all {
            let known = last.entry(*number).or_default();
            *known = (*known).max(*position);
        }
        let named = last.into_iter().map(|(number, position)| {
            let place = &state.assigned.get(&number)?.place;
            Some((place.topic.to_string(), place.partition, position))
        });
        Some((named.collect::<Option<_>>()?, state.group.clone()?))
    }

    /// What is to be committed; it counts as sent.
    pub fn due(&self) -> Vec<Due> {
        let mut state = self.lock();
        let taken = state.taken;
        let due = state.assigned.values_mut().filter_map(|entry| {
            let waits = entry.open.is_some_and(|open| open >= taken);
            let position = match self.committed {
                false => entry.place.due()?,
                // What waits may be committed by somebody else before this arrives, which would then
                // move the group backwards.
                true if waits => return None,
                true => entry.place.due_beyond()?,
            };
            entry.place.sent(position);
            Some(Due {
                topic: entry.place.topic.to_string(),
                partition: entry.place.partition,
                position,
            })
        });
        due.collect()
    }

    /// What was sent of this partition was not taken.
    pub fn not_committed(&self, topic: &str, partition: i32) {
        let mut state = self.lock();
        if let Some(number) = state.number(topic, partition)
            && let Some(entry) = state.assigned.get_mut(&number)
        {
            entry.place.failed();
        }
    }

    /// Hands nothing out of these partitions any more, and forgets what waits of them.
    pub fn withdraw(&self, partitions: &[(String, i32)]) -> Vec<u32> {
        let mut state = self.lock();
        let numbers: Vec<u32> = partitions
            .iter()
            .filter_map(|(topic, partition)| state.number(topic, *partition))
            .collect();
        for number in &numbers {
            if let Some(entry) = state.assigned.get_mut(number) {
                entry.leaving = true;
            }
        }
        state.forget(|parcel| numbers.contains(&parcel.number));
        self.room.notify_all();
        self.news.notify_all();
        numbers
    }

    /// Waits, for `time` at most and not after a close, until all that was handed out of these is
    /// confirmed; whether it is.
    pub fn drain(&self, numbers: &[u32], time: Duration) -> bool {
        let deadline = Instant::now() + time;
        let mut state = self.lock();
        loop {
            let drained = |number: &u32| {
                let entry = state.assigned.get(number);
                entry.is_none_or(|entry| entry.place.is_drained())
            };
            if numbers.iter().all(drained) {
                state.draining = false;
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.closed {
                state.draining = false;
                return false;
            }
            if !mem::replace(&mut state.draining, true) {
                self.news.notify_all();
            }
            let waited = self.news.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Gives these up: what is confirmed of them from here on is not ours to commit.
    pub fn release(&self, numbers: &[u32]) {
        let mut state = self.lock();
        for number in numbers {
            state.assigned.remove(number);
        }
    }

    /// A partition that is ours, and nobody has committed a position of, begins at this one.
    pub fn begin(&self, topic: &str, partition: i32, position: u64) {
        let mut state = self.lock();
        if let Some(number) = state.number(topic, partition)
            && let Some(entry) = state.assigned.get_mut(&number)
        {
            entry.place.begin(position);
        }
    }

    /// How far the partitions are that are ours; 0 while that is not known.
    pub fn reached(&self) -> Vec<(String, i32, u64)> {
        let state = self.lock();
        let places = state.assigned.values().map(|entry| &entry.place);
        places
            .map(|place| (place.topic.to_string(), place.partition, place.safe()))
            .collect()
    }

    /// The partitions that are ours.
    pub fn partitions(&self) -> Vec<(String, i32)> {
        let state = self.lock();
        let places = state.assigned.values().map(|entry| &entry.place);
        places
            .map(|place| (place.topic.to_string(), place.partition))
            .collect()
    }
}
