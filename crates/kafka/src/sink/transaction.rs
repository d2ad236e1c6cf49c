//! The producer with transactions: messages and the positions behind them become visible together, or
//! not at all.
//!
//! - One transaction follows the other. Each takes what came since the last one, whatever its partition.
//! - One that has to be given up is begun again with the same events, but for those of partitions that
//!   belong to another member by now: that one reads them again, and their batches fail.
//! - Where a producer is at its end and nobody knows whether its last transaction was committed, the
//!   committed positions tell, once a new producer has taken over.

mod context;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use knownet_flow::{Desk, OpenError, Parcel, Path, Receipt, WriteError};
use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, KafkaResult, RDKafkaErrorCode};
use rdkafka::producer::{Producer as _, PurgeConfig};

use super::bundle::{Bundle, Sent};
use super::report::is_final;
use super::{Headers, SinkOptions};
use crate::client::words;
use crate::link::Link;
use context::{Context, Native};

/// How long a transaction gathers.
const GATHER: Duration = Duration::from_millis(200);
/// As many bytes are enough for one.
const ENOUGH: usize = 16 << 20;
/// How long the brokers are waited for at once.
const ASK: Duration = Duration::from_secs(5);
/// How long reports are waited for at once.
const TICK: Duration = Duration::from_millis(50);
/// The same where something waits for them: a poll takes all of its time, whatever comes.
const BREATH: Duration = Duration::from_millis(2);
/// The shortest and the longest time between attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// The longest one after another producer of the same name was met, and how long that is remembered.
const FENCED: Duration = Duration::from_secs(60);
const RECENT: Duration = Duration::from_secs(600);

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
                move || {
                    // Let go of after what the worker holds.
                    let _over = Over(&shared);
                    Worker::new(&shared, native).run();
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

/// Says that the worker is gone, however it came to that.
struct Over<'a>(&'a Shared);

impl Drop for Over<'_> {
    /// Nothing may wait for ever: what is let go of fails, which ends the run if it has not ended.
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.over = true;
        state.open = 0;
        let waiting = std::mem::take(&mut state.waiting);
        self.0.changed.notify_all();
        drop(state);
        drop(waiting);
        if thread::panicking()
            && let Some(desk) = self.0.desk.get()
        {
            desk.lost();
        }
    }
}

