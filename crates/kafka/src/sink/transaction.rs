//! The producer with transactions: messages and the positions behind them become visible together, or
//! not at all.
//!
//! - One transaction follows the other. Each takes what came since the last one, whatever its partition.
//! - A producer whose transaction fails is replaced: when the next one takes over the name, the brokers
//!   give up what the last one left. What it held is sent again, but for the events of partitions that
//!   belong to another member by now: that one reads them again, and their batches fail.
//! - Where nobody knows whether a transaction was committed, the committed positions tell, once the new
//!   producer has taken over.

mod attempt;
mod context;
mod fault;
mod worker;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use knownet_flow::{Desk, OpenError, Parcel, Path, Receipt, WriteError};
use rdkafka::ClientConfig;
use rdkafka::error::KafkaResult;

use super::bundle::Bundle;
use super::open::Open;
use super::shape::Shape;
use super::{Headers, SinkOptions};
use crate::client::words;
use crate::link::Link;
use context::{Context, Native};
use worker::Worker;

/// The producer.
pub(super) struct Transactional {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    sink: Arc<str>,
    topic: Arc<str>,
    key: Option<Path>,
    headers: Headers,
    link: Link,
    config: ClientConfig,
    desk: OnceLock<Arc<dyn Desk>>,
    open: Open,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Bundle>,
    /// Nobody waits for more to come.
    hurry: bool,
    closing: bool,
    /// Nobody takes what waits any more.
    over: bool,
}

impl Transactional {
    /// Makes the producer.
    pub fn start(
        name: &str,
        options: &SinkOptions,
        link: Link,
        config: ClientConfig,
    ) -> Result<Transactional, OpenError> {
        let shared = Arc::new(Shared {
            sink: name.into(),
            topic: options.topic.as_str().into(),
            key: options.key.clone(),
            headers: options.headers,
            link,
            config,
            desk: OnceLock::new(),
            open: Open::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        // Made now, so that what is wrong with an option is said at once.
        let shape = Shape::of(&shared.config);
        let native = shared
            .make(shape)
            .map_err(|error| OpenError(format!("a producer cannot be made: {}", words(&error))))?;
        let thread = thread::Builder::new()
            .name("kafka-out".into())
            .spawn({
                let shared = shared.clone();
                move || {
                    // Let go of after what the worker holds.
                    let _over = Over(&shared);
                    Worker::new(&shared, native, shape).run();
                }
            })
            .map_err(|error| OpenError(format!("no thread to produce with: {error}")))?;
        Ok(Transactional {
            shared,
            thread: Some(thread),
        })
    }

    /// Says whom to tell.
    pub fn begin(&self, desk: Arc<dyn Desk>) {
        // There is one desk in a run.
        let _ = self.shared.desk.set(desk);
    }

    /// Takes a parcel in; the next transaction takes it on.
    pub fn take(&self, parcel: &Parcel<'_>, receipt: Receipt) {
        let shared = &*self.shared;
        let bundle = Bundle::of(parcel, receipt, shared.key.as_ref(), shared.headers);
        let mut state = shared.lock();
        if state.over {
            return;
        }
        state.waiting.push_back(bundle);
        shared.open.add();
        shared.changed.notify_all();
    }

    /// Waits until all is committed, for `time` at most.
    pub fn finish(&self, time: Duration) -> Result<(), WriteError> {
        let shared = &*self.shared;
        shared.lock().hurry = true;
        shared.changed.notify_all();
        shared.open.wait(&shared.topic, time)
    }
}

impl Drop for Transactional {
    fn drop(&mut self) {
        self.shared.lock().closing = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // A panic in it was told by then.
            let _ = thread.join();
        }
    }
}

/// Says that the worker is gone, however it came to that.
struct Over<'a>(&'a Shared);

impl Drop for Over<'_> {
    /// Nothing may wait for ever: what is let go of fails, which ends the run if it has not ended.
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.over = true;
        let waiting = std::mem::take(&mut state.waiting);
        drop(state);
        self.0.open.clear();
        drop(waiting);
        if thread::panicking()
            && let Some(desk) = self.0.desk.get()
        {
            desk.lost();
        }
    }
}

impl Shared {
    fn make(&self, shape: Shape) -> KafkaResult<Native> {
        let context = Context::new(self.sink.clone());
        shape.config(&self.config).create_with_context(context)
    }

    fn is_closing(&self) -> bool {
        self.lock().closing || self.desk.get().is_some_and(|desk| desk.is_halted())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
#[path = "../tests/transaction.rs"]
mod tests;
