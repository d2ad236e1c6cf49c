//! Which numbers came out, and what that says.

use std::fmt;
use std::path::Path;

use serde::Deserialize;

use crate::rig::rotated;

/// One event, as far as it matters here.
#[derive(Deserialize)]
struct Event {
    stream: usize,
    n: usize,
}

/// An event with its line feed.
pub fn event(stream: usize, n: u64) -> String {
    format!(
        "{{\"stream\":{stream},\"n\":{n},\"DestinationIp\":\"10.{}.{}.{}\",\"pad\":\"{:x>40}\"}}\n",
        n >> 16 & 255,
        n >> 8 & 255,
        n & 255,
        "",
    )
}

/// The events that stand anywhere in `text`: stream and number.
pub fn events(text: &str) -> impl Iterator<Item = (usize, u64)> {
    text.split("{\"stream\":").skip(1).filter_map(|rest| {
        let (stream, rest) = rest.split_once(",\"n\":")?;
        let (n, _) = rest.split_once(',')?;
        Some((stream.parse().ok()?, n.parse().ok()?))
    })
}

/// What lies in the sink's files.
#[derive(Default)]
pub struct Found {
    /// How often each number of each stream is there.
    counts: Vec<Vec<u32>>,
    /// Lines that are no whole event.
    pub torn: Vec<String>,
    pub files: usize,
}

impl Found {
    /// Reads the file at `path` and all that were set aside from it.
    pub fn read(path: &Path) -> Found {
        let mut found = Found::default();
        for (_, text) in rotated(path) {
            found.files += 1;
            text.lines().for_each(|line| found.add(line));
        }
        found
    }

    fn add(&mut self, line: &str) {
        let Ok(Event { stream, n }) = serde_json::from_str(line) else {
            self.torn.push(line.to_owned());
            return;
        };
        if self.counts.len() <= stream {
            self.counts.resize_with(stream + 1, Vec::new);
        }
        let counts = &mut self.counts[stream];
        if counts.len() <= n {
            counts.resize(n + 1, 0);
        }
        counts[n] += 1;
    }

    pub fn has(&self, stream: usize, n: u64) -> bool {
        let count = self
            .counts
            .get(stream)
            .and_then(|counts| counts.get(n as usize));
        count.is_some_and(|count| *count > 0)
    }

    /// The numbers below `end` of a stream that are not there.
    pub fn missing(&self, stream: usize, end: u64) -> Vec<u64> {
        (0..end).filter(|n| !self.has(stream, *n)).collect()
    }

    /// Copies beyond the first.
    fn duplicates(&self) -> u64 {
        let counts = self.counts.iter().flatten();
        counts.map(|count| u64::from(count.saturating_sub(1))).sum()
    }
}

/// What a variant came to.
pub struct Report {
    pub name: String,
    pub seed: u64,
    pub kills: u64,
    /// Events sent, those sent again not counted.
    pub events: u64,
    /// Events that had to come out, and did not.
    pub lost: Vec<(usize, u64)>,
    /// Events that nobody promised anything about, and that did not come out.
    pub unpromised: u64,
    pub duplicates: u64,
    /// How many events may be on their way at a kill, and so come twice.
    pub in_flight: u64,
    pub torn: Vec<String>,
    pub files: usize,
}

impl Report {
    pub fn of(found: &Found) -> Report {
        Report {
            name: String::new(),
            seed: 0,
            kills: 0,
            events: 0,
            lost: Vec::new(),
            unpromised: 0,
            duplicates: found.duplicates(),
            in_flight: 0,
            torn: found.torn.clone(),
            files: found.files,
        }
    }

    /// Prints the line and asserts what must hold for every source.
    #[track_caller]
    pub fn judge(self) {
        println!("{self}");
        assert!(self.events > 0, "{self}: nothing was sent");
        let first = &self.lost[..self.lost.len().min(20)];
        assert!(first.is_empty(), "{self}: lost (stream, number) {first:?}");
        let most = self.kills * self.in_flight;
        assert!(
            self.duplicates <= most,
            "{self}: more than {most} come twice"
        );
        // A kill in the middle of a write leaves the beginning of one event.
        let torn = self.torn.len() as u64;
        assert!(torn <= self.kills, "{self}: {:?}", self.torn);
        let begins = |line: &String| "{\"stream\":".starts_with(&line[..line.len().min(10)]);
        assert!(self.torn.iter().all(begins), "{self}: {:?}", self.torn);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report {
            name,
            seed,
            kills,
            events,
            duplicates,
            in_flight,
            unpromised,
            files,
            ..
        } = self;
        write!(
            f,
            "delivery: {name}: seed {seed}, kills {kills}, events {events}, lost {}, duplicates \
             {duplicates} (in flight at most {in_flight} a kill), not promised and gone \
             {unpromised}, torn lines {}, files {files}",
            self.lost.len(),
            self.torn.len(),
        )
    }
}
