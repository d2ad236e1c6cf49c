//! The contract of sinks that have events safe only some time after they took them: those behind a
//! network, which gather many batches into one request.

use std::sync::Arc;

use crate::{Ack, Events, Id, Message, Messages};

/// Where events go out, for a sink that says later that they are safe.
///
/// What it holds is bounded: a batch counts as in flight until every receipt of it is settled.
pub trait Courier: Send {
    /// What it wants to know of each event beside its bytes. Always the same.
    fn wants(&self) -> Wants {
        Wants::default()
    }

    /// Called once, before anything else: whom to tell how it fares.
    fn begin(&mut self, desk: Arc<dyn Desk>);

    /// Takes the events on, and copies what it needs of them; it does not wait for the other side, but for
    /// a buffer of its own that is full: whoever writes to the sink then waits with it.
    ///
    /// Parcels of one source come in the order in which they were read.
    fn take(&mut self, parcel: &Parcel<'_>, receipt: Receipt);

    /// Called after the last parcel: waits until every receipt is settled.
    ///
    /// # Errors
    /// [`crate::WriteError::Unreachable`] if that takes longer than a few seconds: it is then called
    /// again, unless nobody wants to wait any more.
    fn finish(&mut self) -> Result<(), crate::WriteError>;
}

/// What a courier wants to know of events beside their bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Wants {
    /// Each event's [`Id`].
    pub ids: bool,
    /// The key and headers that the event came with.
    pub messages: bool,
    /// Every batch's position, to be committed by the courier instead of the source: batches
    /// without an event for it are handed over, too.
    pub positions: bool,
}

impl Wants {
    /// What either of them wants.
    pub fn or(self, other: Wants) -> Wants {
        Wants {
            ids: self.ids | other.ids,
            messages: self.messages | other.messages,
            positions: self.positions | other.positions,
        }
    }
}

/// What is known of an event that leaves a batch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Trace {
    /// `None` if it came from nowhere that can be read again.
    pub id: Option<Id>,
    /// The place among the batch's [`Messages`] of the one that it came as.
    pub message: Option<u32>,
}

/// The events of one batch on their way to one courier.
#[derive(Clone, Copy)]
pub struct Parcel<'a> {
    /// The events.
    pub events: Events<'a>,
    /// One for each event that leaves the batch, whoever takes it; empty if nobody wants any.
    pub traces: &'a [Trace],
    /// What the batch came as.
    pub messages: &'a Messages,
    /// The partition that the batch came from.
    pub partition: u32,
    /// The position behind the batch.
    pub position: u64,
}

/// One event of a parcel.
#[derive(Clone, Copy)]
pub struct Item<'a> {
    /// Its bytes, without the line feed.
    pub line: &'a [u8],
    /// What tells it from others.
    pub id: Option<Id>,
    /// What it came as.
    pub message: Option<Message<'a>>,
}

impl<'a> Parcel<'a> {
    /// The events one by one.
    pub fn items(&self) -> impl Iterator<Item = Item<'a>> + use<'a> {
        let (traces, messages) = (self.traces, self.messages);
        self.events.each().map(move |(index, line)| {
            let trace = traces.get(index).copied().unwrap_or_default();
            let message = trace.message.and_then(|at| messages.get(at as usize));
            Item {
                line,
                id: trace.id,
                message,
            }
        })
    }
}

/// Who a courier answers to: it keeps the books, so that a courier need not.
pub trait Desk: Send + Sync {
    /// Takes a receipt whose events are all safe or refused; the refused ones become dead letters
    /// before it is confirmed. Waits for no other sink, but a source may write down how far it is.
    fn settle(&self, settled: Settled);

    /// Makes dead letters of these events of `source` before it returns. `false` if the run has ended
    /// before they were safe.
    fn bury(&self, source: &str, refused: Vec<Refused>) -> bool;

    /// A receipt was dropped without a word: its batch has failed, and what comes after it in its
    /// partition can never be confirmed.
    fn lost(&self);

    /// An attempt failed and will be repeated.
    fn failed(&self, reason: &str);

