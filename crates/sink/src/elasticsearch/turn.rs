//! One request: sent, and what follows from its answer, or from none.

use std::sync::Arc;
use std::time::Instant;

use hyper::body::Bytes;
use knownet_flow::Desk;

use super::engine::Engine;
use super::load::{Fate, Load};
use super::state::{Sent, State};
use super::verdict::{Items, Verdict, judge};
use super::wire::{Reply, Trouble};

/// How an attempt went.
struct Report {
    way: Way,
    /// Why some of it is sent again, if some is.
    reason: Option<String>,
}

/// How an attempt went, as the run is told.
enum Way {
    /// The server took something, or refused it for good.
    Taken,
    /// That says nothing about the others.
    Quiet,
    /// Nothing is taken from anybody.
    Trouble,
}

/// One request.
pub(super) struct Turn {
    engine: Arc<Engine>,
    sent: Sent,
    /// What came of it.
    told: bool,
}

impl Drop for Turn {
    /// However it ended, by a panic or in good order, the place is free.
    fn drop(&mut self) {
        let mut state = self.engine.state();
        if !self.told && !self.is_suspect() {
            state.nodes.failed(self.sent.node, Instant::now());
        }
        state.back(self.sent);
        self.engine.tell.waiting(state.repeated());
        // What it gave back meanwhile nobody sends any more.
        let rest = if state.closed {
            state.clear()
        } else {
            Vec::new()
        };
        drop(state);
        drop(rest);
        self.engine.back.notify_all();
        self.engine.wake.notify_one();
    }
}

impl Turn {
    /// A request.
    pub fn new(engine: Arc<Engine>, sent: Sent) -> Turn {
        Turn {
            engine,
            sent,
            told: false,
        }
    }

    /// Whether it may be to blame itself.
    fn is_suspect(&self) -> bool {
        self.sent.waits > 0
    }

    /// Sends it, and does what follows.
    pub async fn run(mut self, load: Load, desk: Arc<dyn Desk>) {
        let engine = self.engine.clone();
        let Engine { wire, tell, .. } = &*engine;
        let body = wire.encode(load.body()).await;
        let bytes = body.as_ref().map_or(0, Bytes::len);
        let began = Instant::now();
        let host = &engine.hosts[self.sent.node];
        let reply = match body {
            Ok(body) => wire.send(host, body, load.len()).await,
            Err(trouble) => Err(trouble),
        };
        let status = match &reply {
            Ok(reply) => Ok(reply.status),
            Err(Trouble::Own(_)) => Err("unsent"),
            Err(Trouble::Unreachable(_)) => Err("unreachable"),
            Err(Trouble::Cut(_)) => Err("cut"),
            Err(Trouble::Slow(_)) => Err("timeout"),
            Err(Trouble::Long(_)) => Err("long"),
        };
        tell.request(bytes, began.elapsed(), status);
        let Report { way, reason } = match reply {
            Ok(reply) => self.answered(load, &reply),
            Err(trouble) => self.unanswered(load, trouble),
        };
        self.told = true;
        let mut state = engine.state();
        tell.concurrency(state.pace.requests());
        // Those of this request are counted where they wait now.
        let repeated = state.repeated().saturating_sub(self.sent.repeated);
        let mut stuck = false;
        if reason.is_some() {
            state.trouble.clone_from(&reason);
            let quiet = !matches!(way, Way::Trouble);
            stuck = quiet && state.tells(self.sent.waits, Instant::now());
        }
        drop(state);
        let reason = reason.unwrap_or_default();
        match way {
            Way::Taken => desk.succeeded(),
            Way::Quiet => {}
            Way::Trouble => desk.failed(&reason),
        }
        if stuck {
            tell.stuck(repeated, &reason);
        }
    }

