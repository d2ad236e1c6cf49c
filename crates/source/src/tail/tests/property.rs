//! Anything that may happen to logs, in any order, against a list of the lines that were written.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

#[derive(Debug, Clone)]
enum Step {
    /// So many bytes of numbered lines to one of the logs, cut anywhere.
    Append(usize, usize),
    Rename(usize),
    CopyTruncate(usize),
    /// An older generation is compressed.
    Gzip(usize),
    /// An older generation is deleted.
    Delete(usize),
    Look,
    Wait(u64),
    /// So many of the batches, in tenths.
    Confirm(usize),
    Kill,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        8 => (0..2usize, 1..400usize).prop_map(|(log, bytes)| Step::Append(log, bytes)),
        2 => (0..2usize).prop_map(Step::Rename),
        2 => (0..2usize).prop_map(Step::CopyTruncate),
        1 => (0..9usize).prop_map(Step::Gzip),
        1 => (0..9usize).prop_map(Step::Delete),
        4 => Just(Step::Look),
        2 => (1..9000u64).prop_map(Step::Wait),
        3 => (1..=10usize).prop_map(Step::Confirm),
        1 => Just(Step::Kill),
    ]
}

/// What was written, and what came out of it.
struct Model {
    rig: Rig,
    /// The end of what is not written yet of a log's last line.
    pending: [String; 2],
    next: usize,
    generations: Vec<String>,
    count: usize,
    /// How often each line came out.
    seen: BTreeMap<String, usize>,
    written: Vec<String>,
    /// Those at the beginning of a file. Too little to know a file again by after a kill.
    early: BTreeSet<String>,
    killed: bool,
    /// Those that came from a file of which too little was confirmed then, likewise.
    unknown: BTreeSet<Vec<u8>>,
    matched: bool,
}

const LOGS: [&str; 2] = ["a.log", "b.log"];

impl Model {
    fn new(matched: bool) -> Model {
        let mut rig = Rig::new(if matched { "?.log*" } else { "?.log" });
        rig.limits.batch = 128;
        Model {
            rig,
            pending: [String::new(), String::new()],
            next: 0,
            generations: Vec::new(),
            count: 0,
            seen: BTreeMap::new(),
            written: Vec::new(),
            early: BTreeSet::new(),
            killed: false,
            unknown: BTreeSet::new(),
            matched,
        }
    }

    fn append(&mut self, log: usize, mut bytes: usize) {
        let mut text = String::new();
        let file = fs::metadata(self.rig.path(LOGS[log]));
        let len = file.map_or(0, |file| file.len() as usize);
        while bytes > 0 {
            if self.pending[log].is_empty() {
                // As real logs: no two lines are the same.
                let line = format!("{:08} a line of {}", self.next, LOGS[log]);
                self.next += 1;
                if len + text.len() < 256 {
                    self.early.insert(line.clone());
                }
                self.written.push(line.clone());
                self.pending[log] = line + "\n";
            }
            let n = bytes.min(self.pending[log].len());
            text.extend(self.pending[log].drain(..n));
            bytes -= n;
        }
        self.rig.append(LOGS[log], text);
    }

    /// Writers end their line before they leave a file.
    fn end_line(&mut self, log: usize) {
        let rest = std::mem::take(&mut self.pending[log]);
        self.rig.append(LOGS[log], rest);
    }

    fn take(&mut self, text: &str) {
        for line in text.lines() {
            *self.seen.entry(line.to_owned()).or_default() += 1;
        }
    }

    fn confirm_all(&mut self) {
        let text = self.rig.confirm();
        self.take(&text);
    }

    fn generation(&mut self, log: usize) -> String {
        self.count += 1;
        let name = format!("{}.{}", LOGS[log], self.count);
        self.generations.push(name.clone());
        name
    }

    fn apply(&mut self, step: &Step) {
        match *step {
            Step::Append(log, bytes) => self.append(log, bytes),
            Step::Rename(log) => {
                self.end_line(log);
                if !self.matched {
                    // Nobody would see a file that came and went between two looks.
                    self.rig.look();
                }
                let name = self.generation(log);
                self.rig.rename(LOGS[log], &name);
                self.rig.append(LOGS[log], "");
            }
            Step::CopyTruncate(log) => {
                self.end_line(log);
                if !self.matched {
                    // Nobody reads the copy: what is truncated must be read.
                    self.rig.settle();
                    self.confirm_all();
                }
                let name = self.generation(log);
                self.rig.copytruncate(LOGS[log], &name);
                // The next one could have the same length and time otherwise.
                self.rig.look();
            }
            Step::Gzip(n) | Step::Delete(n) if self.generations.is_empty() => _ = n,
            Step::Gzip(n) => {
                let name = self.generations.remove(n % self.generations.len());
                if !self.matched {
                    self.rig.settle();
                    self.confirm_all();
                }
                self.rig.gzip(&name);
            }
            Step::Delete(n) => {
                let name = self.generations.remove(n % self.generations.len());
                self.rig.settle();
                self.confirm_all();
                self.rig.remove(&name);
            }
            Step::Look => self.rig.look(),
            Step::Wait(time) => self.rig.wait(Duration::from_millis(time)),
            Step::Confirm(tenths) => {
                let count = self.rig.unconfirmed.len() * tenths / 10;
                let text = self.rig.confirm_some(count);
                self.take(&text);
            }
            Step::Kill => {
                let ledger = self.rig.table().ledger.clone();
                for given in &self.rig.unconfirmed {
                    let confirmed = ledger.confirmed(given.partition);
                    if confirmed.is_none_or(|(offset, _)| offset < 256) {
                        let lines = given.lines.iter().map(|(_, line)| line.clone());
                        self.unknown.extend(lines);
                    }
                }
                self.rig.kill();
                self.killed = true;
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Every line comes out, confirmed, once: whatever is renamed, copied, truncated and compressed,
    /// and wherever the reader is killed. (Lines at the very beginning of a file may come again.)
    #[test]
    fn every_line_is_confirmed_once(
        steps in proptest::collection::vec(step(), 1..60),
        matched in any::<bool>(),
    ) {
        let mut model = Model::new(matched);
        model.append(0, 300);
        model.append(1, 300);
        model.rig.look();
        for step in &steps {
            model.apply(step);
        }
        model.end_line(0);
        model.end_line(1);
        model.rig.settle();
        model.confirm_all();
        for line in &model.written {
            let count = model.seen.get(line).copied().unwrap_or(0);
            let again = model.killed && model.early.contains(line);
            prop_assert!(count == 1 || (again && count > 1), "{} came {} times", line, count);
        }
        prop_assert_eq!(model.seen.len(), model.written.len());
        // Whatever was handed out is the same line at the same place of the same stream, confirmed or
        // not. (What is not known again is another stream.)
        let (mut of_line, mut of_place) = (BTreeMap::new(), BTreeMap::new());
        for (place, line) in &model.rig.handed {
            let text = String::from_utf8_lossy(line);
            let early = model.killed && model.early.contains(text.trim_end());
            let early = early || model.unknown.contains(line);
            let same = *of_line.entry(line).or_insert(place) == place;
            prop_assert!(same || early, "{} stands at {:?}, too", text, place);
            let same = *of_place.entry(place).or_insert(line) == line;
            prop_assert!(same, "{:?} is not {} alone", place, text);
        }
    }
}
