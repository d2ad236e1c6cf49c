//! Delivers dead letters by a sink; what that refuses, too, comes back.
//!
//! Whoever calls waits until they are safe. A courier answers to a desk of its own for them, because the
//! usual one would make dead letters of what it refuses.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use knownet_flow::{
    Ack, Desk, Events, Id, Messages, Outcome, Parcel, Receipt, Refused, Settled, Trace,
};

use metrics::counter;

use crate::dead_letter::Entries;
use crate::delivery;
use crate::halt::Halted;
use crate::shared::{Exit, Outlet, Shared};

/// After so long without an answer nothing more is read.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often somebody who waits looks whether the run has halted.
const LOOK: Duration = Duration::from_millis(100);

/// Makes `entries` safe; returns those, as lines, that the sink does not take.
pub(super) fn deliver(
    shared: &Shared,
    outlet: &Outlet,
    Entries {
        bytes: entries,
        ids,
    }: &Entries,
) -> Result<Vec<u8>, Halted> {
    let events = Events::lines(entries);
    let all = || shared.budget.claim(shared.options.in_flight);
    let mut exit = outlet.lock();
    let refused: Vec<Vec<u8>> = match &mut *exit {
        Exit::Sink(sink) => {
            let (mut letters, _held) = (Vec::new(), all());
            if !delivery::deliver(shared, outlet, &mut **sink, (&events, &[]), &mut letters)? {
                return Ok(entries.clone());
            }
            letters.into_iter().map(|letter| letter.event).collect()
        }
        Exit::Courier(courier) => {
            let (told, outcome) = channel();
            let desk = Arc::new(Last {
                usual: outlet.desk.clone().ok_or(Halted)?,
                refused: Mutex::default(),
            });
            let settled = Settled {
                ack: Ack::new(move |outcome| {
                    // Whoever waited may have given up.
                    let _ = told.send(outcome);
                }),
                source: "dead letters".into(),
                events: events.count(),
                bytes: entries.len() as u64,
                refused: Vec::new(),
                held: None,
            };
            let trace = |id: &Id| Trace {
                id: Some(*id),
                message: None,
            };
            // An answer that is lost does not make two of a letter.
            let traces: Vec<Trace> = ids.iter().map(trace).collect();
            let parcel = Parcel {
                events,
                traces: &traces,
                messages: &Messages::default(),
                partition: 0,
                position: 0,
            };
            shared.halt.check()?;
            let receipt = Receipt::new(desk.clone(), settled);
            delivery::take(shared, outlet, &mut **courier, &parcel, receipt)?;
            drop(exit);
            let (begun, mut held) = (Instant::now(), None);
            loop {
                match outcome.recv_timeout(LOOK) {
                    Ok(Outcome::Confirmed) => break,
                    // It let go of them: the file has to do.
                    Ok(Outcome::Failed | Outcome::GivenUp)
                    | Err(RecvTimeoutError::Disconnected) => {
                        shared.halt.check()?;
                        return Ok(entries.clone());
                    }
                    Err(RecvTimeoutError::Timeout) => {
                        shared.halt.check()?;
                        if begun.elapsed() > PATIENCE {
                            held.get_or_insert_with(all);
                        }
                    }
                }
            }
            let refused = std::mem::take(&mut *desk.refused());
            refused.into_iter().map(|refused| refused.event).collect()
        }
    };
    let taken = events.count().saturating_sub(refused.len() as u64);
    counter!("knownet_events_out_total", "sink" => outlet.name.clone()).increment(taken);
    let refused: Vec<u8> = refused
        .into_iter()
        .flat_map(|mut line| {
            if line.last() != Some(&b'\n') {
                line.push(b'\n');
            }
            line
        })
        .collect();
    Ok(refused)
}

/// Takes back what is refused.
struct Last {
    usual: Arc<dyn Desk>,
    refused: Mutex<Vec<Refused>>,
}

impl Last {
    fn refused(&self) -> MutexGuard<'_, Vec<Refused>> {
        self.refused.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Desk for Last {
    fn settle(&self, settled: Settled) {
        self.refused().extend(settled.refused);
        settled.ack.confirm();
    }

    fn bury(&self, _: &str, refused: Vec<Refused>) -> bool {
        self.refused().extend(refused);
        true
    }

    fn lost(&self) {
        self.usual.lost();
    }

    fn failed(&self, reason: &str) {
        self.usual.failed(reason);
    }

    fn succeeded(&self) {
        self.usual.succeeded();
    }

    fn is_halted(&self) -> bool {
        self.usual.is_halted()
    }
}
