//! The thread that produces: one transaction after the other, and what follows when one fails.

use std::mem;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use rdkafka::error::{KafkaError, KafkaResult};
use rdkafka::producer::{Producer as _, PurgeConfig};

use super::context::Native;
use super::fault::Fault;
use super::{Shared, State};
use crate::client::words;
use crate::sink::bundle::Bundle;
use crate::sink::shape::Shape;

/// How long the brokers are waited for at once.
pub(super) const ASK: Duration = Duration::from_secs(5);
/// How long reports are waited for at once.
const TICK: Duration = Duration::from_millis(50);
/// The same where something waits for them: a poll takes all of its time, whatever comes.
pub(super) const BREATH: Duration = Duration::from_millis(2);
/// How long they have at the end to give up what is open.
const LAST: Duration = Duration::from_secs(1);
/// The shortest and the longest time between attempts.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// The longest one after another producer of the same name was met, and how long that is remembered.
const FENCED: Duration = Duration::from_secs(60);
const RECENT: Duration = Duration::from_secs(600);

/// Who produces.
pub(super) struct Worker<'a> {
    pub shared: &'a Shared,
    pub native: Native,
    /// How its batches look, and how those of the next one are to.
    pub shape: Shape,
    pub wanted: Shape,
    /// Whether the producer may begin transactions.
    ready: bool,
    /// Whether nobody knows if what is held was committed.
    pub doubtful: bool,
    /// What is not committed, in the order in which it came.
    pub held: Vec<Bundle>,
    /// Whether the producer has given back some of it, untried.
    pub taken_back: bool,
    /// When the open transaction began.
    pub began: Option<Instant>,
    pause: Duration,
    /// When another one of its name was met last, and how long was waited then.
    fenced: Option<(Instant, Duration)>,
    failing: bool,
}

impl Worker<'_> {
    pub fn new(shared: &Shared, native: Native, shape: Shape) -> Worker<'_> {
        Worker {
            shared,
            native,
            shape,
            wanted: shape,
            ready: false,
            doubtful: false,
            held: Vec::new(),
            taken_back: false,
            began: None,
            pause: PAUSES.0,
            fenced: None,
            failing: false,
        }
    }

    /// Produces until nobody wants it any more.
    pub fn run(mut self) {
        loop {
            // Also before there is anything: what a run before this one left open keeps others waiting.
            let prepared = self.prepare();
            if prepared.is_ok() && self.held.is_empty() && !self.wait() {
                break;
            }
            let goes_on = match prepared.and_then(|()| self.transact()) {
                Ok(count) => {
                    self.settle(count);
                    true
                }
                Err(fault) => self.recover(fault),
            };
            if !goes_on {
                break;
            }
        }
        if self.began.is_some() && !self.doubtful {
            self.leave();
        }
    }

    /// Gives up what is open. Otherwise who reads what is committed would wait until the brokers do.
    fn leave(&self) {
        let until = Instant::now() + LAST;
        self.native.purge(PurgeConfig::default().queue());
        // To give up waits for the reports, but does not take them.
        while self.native.in_flight_count() > 0 && Instant::now() < until {
            self.native.poll(BREATH);
        }
        let left = until.saturating_duration_since(Instant::now());
        let _ = self.native.abort_transaction(left.max(BREATH));
    }

    /// Makes the producer fit for what is held.
    fn prepare(&mut self) -> Result<(), Fault> {
        loop {
            self.ready()?;
            self.drop_lost();
            let alone = self.held.first().is_some_and(Bundle::is_suspected);
            if self.shape.is_alone() == alone {
                return Ok(());
            }
            self.wanted = self.wanted.with(alone);
            self.renew()?;
        }
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
        let held = mem::take(&mut self.held);
        for (bundle, committed) in held.into_iter().zip(committed) {
            match committed {
                Some(committed) if committed >= bundle.position => self.confirm(bundle),
                _ => self.held.push(bundle),
            }
        }
        Ok(())
    }

    /// The first `count` of what is held are committed.
    fn settle(&mut self, count: usize) {
        self.pause = PAUSES.0;
        self.native.context().works();
        if mem::take(&mut self.failing)
            && let Some(desk) = self.shared.desk.get()
        {
            desk.succeeded();
        }
        let left = self.held.split_off(count);
        for bundle in mem::replace(&mut self.held, left) {
            self.confirm(bundle);
        }
    }

    /// Takes another producer; `false` if nobody wants one.
    fn recover(&mut self, fault: Fault) -> bool {
        let mut rest = true;
        match fault {
            Fault::Closing => return false,
            Fault::Another => rest = false,
            Fault::Moved => {}
            Fault::Failed(reason) => self.fail(&reason),
            Fault::Fenced(reason) => {
                // Two that shut out each other would do so for ever, each after a little work.
                let again = self.fenced.filter(|(at, _)| at.elapsed() < RECENT);
                let pause = again.map_or(PAUSES.0, |(_, pause)| (pause * 2).min(FENCED));
                self.fenced = Some((Instant::now(), pause));
                self.pause = pause;
                self.fail(&reason);
            }
        }
        let alone = self.held.first().is_some_and(Bundle::is_suspected);
        self.wanted = self.wanted.with(alone);
        if let Err(Fault::Failed(reason)) = self.renew() {
            self.fail(&reason);
            rest = true;
        }
        !rest || self.rest()
    }

    /// Takes another producer.
    fn renew(&mut self) -> Result<(), Fault> {
        self.native = self.shared.make(self.wanted).map_err(|error| {
            Fault::Failed(format!("a producer cannot be made: {}", words(&error)))
        })?;
        self.shape = self.wanted;
        self.ready = false;
        self.began = None;
        Ok(())
    }

    /// Waits before the next attempt; `false` if nobody wants one.
    pub fn rest(&mut self) -> bool {
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

    /// Calls until it works, as long as it can be called again.
    pub fn repeat(&mut self, call: impl Fn(&Native) -> KafkaResult<()>) -> Result<(), Fault> {
        loop {
            let error = match call(&self.native) {
                Ok(()) => return Ok(()),
                Err(error) => error,
            };
            self.hear();
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

    /// Tells what the producer says of its brokers.
    pub fn hear(&mut self) {
        if let Some(text) = self.native.context().wrong() {
            self.fail(&text);
        }
    }

    /// What an error means.
    pub fn fault(&self, error: &KafkaError) -> Fault {
        let age = self.began.map(|began| began.elapsed());
        let end = self.native.client().fatal_error();
        Fault::of(&self.shared.topic, &self.shared.config, error, end, age)
    }

    pub fn reason(&self, error: &KafkaError) -> String {
        format!("topic {}: {}", self.shared.topic, words(error))
    }

    pub fn give_up(&self, bundle: Bundle) {
        bundle.receipt.give_up();
        self.shared.open.close();
    }

    fn confirm(&self, bundle: Bundle) {
        bundle.receipt.confirm();
        self.shared.open.close();
    }

    fn fail(&mut self, reason: &str) {
        self.failing = true;
        if let Some(desk) = self.shared.desk.get() {
            desk.failed(reason);
        }
    }
}
