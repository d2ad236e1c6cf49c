//! What was consumed and waits to be read, and what is known of the partitions it came from.
//!
//! - One message is one event. It is copied once, to the end of the batch that waits of its partition;
//!   whoever reads swaps buffers.
//! - Each assignment has a number of its own, which is the partition that batches tell: what is left
//!   of an older one cannot be taken for a newer one's.
//! - What belongs to a partition that is taken away, or comes after a stop, is forgotten.

mod parcel;
mod roll;

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use knownet_flow::{Batch, Read, SourceError};
use rdkafka::consumer::ConsumerGroupMetadata;
use rdkafka::message::Message;

use super::Limits;
use super::place::Assigned;
use parcel::{Cut, Parcel};
pub(crate) use roll::Due;

/// Buffers kept for what comes next.
const SPARE: usize = 4;

/// What one source consumed.
pub(crate) struct Queue {
    name: String,
    limits: Limits,
    /// Whether somebody else commits what is confirmed.
    committed: bool,
    oversized: metrics::Counter,
    state: Mutex<State>,
    /// There is something to be read.
    filled: Condvar,
    /// There is room, or all is over.
    room: Condvar,
    /// Something was confirmed, or partitions came, went or were paused.
    news: Condvar,
    /// The member has left its group.
    left: Condvar,
}

#[derive(Default)]
struct State {
    parcels: VecDeque<Parcel>,
    /// How many were taken from the front.
    taken: u64,
    bytes: usize,
    /// What waits may be read: no more is at hand.
    ready: bool,
    assigned: BTreeMap<u32, Entry>,
    next: u32,
    /// Whose message came last: the next one is often of the same.
    last: u32,
    spare: Vec<Parcel>,
    /// Whether what was handed out is waited for.
    draining: bool,
    paused: bool,
    stopping: bool,
    closed: bool,
    has_left: bool,
    failed: Option<String>,
    ended: bool,
    group: Option<Arc<ConsumerGroupMetadata>>,
}

struct Entry {
    place: Assigned,
    /// The last parcel that waits, counted over all that there were: the one to add to.
    open: Option<u64>,
    /// Whether it is to be given up: what came of it was forgotten, and nothing behind that may count.
    leaving: bool,
}

impl Entry {
    fn is(&self, topic: &str, partition: i32) -> bool {
        self.place.partition == partition && *self.place.topic == *topic
    }
}

