//! How a run fares, for who asks over HTTP and for the service manager.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use knownet_admin::Watch;
use knownet_flow::Stop;
use knownet_runtime::{Handle, Health as State};

use crate::config::Config;

/// A worker that is at one batch for longer hangs: nothing there waits for anybody.
const HANGS: Duration = Duration::from_secs(60);

pub struct Health {
    handle: OnceLock<Handle>,
    stop: Arc<Stop>,
    /// The sources that go on until they are stopped.
    live: Vec<String>,
    unready_after: Duration,
}

impl Health {
    /// Of a run that is about to begin.
    pub fn new(config: &Config, stop: Arc<Stop>) -> Health {
        let live = config.sources.iter().filter(|s| s.kind.is_live());
        Health {
            handle: OnceLock::new(),
            stop,
            live: live.map(|source| source.name.clone()).collect(),
            unready_after: config
                .admin
                .as_ref()
                .map_or(Duration::MAX, |admin| admin.unready_after),
        }
    }

    /// Everything is open.
    pub fn runs(&self, handle: Handle) {
        // There is one run.
        let _ = self.handle.set(handle);
    }
}

impl Watch for Health {
    fn sick(&self) -> Vec<String> {
        let state = self.handle.get().map(Handle::health);
        state.and_then(|state| hang(&state)).into_iter().collect()
    }

    fn unready(&self) -> Vec<String> {
        let mut reasons = self.sick();
        if self.stop.is_set() {
            reasons.push("stopping".to_owned());
        }
        let health = self.handle.get().map(Handle::health).unwrap_or_default();
        if !health.running {
            reasons.push("not every source and sink is open".to_owned());
        }
        let ended = health.ended.iter().filter(|name| self.live.contains(name));
        reasons.extend(ended.map(|name| format!("source {name} has ended")));
        for trouble in health.unreachable {
            if trouble.time > self.unready_after {
                let (part, time, reason) = (trouble.part, trouble.time.as_secs(), trouble.reason);
                reasons.push(format!(
                    "{part} cannot be written to for {time} s: {reason}"
                ));
            }
        }
        reasons
    }
}

/// What is said of a worker that hangs, if one does.
fn hang(state: &State) -> Option<String> {
    let seconds = state.busy.as_secs();
    (state.busy > HANGS).then(|| format!("a worker hangs in a batch, for {seconds} s now"))
}

#[cfg(test)]
#[path = "tests/health.rs"]
mod tests;
