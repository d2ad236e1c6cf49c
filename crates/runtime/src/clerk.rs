//! Makes dead letters safe, on a thread of its own, so that nobody waits for a disk or a network who need
//! not.
//!
//! - Every letter comes by here, and they are made safe in the order in which they came.
//! - What waits is done at once: where it takes a second to make letters safe, it takes a second for all
//!   of them.
//! - Who sends letters says what is to be done when they are safe. If the run halts before, that is
//!   dropped instead, which fails their batch.
//! - What letters hold counts as in flight. While they cannot be made safe all of it does, so that nothing
//!   more is read: no position could pass them, and what is read behind them would come twice one day.
//! - They go to the sink for them, if there is one. What it refuses, or what would be too large to be held
//!   in memory for it, goes to the file.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};

use knownet_flow::Id;

use crate::append::Appender;
use crate::budget::Permit;
use crate::dead_letter::{Entries, Letter, failure, retry_add};
use crate::halt::Halted;
use crate::message::Message;
use crate::shared::Shared;
use crate::staged::Staged;

mod last;

/// So many bytes of letters are made safe at once.
const ENOUGH: usize = 8 << 20;
/// An entry longer than this is not held in memory.
const LONGEST: u64 = 16 << 20;
/// What a letter takes beside its event, about.
const EACH: usize = 256;

/// What is to be done when letters are safe.
type Then = Box<dyn FnOnce(&Shared) + Send>;

/// What there is for the clerk to do.
pub(crate) enum Errand {
    /// Make letters safe.
    Bury(Mail),
    /// Nothing any more.
    End,
}

pub(crate) struct Mail {
    what: What,
    then: Then,
    /// What the letters take.
    held: Permit,
}

enum What {
    /// Of this source.
    Letters(Arc<str>, Vec<Letter>),
    /// A finished entry of the event with this id, which was too long to be held.
    Line(Staged, Id),
}

/// Where letters are given to the clerk.
pub(crate) struct Post(Sender<Errand>);

impl Post {
    /// A post, and where the clerk finds what was sent.
    pub fn new() -> (Post, Receiver<Errand>) {
        let (sender, receiver) = channel();
        (Post(sender), receiver)
    }

    /// Sends letters of `source`; `then` is called when they are safe.
    pub fn send(
        &self,
        shared: &Shared,
        source: Arc<str>,
        letters: Vec<Letter>,
        then: impl FnOnce(&Shared) + Send + 'static,
    ) -> Result<(), Halted> {
        let bytes = letters.iter().map(|letter| letter.event.len() + EACH);
        let mail = Mail {
            held: shared.budget.claim(bytes.sum()),
            what: What::Letters(source, letters),
            then: Box::new(then),
        };
        self.0.send(Errand::Bury(mail)).map_err(|_| Halted)
    }

    /// Sends a finished entry.
    pub fn send_line(
        &self,
        shared: &Shared,
        entry: Staged,
        id: Id,
        then: impl FnOnce(&Shared) + Send + 'static,
    ) -> Result<(), Halted> {
        let mail = Mail {
            held: shared.budget.claim(EACH),
            what: What::Line(entry, id),
            then: Box::new(then),
        };
        self.0.send(Errand::Bury(mail)).map_err(|_| Halted)
    }

    /// Has the clerk end when all that was sent is done.
    pub fn end(&self) {
        // Without a clerk there is nothing to end.
        let _ = self.0.send(Errand::End);
    }
}

/// Waits until the letters are safe that `send` sends, with what is to be called then.
pub(crate) fn wait(
    send: impl FnOnce(Box<dyn FnOnce(&Shared) + Send>) -> Result<(), Halted>,
) -> Result<(), Halted> {
    let (safe, told) = channel();
    send(Box::new(move |_| {
        // Whoever waits is still there.
        let _ = safe.send(());
    }))?;
    told.recv().map_err(|_| Halted)
}

pub(crate) struct Clerk<'a> {
    shared: &'a Shared,
    file: Appender,
}

