//! How far each partition of a source is safe.
//!
//! A position is committed only when its batch and every batch registered before it in the same
//! partition are confirmed:
//!
//! | this batch | batches before it | what happens |
//! |---|---|---|
//! | confirmed | all confirmed | committed, with the confirmed run behind it, in one call |
//! | confirmed | one pending | kept until that one is decided |
//! | confirmed | one failed | never committed |
//! | failed | all confirmed | the partition stays where it is, for ever |
//! | given up | any | as failed, but not counted: somebody else reads it again |
//! | failed | one pending | those before may still be committed; this and later ones never |
//! | pending | any | nothing |
//!
//! Positions passed to `commit` only grow, as far as those of the source do. A `commit` that panics blocks its partition: what it
//! has noted is then unknown. Commits of one source never run at the same time.

use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Instant;

use knownet_flow::{Ack, Commit, Outcome};
use metrics::{Histogram, histogram};

/// The watermark of one source.
#[derive(Clone)]
pub(crate) struct Watermark(Arc<Mutex<Inner>>);

/// How many partitions are kept whatever they do.
const KEPT: usize = 1024;

struct Inner {
    commit: Option<Box<dyn Commit>>,
    partitions: BTreeMap<u32, Run>,
    /// With so many partitions, those that have nothing open are forgotten.
    most: usize,
    failed: u64,
    /// How long batches took from their reading until they were safe.
    seconds: Histogram,
}

#[derive(Default)]
struct Run {
    /// Sequence number of the front of `open`.
    first: u64,
    open: VecDeque<Open>,
    committed: Option<u64>,
    /// Nothing that comes now can ever be committed.
    blocked: bool,
}

struct Open {
    position: u64,
    outcome: Option<Outcome>,
}

impl Watermark {
    /// Tells `commit` how far its source is safe.
    pub fn new(commit: Option<Box<dyn Commit>>) -> Watermark {
        Watermark(Arc::new(Mutex::new(Inner {
            commit,
            partitions: BTreeMap::new(),
            most: KEPT,
            failed: 0,
            seconds: histogram!("knownet_batch_seconds"),
        })))
    }

    /// The ack of a batch of `partition` that ends at `position`. Called in the order of reading.
    pub fn register(&self, partition: u32, position: u64) -> Ack {
        let sequence = {
            let mut inner = self.lock();
            inner.tidy();
            let run = inner.partitions.entry(partition).or_default();
            if !run.blocked {
                run.open.push_back(Open {
                    position,
                    outcome: None,
                });
            }
            // In a blocked partition this names no batch, or one that is settled twice: harmless.
            run.first + run.open.len() as u64 - u64::from(!run.blocked)
        };
        let (watermark, begun) = (self.clone(), Instant::now());
        Ack::new(move |outcome| {
            let mut inner = watermark.lock();
            if outcome == Outcome::Confirmed {
                inner.seconds.record(begun.elapsed());
            }
            inner.settle(partition, sequence, outcome);
        })
    }

    /// The committed position of each partition, without those of many that did nothing lately.
    pub fn positions(&self) -> Vec<(u32, u64)> {
        let inner = self.lock();
        let runs = inner.partitions.iter();
        runs.filter_map(|(&p, run)| Some((p, run.committed?)))
            .collect()
    }

    /// How many batches failed.
    pub fn failed(&self) -> u64 {
        self.lock().failed
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Inner {
    /// Forgets partitions with nothing open when there are very many: a source may begin new ones
    /// for ever. Nobody holds an ack of theirs, and their positions are told.
    fn tidy(&mut self) {
        if self.partitions.len() >= self.most {
            self.partitions
                .retain(|_, run| run.blocked || !run.open.is_empty());
            self.most = KEPT.max(2 * self.partitions.len());
        }
    }

    fn settle(&mut self, partition: u32, sequence: u64, outcome: Outcome) {
        self.failed += u64::from(outcome == Outcome::Failed);
        let Some(run) = self.partitions.get_mut(&partition) else {
            return;
        };
        let Some(index) = sequence.checked_sub(run.first).map(|n| n as usize) else {
            return;
        };
        let Some(open) = run.open.get_mut(index) else {
            return;
        };
        open.outcome = Some(outcome);
        if outcome != Outcome::Confirmed {
            run.blocked = true;
            run.open.truncate(index);
        }
        let Some(position) = run.advance() else {
            return;
        };
        if let Some(commit) = &mut self.commit {
            let told = AssertUnwindSafe(|| commit.commit(partition, position));
            if catch_unwind(told).is_err() {
                run.blocked = true;
                run.open.clear();
            }
        }
    }
}

impl Run {
    /// Passes the confirmed run at the front; its last position, if that is news.
    fn advance(&mut self) -> Option<u64> {
        let before = self.committed;
        while let Some(open) = self.open.front() {
            if open.outcome != Some(Outcome::Confirmed) {
                break;
            }
            self.committed = self.committed.max(Some(open.position));
            self.open.pop_front();
            self.first += 1;
        }
        self.committed.filter(|_| self.committed != before)
    }
}

#[cfg(test)]
#[path = "tests/watermark.rs"]
mod tests;