/// What became of an attempt.
enum Fault {
    /// The transaction has to be given up.
    Abort(String),
    /// The producer is at its end.
    Fatal(String),
    /// So it is, because another one of its name has begun.
    Fenced(String),
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
    /// Whether the brokers refused something of it.
    refused: bool,
    pause: Duration,
    /// When another one of its name was met last, and how long was waited then.
    fenced: Option<(Instant, Duration)>,
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
            refused: false,
            pause: PAUSES.0,
            fenced: None,
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
                Err(Fault::Abort(reason)) => match self.abort() {
                    // The next attempt is another one: there is nothing to wait for.
                    Ok(true) => {
                        self.pause = PAUSES.0;
                        continue;
                    }
                    Ok(false) => self.fail(&reason),
                    Err(fault) => {
                        self.fail(&reason);
                        if !self.recover(fault) {
                            return;
                        }
                    }
                },
                Err(fault) => {
                    if !self.recover(fault) {
                        return;
                    }
                }
            }
            if !self.rest() {
                return;
            }
        }
    }

    /// Takes another producer; `false` if nobody wants one.
    fn recover(&mut self, fault: Fault) -> bool {
        match fault {
            Fault::Closing => return false,
            Fault::Abort(reason) | Fault::Fatal(reason) => self.renew(&reason),
            Fault::Fenced(reason) => {
                // Two that shut out each other would do so for ever, each after a little work.
                let again = self.fenced.filter(|(at, _)| at.elapsed() < RECENT);
                let pause = again.map_or(PAUSES.0, |(_, pause)| (pause * 2).min(FENCED));
                self.fenced = Some((Instant::now(), pause));
                self.pause = pause;
                self.renew(&reason);
            }
        }
        true
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
        self.pause = (self.pause * 2).min(PAUSES.1.max(self.pause));
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
            match self.shared.link.committed(&numbers, ASK) {
                Ok(committed) => break committed,
                Err(error) => self.fail(&self.reason(&error)),
            }
            if !self.rest() {
                return Err(Fault::Closing);
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
            if !self.shared.link.owns(bundle.number) {
                self.give_up(bundle);
                continue;
            }
            self.held.push(bundle);
            sent += self.send(self.held.len() - 1)?;
        }
        self.flush()?;
        if self.shared.link.is_joined() {
            // A position behind a refused event must not be safe before the event is.
            for bundle in &mut self.held {
                if !bundle.receipt.bury() {
                    return Err(Fault::Closing);
                }
            }
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
        let link = &self.shared.link;
        let lost = self
            .held
            .extract_if(.., |bundle| !link.owns(bundle.number))
            .collect::<Vec<_>>();
        for bundle in lost {
            self.give_up(bundle);
        }
    }

    fn give_up(&self, bundle: Bundle) {
        bundle.receipt.give_up();
        self.close(1);
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
            self.native.poll(BREATH);
            record = back;
        };
        let reason = self.reason(&error);
        match error.rdkafka_error_code() {
            Some(code) if is_final(code) => {
                // Nothing was sent, so no neighbour is to blame.
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
            let _ = self.native.flush(BREATH);
            if let Some((code, reason)) = self.native.client().fatal_error() {
                return Err(self.fatal(code, reason));
            }
        }
        match self.heed() {
            Some(reason) => Err(Fault::Abort(reason)),
            None => Ok(()),
        }
    }

    /// Takes what was not delivered, and refuses of it what never will be; why the first one was not.
    fn heed(&mut self) -> Option<String> {
        let failed = std::mem::take(&mut *self.native.context().failed());
        let first = failed.first().map(|(_, error)| self.reason(error));
        for (sent, error) in &failed {
            if error.rdkafka_error_code().is_some_and(is_final) {
                let reason = self.reason(error);
                self.held[sent.bundle].suspect(sent.event, reason);
                self.refused = true;
            }
        }
        first
    }

    /// Gives the transaction up; whether the brokers refused something of it, so that the next one is
    /// not the same.
    fn abort(&mut self) -> Result<bool, Fault> {
        // What is on its way is waited for: to take that back would leave gaps between its numbers.
        self.native.purge(PurgeConfig::default().queue());
        let deadline = Instant::now() + ASK;
        // To give up waits for the reports, too, but nobody would take them meanwhile.
        while self.native.in_flight_count() > 0 && Instant::now() < deadline {
            if self.shared.is_closing() {
                return Err(Fault::Closing);
            }
            self.native.poll(BREATH);
        }
        let aborted = self.repeat(|native| native.abort_transaction(ASK));
        // What was purged is reported as failed, too, which it is not.
        let _ = self.heed();
        let refused = std::mem::take(&mut self.refused);
        match aborted {
            Ok(()) => {
                self.doubtful = false;
                Ok(refused)
            }
            // There is nothing worse than having to give up what was given up.
            Err(Fault::Abort(reason)) => Err(Fault::Fatal(reason)),
            Err(fault) => Err(fault),
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
        let end = self.native.client().fatal_error().map(|(code, _)| code);
        let is_fatal = match error {
            KafkaError::Transaction(inner) => inner.is_fatal() || !inner.txn_requires_abort(),
            _ => end.is_some(),
        };
        if !is_fatal {
            return Fault::Abort(reason);
        }
        let code = end.or_else(|| error.rdkafka_error_code());
        self.fatal(code.unwrap_or(RDKafkaErrorCode::Fatal), reason)
    }

    fn fatal(&self, code: RDKafkaErrorCode, reason: String) -> Fault {
        match code {
            RDKafkaErrorCode::Fenced
            | RDKafkaErrorCode::ProducerFenced
            | RDKafkaErrorCode::InvalidProducerEpoch => Fault::Fenced(format!(
                "topic {}: another run uses the same transactional.id, {}: each needs a state_dir \
                 of its own, and in a copied one the file {:?} is to be deleted; or a transaction \
                 took longer than transaction.timeout.ms ({reason})",
                self.shared.topic,
                self.shared.config.get("transactional.id").unwrap_or(""),
                super::instance::FILE,
            )),
            _ => Fault::Fatal(reason),
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

#[cfg(test)]
#[path = "../tests/transaction.rs"]
mod tests;
