//! The producer without transactions, and the thread that serves it.
//!
//! What one producer gives back goes out again before what came later. A producer that is at its end
//! (its brokers lost count of its messages) is replaced by a new one.

use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use knownet_flow::{Desk, Item, OpenError, Parcel, Path, Receipt, WriteError};
use rdkafka::ClientConfig;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, Producer as _, PurgeConfig};

use super::again::{Letter, Record, Tag};
use super::ledger::Ledger;
use super::pending::Pending;
use super::report::Report;
use super::shape::{Shape, is_final};
use super::{Headers, SinkOptions, compose};
use crate::client::words;

type Native = BaseProducer<Report>;

/// How long reports are waited for at once.
const TICK: Duration = Duration::from_millis(50);
/// The same where two producers take turns.
const BREATH: Duration = Duration::from_millis(2);
/// The shortest and the longest time between attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// The producer.
pub(super) struct Plain {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    ledger: Arc<Ledger>,
    sink: Arc<str>,
    topic: Arc<str>,
    key: Option<Path>,
    headers: Headers,
    config: ClientConfig,
    /// Replaced while messages stand in line, so that whoever sends looks at the line first.
    native: RwLock<Arc<Native>>,
}

impl Plain {
    /// Makes the producer.
    pub fn start(
        name: &str,
        options: &SinkOptions,
        config: ClientConfig,
    ) -> Result<Plain, OpenError> {
        let shape = Shape::of(&config);
        let ledger = Arc::new(Ledger::new(name, shape));
        let report = Report {
            sink: name.into(),
            topic: options.topic.as_str().into(),
            ledger: ledger.clone(),
            shape,
        };
        let (sink, topic) = (report.sink.clone(), report.topic.clone());
        let native: Native = config
            .create_with_context(report)
            .map_err(|error| OpenError(format!("a producer cannot be made: {}", words(&error))))?;
        let shared = Arc::new(Shared {
            ledger,
            sink,
            topic,
            key: options.key.clone(),
            headers: options.headers,
            config,
            native: RwLock::new(Arc::new(native)),
        });
        let thread = thread::Builder::new()
            .name("kafka-out".into())
            .spawn({
                let shared = shared.clone();
                move || {
                    let _over = Over(&shared.ledger);
                    Server::new(&shared).run();
                }
            })
            .map_err(|error| OpenError(format!("no thread to produce with: {error}")))?;
        Ok(Plain {
            shared,
            thread: Some(thread),
        })
    }

    /// Says whom to tell.
    pub fn begin(&self, desk: Arc<dyn Desk>) {
        self.shared.ledger.begin(desk);
    }

    /// Sends every event of `parcel`; waits while there is no room, unless the run has ended.
    pub fn take(&self, parcel: &Parcel<'_>, receipt: Receipt) {
        let shared = &*self.shared;
        let pending = Pending::new(receipt, shared.ledger.clone());
        for item in parcel.items() {
            pending.add();
            if !shared.send(&item, &pending) {
                pending.fail();
                return;
            }
        }
        pending.done();
    }

    /// Waits until all is delivered, for `time` at most.
    pub fn finish(&self, time: Duration) -> Result<(), WriteError> {
        self.shared.ledger.open.wait(&self.shared.topic, time)
    }
}

impl Drop for Plain {
    fn drop(&mut self) {
        self.shared.ledger.close();
        if let Some(thread) = self.thread.take() {
            // A panic in it was told by then.
            let _ = thread.join();
        }
    }
}

/// Says that the server is gone, however it came to that.
struct Over<'a>(&'a Ledger);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            // Nobody takes reports any more, and nothing may wait for them for ever.
            self.0.close();
            self.0.lost();
        }
    }
}

impl Shared {
    fn native(&self) -> RwLockReadGuard<'_, Arc<Native>> {
        self.native.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends one event; `false` if the run has ended before there was room.
    fn send(&self, item: &Item<'_>, pending: &Arc<Pending>) -> bool {
        let key = compose::key(item, self.key.as_ref());
        let time = item.message.and_then(|message| message.time());
        let tag = Tag {
            pending: pending.clone(),
            time,
        };
        let mut record = Record::with_opaque_to(&self.topic, Box::new(tag));
        record.payload = Some(item.line);
        record.key = key.as_deref();
        record.timestamp = time;
        record.headers = compose::headers(item, self.headers);
        loop {
            let native = self.native();
            if self.ledger.is_held() {
                return self.stand(record, false, &native);
            }
            let (error, back) = match native.send(record) {
                Ok(()) => return true,
                Err(failed) => failed,
            };
            match error.rdkafka_error_code() {
                Some(RDKafkaErrorCode::QueueFull) => {
                    if self.ledger.is_halted() {
                        return false;
                    }
                    // Reports make room. They are taken in one place, for their order's sake.
                    drop(native);
                    thread::sleep(BREATH);
                    record = back;
                }
                Some(code) if is_final(code) => {
                    pending.refuse(item.line, self.reason(&error));
                    return true;
                }
                _ => {
                    self.ledger.failed(self.reason(&error));
                    return self.stand(back, true, &native);
                }
            }
        }
    }

    /// Puts a message at the end of the line, or sends it if the line has just ended.
    fn stand(&self, record: Record<'_>, must: bool, native: &Native) -> bool {
        let letter = Letter {
            payload: record.payload.unwrap_or_default().to_vec(),
            key: record.key.map(<[u8]>::to_vec),
            time: record.timestamp,
            headers: record.headers,
            pending: record.delivery_opaque.pending,
            alone: false,
        };
        if let Some(letter) = self.ledger.stand(letter, must)
            && native.send(letter.record(&self.topic)).is_err()
        {
            self.ledger.stand(letter, true);
        }
        true
    }

