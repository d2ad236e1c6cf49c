//! The events of one request: held once, as the bytes of its body.
//!
//! An event belongs to one load at a time. However loads are cut, sent again and gathered anew, each
//! event is settled once, and a receipt when all of its events are. A load that is dropped leaves its
//! receipts unsettled, which fails their batches.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use hyper::body::Bytes;
use knownet_flow::{Id, Receipt};

use super::action::{self, NULL};

/// A receipt, and how many of its events are still on their way.
pub(super) struct Hold {
    receipt: Mutex<Option<Receipt>>,
    left: AtomicUsize,
}

impl Hold {
    /// For so many events, of which there is one at least.
    pub fn new(receipt: Receipt, events: usize) -> Arc<Hold> {
        Arc::new(Hold {
            receipt: Mutex::new(Some(receipt)),
            left: AtomicUsize::new(events),
        })
    }

    fn refuse(&self, event: &[u8], id: Option<Id>, reason: String) {
        let mut receipt = self.receipt.lock().unwrap_or_else(|e| e.into_inner());
        if let Some(receipt) = receipt.as_mut() {
            receipt.refuse_as(event, id, reason);
        }
        drop(receipt);
        self.settle(1);
    }

    fn settle(&self, events: usize) {
        if events == 0 || self.left.fetch_sub(events, Ordering::AcqRel) != events {
            return;
        }
        let receipt = self
            .receipt
            .lock()
            .unwrap_or_else(|e| e.into_inner())
            .take();
        if let Some(receipt) = receipt {
            receipt.confirm();
        }
    }
}

/// Where an event's own line is.
#[derive(Clone, Copy)]
pub(super) struct Line {
    /// Where it begins.
    pub start: usize,
    /// What is in it that did not come with the event.
    pub added: Option<Added>,
    /// Whether its action has an id.
    pub named: bool,
}

/// What was written into an event's line.
#[derive(Clone, Copy)]
pub(super) struct Added {
    /// Counted from the line's beginning.
    pub at: usize,
    /// How many bytes.
    pub len: usize,
    /// Whether it stands in place of a null.
    pub null: bool,
}

impl Added {
    /// The event as it was.
    pub fn undo(self, line: &[u8]) -> Vec<u8> {
        let null = if self.null { NULL } else { b"" };
        [&line[..self.at], null, &line[self.at + self.len..]].concat()
    }
}

/// An event's line; its action begins where the event before it ends.
#[derive(Clone, Copy)]
struct Entry {
    line: Line,
    /// Behind the line feed.
    end: usize,
}

/// Whose the events are, up to the one with this index.
#[derive(Clone)]
struct Share {
    end: usize,
    hold: Arc<Hold>,
}

/// What becomes of an event that was not created.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// It is sent again.
    Again,
    /// It never will be taken, and why.
    Refused(String),
}

/// Events on their way into a body.
#[derive(Default)]
pub(super) struct Gather {
    body: Vec<u8>,
    entries: Vec<Entry>,
    shares: Vec<Share>,
    /// What the last one held: about as much as this one will.
    usual: usize,
}

impl Gather {
    /// Bytes of the body.
    pub fn bytes(&self) -> usize {
        self.body.len()
    }

    /// How many events.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Adds the event that `write` writes with its action; it returns where the event's line is.
    pub fn push(&mut self, hold: &Arc<Hold>, write: impl FnOnce(&mut Vec<u8>) -> Line) {
        if self.body.capacity() == 0 {
            self.body.reserve(self.usual + self.usual / 8);
        }
        let line = write(&mut self.body);
        let end = self.body.len();
        self.entries.push(Entry { line, end });
        let end = self.entries.len();
        match self.shares.last_mut() {
            Some(last) if Arc::ptr_eq(&last.hold, hold) => last.end = end,
            _ => {
                let hold = hold.clone();
                self.shares.push(Share { end, hold });
            }
        }
    }

    /// Takes what there is but for the last event; that one too if it is alone.
    pub fn take_others(&mut self) -> Load {
        let mut whole = self.take();
        let &[.., Entry { end, .. }, last] = &whole.entries[..] else {
            return whole;
        };
        let Some(share) = whole.shares.pop() else {
            return whole;
        };
        whole.entries.pop();
        self.push(&share.hold, |body| {
            body.extend_from_slice(&whole.body[end..last.end]);
            Line {
                start: last.line.start - end,
                ..last.line
            }
        });
        whole.body.truncate(end);
        let before = whole.shares.last().map_or(0, |share| share.end);
        if before < whole.entries.len() {
            let end = whole.entries.len();
            let hold = share.hold;
            whole.shares.push(Share { end, hold });
        }
        whole
    }

