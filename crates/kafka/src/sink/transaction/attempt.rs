//! One transaction: messages, the positions behind them, and what the brokers say of both.

use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use knownet_flow::Receipt;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::Producer as _;

use super::fault::Fault;
use super::worker::{ASK, BREATH, Worker};
use crate::client::words;
use crate::sink::bundle::{Bundle, Sent};
use crate::sink::shape::{Blame, is_final};

/// How long a transaction gathers.
const GATHER: Duration = Duration::from_millis(200);
/// As many bytes are enough for one.
const ENOUGH: usize = 16 << 20;
/// How long reports may take that are on their way from one thread to another.
const SOON: Duration = Duration::from_secs(1);

impl Worker<'_> {
    /// What is held, and what comes while it gathers, in one transaction; how many bundles of it.
    pub fn transact(&mut self) -> Result<usize, Fault> {
        self.repeat(|native| native.begin_transaction())?;
        self.began = Some(Instant::now());
        self.taken_back = false;
        let count = self.send_all()?;
        self.flush()?;
        if self.shared.link.is_joined() {
            self.send_positions(count)?;
        }
        // From here on it may be committed without our hearing of it.
        self.doubtful = true;
        self.repeat(|native| native.commit_transaction(ASK))?;
        self.doubtful = false;
        self.began = None;
        Ok(count)
    }

    /// Sends what belongs to this transaction; how many bundles.
    fn send_all(&mut self) -> Result<usize, Fault> {
        // What has to go alone is a transaction by itself: one by one takes long.
        let suspected = self.held.iter().position(Bundle::is_suspected);
        if let Some(before) = suspected {
            let count = before.max(1);
            for bundle in 0..count {
                self.send(bundle)?;
            }
            return Ok(count);
        }
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
        Ok(self.held.len())
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
        for event in 0..self.held[bundle].count() {
            if !self.held[bundle].is_refused(event) {
                self.send_one(bundle, event)?;
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
        if error.rdkafka_error_code().is_some_and(is_final) {
            // Nothing was sent, so no neighbour is to blame.
            let reason = self.reason(&error);
            self.held[bundle].refuse(event, reason);
            return Ok(());
        }
        Err(self.hear_out(error))
    }

    /// Waits until all that was sent is delivered.
    fn flush(&mut self) -> Result<(), Fault> {
        while self.native.in_flight_count() > 0 && !self.taken_back {
            if self.shared.is_closing() {
                return Err(Fault::Closing);
            }
            let _ = self.native.flush(BREATH);
            self.heed()?;
            self.hear();
        }
        self.heed()?;
        match self.taken_back {
            true => Err(self.hear_out(KafkaError::MessageProduction(RDKafkaErrorCode::State))),
            false => Ok(()),
        }
    }

    /// Why the producer goes no further. Where the brokers refused something, it says so of that last:
    /// before, nothing more can be sent, and what waits is taken back.
    fn hear_out(&mut self, error: KafkaError) -> Fault {
        let deadline = Instant::now() + SOON;
        while self.native.in_flight_count() > 0 && Instant::now() < deadline {
            if self.shared.is_closing() {
                return Fault::Closing;
            }
            self.native.poll(BREATH);
            if let Err(fault) = self.heed() {
                return fault;
            }
        }
        if let Err(fault) = self.heed() {
            return fault;
        }
        if error.rdkafka_error_code() != Some(RDKafkaErrorCode::State) {
            return self.fault(&error);
        }
        // It refuses to begin with the reason for which the transaction is to be given up.
        self.fault(&self.native.begin_transaction().err().unwrap_or(error))
    }

    /// Takes what was not delivered, and what follows from that.
    fn heed(&mut self) -> Result<(), Fault> {
        let failed = self.native.context().failed();
        let different = Some(RDKafkaErrorCode::InvalidDifferentRecord);
        // Brokers that say so of a neighbour have named the one that is meant (KIP-467).
        let named = |(_, error): &(_, KafkaError)| error.rdkafka_error_code() == different;
        let named = failed.iter().any(named);
        let (mut smaller, mut another) = (false, false);
        let mut other = None;
        for (sent, error) in &failed {
            let bundle = &mut self.held[sent.bundle];
            let length = bundle.length(sent.event);
            let blame = self.shape.blame(error.rdkafka_error_code(), length);
            another |= matches!(blame, Blame::Itself | Blame::Perhaps);
            match blame {
                Blame::Perhaps if !named => bundle.suspect(sent.event),
                Blame::Itself | Blame::Perhaps => {
                    let topic = &self.shared.topic;
                    bundle.refuse(sent.event, format!("topic {topic}: {}", words(error)));
                }
                Blame::Size => smaller = true,
                Blame::Nobody => self.taken_back = true,
                Blame::Else => other = other.or(Some(error)),
            }
        }
        if smaller {
            self.wanted = self.shape.half();
            self.wanted.tell(&self.shared.sink, &self.shared.topic);
        }
        match other {
            _ if smaller || another => Err(Fault::Another),
            Some(error) => Err(self.fault(error)),
            None => Ok(()),
        }
    }

    /// Sends the positions behind the first `count` bundles.
    fn send_positions(&mut self, count: usize) -> Result<(), Fault> {
        let held = &mut self.held[..count];
        // Whoever has it by now makes dead letters of its own.
        if !held
            .iter()
            .all(|bundle| self.shared.link.owns(bundle.number))
        {
            return Err(Fault::Moved);
        }
        // A position behind a refused event must not be safe before the event is.
        if !Receipt::bury(held.iter_mut().map(|bundle| &mut bundle.receipt)) {
            return Err(Fault::Closing);
        }
        let positions: Vec<(u32, u64)> = self.held[..count]
            .iter()
            .map(|bundle| (bundle.number, bundle.position))
            .collect();
        let Some(positions) = self.shared.link.positions(&positions) else {
            tracing::debug!(
                sink = &*self.shared.sink,
                "a partition was taken away, or the group left, before events were committed"
            );
            return Err(Fault::Moved);
        };
        self.repeat(|native| {
            native.send_offsets_to_transaction(&positions.list, &positions.group, ASK)
        })
    }
}