    /// An attempt succeeded.
    fn succeeded(&self);

    /// Whether the run has ended without waiting: nothing needs to be tried again.
    fn is_halted(&self) -> bool;
}

/// Stands for a parcel: settled when every event of it is safe or refused for good. One that is
/// dropped instead fails the batch, which is a fault unless the run has ended.
pub struct Receipt {
    desk: Arc<dyn Desk>,
    /// Taken when it is settled.
    settled: Option<Settled>,
}

/// A receipt that was settled.
pub struct Settled {
    /// The part that the courier had in the batch's promise.
    pub ack: Ack,
    /// The name of the source that the batch came from.
    pub source: Arc<str>,
    /// How many events there were.
    pub events: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Those that were refused.
    pub refused: Vec<Refused>,
    /// Let go of when all is done.
    pub held: Option<Arc<dyn Send + Sync>>,
}

/// An event that a courier could not deliver and never will.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Refused {
    /// Its line, without the line feed.
    pub event: Vec<u8>,
    /// What tells it from others, where the courier knew.
    pub id: Option<Id>,
    /// Why.
    pub reason: String,
}

/// What one source's receipts refused.
struct Letters {
    desk: Arc<dyn Desk>,
    source: Arc<str>,
    refused: Vec<Refused>,
}

impl Receipt {
    /// A receipt that `desk` takes once it is settled; nothing is refused yet.
    pub fn new(desk: Arc<dyn Desk>, settled: Settled) -> Receipt {
        Receipt {
            desk,
            settled: Some(settled),
        }
    }

    /// Says that `event` will never be taken, and why.
    pub fn refuse(&mut self, event: &[u8], reason: String) {
        self.refuse_as(event, None, reason);
    }

    /// As [`Receipt::refuse`], from a courier that knows the event's id: sent again it is the same event
    /// still.
    pub fn refuse_as(&mut self, event: &[u8], id: Option<Id>, reason: String) {
        let event = event.to_vec();
        if let Some(settled) = &mut self.settled {
            settled.refused.push(Refused { event, id, reason });
        }
    }

    /// Makes dead letters of what was refused so far of all these, for a courier that commits positions
    /// and must know them safe before that. Waits for it; `false` if the run has ended meanwhile, and
    /// then their batches have failed.
    pub fn bury<'a>(receipts: impl IntoIterator<Item = &'a mut Receipt>) -> bool {
        let mut concerned: Vec<&mut Receipt> = Vec::new();
        let mut all: Vec<Letters> = Vec::new();
        for receipt in receipts {
            let Some(settled) = &mut receipt.settled else {
                continue;
            };
            let refused = std::mem::take(&mut settled.refused);
            if refused.is_empty() {
                continue;
            }
            settled.events = settled.events.saturating_sub(refused.len() as u64);
            let bytes = refused.iter().map(|refused| refused.event.len() as u64 + 1);
            settled.bytes = settled.bytes.saturating_sub(bytes.sum());
            match all.last_mut() {
                // Each call may wait for a server.
                Some(letters) if letters.source == settled.source => {
                    letters.refused.extend(refused)
                }
                _ => all.push(Letters {
                    desk: receipt.desk.clone(),
                    source: settled.source.clone(),
                    refused,
                }),
            }
            concerned.push(receipt);
        }
        let mut all = all.into_iter();
        let safe = all.all(|letters| letters.desk.bury(&letters.source, letters.refused));
        if !safe {
            for receipt in concerned {
                receipt.settled = None;
            }
        }
        safe
    }

    /// Says that the events are somebody else's by now, who reads them again: the batch is not confirmed,
    /// and that is no fault.
    pub fn give_up(mut self) {
        if let Some(settled) = self.settled.take() {
            settled.ack.give_up();
        }
    }

    /// Says that all events that were not refused are safe.
    pub fn confirm(mut self) {
        if let Some(settled) = self.settled.take() {
            self.desk.settle(settled);
        }
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        if self.settled.take().is_some() {
            self.desk.lost();
        }
    }
}