    /// Takes what there is.
    pub fn take(&mut self) -> Load {
        self.usual = self.body.len();
        let entries = self.entries.len();
        Load {
            body: std::mem::take(&mut self.body).into(),
            entries: std::mem::replace(&mut self.entries, Vec::with_capacity(entries)),
            shares: std::mem::take(&mut self.shares),
            loose: true,
            past: Past::default(),
        }
    }
}

/// A whole body.
pub(super) struct Load {
    body: Bytes,
    entries: Vec<Entry>,
    shares: Vec<Share>,
    /// Whether it may hold more memory than its events need.
    loose: bool,
    pub past: Past,
}

/// How it went so far; halves inherit it.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(super) struct Past {
    /// Set once it was not taken: how many requests had gone well before.
    pub seen: Option<u64>,
    /// How many pauses of its own it has had.
    pub waits: u32,
    /// How many times it failed as a whole, and something in it may be the reason.
    pub failed: u32,
    /// How many requests had gone well when it did so last.
    pub last: u64,
    /// How many times it was halved for that.
    pub cuts: u32,
}

impl Past {
    /// Whether it was sent before and not taken.
    pub fn is_repeat(&self) -> bool {
        self.seen.is_some()
    }
}

impl Load {
    /// The body.
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// How many events.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Gives back what memory it holds besides its events: halves share that of the whole.
    pub fn own(&mut self) {
        if std::mem::take(&mut self.loose) {
            self.body = Bytes::copy_from_slice(&self.body);
            self.entries.shrink_to_fit();
            self.shares.shrink_to_fit();
        }
    }

    /// Whether the event with this index has an id.
    pub fn is_named(&self, index: usize) -> bool {
        self.entries[index].line.named
    }

    /// The first half, and the second where there is more than one event: about as many bytes each.
    pub fn halves(self) -> (Load, Option<Load>) {
        let middle = self.body.len() / 2;
        let at = self.entries.partition_point(|entry| entry.end <= middle);
        let at = at.clamp(1, self.entries.len().max(1));
        if at == self.entries.len() {
            return (self, None);
        }
        let cut = self.entries[at - 1].end;
        let Load {
            mut body,
            mut entries,
            shares,
            past,
            ..
        } = self;
        let rest = body.split_off(cut);
        let mut behind = entries.split_off(at);
        for entry in &mut behind {
            entry.line.start -= cut;
            entry.end -= cut;
        }
        let mut first = Vec::new();
        let mut second = Vec::new();
        let mut start = 0;
        for Share { end, hold } in shares {
            if start < at {
                let hold = hold.clone();
                first.push(Share {
                    end: end.min(at),
                    hold,
                });
            }
            if end > at {
                second.push(Share {
                    end: end - at,
                    hold,
                });
            }
            start = end;
        }
        let half = |body, entries, shares| Load {
            body,
            entries,
            shares,
            loose: true,
            past,
        };
        (half(body, entries, first), Some(half(rest, behind, second)))
    }

    /// Copies the events that are to be sent again to `again`; `others` has what becomes of those that
    /// were not created, by their indices, which ascend.
    pub fn repeat(&self, others: &[(usize, Fate)], again: &mut Gather) {
        let mut repeated = others.iter().filter(|(_, fate)| *fate == Fate::Again);
        let mut next = repeated.next();
        for Share { end, hold } in &self.shares {
            while let Some((index, _)) = next.filter(|(index, _)| index < end) {
                let from = index.checked_sub(1).map_or(0, |at| self.entries[at].end);
                let Entry { line, end } = self.entries[*index];
                again.push(hold, |body| {
                    let start = body.len() + (line.start - from);
                    body.extend_from_slice(&self.body[from..end]);
                    Line { start, ..line }
                });
                next = repeated.next();
            }
        }
    }

    /// Settles all events but those that are sent again.
    pub fn settle(self, others: Vec<(usize, Fate)>) {
        let mut others = others.into_iter().peekable();
        let mut start = 0;
        for Share { end, hold } in &self.shares {
            let mut good = end - start;
            while let Some((index, fate)) = others.next_if(|(index, _)| index < end) {
                good -= 1;
                let Entry { line, end } = self.entries[index];
                if let Fate::Refused(reason) = fate {
                    let from = index.checked_sub(1).map_or(0, |at| self.entries[at].end);
                    let id = action::id(&self.body[from..line.start]);
                    let text = &self.body[line.start..end - 1];
                    match line.added {
                        None => hold.refuse(text, id, reason),
                        Some(added) => hold.refuse(&added.undo(text), id, reason),
                    }
                }
            }
            hold.settle(good);
            start = *end;
        }
    }

    /// Refuses its only event, or all of them.
    pub fn refuse(self, reason: &str) {
        let refused = (0..self.len()).map(|index| (index, Fate::Refused(reason.to_owned())));
        self.settle(refused.collect());
    }
}

#[cfg(test)]
#[path = "../tests/elasticsearch/load.rs"]
mod tests;
