//! What waits, what is on its way, and what is to be done next.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::load::{Fate, Gather, Hold, Load};
use super::node::{Choice, Nodes};
use super::pace::{Pace, Round};
use super::{ElasticsearchOptions, Pauses};

/// Of one sink.
pub(super) struct State {
    /// New events.
    gather: Gather,
    /// When the first of them has waited long enough.
    due: Option<Instant>,
    flush: Duration,
    /// Events that are sent again one by one, and not before then.
    again: Gather,
    /// The same, in whole requests.
    parked: Vec<Load>,
    again_due: Option<Instant>,
    again_pause: Duration,
    pauses: Pauses,
    /// Whole requests, those of old events first.
    ready: VecDeque<Load>,
    /// Requests on their way.
    sent: usize,
    pub nodes: Nodes,
    pub pace: Pace,
    /// No event waits for others any more.
    pub finishing: bool,
    /// Nobody is there any more: nothing is held.
    pub closed: bool,
    /// Why the last attempt failed, if it did.
    pub trouble: Option<String>,
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
            parked: Vec::new(),
            again_due: None,
            again_pause: pauses.first,
            pauses,
            ready: VecDeque::new(),
            sent: 0,
            nodes: Nodes::new(options.hosts.len(), pauses),
            pace: Pace::new(options.concurrency, options.bulk_bytes, pauses),
            finishing: false,
            closed: false,
            trouble: None,
        }
    }

    /// Whether nothing waits and nothing is on its way.
    pub fn is_empty(&self) -> bool {
        let waits = self.again_due.is_some() || self.due.is_some() || !self.ready.is_empty();
        !waits && self.sent == 0
    }

    /// Gives away everything that is not on its way.
    pub fn clear(&mut self) -> Vec<Load> {
        (self.due, self.again_due) = (None, None);
        let mut all: Vec<_> = self.ready.drain(..).collect();
        all.append(&mut self.parked);
        all.push(self.gather.take());
        all.push(self.again.take());
        all
    }

    /// Adds an event that `write` writes.
    pub fn push(
        &mut self,
        hold: &Arc<Hold>,
        now: Instant,
        write: impl FnOnce(&mut Vec<u8>) -> usize,
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
        let again = self.again_due.is_some_and(|due| due <= now);
        let fresh = self.due.is_some_and(|due| self.finishing || due <= now);
        if !again && !fresh && self.ready.is_empty() {
            let soonest = self.again_due.into_iter().chain(self.due).min();
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
        if again {
            self.again_due = None;
            for load in self.parked.drain(..).rev() {
                self.ready.push_front(load);
            }
            if !self.again.is_empty() {
                self.ready.push_front(self.again.take());
            }
        } else if self.ready.is_empty() {
            self.seal();
        }
        let Some(mut load) = self.ready.pop_front() else {
            return Next::Wait;
        };
        while load.body().len() > self.pace.bytes() {
            let (first, rest) = load.halves();
            load = first;
            match rest {
                Some(rest) => self.ready.push_front(rest),
                None => break,
            }
        }
        self.sent += 1;
        Next::Send(load, node, self.pace.round())
    }

    /// A request is no longer on its way.
    pub fn back(&mut self) {
        self.sent -= 1;
    }

    /// Sends a load again before all others.
    pub fn repeat(&mut self, load: Load) {
        self.ready.push_front(load);
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
        load.repeat(others, &mut self.again);
        if !others.iter().any(|(_, fate)| *fate == Fate::Again) {
            self.again_pause = self.pauses.first;
            return;
        }
        if self.again_due.is_none() {
            self.again_due = Some(now + self.again_pause);
            self.again_pause = self.pauses.after(self.again_pause);
        }
        if self.again.bytes() >= self.pace.bytes() {
            self.parked.push(self.again.take());
        }
    }
}
