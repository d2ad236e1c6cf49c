//! What waits, what is on its way, and what is to be done next.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::load::{Fate, Gather, Hold, Line, Load, Past, Suspect};
use super::node::{Choice, Nodes};
use super::pace::{Pace, Round};
use super::{ElasticsearchOptions, Pauses};

/// A load that failed as a whole so many times is suspected: it no longer goes before others, and is
/// halved until the event that is to blame is alone.
const FAILURES: u32 = 4;

/// Of one sink.
pub(super) struct State {
    /// New events.
    gather: Gather,
    /// When the first of them has waited long enough.
    due: Option<Instant>,
    flush: Duration,
    /// Events that are sent again one by one, and not before then.
    again: Gather,
    again_due: Option<Instant>,
    again_pause: Duration,
    /// Whole requests that are sent again, each not before its time; the number tells those of the same
    /// time apart.
    parked: BTreeMap<(Instant, u64), Load>,
    parkings: u64,
    /// Whether the last request was one of those: then others come before the next.
    turn: bool,
    pauses: Pauses,
    /// Other whole requests.
    ready: VecDeque<Load>,
    /// Requests whose events were answered one by one.
    good: u64,
    /// Requests on their way.
    sent: usize,
    /// Those of them that were sent before.
    repeats: usize,
    pub nodes: Nodes,
    pub pace: Pace,
    /// No event waits for others any more.
    pub finishing: bool,
    /// Nobody is there any more: nothing is held.
    pub closed: bool,
    /// Why the last attempt failed, if it did.
    pub trouble: Option<String>,
}

/// What may be to blame for a request that failed as a whole, beside the server.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Doubt {
    /// Nothing that halving it would mend.
    Nothing,
    /// Its size.
    Size,
    /// One of its events.
    Event,
}

/// What is to be done next.
pub(super) enum Next {
    /// Send this to the node with this place.
    Send(Load, usize, Round),
    /// Nothing before then.
    Later(Instant),
    /// Nothing before something happens.
    Wait,
}

impl State {
    pub fn new(options: &ElasticsearchOptions) -> State {
        let pauses = options.pauses;
        State {
            gather: Gather::default(),
            due: None,
            flush: options.flush,
            again: Gather::default(),
            again_due: None,
            again_pause: pauses.first,
            parked: BTreeMap::new(),
            parkings: 0,
            turn: false,
            pauses,
            ready: VecDeque::new(),
            good: 0,
            sent: 0,
            repeats: 0,
            nodes: Nodes::new(options.hosts.len(), pauses),
            pace: Pace::new(options.concurrency, options.bulk_bytes, pauses),
            finishing: false,
            closed: false,
            trouble: None,
        }
    }

    /// Whether nothing waits and nothing is on its way.
    pub fn is_empty(&self) -> bool {
        let waits = self.is_repeating() || self.due.is_some() || !self.ready.is_empty();
        !waits && self.sent == 0
    }

    /// Whether events wait to be sent again after a pause.
    pub fn is_repeating(&self) -> bool {
        self.again_due.is_some() || !self.parked.is_empty()
    }

    /// Gives away everything that is not on its way.
    pub fn clear(&mut self) -> Vec<Load> {
        (self.due, self.again_due) = (None, None);
        let mut all: Vec<_> = self.ready.drain(..).collect();
        all.extend(std::mem::take(&mut self.parked).into_values());
        all.push(self.gather.take());
        all.push(self.again.take());
        all
    }

    /// Adds an event that `write` writes.
    pub fn push(
        &mut self,
        hold: &Arc<Hold>,
        now: Instant,
        write: impl FnOnce(&mut Vec<u8>) -> Line,
    ) {
        self.gather.push(hold, write);
        let bytes = self.gather.bytes();
        if bytes > self.pace.bytes() {
            self.ready.push_back(self.gather.take_others());
            self.due = None;
        }
        if !self.gather.is_empty() {
            self.due.get_or_insert(now + self.flush);
        }
    }

    fn seal(&mut self) {
        self.ready.push_back(self.gather.take());
        self.due = None;
    }

