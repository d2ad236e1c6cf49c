//! One request: sent, and what follows from its answer, or from none.

use std::sync::Arc;
use std::time::Instant;

use knownet_flow::Desk;

use super::engine::Engine;
use super::load::{Fate, Load};
use super::pace::Round;
use super::verdict::{Items, Verdict, judge};
use super::wire::{Reply, Trouble};

/// Connections that may be cut in a row while the same body is sent, before it is taken for the
/// reason: something on the way that does not say 413 in time.
const CUTS: u32 = 3;

/// How an attempt went, as the run is told.
enum Report {
    Good,
    /// It is repeated, and why.
    Trouble(String),
    /// Less is sent at once from now on: no trouble as long as something gets through.
    Quiet,
}

/// One request.
pub(super) struct Turn {
    engine: Arc<Engine>,
    node: usize,
    round: Round,
    /// What came of it.
    told: bool,
}

impl Drop for Turn {
    /// However it ended, by a panic or in good order, the place is free.
    fn drop(&mut self) {
        let mut state = self.engine.state();
        if !self.told {
            state.nodes.failed(self.node, Instant::now());
        }
        state.back();
        drop(state);
        self.engine.back.notify_all();
        self.engine.wake.notify_one();
    }
}

impl Turn {
    /// A request to the node with this place.
    pub fn new(engine: Arc<Engine>, node: usize, round: Round) -> Turn {
        Turn {
            engine,
            node,
            round,
            told: false,
        }
    }

    /// Sends it, and does what follows.
    pub async fn run(mut self, load: Load, desk: Arc<dyn Desk>) {
        let engine = self.engine.clone();
        let Engine { wire, tell, .. } = &*engine;
        let body = wire.encode(load.body()).await;
        let (bytes, began) = (body.len(), Instant::now());
        let host = &engine.hosts[self.node];
        let reply = wire.send(host, body, load.len()).await;
        let status = match &reply {
            Ok(reply) => Ok(reply.status),
            Err(Trouble::Unreachable(_)) => Err("unreachable"),
            Err(Trouble::Cut(_)) => Err("cut"),
            Err(Trouble::Slow(_)) => Err("timeout"),
            Err(Trouble::Long(_)) => Err("long"),
        };
        tell.request(bytes, began.elapsed(), status);
        let report = match reply {
            Ok(reply) => self.answered(load, &reply),
            Err(trouble) => Report::Trouble(self.unanswered(load, trouble)),
        };
        self.told = true;
        let mut state = engine.state();
        tell.concurrency(state.pace.requests());
        state.trouble = match &report {
            Report::Trouble(reason) => Some(reason.clone()),
            Report::Good => None,
            Report::Quiet => state.trouble.take(),
        };
        drop(state);
        match report {
            Report::Trouble(reason) => desk.failed(&reason),
            Report::Good => desk.succeeded(),
            Report::Quiet => {}
        }
    }

    /// What follows from an answer.
    fn answered(&self, mut load: Load, reply: &Reply) -> Report {
        let host = &self.engine.hosts[self.node];
        let events = load.len();
        let verdict = judge(reply.status, &reply.body, events);
        let now = Instant::now();
        let mut state = self.engine.state();
        let several = state.pace.requests() > 1;
        match verdict {
            Verdict::Failed(_) => state.nodes.failed(self.node, now),
            _ => state.nodes.answered(self.node),
        }
        load.cut = 0;
        let tell = &self.engine.tell;
        match verdict {
            Verdict::Items(items) => {
                match items.too_much {
                    true => state.pace.refused(self.round, now),
                    false => state.pace.succeeded(),
                }
                let again = |(_, fate): &&(usize, Fate)| *fate == Fate::Again;
                let repeated = items.others.iter().filter(again).count();
                let Items {
                    created,
                    duplicates,
                    others,
                    too_much,
                    reason,
                } = items;
                tell.items(created, duplicates, repeated, others.len() - repeated);
                state.take_back(&load, &others, now);
                drop(state);
                load.settle(others);
                match reason {
                    None => Report::Good,
                    Some(_) if too_much && several => Report::Quiet,
                    Some(reason) => Report::Trouble(format!(
                        "{host} does not take {repeated} of {events} events for now: {reason}"
                    )),
                }
            }
            Verdict::TooLarge(reason) => {
                if events > 1 {
                    state.pace.too_large(load.body().len());
                }
                let alone = state.cut(load);
                drop(state);
                if let Some(alone) = alone {
                    tell.items(0, 0, 0, 1);
                    alone.refuse(&format!("too large for the server, {reason}"));
                }
                Report::Good
            }
            Verdict::Spoiled(reason) => {
                let alone = state.cut(load);
                drop(state);
                if let Some(alone) = alone {
                    tell.items(0, 0, 0, 1);
                    alone.refuse(&format!("refused alone, {reason}"));
                }
                Report::Good
            }
            Verdict::TooMuch(reason) => {
                tell.items(0, 0, events, 0);
                state.pace.refused(self.round, now);
                state.repeat(load);
                match several {
                    true => Report::Quiet,
                    false => Report::Trouble(format!("{host} is busy: {reason}")),
                }
            }
            Verdict::Failed(reason) => {
                tell.items(0, 0, events, 0);
                state.repeat(load);
                Report::Trouble(format!("{host}: {reason}"))
            }
        }
    }

    /// What follows from no answer, and why there is none.
    fn unanswered(&self, mut load: Load, trouble: Trouble) -> String {
        let now = Instant::now();
        let mut state = self.engine.state();
        self.engine.tell.items(0, 0, load.len(), 0);
        let reason = match trouble {
            Trouble::Unreachable(reason) => {
                state.repeat(load);
                reason
            }
            Trouble::Cut(reason) => {
                load.cut += 1;
                let rest = match load.cut > CUTS {
                    true => state.cut(load),
                    false => Some(load),
                };
                rest.into_iter().for_each(|load| state.repeat(load));
                reason
            }
            Trouble::Slow(reason) => {
                state.pace.refused(self.round, now);
                state.repeat(load);
                reason
            }
            Trouble::Long(reason) => {
                let rest = state.cut(load);
                rest.into_iter().for_each(|load| state.repeat(load));
                reason
            }
        };
        state.nodes.failed(self.node, now);
        reason
    }
}
