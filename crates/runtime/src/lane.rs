//! One worker: reads a batch, takes it through the steps, writes it when its turn has come.

use std::sync::Arc;

use knownet_flow::{Ack, Batch, Events, Parcel, Piece, Plan, Read, Stop, Trace};

use crate::budget::Permit;
use crate::clerk::wait;
use crate::dead_letter::Letter;
use crate::delivery::{deliver, hand_over};
use crate::halt::Halted;
use crate::intake::Intake;
use crate::meter::Meter;
use crate::processor::Processor;
use crate::shared::{Exit, Shared};

/// What a courier keeps of an event beside its bytes, about: many small events are more than these.
const EACH: usize = 256;

/// Works until the source ends or the pipeline halts.
pub(crate) fn work(shared: &Shared, intake: &Intake, stop: &Stop) -> Result<(), Halted> {
    let plan = shared.snapshot.load_full();
    let keep = 4 * shared.options.batch_bytes;
    let mut lane = Lane {
        shared,
        intake,
        processor: Processor::new(plan.clone(), intake.index, keep, shared.wants()),
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
        let (permit, mut place, ack, read) = (taken.permit, taken.place, taken.ack, taken.read);
        shared.vitals.enter(&pulse);
        if read == Read::Lines {
            let plan = &taken.plan;
            if lane.processor.run(plan, &batch) {
                lane.rename(&****plan);
            }
        }
        shared.vitals.leave(&pulse);
        place.wait();
        shared.halt.check()?;
        match read {
            Read::Oversized(piece) => {
                lane.bury(&batch, piece, ack, &permit)?;
                shared.totals().bytes_in += batch.bytes.filled().len() as u64;
                lane.meter.read(batch.bytes.filled().len());
            }
            _ => lane.write(&batch, ack, &permit)?,
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

    /// Makes a part of a line that is too long safe.
    fn bury(
        &self,
        batch: &Batch,
        piece: Piece,
        ack: Ack,
        permit: &Arc<Permit>,
    ) -> Result<(), Halted> {
        let whole = (piece.last && self.shared.wants().positions).then(|| ack.clone());
        let mut line = self.intake.oversized();
        line.piece(self.shared, &self.intake.name, piece, batch, ack)?;
        let Some(ack) = whole else {
            return Ok(());
        };
        // Who commits positions has to pass this one, too.
        for outlet in self.shared.sinks.iter().filter(|o| o.wants.positions) {
            if let Exit::Courier(courier) = &mut *outlet.lock() {
                let parcel = parcel(batch, Events::lines(b""), &[]);
                let promise = (&self.intake.name, ack.clone(), permit);
                hand_over(self.shared, (outlet, &mut **courier), &parcel, promise)?;
            }
        }
        ack.confirm();
        Ok(())
    }

    /// Makes what the steps left of `batch` safe, then confirms it; or hands it over to who does.
    ///
    /// On every other way out the ack is dropped, which fails the batch.
    fn write(&mut self, batch: &Batch, ack: Ack, permit: &Arc<Permit>) -> Result<(), Halted> {
        let size = batch.bytes.filled().len();
        let (shared, source) = (self.shared, &self.intake.name);
        let letters = &mut self.processor.letters;
        self.intake.oversized().finish(shared)?;
        bury(shared, source, letters, &ack)?;
        // What is granted for, and what couriers keep: each has a copy.
        let (mut granted, mut kept, mut written) = (size, 0, 0);
        for (index, outlet) in shared.sinks.iter().enumerate() {
            let events = self.processor.output.events(index);
            if events.is_empty() && !outlet.wants.positions {
                continue;
            }
            let part = ack.clone();
            let mut exit = outlet.lock();
            let sink = match &mut *exit {
                Exit::Sink(sink) => sink,
                Exit::Courier(courier) => {
                    kept += events.len() + EACH * events.count() as usize;
                    kept += batch.messages.size();
                    permit.grow(kept.saturating_sub(granted));
                    granted = granted.max(kept);
                    let parcel = parcel(batch, events, &self.processor.tracer.traces);
                    let promise = (source, part, permit);
                    hand_over(shared, (outlet, &mut **courier), &parcel, promise)?;
                    continue;
                }
            };
            let traced = (&events, &*self.processor.tracer.traces);
            let reached = deliver(shared, outlet, &mut **sink, traced, letters)?;
            drop(exit);
            if reached {
                let refused: usize = letters.iter().map(|l| l.event.len()).sum();
                let (count, bytes) = (events.count(), events.len() - refused);
                let count = count.saturating_sub(letters.len() as u64);
                self.meter.wrote(index, count, bytes);
                written += bytes;
            }
            bury(shared, source, letters, &part)?;
            part.confirm();
        }
        // What no sink takes, and what a rule dropped, is confirmed here.
        ack.confirm();
        self.meter.read(size);
        self.meter.passed(&self.processor.counts);
        let mut totals = shared.totals();
        totals.count(&self.processor.counts, &self.meter.places);
        totals.bytes_in += size as u64;
        totals.bytes_out += written as u64;
        Ok(())
    }
}

/// Makes dead letters of `letters` before the batch is confirmed; at once where somebody commits positions
/// behind it.
fn bury(
    shared: &Shared,
    source: &Arc<str>,
    letters: &mut Vec<Letter>,
    ack: &Ack,
) -> Result<(), Halted> {
    if letters.is_empty() {
        return Ok(());
    }
    let (source, letters) = (source.clone(), std::mem::take(letters));
    let post = &shared.letters;
    if shared.wants().positions {
        return wait(|then| post.send(shared, source, letters, then));
    }
    let part = ack.clone();
    post.send(shared, source, letters, |_| part.confirm())
}

fn parcel<'a>(batch: &'a Batch, events: Events<'a>, traces: &'a [Trace]) -> Parcel<'a> {
    Parcel {
        events,
        traces,
        messages: &batch.messages,
        partition: batch.partition,
        position: batch.position,
    }
}