    /// What follows from an answer.
    fn answered(&self, load: Load, reply: &Reply) -> Report {
        let host = &self.engine.hosts[self.sent.node];
        let events = load.len();
        let verdict = judge(reply.status, &reply.body, events, |at| load.is_named(at));
        let now = Instant::now();
        let tell = &self.engine.tell;
        let mut state = self.engine.state();
        let verdict = match verdict {
            Verdict::Spoiled(reason) if state.refuses_all() => Verdict::Failed(reason),
            other => other,
        };
        let several = state.pace.requests() > 1;
        let speaks = state.speaks(&load);
        if !matches!(verdict, Verdict::Failed(_)) && state.nodes.answered(self.sent.node) {
            tell.node_works(host);
        }
        match verdict {
            Verdict::Items(items) => {
                let again = |(_, fate): &&(usize, Fate)| *fate == Fate::Again;
                let repeated = items.others.iter().filter(again).count();
                let Items {
                    created,
                    duplicates,
                    others,
                    too_much,
                    reason,
                } = items;
                let settled = repeated < events;
                let still = speaks && state.is_still(self.sent);
                if speaks && too_much > 0 {
                    state.pace.refused(self.sent.round, too_much, events, now);
                } else if speaks && settled {
                    state.pace.succeeded(self.sent.round);
                }
                tell.items(created, duplicates, repeated, others.len() - repeated);
                state.take_back(&load, &others, settled, now);
                drop(state);
                load.settle(others);
                let way = match settled {
                    true => Way::Taken,
                    false if still && !(several && too_much * 2 > events) => Way::Trouble,
                    false => Way::Quiet,
                };
                let reason = reason.map(|reason| {
                    format!("{host} does not take {repeated} of {events} events for now: {reason}")
                });
                Report { way, reason }
            }
            Verdict::TooLarge(reason) => {
                if events > 1 {
                    state.pace.too_large(load.body().len());
                }
                let alone = state.cut(load);
                drop(state);
                self.refused(alone, &format!("too large for the server, {reason}"))
            }
            Verdict::Spoiled(reason) => {
                let alone = state.cut(load);
                if alone.is_some() {
                    state.refused_alone();
                }
                drop(state);
                self.refused(alone, &format!("refused alone, {reason}"))
            }
            Verdict::TooMuch(reason) => {
                tell.items(0, 0, events, 0);
                let still = speaks && state.is_still(self.sent);
                state.busy(load, self.sent.round, now);
                Report {
                    way: match still && !several {
                        true => Way::Trouble,
                        false => Way::Quiet,
                    },
                    reason: Some(format!("{host} is busy: {reason}")),
                }
            }
            Verdict::Failed(reason) => {
                tell.items(0, 0, events, 0);
                let reason = match &reply.location {
                    Some(location) => format!("{host}: {reason}, {location}"),
                    None => format!("{host}: {reason}"),
                };
                let way = self.node_failed(&mut state, speaks, &reason, now);
                state.failed(load, now);
                let reason = Some(reason);
                Report { way, reason }
            }
        }
    }

    /// An event is refused if it is alone.
    fn refused(&self, alone: Option<Load>, reason: &str) -> Report {
        let way = match alone {
            None => Way::Quiet,
            Some(alone) => {
                self.engine.tell.items(0, 0, 0, 1);
                alone.refuse(reason);
                Way::Taken
            }
        };
        Report { way, reason: None }
    }

    /// What follows from no answer, and why there is none.
    fn unanswered(&self, load: Load, trouble: Trouble) -> Report {
        let now = Instant::now();
        let mut state = self.engine.state();
        self.engine.tell.items(0, 0, load.len(), 0);
        let speaks = state.speaks(&load);
        let reason = match &trouble {
            Trouble::Own(reason)
            | Trouble::Unreachable(reason)
            | Trouble::Cut(reason)
            | Trouble::Slow(reason)
            | Trouble::Long(reason) => reason.clone(),
        };
        let way = match &trouble {
            Trouble::Own(_) => {
                if !self.is_suspect() {
                    state.nodes.untried(self.sent.node, now);
                }
                Way::Trouble
            }
            _ => self.node_failed(&mut state, speaks, &reason, now),
        };
        match trouble {
            Trouble::Own(_) => state.park(load, now),
            Trouble::Unreachable(_) => state.repeat(load, now),
            // Something on the way may not say 413 in time.
            Trouble::Cut(_) => state.failed(load, now),
            Trouble::Slow(_) => {
                if speaks {
                    state.pace.refused(self.sent.round, 1, 1, now);
                }
                state.failed(load, now);
            }
            Trouble::Long(_) => {
                if let Some(alone) = state.cut(load) {
                    state.failed(alone, now);
                }
            }
        }
        let reason = Some(reason);
        Report { way, reason }
    }

    /// The request failed as a whole, which says something about its node unless it may be to blame
    /// itself. It is trouble for all if no other node works.
    fn node_failed(&self, state: &mut State, speaks: bool, reason: &str, now: Instant) -> Way {
        // One that has not waited comes before all others: what it meets, they would.
        let speaks = speaks || !self.is_suspect();
        if !self.is_suspect() && state.nodes.failed(self.sent.node, now) {
            self.engine.tell.node_failed(reason);
        }
        let still = speaks && state.is_still(self.sent);
        match still && !state.nodes.any() {
            true => Way::Trouble,
            false => Way::Quiet,
        }
    }
}
