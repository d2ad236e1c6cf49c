//! Events through all that goes wrong: some before each fault, some while it lasts, some after it.
//!
//! When the group's positions are behind the last event, everything must be where it belongs: nobody
//! waits for it any more.

use std::fmt;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::fault::{Fault, possible};
use crate::fleet::Fleet;
use crate::ledger::Found;
use crate::patience::until;
use crate::place::Place;
use crate::pump::Pump;
use crate::random::{Random, number};
use crate::search::Search;
use crate::topic::Watch;

/// Instances at once.
const INSTANCES: usize = 3;

pub struct Ordeal<'a> {
    pub name: &'static str,
    pub place: &'a Place,
    /// The search server and the data stream in it.
    pub search: Option<(&'a Search, &'a str)>,
    pub topic: &'a str,
    pub group: &'a str,
}

/// What was done.
pub struct Report {
    name: &'static str,
    seed: u64,
    pub events: u64,
    faults: Vec<Fault>,
    rejected: u64,
    took: Duration,
}

/// How many events.
pub fn events() -> u64 {
    number("KNOWNET_CLUSTER_EVENTS").unwrap_or(30_000)
}

impl Ordeal<'_> {
    /// Ends with the group behind the last event; the instances go on.
    pub fn run(&self, fleet: &mut Fleet, faults: &[Fault]) -> Report {
        let Ordeal { place, search, .. } = *self;
        let faults = possible(faults, place, search.map(|(search, _)| search));
        let seed = number("KNOWNET_SEED").unwrap_or(1);
        let mut random = Random::new(seed);
        let begun = Instant::now();
        let events = events();
        // Of each fault one before and one within it; one for the end.
        let shares = 2 * faults.len() as u64 + 1;
        let share = |n: u64| events * n / shares;
        let watch = place.kafka.watch(self.group, self.topic);
        let pump = Pump::start(&place.kafka, self.topic);
        for _ in 0..INSTANCES {
            fleet.start();
        }
        let mut rejected = 0;
        for (at, fault) in (0..).zip(&faults) {
            let before = watch.committed().unwrap_or(0);
            pump.allow(share(2 * at + 1));
            passed(&watch, before, share(2 * at + 1));
            pump.allow(share(2 * at + 2));
            if *fault == Fault::Search {
                rejected += refusals(search);
            }
            println!(
                "cluster: {}: {fault:?} at {:.0?}",
                self.name,
                begun.elapsed()
            );
            let trouble = fault.begin(place, search, fleet, &mut random);
            pump.wait(share(2 * at + 2));
            trouble.end(place, fleet);
        }
        pump.allow(events);
        pump.end(events);
        passed(&watch, events - 1, events);
        assert_eq!(watch.written(), Some(events), "events in {}", self.topic);
        Report {
            name: self.name,
            seed,
            events,
            faults,
            rejected: rejected + refusals(search),
            took: begun.elapsed(),
        }
    }
}

fn refusals(search: Option<(&Search, &str)>) -> u64 {
    search
        .and_then(|(search, _)| search.rejected())
        .unwrap_or(0)
}

/// Waits until the group is behind the position `before`, or at the end.
pub fn passed(watch: &Watch, before: u64, end: u64) {
    until("positions of the group", || match watch.committed() {
        Some(now) if now > before || now >= end => Ok(()),
        now => Err(now),
    });
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |wanted| self.faults.iter().filter(|fault| **fault == wanted).count();
        write!(
            f,
            "cluster: {}: seed {}, events {}, instances killed and started {}, brokers stopped {}, \
             search server killed {}, disk full {}, queue full {} (writes refused with 429 {}), \
             seconds {}",
            self.name,
            self.seed,
            self.events,
            count(Fault::Kill),
            count(Fault::Broker),
            count(Fault::Search),
            count(Fault::Disk),
            count(Fault::Crowd),
            self.rejected,
            self.took.as_secs(),
        )
    }
}

impl Report {
    /// Prints the line and asserts that everything came out, and nothing else did: once, if `once`.
    #[track_caller]
    pub fn judge(&self, found: &Found, letters: &[Value], once: bool) {
        let missing = found.missing(0..self.events);
        let (there, doubles) = (found.total(), found.doubles());
        println!(
            "{self}, came out {there}, missing {}, doubles {doubles}, dead letters {}",
            missing.len(),
            letters.len()
        );
        let some = &missing[..missing.len().min(20)];
        assert!(some.is_empty(), "{self}: missing {some:?}");
        assert!(!once || doubles == 0, "{self}: {doubles} doubles");
        assert_eq!(
            there,
            self.events + doubles,
            "{self}: numbers that were never sent"
        );
        assert_eq!(letters, [] as [Value; 0], "{self}: dead letters");
        let strange = &found.strange;
        assert!(strange.is_empty(), "{self}: {:?}", strange.first());
    }
}