    /// What is to be done now.
    pub fn next(&mut self, now: Instant) -> Next {
        if self.sent >= self.pace.requests() {
            return Next::Wait;
        }
        if let Some(due) = self.again_due.filter(|due| *due <= now) {
            self.again_due = None;
            self.park_again(due);
        }
        let parked = self.parked.first_key_value().map(|((due, _), _)| *due);
        let old = parked.is_some_and(|due| due <= now);
        let fresh = self.due.is_some_and(|due| self.finishing || due <= now);
        let fresh = fresh || !self.ready.is_empty();
        if !old && !fresh {
            let soonest = [self.again_due, parked, self.due];
            let soonest = soonest.into_iter().flatten().min();
            return soonest.map_or(Next::Wait, Next::Later);
        }
        if let Some(until) = self.pace.until(now) {
            return Next::Later(until);
        }
        let node = match self.nodes.choose(now) {
            Choice::Node(node) => node,
            Choice::Later(until) => return Next::Later(until),
            Choice::Wait => return Next::Wait,
        };
        // What the server does not take for now must not keep it from all the rest.
        let old = old && !(fresh && self.turn);
        self.turn = old;
        let load = match old {
            true => self.parked.pop_first().map(|(_, load)| load),
            false => {
                if self.ready.is_empty() {
                    self.seal();
                }
                self.ready.pop_front()
            }
        };
        let Some(mut load) = load else {
            return Next::Wait;
        };
        while load.body().len() > self.pace.bytes() {
            let (first, rest) = load.halves();
            load = first;
            match rest {
                Some(rest) if old => self.park(rest, now),
                Some(rest) => self.ready.push_front(rest),
                None => break,
            }
        }
        self.sent += 1;
        self.repeats += usize::from(load.past.is_repeat());
        Next::Send(load, node, self.pace.round())
    }

    /// A request is no longer on its way; `repeat` if it was sent before.
    pub fn back(&mut self, repeat: bool) {
        self.sent -= 1;
        self.repeats -= usize::from(repeat);
    }

    /// Whether events besides those of a request that came back, which is such a one or not, were not
    /// taken and are not safe yet.
    pub fn is_troubled(&self, repeat: bool) -> bool {
        let failed = || self.ready.iter().any(|load| load.past.is_repeat());
        self.is_repeating() || self.repeats > usize::from(repeat) || failed()
    }

    /// Sends a load again before the others that are ready.
    pub fn repeat(&mut self, load: Load) {
        self.ready.push_front(load);
    }

    fn park(&mut self, load: Load, due: Instant) {
        self.parkings += 1;
        self.parked.insert((due, self.parkings), load);
    }

    fn park_again(&mut self, due: Instant) {
        if !self.again.is_empty() {
            let mut load = self.again.take();
            load.past.again = true;
            self.park(load, due);
        }
    }

    /// Whether a load is suspected with its next failure.
    pub fn is_doubted(load: &Load) -> bool {
        load.past.doubt.is_some() || load.past.failed + 1 >= FAILURES
    }

    /// Sends a load that failed as a whole again: at once as long as nothing is known against it; else
    /// after a pause of its own, and in halves where others went well since or it failed too often.
    ///
    /// Halves of what may hold a bad event are given twice the patience, so that a long outage, in
    /// which everything fails, leaves requests of a sensible size.
    pub fn failed(&mut self, mut load: Load, doubt: Doubt, now: Instant) {
        let doubted = State::is_doubted(&load);
        load.past.failed += 1;
        if !doubted {
            return self.repeat(load);
        }
        let mut suspect = load.past.doubt.unwrap_or(Suspect {
            patience: FAILURES,
            seen: self.good,
            pause: self.pauses.first,
        });
        let due = now + suspect.pause;
        let blamed = self.good > suspect.seen || load.past.failed >= suspect.patience;
        suspect.seen = self.good;
        if doubt == Doubt::Nothing || !blamed || load.len() == 1 {
            suspect.pause = self.pauses.after(suspect.pause);
            load.past.doubt = Some(suspect);
            return self.park(load, due);
        }
        suspect.pause = self.pauses.first;
        if doubt == Doubt::Event {
            suspect.patience = suspect.patience.saturating_mul(2);
        }
        load.past = Past {
            failed: 0,
            doubt: Some(suspect),
            ..load.past
        };
        let due = now + self.pauses.first;
        let (first, second) = load.halves();
        self.park(first, due);
        if let Some(second) = second {
            self.park(second, due);
        }
    }

    /// Cuts a load in two, each to be sent; gives back what cannot be cut.
    pub fn cut(&mut self, load: Load) -> Option<Load> {
        match load.halves() {
            (first, Some(second)) => {
                self.ready.push_front(second);
                self.ready.push_front(first);
                None
            }
            (whole, None) => Some(whole),
        }
    }

    /// Takes from a load that came back what is to be sent again, whose pause begins now.
    pub fn take_back(&mut self, load: &Load, others: &[(usize, Fate)], now: Instant) {
        self.good += 1;
        load.repeat(others, &mut self.again);
        if !others.iter().any(|(_, fate)| *fate == Fate::Again) {
            // A good answer to others says nothing about those that wait.
            if load.past.again && !self.is_repeating() {
                self.again_pause = self.pauses.first;
            }
            return;
        }
        let due = *self.again_due.get_or_insert_with(|| {
            let due = now + self.again_pause;
            self.again_pause = self.pauses.after(self.again_pause);
            due
        });
        if self.again.bytes() >= self.pace.bytes() {
            self.park_again(due);
        }
    }
}
