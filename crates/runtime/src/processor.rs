//! Takes a batch's bytes through the steps and survives what panics there.
//!
//! A batch that panics is cut in halves, by lines, each taken through fresh steps, until the event
//! that panics is alone: that one becomes a letter, all others come out in their order. Only then
//! is anything copied twice or allocated; otherwise the tables and buffers are reused.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use knownet_flow::{Batch, Counts, Heading, Output, Plan, Steps, Wants, Work, splice};

use crate::dead_letter::Letter;
use crate::shared::panic_text;
use crate::split::middle;
use crate::trace::{Traced, Tracer};

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
    /// Where its events came from.
    pub tracer: Tracer,
    /// What cannot leave it.
    pub letters: Vec<Letter>,
    /// What was counted over it.
    pub counts: Counts,
}

impl Processor {
    pub fn new(plan: Arc<Arc<dyn Plan>>, source: usize, keep: usize, wants: Wants) -> Processor {
        let (mut output, tracer) = (Output::default(), Tracer::new(wants));
        if tracer.is_wanted() {
            output.mark();
        }
        Processor {
            steps: plan.steps(source),
            plan,
            source,
            work: Work::default(),
            keep,
            output,
            tracer,
            letters: Vec::new(),
            counts: Counts::default(),
        }
    }

    /// Takes `batch`, whole lines, through the steps of `plan`. Whether that is another plan than the
    /// batch before had.
    pub fn run(&mut self, plan: &Arc<Arc<dyn Plan>>, batch: &Batch) -> bool {
        let changed = !Arc::ptr_eq(plan, &self.plan);
        if changed {
            self.steps = plan.steps(self.source);
            self.plan = plan.clone();
        }
        self.output.clear(self.keep);
        self.letters.clear();
        self.tracer.traces.clear();
        let whole = 0..batch.bytes.filled().len();
        let (steps, work) = (&mut self.steps, &mut self.work);
        match attempt(steps, batch, whole.clone(), work, &mut self.output) {
            Ok(()) => {
                self.trace(batch, 0);
                std::mem::swap(&mut self.counts, &mut self.work.counts);
            }
            Err(reason) => {
                self.output.clear(self.keep);
                self.counts.clear();
                self.salvage(batch, whole, reason);
            }
        }
        changed
    }

    /// Finds the events in `range` that panic; all of it together did, with `reason`.
    fn salvage(&mut self, batch: &Batch, range: Range<usize>, reason: String) {
        // What a panic leaves behind in a step is not to be trusted.
        self.steps = self.plan.steps(self.source);
        let lines = &batch.bytes.filled()[range.clone()];
        let Some(middle) = middle(lines) else {
            self.letters.push(Letter {
                sink: None,
                reason: format!("a fault while it was processed: {reason}"),
                event: lines.to_vec(),
            });
            return;
        };
        let middle = range.start + middle;
        for half in [range.start..middle, middle..range.end] {
            let lines = &batch.bytes.filled()[half.clone()];
            let mut scratch = Output::default();
            let (steps, work) = (&mut self.steps, &mut self.work);
            match attempt(steps, batch, half.clone(), work, &mut scratch) {
                Ok(()) => {
                    splice(self.steps.bytes(lines), &self.work, &mut self.output);
                    self.trace(batch, half.start);
                    self.counts.add(&self.work.counts);
                }
                Err(reason) => self.salvage(batch, half, reason),
            }
        }
    }

    /// Notes where the events came from that the last run, over the batch from `base` on, added to
    /// the output.
    fn trace(&mut self, batch: &Batch, base: usize) {
        if self.tracer.is_wanted() {
            self.tracer.add(&Traced {
                batch,
                base,
                records: self.steps.records(),
                work: &self.work,
                marks: &self.output.marks()[self.tracer.traces.len()..],
            });
        }
    }
}

fn attempt(
    steps: &mut Steps,
    batch: &Batch,
    range: Range<usize>,
    work: &mut Work,
    output: &mut Output,
) -> Result<(), String> {
    // Only what begins the batch may begin the stream.
    let heading = match &batch.heading {
        Heading::Start if range.start > 0 => &Heading::None,
        heading => heading,
    };
    let lines = &batch.bytes.filled()[range];
    catch_unwind(AssertUnwindSafe(|| {
        work.clear();
        let bytes = steps.run(lines, heading, work);
        splice(bytes, work, output);
    }))
    .map_err(|payload| panic_text(&*payload))
}