impl Queue {
    /// Whether what is confirmed is `committed` by then, or has to be.
    pub fn new(name: &str, limits: Limits, committed: bool) -> Queue {
        Queue {
            name: name.to_owned(),
            limits,
            committed,
            oversized: metrics::counter!("knownet_oversized_total", "source" => name.to_owned()),
            state: Mutex::default(),
            filled: Condvar::new(),
            room: Condvar::new(),
            news: Condvar::new(),
            left: Condvar::new(),
        }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Takes a message in. One that belongs to no partition of ours is forgotten, and so is every one
    /// after a stop.
    pub fn push(&self, message: &impl Message) {
        let mut state = self.lock();
        let state = &mut *state;
        if state.stopping {
            return;
        }
        let (topic, partition) = (message.topic(), message.partition());
        let last = state.assigned.get(&state.last);
        let number = match last.is_some_and(|entry| entry.is(topic, partition)) {
            true => Some(state.last),
            false => state.number(topic, partition),
        };
        let Some(number) = number else {
            return;
        };
        let Some(entry) = state.assigned.get_mut(&number) else {
            return;
        };
        if entry.leaving {
            return;
        }
        state.last = number;
        let offset = u64::try_from(message.offset()).unwrap_or(0);
        let cut = Cut::of(message.payload(), self.limits.max_event);
        let (parcels, taken) = (&mut state.parcels, state.taken);
        let open = entry.open.and_then(|open| {
            let index = usize::try_from(open.checked_sub(taken)?).ok()?;
            parcels.get_mut(index)
        });
        let (event, read) = match &cut {
            Cut::Nothing => {
                match open {
                    Some(parcel) => parcel.position = offset + 1,
                    None => entry.place.pass(offset + 1),
                }
                return;
            }
            Cut::Line(event) => (&event[..], Read::Lines),
            Cut::Oversized(event) => {
                self.oversized.increment(1);
                (*event, parcel::WHOLE)
            }
        };
        match open {
            Some(parcel) if parcel.fits(read, event.len(), self.limits.batch) => {
                let before = parcel.size();
                parcel.add(event, offset, message);
                state.bytes += parcel.size() - before;
            }
            _ => {
                let mut parcel = state.spare.pop().unwrap_or_default();
                parcel.begin(number, read);
                parcel.add(event, offset, message);
                state.bytes += parcel.size();
                entry.open = Some(taken + parcels.len() as u64);
                parcels.push_back(parcel);
            }
        }
        // A whole batch need not wait for what else is at hand.
        if state.bytes >= self.limits.batch && !state.ready {
            state.ready = true;
            self.filled.notify_one();
        }
    }

    /// No more is at hand: what waits is to be read.
    pub fn flush(&self) {
        let mut state = self.lock();
        if !state.parcels.is_empty() && !state.ready {
            state.ready = true;
            self.filled.notify_one();
        }
    }

    /// Takes the oldest batch out; waits until there is one.
    pub fn take(&self, batch: &mut Batch) -> Result<Read, SourceError> {
        let idle = |state: &mut State| {
            let empty = state.parcels.is_empty() || !state.ready;
            empty && !state.stopping && !state.ended
        };
        let waited = self.filled.wait_while(self.lock(), idle);
        let mut guard = waited.unwrap_or_else(PoisonError::into_inner);
        let state = &mut *guard;
        let Some(mut parcel) = state.parcels.pop_front() else {
            return match state.failed.take() {
                Some(reason) => Err(SourceError(reason)),
                None => Ok(Read::End),
            };
        };
        state.taken += 1;
        state.bytes -= parcel.size();
        state.ready &= !state.parcels.is_empty();
        let read = parcel.give(batch);
        if let Some(entry) = state.assigned.get_mut(&batch.partition) {
            entry.place.hand(batch.position);
            batch.stream = Some(entry.place.stream.clone());
        }
        if state.spare.len() < SPARE {
            state.spare.push(parcel);
        }
        if state.bytes <= self.limits.bound / 2 {
            self.room.notify_all();
        }
        Ok(read)
    }

    /// Whether as much waits as may.
    pub fn is_full(&self) -> bool {
        self.lock().bytes >= self.limits.bound
    }

    /// Waits, for `time` at most, until about half of what may wait is there; whether it came to that.
    pub fn wait_for_room(&self, time: Duration) -> bool {
        let full = |state: &mut State| {
            state.bytes > self.limits.bound / 2 && !state.stopping && !state.closed
        };
        let waited = self.room.wait_timeout_while(self.lock(), time, full);
        let waited = waited.unwrap_or_else(PoisonError::into_inner);
        !waited.1.timed_out()
    }

    /// All partitions are paused, or none.
    pub fn paused(&self, paused: bool) {
        self.lock().paused = paused;
        self.news.notify_all();
    }

    /// Hands nothing out any more.
    pub fn stop(&self) {
        let mut state = self.lock();
        state.stopping = true;
        state.forget(|_| true);
        self.filled.notify_all();
        self.room.notify_all();
    }

    pub fn is_stopping(&self) -> bool {
        self.lock().stopping
    }

    /// Ends it: after what waits, with the reason for the first who reads.
    pub fn fail(&self, reason: String) {
        let mut state = self.lock();
        state.failed = Some(reason);
        state.ended = true;
        state.ready = true;
        self.filled.notify_all();
    }

    /// Nobody will confirm anything any more.
    pub fn close(&self) {
        let mut state = self.lock();
        state.stopping = true;
        state.closed = true;
        state.forget(|_| true);
        self.filled.notify_all();
        self.room.notify_all();
        self.news.notify_all();
    }

    pub fn is_closed(&self) -> bool {
        self.lock().closed
    }

    /// Says that the member has left its group.
    pub fn leave(&self) {
        let mut state = self.lock();
        state.has_left = true;
        state.ended = true;
        self.filled.notify_all();
        self.left.notify_all();
    }

    /// Waits for that, for `time` at most; whether it came.
    pub fn wait_until_left(&self, time: Duration) -> bool {
        let staying = |state: &mut State| !state.has_left;
        let waited = self.left.wait_timeout_while(self.lock(), time, staying);
        let waited = waited.unwrap_or_else(PoisonError::into_inner);
        !waited.1.timed_out()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The number under which a partition is ours.
    fn number(&self, topic: &str, partition: i32) -> Option<u32> {
        let mut all = self.assigned.iter().rev();
        all.find(|(_, entry)| entry.is(topic, partition))
            .map(|(number, _)| *number)
    }

    fn forget(&mut self, gone: impl Fn(&Parcel) -> bool) {
        self.parcels.retain(|parcel| !gone(parcel));
        self.bytes = self.parcels.iter().map(Parcel::size).sum();
        // Whoever waits for the next one is told of it only where it was not ready before.
        self.ready &= !self.parcels.is_empty();
        // Their places in the queue have changed. Of what still waits nothing may be lost sight of: a
        // message without an event must not be passed before it.
        for entry in self.assigned.values_mut() {
            entry.open = None;
        }
        for (index, parcel) in self.parcels.iter().enumerate() {
            if let Some(entry) = self.assigned.get_mut(&parcel.number) {
                entry.open = Some(self.taken + index as u64);
            }
        }
    }
}

#[cfg(test)]
#[path = "../tests/queue.rs"]
mod tests;
