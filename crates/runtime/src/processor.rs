//! Takes a batch's bytes through the steps and survives what panics there.
//!
//! A batch that panics is cut in halves, by lines, each taken through fresh steps, until the event
//! that panics is alone: that one becomes a letter, all others come out in their order. Only then
//! is anything copied twice or allocated; otherwise the tables and buffers are reused.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use knownet_flow::{Counts, Heading, Output, Plan, Steps, Work, splice};

use crate::dead_letter::Letter;
use crate::shared::panic_text;
use crate::split::middle;

pub(crate) struct Processor {
    plan: Arc<Arc<dyn Plan>>,
    /// Whose batches these are: its place in the list of sources.
    source: usize,
    steps: Steps,
    work: Work,
    /// Output memory above this many bytes is given back.
    keep: usize,
    /// What leaves the last batch.
    pub output: Output,
    /// What cannot leave it.
    pub letters: Vec<Letter>,
    /// What was counted over it.
    pub counts: Counts,
}

impl Processor {
    pub fn new(plan: Arc<Arc<dyn Plan>>, source: usize, keep: usize) -> Processor {
        Processor {
            steps: plan.steps(source),
            plan,
            source,
            work: Work::default(),
            keep,
            output: Output::default(),
            letters: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Takes `bytes`, whole lines behind `heading`, through the steps of `plan`. Whether that is
    /// another plan than the batch before had.
    pub fn run(&mut self, plan: &Arc<Arc<dyn Plan>>, bytes: &[u8], heading: &Heading) -> bool {
        let changed = !Arc::ptr_eq(plan, &self.plan);
        if changed {
            self.steps = plan.steps(self.source);
            self.plan = plan.clone();
        }
        self.output.clear(self.keep);
        self.letters.clear();
        let (steps, work) = (&mut self.steps, &mut self.work);
        match attempt(steps, bytes, heading, work, &mut self.output) {
            Ok(()) => std::mem::swap(&mut self.counts, &mut self.work.counts),
            Err(reason) => {
                self.output.clear(self.keep);
                self.counts.clear();
                self.salvage(bytes, heading, 0..bytes.len(), reason);
            }
        }
        changed
    }

    /// Finds the events in `range` that panic; all of it together did, with `reason`.
    fn salvage(&mut self, bytes: &[u8], heading: &Heading, range: Range<usize>, reason: String) {
        // What a panic leaves behind in a step is not to be trusted.
        self.steps = self.plan.steps(self.source);
        let lines = &bytes[range.clone()];
        let Some(middle) = middle(lines) else {
            self.letters.push(Letter {
                reason: format!("a fault while it was processed: {reason}"),
                event: lines.to_vec(),
            });
            return;
        };
        let middle = range.start + middle;
        for half in [range.start..middle, middle..range.end] {
            let lines = &bytes[half.clone()];
            // Only what begins the batch may begin the stream.
            let heading = match heading {
                Heading::Start if half.start > 0 => &Heading::None,
                heading => heading,
            };
            let mut scratch = Output::default();
            let (steps, work) = (&mut self.steps, &mut self.work);
            match attempt(steps, lines, heading, work, &mut scratch) {
                Ok(()) => {
                    splice(self.steps.bytes(lines), &self.work, &mut self.output);
                    self.counts.add(&self.work.counts);
                }
                Err(reason) => self.salvage(bytes, heading, half, reason),
            }
        }
    }
}

fn attempt(
    steps: &mut Steps,
    bytes: &[u8],
    heading: &Heading,
    work: &mut Work,
    output: &mut Output,
) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| {
        work.clear();
        let bytes = steps.run(bytes, heading, work);
        splice(bytes, work, output);
    }))
    .map_err(|payload| panic_text(&*payload))
}