    fn reason(&self, error: &KafkaError) -> String {
        format!("topic {}: {}", self.topic, words(error))
    }
}

/// Serves the producer: its reports, and what has to be sent again.
struct Server<'a> {
    shared: &'a Shared,
    native: Arc<Native>,
    /// How the producer's batches look.
    shape: Shape,
    /// For messages that go without others beside them.
    alone: Option<Native>,
    pause: Duration,
    due: Option<Instant>,
}

impl Server<'_> {
    fn new(shared: &Shared) -> Server<'_> {
        Server {
            shared,
            native: shared.native().clone(),
            shape: shared.ledger.shape(),
            alone: None,
            pause: PAUSES.0,
            due: None,
        }
    }

    fn run(mut self) {
        let ledger = &*self.shared.ledger;
        while !ledger.is_closing() {
            self.poll();
            if let Some((_, reason)) = self.native.client().fatal_error()
                && !ledger.is_spoiled()
            {
                let sink = &*self.shared.sink;
                tracing::warn!(sink, "a new producer takes over: {reason}");
                ledger.spoil();
            }
            if !ledger.is_held() {
                self.pause = PAUSES.0;
                self.due = None;
                continue;
            }
            if self.shape != ledger.shape() && self.pause == PAUSES.0 {
                // The next attempt is another one: there is nothing to wait for.
                self.due = Some(Instant::now());
            }
            let due = *self.due.get_or_insert_with(|| Instant::now() + self.pause);
            if Instant::now() < due {
                continue;
            }
            self.pause = (self.pause * 2).min(PAUSES.1);
            self.due = None;
            if !ledger.is_spoiled() || self.replace() {
                self.send_again();
            }
        }
    }

    /// Takes reports.
    fn poll(&mut self) {
        let busy = |alone: &Native| alone.in_flight_count() > 0;
        let busy = self.alone.as_ref().is_some_and(busy);
        let hurry = busy || self.shared.ledger.is_held();
        self.native.poll(if hurry { BREATH } else { TICK });
        if let Some(alone) = &self.alone {
            // One report for each message: in no time it would take one at once.
            alone.poll(if busy { BREATH } else { Duration::ZERO });
            if alone.client().fatal_error().is_some() {
                // What it held is reported as it goes, and so comes back.
                self.alone = None;
            }
        }
    }

    /// Takes everything back from the producer, and makes a new one; whether there is one.
    fn replace(&mut self) -> bool {
        let (shared, ledger) = (self.shared, &self.shared.ledger);
        let shape = ledger.shape();
        let native = match self.make(shape) {
            Ok(native) => Arc::new(native),
            Err(error) => {
                ledger.failed(format!("a producer cannot be made: {}", words(&error)));
                return false;
            }
        };
        if self.shape != shape {
            shape.tell(&shared.sink, &shared.topic);
            self.shape = shape;
            self.pause = PAUSES.0;
        }
        // From here on nobody sends by the old one: all stand in line.
        let mut current = shared
            .native
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        *current = native.clone();
        drop(current);
        self.native.purge(PurgeConfig::default().queue());
        // What it held is reported, and so comes back. What is on its way may still arrive, unless it is
        // at its end.
        while self.native.in_flight_count() > 0 && !ledger.is_closing() {
            if self.native.client().fatal_error().is_some() {
                let all = PurgeConfig::default().queue().inflight();
                self.native.purge(all);
            }
            self.poll();
        }
        self.native = native;
        ledger.mend();
        true
    }

    fn make(&self, shape: Shape) -> Result<Native, KafkaError> {
        let shared = self.shared;
        shape.config(&shared.config).create_with_context(Report {
            sink: shared.sink.clone(),
            topic: shared.topic.clone(),
            ledger: shared.ledger.clone(),
            shape,
        })
    }

    /// Sends what stands in line, as far as there is room.
    fn send_again(&mut self) {
        let (shared, ledger) = (self.shared, &self.shared.ledger);
        while let Some(letter) = ledger.next() {
            if letter.alone && self.alone.is_none() {
                match self.make(self.shape.with(true)) {
                    Ok(alone) => self.alone = Some(alone),
                    Err(error) => {
                        ledger.failed(shared.reason(&error));
                        ledger.put_back(letter);
                        return;
                    }
                }
            }
            let (through, other) = match &self.alone {
                Some(alone) if letter.alone => (alone, Some(&*self.native)),
                alone => (&*self.native, alone.as_ref()),
            };
            if other.is_some_and(|other| other.in_flight_count() > 0) {
                // It would overtake what came before it.
                (self.due, self.pause) = (Some(Instant::now()), PAUSES.0);
                ledger.put_back(letter);
                return;
            }
            let Err((error, _)) = through.send(letter.record(&shared.topic)) else {
                continue;
            };
            match error.rdkafka_error_code() {
                Some(code) if is_final(code) => {
                    let reason = shared.reason(&error);
                    letter.pending.refuse(&letter.payload, reason);
                }
                Some(RDKafkaErrorCode::QueueFull) => {
                    // The reports come next; that is no failure.
                    (self.due, self.pause) = (Some(Instant::now()), PAUSES.0);
                    ledger.put_back(letter);
                    return;
                }
                _ => {
                    ledger.failed(shared.reason(&error));
                    ledger.put_back(letter);
                    return;
                }
            }
        }
    }
}
