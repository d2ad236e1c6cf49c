//! Writes a batch's events to one sink until they are safe there, or cannot be.
//!
//! Unreachable: again, for ever, with the sink held, because it may remember how far it came.
//! Refused or panicked: cut in halves, in order, until the event is alone; that one becomes a
//! letter. Closed: the pipeline ends.

use std::panic::{AssertUnwindSafe, catch_unwind};

use knownet_flow::{Events, Sink, WriteError};

use crate::dead_letter::Letter;
use crate::halt::{Cause, Halted};
use crate::retry::Retry;
use crate::shared::{Outlet, Shared, panic_text};
use crate::split::middle;

enum Fault {
    Halted,
    Refused(String),
}

/// Writes `events`; what the sink will not take is added to `letters`.
pub(crate) fn deliver(
    shared: &Shared,
    outlet: &Outlet,
    events: &Events<'_>,
    letters: &mut Vec<Letter>,
) -> Result<(), Halted> {
    let sink = &mut **outlet.lock();
    // Another lane may have halted while this one waited for the sink, in the middle of a write.
    shared.halt.check()?;
    match write(shared, outlet, sink, events) {
        Ok(()) => Ok(()),
        Err(Fault::Halted) => Err(Halted),
        Err(Fault::Refused(reason)) => {
            let lines: Vec<&[u8]> = events.slices().collect();
            split(shared, outlet, sink, &lines.concat(), reason, letters)
        }
    }
}

/// Writes what the sink takes of `lines`; all of them together it refused, with `reason`.
fn split(
    shared: &Shared,
    outlet: &Outlet,
    sink: &mut dyn Sink,
    lines: &[u8],
    reason: String,
    letters: &mut Vec<Letter>,
) -> Result<(), Halted> {
    let Some(middle) = middle(lines) else {
        letters.push(Letter {
            reason: format!("sink {}: {reason}", outlet.name),
            event: lines.to_vec(),
        });
        return Ok(());
    };
    let (left, right) = lines.split_at(middle);
    for half in [left, right] {
        match write(shared, outlet, sink, &Events::lines(half)) {
            Ok(()) => {}
            Err(Fault::Halted) => return Err(Halted),
            Err(Fault::Refused(reason)) => split(shared, outlet, sink, half, reason, letters)?,
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
    let sink = &mut **outlet.lock();
    if shared.halt.check().is_err() {
        // Nobody waits any more: one attempt, whatever it brings.
        return match catch_unwind(AssertUnwindSafe(|| sink.finish())) {
            Ok(Ok(()) | Err(WriteError::Closed)) => Ok(()),
            Ok(Err(error)) => Err(error.to_string()),
            Err(payload) => Err(panic_text(&*payload)),
        };
    }
    match attempt(shared, outlet, || sink.finish()) {
        Ok(()) | Err(Fault::Halted) => Ok(()),
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
                retry.failed(reason).map_err(|Halted| Fault::Halted)?;
            }
            Ok(Err(WriteError::Refused(reason))) => return Err(Fault::Refused(reason)),
            Ok(Err(WriteError::Closed)) => {
                shared.halt.raise(Cause::Closed(outlet.name.clone()));
                return Err(Fault::Halted);
            }
            Err(payload) => return Err(Fault::Refused(panic_text(&*payload))),
        }
    }
}
