//! Test sources, plans and sinks that do what a test tells them, and a ledger that knows where each
//! numbered event is and checks every commit against it.
//!
//! An event is the line `<source> <partition> <number>`; it leaves as that with the plan's name
//! behind it. The position of a partition is the number of its next event.

#![allow(dead_code, unused_imports, reason = "each test file uses a part of it")]

mod parts;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, Once};
use std::time::Duration;

use knownet_flow::{Plan, Sink, Source, Stop};
use knownet_runtime::{Handle, Options, Pipeline, RunError, Summary};

pub use parts::{Fate, Numbers, Recorder, Silent, Split};

/// Source, partition and number of an event.
pub type Key = (u32, u32, u64);

/// Where every event is.
pub struct Ledger {
    /// The lines that each sink has taken, in order.
    pub sinks: Vec<Mutex<Vec<String>>>,
    /// Every commit, in order.
    pub commits: Mutex<Vec<Key>>,
    /// What became of commits that were wrong.
    pub wrong: Mutex<Vec<String>>,
    pub dead_letter: PathBuf,
    fate: Box<dyn Fn(Key) -> Fate + Send + Sync>,
}

impl Ledger {
    /// The letters in the dead-letter file: each is valid JSON, or the test fails.
    ///
    /// Another lane may be writing one right now: what has no line feed yet does not count.
    pub fn letters(&self) -> Vec<serde_json::Value> {
        let bytes = std::fs::read(&self.dead_letter).unwrap_or_default();
        let whole = bytes.iter().rposition(|&b| b == b'\n').map_or(0, |n| n + 1);
        let lines = std::str::from_utf8(&bytes[..whole]).unwrap().lines();
        lines.map(|l| serde_json::from_str(l).unwrap()).collect()
    }

    pub fn taken(&self, sink: usize) -> Vec<String> {
        self.sinks[sink].lock().unwrap().clone()
    }

    pub fn wrong(&self) -> Vec<String> {
        self.wrong.lock().unwrap().clone()
    }

    /// Notes a commit, and whether everything before it is safe.
    fn commit(&self, source: u32, partition: u32, position: u64) {
        let mut commits = self.commits.lock().unwrap();
        let last = commits
            .iter()
            .rev()
            .find(|c| (c.0, c.1) == (source, partition));
        let mut wrong = self.wrong.lock().unwrap();
        if last.is_some_and(|c| c.2 >= position) {
            wrong.push(format!("{position} of {partition} does not grow"));
        }
        commits.push((source, partition, position));
        let missing = self.missing((0..position).map(|n| (source, partition, n)));
        wrong.extend(
            missing
                .into_iter()
                .map(|m| format!("before {position}: {m}")),
        );
    }

    /// What is not where it should be.
    pub fn missing(&self, keys: impl Iterator<Item = Key>) -> Vec<String> {
        let sets = self.sinks.iter().map(|lines| {
            let lines = lines.lock().unwrap();
            lines.iter().map(|l| key(l)).collect::<BTreeSet<Key>>()
        });
        let sets: Vec<_> = sets.collect();
        let mut dead: BTreeMap<Key, Vec<(String, String)>> = BTreeMap::new();
        for letter in self.letters() {
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            let place = (
                text(&letter["labels"]["sink"]),
                text(&letter["error"]["message"]),
            );
            dead.entry(key(letter["event"]["original"].as_str().unwrap()))
                .or_default()
                .push(place);
        }
        let dead_at = |key: &Key, at: &str, start: &str| {
            let places = dead.get(key);
            let fits = |(sink, reason): &(String, String)| sink == at && reason.starts_with(start);
            places.is_some_and(|all| all.iter().any(fits))
        };
        let mut missing = Vec::new();
        for key in keys {
            match (self.fate)(key) {
                Fate::Drop => {}
                Fate::Panic | Fate::Torn => {
                    if !dead_at(&key, "", "a fault while it was processed") {
                        missing.push(format!("{key:?} is not in the dead letters"));
                    }
                }
                Fate::Sinks(mask) => {
                    for (n, set) in sets.iter().enumerate().filter(|(n, _)| mask >> n & 1 == 1) {
                        if !set.contains(&key) && !dead_at(&key, &format!("out{n}"), "") {
                            missing.push(format!("{key:?} is not at sink {n}"));
                        }
                    }
                }
            }
        }
        missing
    }

