//! One worker: reads a batch, takes it through the steps, writes it when its turn has come.

use std::time::Instant;

use knownet_flow::{Ack, Batch, Plan, Read, Stop};

use crate::delivery::deliver;
use crate::halt::Halted;
use crate::intake::Intake;
use crate::meter::Meter;
use crate::processor::Processor;
use crate::shared::Shared;

/// Works until the source ends or the pipeline halts.
pub(crate) fn work(shared: &Shared, intake: &Intake, stop: &Stop) -> Result<(), Halted> {
    let plan = shared.snapshot.load_full();
    let keep = 4 * shared.options.batch_bytes;
    let mut lane = Lane {
        shared,
        intake,
        processor: Processor::new(plan.clone(), intake.index, keep),
        meter: Meter::new(&intake.name, &shared.sinks),
    };
    lane.rename(&**plan);
    drop(plan);
    let pulse = shared.vitals.pulse();
    let mut batch = Batch::default();
    // An unfinished line carried over makes a batch somewhat larger than what one read asks for.
    let keep = 2 * shared.options.batch_bytes;
    while let Some(taken) = intake.take(shared, stop, &mut batch, keep) {
        // Let go of in the other order: an unconfirmed ack fails while it is still its turn.
        let (_permit, mut place, ack, read) = (taken.permit, taken.place, taken.ack, taken.read);
        let begun = shared.vitals.enter(&pulse);
        if read == Read::Lines {
            let (plan, bytes) = (&taken.plan, batch.bytes.filled());
            if lane.processor.run(plan, bytes, &batch.heading) {
                lane.rename(&****plan);
            }
        }
        shared.vitals.leave(&pulse);
        place.wait();
        shared.halt.check()?;
        match read {
            Read::Oversized(piece) => {
                let mut line = intake.oversized.lock().unwrap_or_else(|e| e.into_inner());
                line.piece(shared, &intake.name, piece, batch.bytes.filled(), ack)?;
                shared.totals().bytes_in += batch.bytes.filled().len() as u64;
                lane.meter.read(batch.bytes.filled().len());
            }
            _ => lane.write(batch.bytes.filled().len(), begun, ack)?,
        }
    }
    Ok(())
}

struct Lane<'a> {
    shared: &'a Shared,
    intake: &'a Intake,
    processor: Processor,
    meter: Meter,
}

impl Lane<'_> {
    /// Counts are those of `plan` from now on.
    fn rename(&mut self, plan: &dyn Plan) {
        let names = plan.names();
        let places = self.shared.totals().places(&names);
        self.meter.rename(&names, places);
    }

    /// Makes what the steps left of a batch of `size` bytes, read when it was `begun`, safe, then
    /// confirms it.
    ///
    /// On every other way out the ack is dropped, which fails the batch.
    fn write(&mut self, size: usize, begun: Instant, ack: Ack) -> Result<(), Halted> {
        let (shared, source) = (self.shared, &self.intake.name);
        let letters = &mut self.processor.letters;
        self.intake
            .oversized
            .lock()
            .unwrap_or_else(|e| e.into_inner())
            .finish(shared)?;
        shared.letters.bury(shared, source, letters)?;
        let mut written = 0;
        for (index, outlet) in shared.sinks.iter().enumerate() {
            let events = self.processor.output.events(index);
            if events.is_empty() {
                continue;
            }
            let part = ack.clone();
            let reached = deliver(shared, outlet, &events, letters)?;
            if reached {
                let refused: usize = letters.iter().map(|l| l.event.len()).sum();
                let (count, bytes) = (events.count(), events.len() - refused);
                let count = count.saturating_sub(letters.len() as u64);
                self.meter.wrote(index, count, bytes);
                written += bytes;
            }
            shared.letters.bury(shared, source, letters)?;
            part.confirm();
        }
        // What no sink takes, and what a rule dropped, is confirmed here.
        ack.confirm();
        self.meter.read(size);
        self.meter.passed(&self.processor.counts, begun.elapsed());
        let mut totals = shared.totals();
        totals.count(&self.processor.counts, &self.meter.places);
        totals.bytes_in += size as u64;
        totals.bytes_out += written as u64;
        Ok(())
    }
}
