//! The events, and which of them came out.

use serde_json::Value;

use crate::rig::{MICROSOFT, PRIVATE, RELAY, UNKNOWN};

/// How many keys the events have.
pub const KEYS: u64 = 97;

const ADDRESSES: [(&str, Option<&str>); 4] = [
    (MICROSOFT, Some("Microsoft")),
    (RELAY, Some("Apple Relay")),
    (PRIVATE, Some("Private")),
    (UNKNOWN, None),
];

/// The event with this number.
pub fn event(n: u64) -> String {
    let (address, _) = ADDRESSES[(n % 4) as usize];
    format!(
        "{{\"@timestamp\":\"2026-11-21T08:00:00.{:03}Z\",\"event\":{{\"sequence\":{n}}},\
         \"destination\":{{\"ip\":\"{address}\",\"port\":443}},\"source\":{{\"ip\":\"10.1.2.3\"}},\
         \"message\":\"a connection\"}}",
        n % 1000
    )
}

/// Its key.
pub fn key(n: u64) -> String {
    format!("key-{}", n % KEYS)
}

/// What came out.
#[derive(Default)]
pub struct Found {
    /// How often each number is there.
    counts: Vec<u32>,
    /// Those without a number, or with a label that is not theirs.
    pub strange: Vec<String>,
}

impl Found {
    /// Adds an event as it came out; its number.
    pub fn add(&mut self, event: &Value) -> Option<u64> {
        let Some(n) = event["event"]["sequence"].as_u64() else {
            self.strange.push(event.to_string());
            return None;
        };
        if event["IPDestination"].as_str() != ADDRESSES[(n % 4) as usize].1 {
            self.strange.push(event.to_string());
        }
        let at = usize::try_from(n).expect("a small number");
        if self.counts.len() <= at {
            self.counts.resize(at + 1, 0);
        }
        self.counts[at] += 1;
        Some(n)
    }

    /// All, with copies.
    pub fn total(&self) -> u64 {
        self.counts.iter().map(|count| u64::from(*count)).sum()
    }

    /// The numbers of `wanted` that are not there.
    pub fn missing(&self, wanted: impl Iterator<Item = u64>) -> Vec<u64> {
        let has = |n: &u64| self.counts.get(*n as usize).is_some_and(|count| *count > 0);
        wanted.filter(|n| !has(n)).collect()
    }

    /// Copies beyond the first.
    pub fn doubles(&self) -> u64 {
        let doubles = self.counts.iter().map(|count| count.saturating_sub(1));
        doubles.map(u64::from).sum()
    }
}
