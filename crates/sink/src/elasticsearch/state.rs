//! What waits, what is on its way, and what is to be done next.
//!
//! - What was sent before and waited takes turns with what is new, and at most half of the places.
//! - It says something about the servers only as long as nothing else was taken since: see
//!   [`State::speaks`].

mod back;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::load::{Gather, Hold, Line, Load};
use super::node::{Choice, Nodes};
use super::pace::{Pace, Round};
use super::waiting::Waiting;
use super::{ElasticsearchOptions, Pauses};

/// What has waited so often is told.
const STUCK: u32 = 3;
/// Before more of that is told.
const SILENCE: Duration = Duration::from_secs(60);

/// Of one sink.
pub(super) struct State {
    /// New events.
    gather: Gather,
    /// When the first of them has waited long enough.
    due: Option<Instant>,
    flush: Duration,
    /// Loads that are sent at once.
    ready: VecDeque<Load>,
    waiting: Waiting,
    /// Whether the last load was one that had waited: then others come before the next.
    turn: bool,
    /// Before then no other of them is sent where no node works.
    spared: Option<Instant>,
    pauses: Pauses,
    /// Requests of which the server took something, or refused it by itself.
    good: u64,
    /// Events that were refused alone since.
    alone: u32,
    /// Requests on their way.
    sent: usize,
    /// Those of them that had waited.
    waited: usize,
    /// Events in those that were sent before.
    repeated: usize,
    pub nodes: Nodes,
    pub pace: Pace,
    /// No event waits for others any more.
    pub finishing: bool,
    /// Nobody is there any more: nothing is held.
    pub closed: bool,
    /// Why something waits, if something does.
    pub trouble: Option<String>,
    /// When it was told last.
    told: Option<Instant>,
}

/// What is to be done next.
pub(super) enum Next {
    /// Send this.
    Send(Load, Sent),
    /// Nothing before then.
    Later(Instant),
    /// Nothing before something happens.
    Wait,
}

/// A request on its way.
#[derive(Clone, Copy)]
pub(super) struct Sent {
    /// The place of its node.
    pub node: usize,
    pub round: Round,
    /// How often it has waited.
    pub waits: u32,
    /// How many events it has, if they were sent before.
    pub repeated: usize,
    /// How many requests had gone well.
    good: u64,
}

impl State {
    pub fn new(options: &ElasticsearchOptions) -> State {
        let pauses = options.pauses;
        State {
            gather: Gather::default(),
            due: None,
            flush: options.flush,
            ready: VecDeque::new(),
            waiting: Waiting::new(pauses),
            turn: false,
            spared: None,
            pauses,
            good: 0,
            alone: 0,
            sent: 0,
            waited: 0,
            repeated: 0,
            nodes: Nodes::new(options.hosts.len(), pauses),
            pace: Pace::new(options.concurrency, options.bulk_bytes, pauses),
            finishing: false,
            closed: false,
            trouble: None,
            told: None,
        }
    }

    /// Whether nothing waits and nothing is on its way.
    pub fn is_empty(&self) -> bool {
        let waits = self.due.is_some() || !self.ready.is_empty() || !self.waiting.is_empty();
        !waits && self.sent == 0
    }

    /// How many events were sent, not taken, and are sent again.
    pub fn repeated(&self) -> usize {
        let ready = self.ready.iter().filter(|load| load.past.is_repeat());
        let ready: usize = ready.map(Load::len).sum();
        self.waiting.events() + ready + self.repeated
    }

    /// Gives away everything that is not on its way.
    pub fn clear(&mut self) -> Vec<Load> {
        self.due = None;
        let mut all: Vec<_> = self.ready.drain(..).collect();
        all.extend(self.waiting.clear());
        all.push(self.gather.take());
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

    /// What is to be done now.
    pub fn next(&mut self, now: Instant) -> Next {
        if self.sent >= self.pace.requests() {
            return Next::Wait;
        }
        // It may hang for as long as a request may take, and others must not wait for that.
        let free = self.waited == 0 || 2 * (self.waited + 1) <= self.pace.requests();
        let waiting = self.waiting.due().filter(|_| free);
        // Where nothing works it comes to wherever it is sent: many of them are no burden for all that.
        let spared = self.spared.filter(|_| !self.nodes.any());
        let waiting = waiting.map(|due| spared.map_or(due, |spared| due.max(spared)));
        let old = waiting.is_some_and(|due| due <= now);
        let fresh = self.due.is_some_and(|due| self.finishing || due <= now);
        let fresh = fresh || !self.ready.is_empty();
        if !old && !fresh {
            let soonest = [waiting, self.due].into_iter().flatten().min();
            return soonest.map_or(Next::Wait, Next::Later);
        }
        if let Some(until) = self.pace.until(now) {
            return Next::Later(until);
        }
        let old = old && !(fresh && self.turn);
        let ready = self.ready.front().filter(|_| !old);
        let suspect = old || ready.is_some_and(|load| load.past.waits > 0);
        let node = match self.nodes.choose(now, suspect) {
            Choice::Node(node) => node,
            Choice::Later(until) => return Next::Later(until),
            Choice::Wait => return Next::Wait,
        };
        let load = match old {
            true => self.waiting.take(now),
            false => self.ready.pop_front().or_else(|| {
                self.due = None;
                Some(self.gather.take())
            }),
        };
        let Some(mut load) = load else {
            return Next::Wait;
        };
        self.turn = old;
        if old {
            self.spared = Some(now + self.pauses.first);
        }
        while load.body().len() > self.pace.bytes() {
            let (first, rest) = load.halves();
            load = first;
            match rest {
                Some(rest) if old => self.waiting.insert(rest, now),
                Some(rest) => self.ready.push_front(rest),
                None => break,
            }
        }
        self.nodes.asked(node, suspect);
        let repeated = match load.past.is_repeat() {
            true => load.len(),
            false => 0,
        };
        let sent = Sent {
            node,
            round: self.pace.round(),
            waits: load.past.waits,
            repeated,
            good: self.good,
        };
        self.sent += 1;
        self.waited += usize::from(sent.waits > 0);
        self.repeated += repeated;
        Next::Send(load, sent)
    }

    /// A request is no longer on its way.
    pub fn back(&mut self, sent: Sent) {
        self.sent -= 1;
        self.waited -= usize::from(sent.waits > 0);
        self.repeated -= sent.repeated;
        if self.repeated() == 0 {
            self.trouble = None;
        }
    }

    /// Whether what a load meets is met by all: it is new, or nothing else was taken since it was not.
    pub fn speaks(&self, load: &Load) -> bool {
        load.past.seen.is_none_or(|seen| seen == self.good)
    }

    /// Whether nothing was taken since a request was sent.
    pub fn is_still(&self, sent: Sent) -> bool {
        self.good == sent.good
    }

    /// Whether events that were not taken again are to be told: when they have waited a while, and then
    /// now and then.
    pub fn tells(&mut self, waits: u32, now: Instant) -> bool {
        let silent = |told: Instant| now.saturating_duration_since(told) < SILENCE;
        if waits < STUCK || self.told.is_some_and(silent) {
            return false;
        }
        self.told = Some(now);
        true
    }
}

#[cfg(test)]
#[path = "../tests/elasticsearch/state.rs"]
mod tests;
