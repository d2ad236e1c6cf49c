//! One request: sent, and what follows from its answer, or from none.

use std::sync::Arc;
use std::time::Instant;

use hyper::body::Bytes;
use knownet_flow::Desk;

use super::engine::Engine;
use super::load::{Fate, Load};
use super::pace::Round;
use super::state::{Doubt, State};
use super::verdict::{Items, Verdict, judge};
use super::wire::{Reply, Trouble};

/// How an attempt went, as the run is told.
enum Report {
    Good,
    /// It is repeated, and why.
    Trouble(String),
    /// A part of it is, and why: told when that part by itself is not taken either.
    Part(String),
    /// Less is sent at once from now on: no trouble as long as something gets through.
    Quiet,
}

/// One request.
pub(super) struct Turn {
    engine: Arc<Engine>,
    node: usize,
    round: Round,
    /// Whether it was sent before.
    repeat: bool,
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
        state.back(self.repeat);
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
    /// A request to the node with this place.
    pub fn new(engine: Arc<Engine>, node: usize, round: Round, repeat: bool) -> Turn {
        Turn {
            engine,
            node,
            round,
            repeat,
            told: false,
        }
    }

    /// Sends it, and does what follows.
    pub async fn run(mut self, load: Load, desk: Arc<dyn Desk>) {
        let engine = self.engine.clone();
        let Engine { wire, tell, .. } = &*engine;
        let body = wire.encode(load.body()).await;
        let bytes = body.as_ref().map_or(0, Bytes::len);
        let began = Instant::now();
        let host = &engine.hosts[self.node];
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
        let report = match reply {
            Ok(reply) => self.answered(load, &reply),
            Err(trouble) => Report::Trouble(self.unanswered(load, trouble)),
        };
        self.told = true;
        let mut state = engine.state();
        tell.concurrency(state.pace.requests());
        state.trouble = match &report {
            Report::Trouble(reason) | Report::Part(reason) => Some(reason.clone()),
            Report::Good if !state.is_troubled(self.repeat) => None,
            Report::Good | Report::Quiet => state.trouble.take(),
        };
        let over = matches!(report, Report::Good) && state.trouble.is_none();
        drop(state);
        match report {
            Report::Trouble(reason) => desk.failed(&reason),
            _ if over => desk.succeeded(),
            _ => {}
        }
    }

    /// What follows from an answer.
    fn answered(&self, load: Load, reply: &Reply) -> Report {
        let host = &self.engine.hosts[self.node];
        let events = load.len();
        let verdict = judge(reply.status, &reply.body, events);
        let now = Instant::now();
        let mut state = self.engine.state();
        let several = state.pace.requests() > 1;
        match verdict {
            Verdict::Failed(_) if State::is_doubted(&load) => state.nodes.doubted(self.node, now),
            Verdict::Failed(_) => state.nodes.failed(self.node, now),
            _ => state.nodes.answered(self.node),
        }
        let tell = &self.engine.tell;
        match verdict {
            Verdict::Items(items) => {
                // What keeps a few from being taken is not that they are too many.
                let too_much = items.too_much && items.created * 2 <= events;
                match too_much {
                    true => state.pace.refused(self.round, now),
                    false => state.pace.succeeded(self.round),
                }
                let again = |(_, fate): &&(usize, Fate)| *fate == Fate::Again;
                let repeated = items.others.iter().filter(again).count();
                let Items {
                    created,
                    duplicates,
                    others,
                    reason,
                    ..
                } = items;
                tell.items(created, duplicates, repeated, others.len() - repeated);
                state.take_back(&load, &others, now);
                drop(state);
                load.settle(others);
                match reason {
                    None => Report::Good,
                    Some(_) if too_much && several => Report::Quiet,
                    Some(reason) => {
                        let reason = format!(
                            "{host} does not take {repeated} of {events} events for now: {reason}"
                        );
                        match repeated < events {
                            true => Report::Part(reason),
                            false => Report::Trouble(reason),
                        }
                    }
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
                state.failed(load, Doubt::Nothing, now);
                match several {
                    true => Report::Quiet,
                    false => Report::Trouble(format!("{host} is busy: {reason}")),
                }
            }
            Verdict::Failed(reason) => {
                tell.items(0, 0, events, 0);
                state.failed(load, Doubt::Event, now);
                Report::Trouble(format!("{host}: {reason}"))
            }
        }
    }

    /// What follows from no answer, and why there is none.
    fn unanswered(&self, load: Load, trouble: Trouble) -> String {
        let now = Instant::now();
        let mut state = self.engine.state();
        self.engine.tell.items(0, 0, load.len(), 0);
        let reached = !matches!(trouble, Trouble::Unreachable(_));
        match reached && State::is_doubted(&load) {
            true => state.nodes.doubted(self.node, now),
            false => state.nodes.failed(self.node, now),
        }
        match trouble {
            Trouble::Own(reason) | Trouble::Unreachable(reason) => {
                state.repeat(load);
                reason
            }
            Trouble::Cut(reason) => {
                // Something on the way may not say 413 in time.
                state.failed(load, Doubt::Size, now);
                reason
            }
            Trouble::Slow(reason) => {
                state.pace.refused(self.round, now);
                state.failed(load, Doubt::Event, now);
                reason
            }
            Trouble::Long(reason) => {
                if let Some(alone) = state.cut(load) {
                    state.failed(alone, Doubt::Nothing, now);
                }
                reason
            }
        }
    }
}
