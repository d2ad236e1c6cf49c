//! Takes events, sends them, and does what follows from the answers.
//!
//! One task decides what is sent next; each request is a task of its own. A panic in any of them lets
//! go of everything: no batch waits for what nobody does any more.

use std::sync::{Arc, Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant, SystemTime};

use knownet_flow::{Desk, OpenError, Parcel, Receipt, WriteError, time};
use tokio::sync::Notify;
use tokio::task::JoinSet;

use super::ElasticsearchOptions;
use super::action::Writer;
use super::host::Host;
use super::load::Hold;
use super::state::{Next, State};
use super::tell::Tell;
use super::turn::Turn;
use super::wire::Wire;

/// How often it looks whether the run has ended, which nobody tells it.
const LOOK: Duration = Duration::from_millis(200);

/// Of one sink.
pub(super) struct Engine {
    pub hosts: Vec<Host>,
    writer: Writer,
    pub wire: Wire,
    pub tell: Tell,
    state: Mutex<State>,
    /// Something is to be done.
    pub wake: Notify,
    /// A request came back.
    pub back: Condvar,
}

impl Engine {
    pub fn new(name: &str, options: &ElasticsearchOptions) -> Result<Engine, OpenError> {
        Ok(Engine {
            hosts: options.hosts.clone(),
            writer: Writer::new(options.target.clone()),
            wire: Wire::new(options)?,
            tell: Tell::new(name),
            state: Mutex::new(State::new(options)),
            wake: Notify::new(),
            back: Condvar::new(),
        })
    }

    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|e| e.into_inner())
    }

    /// Copies the events; does not wait.
    pub fn take(&self, parcel: &Parcel<'_>, receipt: Receipt) {
        let count = usize::try_from(parcel.events.count()).unwrap_or(usize::MAX);
        if count == 0 {
            return receipt.confirm();
        }
        let mut state = self.state();
        if state.closed {
            return;
        }
        let hold = Hold::new(receipt, count);
        let (now, clock) = (Instant::now(), time::text(SystemTime::now()));
        for item in parcel.items() {
            state.push(&hold, now, |body| {
                self.writer.write(item.line, item.id, &clock, body)
            });
        }
        drop(state);
        self.wake.notify_one();
    }

    /// Sends everything that is there, and waits until `until`.
    pub fn finish(&self, until: Instant) -> Result<(), WriteError> {
        let mut state = self.state();
        state.finishing = true;
        self.wake.notify_one();
        while !state.is_empty() && !state.closed {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                let reason = state.trouble.clone();
                let reason = reason.unwrap_or_else(|| "requests are still on their way".to_owned());
                return Err(WriteError::Unreachable(reason));
            }
            let waited = self.back.wait_timeout(state, left);
            state = waited.unwrap_or_else(|e| e.into_inner()).0;
        }
        Ok(())
    }

    /// Lets go of everything.
    pub fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        let all = state.clear();
        drop(state);
        // Whoever is told that its batch failed is told without the lock.
        drop(all);
        self.back.notify_all();
        self.wake.notify_one();
    }

    /// Sends what there is until it is closed or the run has ended.
    pub async fn run(self: Arc<Engine>, desk: Arc<dyn Desk>) {
        let _close = Close(&self);
        // Dropped with it are the requests on their way, and with them their receipts.
        let mut tasks = JoinSet::new();
        self.tell.concurrency(self.state().pace.requests());
        while !self.state().closed {
            if desk.is_halted() {
                return;
            }
            let next = self.state().next(Instant::now());
            let until = match next {
                Next::Send(load, sent) => {
                    let turn = Turn::new(self.clone(), sent);
                    tasks.spawn(turn.run(load, desk.clone()));
                    continue;
                }
                Next::Later(until) => Some(until),
                Next::Wait => None,
            };
            let busy = !self.state().is_empty();
            let look = Instant::now() + LOOK;
            let until = match until {
                Some(until) => Some(until.min(look)),
                None => busy.then_some(look),
            };
            tokio::select! {
                () = self.wake.notified() => {}
                Some(done) = tasks.join_next() => if done.is_err() {
                    tracing::error!(sink = self.tell.sink(), "a request failed by a fault of the program");
                    return;
                },
                () = pause(until) => {}
            }
        }
    }
}

/// Closes the engine when its task ends, however that is.
struct Close<'a>(&'a Engine);

impl Drop for Close<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

async fn pause(until: Option<Instant>) {
    match until {
        Some(until) => tokio::time::sleep_until(until.into()).await,
        None => std::future::pending().await,
    }
}
