//! How a pipeline fares while it runs: what it cannot reach, what has ended, whether its workers work.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

/// What can be said of a pipeline at a moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Health {
    /// Whether it reads: every source is open, and the end has not come.
    pub running: bool,
    /// How long the worker that is at its batch for the longest time has been in the middle of the
    /// steps, where nothing waits for anybody. More than seconds means that it hangs.
    pub busy: Duration,
    /// The sinks, or the dead letters, that cannot be written to.
    pub unreachable: Vec<Unreachable>,
    /// The sources that have come to their end.
    pub ended: Vec<String>,
}

/// A sink, or the dead letters, on which the pipeline waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreachable {
    /// Its name.
    pub part: String,
    /// For how long.
    pub time: Duration,
    /// What it said last.
    pub reason: String,
}

pub(crate) struct Vitals {
    epoch: Instant,
    running: AtomicBool,
    pulses: Mutex<Vec<Arc<Pulse>>>,
    unreachable: Mutex<BTreeMap<String, (Instant, String)>>,
    ended: Mutex<Vec<String>>,
}

/// When a worker went into the steps: milliseconds since the epoch plus one, 0 while it is not there.
#[derive(Default)]
pub(crate) struct Pulse(AtomicU64);

impl Default for Vitals {
    fn default() -> Vitals {
        Vitals {
            epoch: Instant::now(),
            running: AtomicBool::new(false),
            pulses: Mutex::default(),
            unreachable: Mutex::default(),
            ended: Mutex::default(),
        }
    }
}

impl Vitals {
    pub fn set_running(&self, running: bool) {
        self.running.store(running, Ordering::Release);
    }

    /// The pulse of one more worker.
    pub fn pulse(&self) -> Arc<Pulse> {
        let pulse = Arc::<Pulse>::default();
        lock(&self.pulses).push(pulse.clone());
        pulse
    }

    /// The worker goes into the steps.
    pub fn enter(&self, pulse: &Pulse) {
        let now = self.millis(Instant::now());
        pulse.0.store(now + 1, Ordering::Relaxed);
    }

    /// The worker comes out of the steps.
    pub fn leave(&self, pulse: &Pulse) {
        pulse.0.store(0, Ordering::Relaxed);
    }

    pub fn unreachable(&self, part: &str, reason: &str) {
        let mut all = lock(&self.unreachable);
        let known = all
            .entry(part.to_owned())
            .or_insert_with(|| (Instant::now(), String::new()));
        known.1 = reason.to_owned();
    }

    pub fn reached(&self, part: &str) {
        lock(&self.unreachable).remove(part);
    }

    /// The parts that cannot be reached.
    pub fn parts(&self) -> Vec<String> {
        lock(&self.unreachable).keys().cloned().collect()
    }

    pub fn ended(&self, source: &str) {
        lock(&self.ended).push(source.to_owned());
    }

    pub fn health(&self) -> Health {
        let now = self.millis(Instant::now()) + 1;
        let busy = lock(&self.pulses)
            .iter()
            .map(|pulse| match pulse.0.load(Ordering::Relaxed) {
                0 => 0,
                since => now.saturating_sub(since),
            })
            .max();
        let unreachable = lock(&self.unreachable);
        let unreachable = unreachable
            .iter()
            .map(|(part, (since, reason))| Unreachable {
                part: part.clone(),
                time: since.elapsed(),
                reason: reason.clone(),
            });
        Health {
            running: self.running.load(Ordering::Acquire),
            busy: Duration::from_millis(busy.unwrap_or(0)),
            unreachable: unreachable.collect(),
            ended: lock(&self.ended).clone(),
        }
    }

    fn millis(&self, at: Instant) -> u64 {
        at.saturating_duration_since(self.epoch).as_millis() as u64
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}

#[cfg(test)]
#[path = "tests/vital.rs"]
mod tests;
