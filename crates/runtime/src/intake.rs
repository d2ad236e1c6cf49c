//! A source that several lanes share: one reads at a time, and the order of reading is the order
//! of tickets.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard};

use arc_swap::Guard;
use knownet_flow::{Ack, Batch, Read, Source, Stop};

use crate::budget::Permit;
use crate::message::Message;
use crate::oversized::Oversized;
use crate::shared::{Planned, Shared, panic_text};
use crate::turn::{Place, Turns};
use crate::watermark::Watermark;

pub(crate) struct Intake {
    pub name: Arc<str>,
    /// Its place in the list of sources.
    pub index: usize,
    pub watermark: Watermark,
    /// The line that is too long, in pieces; whoever has the turn holds it.
    oversized: Mutex<Oversized>,
    reading: Mutex<Reading>,
    turns: Turns,
}

struct Reading {
    source: Box<dyn Source>,
    ended: bool,
    tickets: u64,
}

/// A batch that was read, with its place in the queue and its share of the budget.
pub(crate) struct Taken<'a> {
    pub read: Read,
    /// What it is taken through: never an older one than the batch before it.
    pub plan: Guard<Planned>,
    pub ack: Ack,
    pub place: Place<'a>,
    pub permit: Arc<Permit>,
}

impl Intake {
    pub fn new(
        (index, name): (usize, String),
        mut source: Box<dyn Source>,
        oversized: Oversized,
    ) -> Intake {
        Intake {
            name: name.into(),
            index,
            watermark: Watermark::new(source.commits()),
            oversized: Mutex::new(oversized),
            reading: Mutex::new(Reading {
                source,
                ended: false,
                tickets: 0,
            }),
            turns: Turns::default(),
        }
    }

    /// Reads the next batch; `None` once the source has ended.
    pub fn take<'a>(
        &'a self,
        shared: &'a Shared,
        stop: &Stop,
        batch: &mut Batch,
        keep: usize,
    ) -> Option<Taken<'a>> {
        let mut reading = self.lock();
        loop {
            if reading.ended || shared.halt.check().is_err() {
                return None;
            }
            batch.clear(keep);
            let source = &mut reading.source;
            let read = catch_unwind(AssertUnwindSafe(|| source.read(batch, stop)));
            let message = match read {
                Ok(Ok(Read::End)) => {
                    reading.ended = true;
                    shared.vitals.ended(&self.name);
                    return None;
                }
                Ok(Ok(read)) => {
                    let permit = Arc::new(shared.budget.take(batch.bytes.filled().len()));
                    let place = self.turns.place(reading.tickets);
                    reading.tickets += 1;
                    let ack = self.watermark.register(batch.partition, batch.position);
                    return Some(Taken {
                        read,
                        plan: shared.snapshot.load(),
                        ack,
                        place,
                        permit,
                    });
                }
                Ok(Err(error)) => error.to_string(),
                Err(payload) => {
                    reading.ended = true;
                    shared.vitals.ended(&self.name);
                    format!("a fault while reading: {}", panic_text(&*payload))
                }
            };
            let message = format!("source {}: {message}", self.name);
            (shared.log)(&Message::trouble(message.clone()));
            shared.totals().source_error(message);
        }
    }

    /// The line that is too long, if there is one.
    pub fn oversized(&self) -> MutexGuard<'_, Oversized> {
        self.oversized.lock().unwrap_or_else(|e| e.into_inner())
    }

    fn lock(&self) -> MutexGuard<'_, Reading> {
        self.reading.lock().unwrap_or_else(|e| e.into_inner())
    }
}
