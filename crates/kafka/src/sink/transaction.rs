//! The producer with transactions: messages and the positions behind them become visible together, or
//! not at all.
//!
//! - One transaction follows the other. Each takes what came since the last one, whatever its partition.
//! - One that has to be given up is begun again with the same events, but for those of partitions that
//!   belong to another member by now: that one reads them again, and their batches fail.
//! - Where a producer is at its end and nobody knows whether its last transaction was committed, the
//!   committed positions tell, once a new producer has taken over.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use knownet_flow::{Desk, Parcel, Path, Receipt, WriteError};
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::message::DeliveryResult;
use rdkafka::producer::{BaseProducer, Producer as _, ProducerContext, PurgeConfig};
use rdkafka::{ClientConfig, ClientContext};

use super::bundle::{Bundle, Sent};
use super::report::is_final;
use super::{Headers, SinkOptions};
use crate::client::{OpenError, words};
use crate::link::Link;

/// How long a transaction gathers.
const GATHER: Duration = Duration::from_millis(200);
/// As many bytes are enough for one.
const ENOUGH: usize = 16 << 20;
/// How long the brokers are waited for at once.
const ASK: Duration = Duration::from_secs(5);
/// How long reports are waited for at once.
const TICK: Duration = Duration::from_millis(50);
/// The shortest and the longest time between attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

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
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Bundle>,
    /// Bundles that are not settled, those that wait included.
    open: usize,
    /// Nobody waits for more to come.
    hurry: bool,
    closing: bool,
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
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        // Made now, so that what is wrong with an option is said at once.
        let native = shared
            .make()
            .map_err(|error| OpenError(format!("a producer cannot be made: {}", words(&error))))?;
        let thread = thread::Builder::new()
            .name("kafka-out".into())
            .spawn({
                let shared = shared.clone();
                move || Worker::new(&shared, native).run()
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
        state.waiting.push_back(bundle);
        state.open += 1;
        shared.changed.notify_all();
    }

    /// Waits until all is committed, for `time` at most.
    pub fn finish(&self, time: Duration) -> Result<(), WriteError> {
        let shared = &*self.shared;
        let mut state = shared.lock();
        state.hurry = true;
        shared.changed.notify_all();
        let busy = |state: &mut State| state.open > 0;
        let waited = shared.changed.wait_timeout_while(state, time, busy);
        match waited.unwrap_or_else(PoisonError::into_inner).0.open {
            0 => Ok(()),
            open => Err(WriteError::Unreachable(format!(
                "topic {}: {open} batches are not committed yet",
                shared.topic
            ))),
        }
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

/// What became of an attempt.
enum Fault {
    /// The transaction has to be given up.
    Abort(String),
    /// The producer is at its end.
    Fatal(String),
    /// Nobody waits any more.
    Closing,
}

impl Shared {
    fn make(&self) -> KafkaResult<Native> {
        let context = Context {
            sink: self.sink.clone(),
            failed: Mutex::default(),
        };
        self.config.create_with_context(context)
    }

    fn is_closing(&self) -> bool {
        self.lock().closing || self.desk.get().is_some_and(|desk| desk.is_halted())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Worker<'a> {
    shared: &'a Shared,
    native: Native,
    /// Whether the producer may begin transactions.
    ready: bool,
    /// Whether nobody knows if what is held was committed.
    doubtful: bool,
    /// What the transaction has taken.
    held: Vec<Bundle>,
    pause: Duration,
    failing: bool,
}

impl Worker<'_> {
    fn new(shared: &Shared, native: Native) -> Worker<'_> {
        Worker {
            shared,
            native,
            ready: false,
            doubtful: false,
            held: Vec::new(),
            pause: PAUSES.0,
            failing: false,
        }
    }

    fn run(mut self) {
        loop {
            if self.held.is_empty() && !self.wait() {
                return;
            }
            let outcome = self.ready().and_then(|()| self.transact());
            match outcome {
                Ok(()) => {
                    self.settle();
                    continue;
                }
                Err(Fault::Closing) => return,
                Err(Fault::Abort(reason)) => {
                    self.fail(&reason);
                    if let Err(Fault::Fatal(reason)) = self.abort() {
                        self.renew(&reason);
                    }
                }
                Err(Fault::Fatal(reason)) => self.renew(&reason),
            }
            if !self.rest() {
                return;
            }
        }
    }

    /// Waits for something to send; `false` if nobody wants that any more.
    fn wait(&self) -> bool {
        loop {
            let idle = |state: &mut State| state.waiting.is_empty() && !state.closing;
            let waited = self
                .shared
                .changed
                .wait_timeout_while(self.shared.lock(), TICK, idle);
            let (state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            if state.closing {
                return false;
            }
            if !state.waiting.is_empty() {
                return true;
            }
            drop(state);
            // Keeps it informed of its brokers.
            self.native.poll(Duration::ZERO);
        }
    }

    /// Waits before the next attempt; `false` if nobody wants one.
    fn rest(&mut self) -> bool {
        let until = Instant::now() + self.pause;
        self.pause = (self.pause * 2).min(PAUSES.1);
        while Instant::now() < until {
            if self.shared.is_closing() {
                return false;
            }
            self.native.poll(TICK);
        }
        !self.shared.is_closing()
    }

    /// Makes the producer ready: transactions that one of its name has left open are over then.
    fn ready(&mut self) -> Result<(), Fault> {
        if !self.ready {
            self.repeat(|native| native.init_transactions(ASK))?;
            self.ready = true;
        }
        if self.doubtful {
            self.clear_up()?;
            self.doubtful = false;
        }
        Ok(())
    }

    /// Lets go of what is committed after all.
    fn clear_up(&mut self) -> Result<(), Fault> {
        let numbers: Vec<u32> = self.held.iter().map(|bundle| bundle.number).collect();
        let committed = loop {
            if self.shared.is_closing() {
                return Err(Fault::Closing);
            }
            match self.shared.link.committed(&numbers, ASK) {
                Ok(committed) => break committed,
                Err(error) => self.fail(&self.reason(&error)),
            }
        };
        let held = std::mem::take(&mut self.held);
        for (bundle, committed) in held.into_iter().zip(committed) {
            match committed {
                Some(committed) if committed >= bundle.position => self.confirm(bundle),
                _ => self.held.push(bundle),
            }
        }
        Ok(())
    }

    /// Everything that is held, and what comes while it gathers, in one transaction.
    fn transact(&mut self) -> Result<(), Fault> {
        self.drop_lost();
        self.repeat(|native| native.begin_transaction())?;
        let mut sent = 0;
        for bundle in 0..self.held.len() {
            sent += self.send(bundle)?;
        }
        let deadline = Instant::now() + GATHER;
        while sent < ENOUGH {
            self.native.poll(Duration::ZERO);
            let Some(bundle) = self.next(deadline)? else {
                break;
            };
            self.held.push(bundle);
            sent += self.send(self.held.len() - 1)?;
        }
        self.flush()?;
        if self.shared.link.is_joined() {
            let positions: Vec<(u32, u64)> = self
                .held
                .iter()
                .map(|bundle| (bundle.number, bundle.position))
                .collect();
            let Some(positions) = self.shared.link.positions(&positions) else {
                return Err(Fault::Abort(format!(
                    "topic {}: a partition was taken away before its events were committed",
                    self.shared.topic
                )));
            };
            self.repeat(|native| {
                native.send_offsets_to_transaction(&positions.list, &positions.group, ASK)
            })?;
        }
        // From here on it may be committed without our hearing of it.
        self.doubtful = true;
        self.repeat(|native| native.commit_transaction(ASK))?;
        self.doubtful = false;
        Ok(())
    }

    /// Lets go of what belongs to another member by now.
    fn drop_lost(&mut self) {
        let before = self.held.len();
        self.held
            .retain(|bundle| self.shared.link.owns(bundle.number));
        self.close(before - self.held.len());
    }

    /// The next bundle, if it comes in time.
    fn next(&self, deadline: Instant) -> Result<Option<Bundle>, Fault> {
        let mut state = self.shared.lock();
        loop {
            if state.closing {
                return Err(Fault::Closing);
            }
            if let Some(bundle) = state.waiting.pop_front() {
                return Ok(Some(bundle));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() || state.hurry {
                return Ok(None);
            }
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Sends what is wanted of a bundle; returns about how many bytes that is.
    fn send(&mut self, bundle: usize) -> Result<usize, Fault> {
        let wanted: Vec<(usize, bool)> = self.held[bundle].wanted().collect();
        for (event, alone) in wanted {
            if alone {
                self.flush()?;
            }
            self.send_one(bundle, event)?;
            if alone {
                self.flush()?;
            }
        }
        Ok(self.held[bundle].size())
    }

    fn send_one(&mut self, bundle: usize, event: usize) -> Result<(), Fault> {
        let opaque = Arc::new(Sent { bundle, event });
        let mut record = self.held[bundle].record(event, &self.shared.topic, opaque);
        let error = loop {
            let (error, back) = match self.native.send(record) {
                Ok(()) => return Ok(()),
                Err(failed) => failed,
            };
            if error.rdkafka_error_code() != Some(RDKafkaErrorCode::QueueFull) {
                break error;
            }
            if self.shared.is_closing() {
                return Err(Fault::Closing);
            }
            // Its reports are what makes room.
            self.native.poll(TICK);
            record = back;
        };
        let reason = self.reason(&error);
        match error.rdkafka_error_code() {
            Some(code) if is_final(code) => {
                // Nothing was sent, so no neighbour is to blame.
                self.held[bundle].refuse(event, reason.clone());
                self.held[bundle].refuse(event, reason);
                Ok(())
            }
            _ => Err(self.fault(&error)),
        }
    }

    /// Waits until all that was sent is delivered.
    fn flush(&mut self) -> Result<(), Fault> {
        while self.native.in_flight_count() > 0 {
            if self.shared.is_closing() {
                return Err(Fault::Closing);
            }
            let _ = self.native.flush(TICK);
            if let Some((_, reason)) = self.native.client().fatal_error() {
                return Err(Fault::Fatal(reason));
            }
        }
        let failed = std::mem::take(&mut *self.native.context().failed());
        let Some((_, first)) = failed.first() else {
            return Ok(());
        };
        let reason = format!("topic {}: {first}", self.shared.topic);
        for (sent, error) in &failed {
            if error.rdkafka_error_code().is_some_and(is_final) {
                let reason = self.reason(error);
                self.held[sent.bundle].refuse(sent.event, reason);
            }
        }
        Err(Fault::Abort(reason))
    }

    /// Gives the transaction up.
    fn abort(&mut self) -> Result<(), Fault> {
        self.native.purge(PurgeConfig::default().queue().inflight());
        let aborted = self.repeat(|native| native.abort_transaction(ASK));
        // What was purged is reported as failed, which it is not.
        self.native.context().failed().clear();
        self.doubtful = false;
        match aborted {
            // There is nothing worse than having to give up what was given up.
            Err(Fault::Abort(reason)) => Err(Fault::Fatal(reason)),
            aborted => aborted,
        }
    }

    /// Takes another producer.
    fn renew(&mut self, reason: &str) {
        self.fail(reason);
        tracing::warn!(
            sink = &*self.shared.sink,
            "a new producer takes over: {reason}"
        );
        match self.shared.make() {
            Ok(native) => {
                self.native = native;
                self.ready = false;
            }
            Err(error) => self.fail(&format!("a producer cannot be made: {}", words(&error))),
        }
    }

    /// Calls until it works, as long as it can be called again.
    fn repeat(&mut self, mut call: impl FnMut(&Native) -> KafkaResult<()>) -> Result<(), Fault> {
        loop {
            let error = match call(&self.native) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            match &error {
                KafkaError::Transaction(inner) if inner.is_retriable() => {
                    self.fail(&self.reason(&error));
                    if !self.rest() {
                        return Err(Fault::Closing);
                    }
                }
                _ => return Err(self.fault(&error)),
            }
        }
    }

    fn fault(&self, error: &KafkaError) -> Fault {
        let reason = self.reason(error);
        let is_fatal = match error {
            KafkaError::Transaction(inner) => inner.is_fatal() || !inner.txn_requires_abort(),
            _ => self.native.client().fatal_error().is_some(),
        };
        match is_fatal {
            true => Fault::Fatal(reason),
            false => Fault::Abort(reason),
        }
    }

    fn reason(&self, error: &KafkaError) -> String {
        format!("topic {}: {}", self.shared.topic, words(error))
    }

    /// All that is held is committed.
    fn settle(&mut self) {
        self.pause = PAUSES.0;
        if std::mem::take(&mut self.failing)
            && let Some(desk) = self.shared.desk.get()
        {
            desk.succeeded();
        }
        for bundle in std::mem::take(&mut self.held) {
            self.confirm(bundle);
        }
    }

    fn confirm(&self, bundle: Bundle) {
        bundle.receipt.confirm();
        self.close(1);
    }

    /// So many bundles are settled.
    fn close(&self, count: usize) {
        let mut state = self.shared.lock();
        state.open -= count;
        if state.open == 0 {
            self.shared.changed.notify_all();
        }
    }

    fn fail(&mut self, reason: &str) {
        self.failing = true;
        if let Some(desk) = self.shared.desk.get() {
            desk.failed(reason);
        }
    }
}

type Native = BaseProducer<Context>;

/// Hears the producer.
struct Context {
    sink: Arc<str>,
    /// What was not delivered.
    failed: Mutex<Vec<(Arc<Sent>, KafkaError)>>,
}

impl Context {
    fn failed(&self) -> MutexGuard<'_, Vec<(Arc<Sent>, KafkaError)>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl ClientContext for Context {
    fn log(&self, _: RDKafkaLogLevel, kind: &str, message: &str) {
        tracing::debug!(sink = &*self.sink, "librdkafka: {kind}: {message}");
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::debug!(sink = &*self.sink, "librdkafka: {error}: {reason}");
    }

    fn stats_raw(&self, _: &[u8]) {}
}

impl ProducerContext for Context {
    type DeliveryOpaque = Arc<Sent>;

    fn delivery(&self, result: &DeliveryResult<'_>, sent: Arc<Sent>) {
        if let Err((error, _)) = result {
            self.failed().push((sent, error.clone()));
        }
    }
}

#[cfg(test)]
#[path = "../tests/transaction.rs"]
mod tests;
