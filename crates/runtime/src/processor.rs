//! Takes a batch's bytes through the steps and survives what panics there.
//!
//! A batch that panics is cut in halves, between records where it can be, each taken through fresh steps
//! with what stands before it, until the event that panics is alone: that one becomes a letter, all
//! others come out in their order. Only then
//! is anything copied twice or allocated; otherwise the tables and buffers are reused.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use knownet_flow::{Batch, Counts, Framing, Heading, Output, Plan, Steps, Wants, Work, splice};

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
        let lines = (batch.bytes.filled(), &batch.heading);
        match attempt(steps, lines, work, &mut self.output) {
            Ok(()) => {
                self.trace(batch, 0);
                std::mem::swap(&mut self.counts, &mut self.work.counts);
            }
            Err(reason) => {
                self.output.clear(self.keep);
                self.counts.clear();
                self.salvage(batch, whole, &batch.heading, reason);
            }
        }
        changed
    }

    /// Finds the events in `range`, behind `heading`, that panic; all of it together did, with `reason`.
    fn salvage(&mut self, batch: &Batch, range: Range<usize>, heading: &Heading, reason: String) {
        // What a panic leaves behind in a step is not to be trusted.
        self.steps = self.plan.steps(self.source);
        let lines = &batch.bytes.filled()[range.clone()];
        let framing = self.plan.framing(self.source);
        let Some(middle) = cut(&framing, lines) else {
            self.letters.push(Letter {
                sink: None,
                reason: format!("a fault while it was processed: {reason}"),
                event: lines.to_vec(),
                id: self.tracer.record(batch, range),
                heading: heading.clone(),
            });
            return;
        };
        let behind = behind(&framing, &lines[..middle], heading);
        let middle = range.start + middle;
        let halves = [(range.start..middle, heading), (middle..range.end, &behind)];
        for (half, heading) in halves {
            let lines = &batch.bytes.filled()[half.clone()];
            let mut scratch = Output::default();
            let (steps, work) = (&mut self.steps, &mut self.work);
            match attempt(steps, (lines, heading), work, &mut scratch) {
                Ok(()) => {
                    splice(self.steps.bytes(lines), &self.work, &mut self.output);
                    self.trace(batch, half.start);
                    self.counts.add(&self.work.counts);
                }
                Err(reason) => self.salvage(batch, half, heading, reason),
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

/// Where to cut `lines`: between two records if that can be had, else between two lines.
fn cut(framing: &Framing, lines: &[u8]) -> Option<usize> {
    let middle = middle(lines)?;
    // What panics over them may be what says where records end.
    let whole = catch_unwind(AssertUnwindSafe(|| (framing.whole)(&lines[..middle])));
    Some(whole.ok().filter(|&whole| whole > 0).unwrap_or(middle))
}

/// What stands before what comes behind `lines`, before which `heading` stands.
fn behind(framing: &Framing, lines: &[u8], heading: &Heading) -> Heading {
    let news = catch_unwind(AssertUnwindSafe(|| (framing.heading)(lines, heading)));
    news.ok().flatten().unwrap_or_else(|| match heading {
        Heading::Start => Heading::None,
        same => same.clone(),
    })
}

fn attempt(
    steps: &mut Steps,
    (lines, heading): (&[u8], &Heading),
    work: &mut Work,
    output: &mut Output,
) -> Result<(), String> {
    catch_unwind(AssertUnwindSafe(|| {
        work.clear();
        let bytes = steps.run(lines, heading, work);
        splice(bytes, work, output);
    }))
    .map_err(|payload| panic_text(&*payload))
}

#[cfg(test)]
#[path = "tests/processor.rs"]
mod tests;