    /// Each event is exactly once at each of its sinks or in the dead letters, and nothing else
    /// is anywhere; each sink has each source's partitions in order; no commit was wrong.
    pub fn check_all(&self, keys: &[Key]) {
        let text = std::fs::read_to_string(&self.dead_letter).unwrap_or_default();
        assert!(text.is_empty() || text.ends_with('\n'), "torn: {text}");
        assert_eq!(self.wrong(), Vec::<String>::new());
        assert_eq!(self.missing(keys.iter().copied()), Vec::<String>::new());
        let mut places = self.letters().len();
        for lines in &self.sinks {
            let mut last: BTreeMap<(u32, u32), u64> = BTreeMap::new();
            for line in lines.lock().unwrap().iter() {
                let (source, partition, n) = key(line);
                let before = last.insert((source, partition), n);
                assert!(before.is_none_or(|b| b < n), "{line} after {before:?}");
                places += 1;
            }
        }
        let expected: u32 = keys
            .iter()
            .map(|&key| match (self.fate)(key) {
                Fate::Drop => 0,
                Fate::Panic | Fate::Torn => 1,
                Fate::Sinks(mask) => mask.count_ones(),
            })
            .sum();
        assert_eq!(places, expected as usize, "doubled");
    }
}

/// The key of an event's line.
pub fn key(line: &str) -> Key {
    let mut parts = line.split(' ');
    let mut next = || parts.next().unwrap().parse::<u64>().unwrap();
    (next() as u32, next() as u32, next())
}

/// A pipeline under test.
pub struct Rig {
    pub ledger: Arc<Ledger>,
    pub options: Options,
    pub stop: Arc<Stop>,
    pub log: Arc<Mutex<Vec<String>>>,
    _folder: tempfile::TempDir,
}

impl Rig {
    /// With `sinks` sinks, and events that end as `fate` says.
    pub fn new(sinks: usize, fate: impl Fn(Key) -> Fate + Send + Sync + 'static) -> Rig {
        quiet();
        let folder = tempfile::tempdir().unwrap();
        let dead_letter = folder.path().join("dead.ndjson");
        Rig {
            ledger: Arc::new(Ledger {
                sinks: (0..sinks).map(|_| Mutex::default()).collect(),
                commits: Mutex::default(),
                wrong: Mutex::default(),
                dead_letter: dead_letter.clone(),
                fate: Box::new(fate),
            }),
            options: Options {
                workers: 3,
                dead_letter,
                first_pause: Duration::from_micros(50),
                longest_pause: Duration::from_millis(1),
                ..Options::default()
            },
            stop: Arc::new(Stop::new().unwrap()),
            log: Arc::default(),
            _folder: folder,
        }
    }

    /// Everything to the only sink.
    pub fn plain() -> Rig {
        Rig::new(1, |_| Fate::Sinks(1))
    }

    pub fn pipeline(
        &self,
        sources: Vec<Box<dyn Source>>,
        sinks: Vec<Box<dyn Sink>>,
        plan: Arc<dyn Plan>,
    ) -> Pipeline {
        let named = sources.into_iter().enumerate();
        let sources = named.map(|(n, s)| (format!("in{n}"), s)).collect();
        let named = sinks.into_iter().enumerate();
        let sinks = named.map(|(n, s)| (format!("out{n}"), s)).collect();
        let log = self.log.clone();
        Pipeline::new(sources, sinks, plan, self.options.clone())
            .log_to(move |message| log.lock().unwrap().push(message.text.clone()))
    }

    /// Runs one source and one sink.
    pub fn run(&self, source: Numbers, sink: Recorder) -> Result<Summary, RunError> {
        self.run_with(source, sink, |_| {})
    }

    /// As [`Rig::run`]; `reach` is given the handle first.
    pub fn run_with(
        &self,
        source: Numbers,
        sink: Recorder,
        reach: impl FnOnce(Handle),
    ) -> Result<Summary, RunError> {
        let plan = Split::named(&self.ledger, "plan");
        let pipeline = self.pipeline(vec![Box::new(source)], vec![Box::new(sink)], plan);
        reach(pipeline.handle());
        pipeline.run(self.stop.clone())
    }

    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }
}

/// The keys of `count` events of partition 0 of source 0.
pub fn keys(count: u64) -> Vec<Key> {
    (0..count).map(|n| (0, 0, n)).collect()
}

/// Panics that a test asks for say "injected"; they need not be on the screen.
fn quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            let payload = info.payload();
            let text = payload.downcast_ref::<&str>().copied();
            let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
            if !text.is_some_and(|s| s.contains("injected") || s == "edits out of order") {
                usual(info);
            }
        }));
    });
}