impl Clerk<'_> {
    pub fn new(shared: &Shared) -> Clerk<'_> {
        Clerk {
            file: Appender::new(shared.options.dead_letter.clone()),
            shared,
        }
    }

    /// Works until there is nothing to do any more.
    pub fn work(&mut self, errands: &Receiver<Errand>) {
        while let Ok(Errand::Bury(first)) = errands.recv() {
            let (mut entries, mut done, mut ended) = (Entries::default(), Vec::new(), false);
            let (mut next, mut long) = (Some(first), None);
            while let Some(Mail { what, then, held }) = next.take() {
                match what {
                    What::Letters(source, letters) => entries.write(&source, &letters),
                    What::Line(entry, _) if entry.len() > LONGEST => {
                        long = Some((entry, then));
                        break;
                    }
                    What::Line(mut entry, id) => {
                        if self.read(&mut entry, id, &mut entries).is_err() {
                            break;
                        }
                    }
                }
                done.push((then, held));
                if entries.bytes.len() < ENOUGH {
                    match errands.try_recv() {
                        Ok(Errand::Bury(mail)) => next = Some(mail),
                        Ok(Errand::End) => ended = true,
                        Err(_) => {}
                    }
                }
            }
            // Halted: these batches have failed, and so will the next ones.
            if self.bury(&entries).is_ok() {
                done.into_iter().for_each(|(then, _)| then(self.shared));
            }
            if let Some((mut entry, then)) = long
                && self
                    .add(1, |file| file.add_from(&mut entry.content()?))
                    .is_ok()
            {
                count(self.shared, 1);
                then(self.shared);
            }
            if ended {
                return;
            }
        }
    }

    /// Makes entries safe, all at once.
    fn bury(&mut self, entries: &Entries) -> Result<(), Halted> {
        if entries.ids.is_empty() {
            return Ok(());
        }
        let shared = self.shared;
        let _held = shared.budget.claim(entries.bytes.len());
        match shared.last {
            None => self.add(entries.ids.len(), |file| file.add(&entries.bytes))?,
            Some(index) => {
                let outlet = &shared.sinks[index];
                self.say(&format!("sink {}", outlet.name));
                let refused = last::deliver(shared, outlet, entries)?;
                if !refused.is_empty() {
                    let lines = refused.iter().filter(|&&byte| byte == b'\n').count();
                    self.add(lines, |file| file.add(&refused))?;
                }
            }
        }
        count(shared, entries.ids.len() as u64);
        Ok(())
    }

    /// Adds a finished entry to those that go together.
    fn read(&self, entry: &mut Staged, id: Id, entries: &mut Entries) -> Result<(), Halted> {
        let before = entries.bytes.len();
        let read = retry_add(self.shared, || {
            entries.bytes.truncate(before);
            let content = entry.content();
            let read = content.and_then(|mut content| content.read_to_end(&mut entries.bytes));
            read.map(drop).map_err(|e| e.to_string())
        });
        if read.is_err() {
            entries.bytes.truncate(before);
        }
        read?;
        entries.finished(id);
        Ok(())
    }

    /// Adds so many entries to the file until it works.
    fn add(
        &mut self,
        entries: usize,
        mut add: impl FnMut(&mut Appender) -> io::Result<()>,
    ) -> Result<(), Halted> {
        let file = &mut self.file;
        retry_add(self.shared, || {
            add(file).map_err(|e| failure(&file.path().display(), &e))
        })?;
        self.shared.totals().filed += entries as u64;
        self.say(&self.shared.options.dead_letter.display().to_string());
        Ok(())
    }

    fn say(&self, place: &str) {
        let text = format!("events go to the dead letters: {place}");
        self.shared.log_once(Message::trouble(text));
    }
}

fn count(shared: &Shared, letters: u64) {
    shared.totals().dead_letters += letters;
    metrics::counter!("knownet_dead_letters_total").increment(letters);
}
