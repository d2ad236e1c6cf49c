//! Writes a batch's events to one sink until they are safe there, or cannot be; or gives them to a
//! courier, which answers for them from then on.
//!
//! Unreachable: again, for ever, with the sink held, because it may remember how far it came.
//! Refused or panicked: cut in halves, in order, until the event is alone; that one becomes a
//! letter. Closed: the others go on without it; the pipeline ends with the last one.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use knownet_flow::{
    Ack, Courier, Events, Heading, Id, Parcel, Receipt, Settled, Sink, Trace, WriteError,
};

use crate::budget::Permit;
use crate::dead_letter::Letter;
use crate::halt::{Cause, Halted};
use crate::message::Message;
use crate::retry::{Retry, say_stopping};
use crate::shared::{Exit, Outlet, Shared, panic_text};
use crate::split::middle;

enum Fault {
    Halted,
    /// The reader wants no more.
    Gone,
    Refused(String),
}

/// Writes `events`, whose `traces` are those of all that leave their batch; what the sink will not take is
/// added to `letters`. Whether the sink still has a reader.
pub(crate) fn deliver(
    shared: &Shared,
    outlet: &Outlet,
    sink: &mut dyn Sink,
    (events, traces): (&Events<'_>, &[Trace]),
    letters: &mut Vec<Letter>,
) -> Result<bool, Halted> {
    // Another lane may have halted while this one waited for the sink, in the middle of a write.
    shared.halt.check()?;
    if outlet.is_gone() {
        return Ok(false);
    }
    let written = match write(shared, outlet, sink, events) {
        Err(Fault::Refused(reason)) => {
            let lines: Vec<&[u8]> = events.slices().collect();
            let id = |(index, _)| traces.get(index).and_then(|trace: &Trace| trace.id);
            let ids: Vec<_> = events.each().map(id).collect();
            let all = (&*lines.concat(), &*ids);
            split(shared, outlet, sink, all, reason, letters)
        }
        written => written,
    };
    match written {
        Ok(()) => Ok(true),
        Err(Fault::Gone) => Ok(false),
        Err(_) => Err(Halted),
    }
}

/// Writes what the sink takes of `lines`, each with its id; all of them together it refused, with
/// `reason`.
fn split(
    shared: &Shared,
    outlet: &Outlet,
    sink: &mut dyn Sink,
    (lines, ids): (&[u8], &[Option<Id>]),
    reason: String,
    letters: &mut Vec<Letter>,
) -> Result<(), Fault> {
    let Some(middle) = middle(lines) else {
        letters.push(Letter {
            sink: Some(outlet.name.clone()),
            reason,
            event: lines.to_vec(),
            id: ids.first().copied().flatten(),
            heading: Heading::None,
        });
        return Ok(());
    };
    let (left, right) = lines.split_at(middle);
    let before = left.iter().filter(|&&byte| byte == b'\n').count();
    let (first, rest) = ids.split_at(before.min(ids.len()));
    for half in [(left, first), (right, rest)] {
        match write(shared, outlet, sink, &Events::lines(half.0)) {
            Err(Fault::Refused(reason)) => split(shared, outlet, sink, half, reason, letters)?,
            written => written?,
        }
    }
    Ok(())
}

fn write(
    shared: &Shared,
    outlet: &Outlet,
    sink: &mut dyn Sink,
    events: &Events<'_>,
) -> Result<(), Fault> {
    attempt(shared, outlet, || sink.write(events))
}

/// Lets the sink make everything safe.
pub(crate) fn finish(shared: &Shared, outlet: &Outlet) -> Result<(), String> {
    match &mut *outlet.lock() {
        Exit::Sink(sink) => finish_sink(shared, outlet, &mut **sink),
        Exit::Courier(courier) => finish_courier(shared, outlet, &mut **courier),
    }
}

/// Waits until everything that a courier was given is safe.
fn finish_courier(
    shared: &Shared,
    outlet: &Outlet,
    courier: &mut dyn Courier,
) -> Result<(), String> {
    while shared.halt.check().is_ok() {
        match catch_unwind(AssertUnwindSafe(|| courier.finish())) {
            Ok(Ok(()) | Err(WriteError::Closed)) => return Ok(()),
            Ok(Err(WriteError::Unreachable(reason))) if shared.options.give_up => {
                let part = outlet.name.clone();
                shared.halt.raise(Cause::GaveUp { part, reason });
            }
            // What keeps it, the courier has said.
            Ok(Err(WriteError::Unreachable(_))) => drop(say_stopping(shared, &outlet.name)),
            Ok(Err(WriteError::Refused(reason))) => return Err(reason),
            Err(payload) => return Err(panic_text(&*payload)),
        }
    }
    Ok(())
}

/// Gives `parcel` to a courier. What it holds counts as in flight as long as there is the `permit`.
pub(crate) fn hand_over(
    shared: &Shared,
    (outlet, courier): (&Outlet, &mut dyn Courier),
    parcel: &Parcel<'_>,
    (source, ack, permit): (&Arc<str>, Ack, &Arc<Permit>),
) -> Result<(), Halted> {
    let Some(desk) = outlet.desk.clone() else {
        return Err(Halted);
    };
    let settled = Settled {
        ack,
        source: source.clone(),
        events: parcel.events.count(),
        bytes: parcel.events.len() as u64,
        refused: Vec::new(),
        held: Some(permit.clone()),
    };
    let receipt = Receipt::new(desk, settled);
    take(shared, outlet, courier, parcel, receipt)
}

/// Has a courier take a parcel; a panic ends the run.
pub(crate) fn take(
    shared: &Shared,
    outlet: &Outlet,
    courier: &mut dyn Courier,
    parcel: &Parcel<'_>,
    receipt: Receipt,
) -> Result<(), Halted> {
    shared.halt.check()?;
    let taken = AssertUnwindSafe(|| courier.take(parcel, receipt));
    catch_unwind(taken).map_err(|payload| {
        // Its books cannot be trusted any more; the next start goes on from what was confirmed.
        let reason = format!("sink {}: {}", outlet.name, panic_text(&*payload));
        shared.halt.panicked(Cause::Worker(reason));
        Halted
    })
}

fn finish_sink(shared: &Shared, outlet: &Outlet, sink: &mut dyn Sink) -> Result<(), String> {
    if shared.halt.check().is_err() {
        // Nobody waits any more: one attempt, whatever it brings.
        return match catch_unwind(AssertUnwindSafe(|| sink.finish())) {
            Ok(Ok(()) | Err(WriteError::Closed)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(payload) => Err(panic_text(&*payload)),
        };
    }
    if outlet.is_gone() {
        return Ok(());
    }
    match attempt(shared, outlet, || sink.finish()) {
        Ok(()) | Err(Fault::Halted | Fault::Gone) => Ok(()),
        Err(Fault::Refused(reason)) => Err(reason),
    }
}

fn attempt(
    shared: &Shared,
    outlet: &Outlet,
    mut call: impl FnMut() -> Result<(), WriteError>,
) -> Result<(), Fault> {
    let mut retry = Retry::new(shared, &outlet.name);
    loop {
        match catch_unwind(AssertUnwindSafe(&mut call)) {
            Ok(Ok(())) => {
                retry.succeeded();
                return Ok(());
            }
            Ok(Err(WriteError::Unreachable(reason))) => {
                retry.failed(&reason).map_err(|Halted| Fault::Halted)?;
            }
            Ok(Err(WriteError::Refused(reason))) => return Err(Fault::Refused(reason)),
            Ok(Err(WriteError::Closed)) => {
                detach(shared, outlet)?;
                return Err(Fault::Gone);
            }
            Err(payload) => return Err(Fault::Refused(panic_text(&*payload))),
        }
    }
}

/// Goes on without a sink whose reader has gone, unless it was the last one.
fn detach(shared: &Shared, outlet: &Outlet) -> Result<(), Fault> {
    outlet.gone.store(true, Ordering::SeqCst);
    // The one for dead letters gets none of the events.
    let mut sinks = shared.sinks.iter().enumerate();
    if sinks.all(|(index, sink)| Some(index) == shared.last || sink.is_gone()) {
        shared.halt.raise(Cause::Closed(outlet.name.clone()));
        return Err(Fault::Halted);
    }
    let name = &outlet.name;
    let text = "the reader has gone; going on without it";
    (shared.log)(&Message::of_sink(name, text));
    Ok(())
}
