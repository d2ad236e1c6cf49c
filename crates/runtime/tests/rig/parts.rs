//! The parts that do as they are told.

use std::collections::BTreeMap;
use std::sync::Arc;

use knownet_flow::{
    Batch, Commit, Edit, Event, Events, Format, Path, Plan, Read, Sink, Source, SourceError, Span,
    Stage, Steps, Stop, Value, Work, WriteError,
};

use super::{Key, Ledger, key};

/// How an event ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// At the sinks with these bits.
    Sinks(u64),
    /// A rule drops it.
    Drop,
    /// The steps panic over it.
    Panic,
    /// The steps leave edits that cannot be spliced, which is noticed when half is copied.
    Torn,
}

type BeforeRead = Box<dyn FnMut(u64, &Stop) + Send>;

/// Gives numbered events, batch by batch.
pub struct Numbers {
    id: u32,
    ledger: Arc<Ledger>,
    batches: Vec<(u32, u64)>,
    at: usize,
    next: BTreeMap<u32, u64>,
    before: BeforeRead,
}

impl Numbers {
    /// `batches`: each a partition and a number of events.
    pub fn new(id: u32, ledger: &Arc<Ledger>, batches: Vec<(u32, u64)>) -> Numbers {
        Numbers {
            id,
            ledger: ledger.clone(),
            batches,
            at: 0,
            next: BTreeMap::new(),
            before: Box::new(|_, _| {}),
        }
    }

    /// `count` batches of `each` events, one partition.
    pub fn even(ledger: &Arc<Ledger>, count: usize, each: u64) -> Numbers {
        Numbers::new(0, ledger, vec![(0, each); count])
    }

    /// Calls `before` with the number of the batch before it is read.
    pub fn before_read(mut self, before: impl FnMut(u64, &Stop) + Send + 'static) -> Numbers {
        self.before = Box::new(before);
        self
    }

    /// The keys of all its events.
    pub fn keys(&self) -> Vec<Key> {
        let mut next: BTreeMap<u32, u64> = BTreeMap::new();
        let mut keys = Vec::new();
        for &(partition, count) in &self.batches {
            let first = next.entry(partition).or_default();
            keys.extend((*first..*first + count).map(|n| (self.id, partition, n)));
            *first += count;
        }
        keys
    }
}

impl Source for Numbers {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        if stop.is_set() || self.at == self.batches.len() {
            return Ok(Read::End);
        }
        (self.before)(self.at as u64, stop);
        let (partition, count) = self.batches[self.at];
        self.at += 1;
        let next = self.next.entry(partition).or_default();
        for n in *next..*next + count {
            let line = format!("{} {partition} {n}\n", self.id);
            batch.bytes.extend(line.as_bytes());
        }
        *next += count;
        batch.partition = partition;
        batch.position = *next;
        Ok(Read::Lines)
    }

    fn commits(&mut self) -> Option<Box<dyn Commit>> {
        Some(Box::new(Committer(self.id, self.ledger.clone())))
    }
}

/// Without commits, which the ledger would check: it does not know where the events are.
pub struct Silent(pub Numbers);

impl Source for Silent {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        self.0.read(batch, stop)
    }
}

struct Committer(u32, Arc<Ledger>);

impl Commit for Committer {
    fn commit(&mut self, partition: u32, position: u64) {
        self.1.commit(self.0, partition, position);
    }
}

type OnLine = Arc<dyn Fn(Key) + Send + Sync>;

/// A plan whose format splits lines and routes each event as its fate says.
pub struct Split {
    ledger: Arc<Ledger>,
    name: &'static str,
    on_line: OnLine,
}

impl Split {
    pub fn named(ledger: &Arc<Ledger>, name: &'static str) -> Arc<dyn Plan> {
        Split::calling(ledger, name, |_| {})
    }

    /// Calls `on_line` for each event.
    pub fn calling(
        ledger: &Arc<Ledger>,
        name: &'static str,
        on_line: impl Fn(Key) + Send + Sync + 'static,
    ) -> Arc<dyn Plan> {
        Arc::new(Split {
            ledger: ledger.clone(),
            name,
            on_line: Arc::new(on_line),
        })
    }
}

impl Plan for Split {
    fn steps(&self, _: usize) -> Steps {
        Steps::new(
            None,
            Box::new(Lines),
            vec![Box::new(Router {
                ledger: self.ledger.clone(),
                name: self.name,
                on_line: self.on_line.clone(),
                broken: false,
            })],
        )
    }
}

/// One in so many events leaves as it came; the name of its plan is added to the others.
const UNTOUCHED: u64 = 3;

struct Lines;

impl Format for Lines {
    fn scan(&mut self, bytes: &[u8], work: &mut Work) {
        let mut start = 0;
        for line in bytes.split_inclusive(|&b| b == b'\n') {
            let raw = Span::new(start, start + line.len() - 1);
            start += line.len();
            work.events.push(Event {
                raw,
                ..Event::default()
            });
        }
        work.counts.events += work.events.len() as u64;
    }

    fn values(&mut self, _: &[u8], _: &Path, _: &mut dyn FnMut(Value<'_>)) -> bool {
        false
    }

    fn strings(&mut self, _: &[u8], _: &mut dyn FnMut(&[u8])) {}

    fn assign(&mut self, _: &[u8], _: &mut Work, _: usize) {}
}

struct Router {
    ledger: Arc<Ledger>,
    name: &'static str,
    on_line: OnLine,
    /// A step that panicked must not be used again.
    broken: bool,
}

impl Stage for Router {
    fn apply(&mut self, bytes: &[u8], work: &mut Work, _: &mut dyn Format) {
        assert!(!self.broken, "a broken step was used again");
        for index in 0..work.events.len() {
            let raw = work.events[index].raw;
            let key = key(std::str::from_utf8(&bytes[raw]).unwrap());
            (self.on_line)(key);
            let sinks = match (self.ledger.fate)(key) {
                Fate::Sinks(mask) => mask,
                Fate::Drop => 0,
                Fate::Torn => 1,
                Fate::Panic => {
                    self.broken = true;
                    panic!("injected at {key:?}");
                }
            };
            work.events[index].sinks = sinks;
            if key.2 % UNTOUCHED == 1 && (self.ledger.fate)(key) != Fate::Torn {
                continue;
            }
            let (text, edit) = (work.text.len(), work.edits.len());
            work.text
                .extend_from_slice(format!(" {}", self.name).as_bytes());
            work.edits.push(Edit {
                raw: Span::new(raw.end(), raw.end()),
                text: Span::new(text, work.text.len()),
            });
            if (self.ledger.fate)(key) == Fate::Torn {
                let first = work.edits[edit];
                let raw = Span::new(raw.start(), raw.start());
                work.edits.push(Edit { raw, ..first });
            }
            work.events[index].edits = Span::new(edit, work.edits.len());
        }
    }
}

type BeforeWrite = Box<dyn FnMut(&[Key]) -> Result<(), WriteError> + Send>;

/// Records what it is given, unless its test says otherwise.
pub struct Recorder {
    index: usize,
    ledger: Arc<Ledger>,
    before: BeforeWrite,
}

impl Recorder {
    pub fn new(index: usize, ledger: &Arc<Ledger>) -> Recorder {
        Recorder {
            index,
            ledger: ledger.clone(),
            before: Box::new(|_| Ok(())),
        }
    }

    /// Calls `before` with the keys of each write; on an error nothing is recorded.
    pub fn before_write(
        mut self,
        before: impl FnMut(&[Key]) -> Result<(), WriteError> + Send + 'static,
    ) -> Recorder {
        self.before = Box::new(before);
        self
    }
}

impl Sink for Recorder {
    fn write(&mut self, events: &Events<'_>) -> Result<(), WriteError> {
        let bytes: Vec<u8> = events.slices().collect::<Vec<_>>().concat();
        assert!(bytes.ends_with(b"\n"), "not whole lines");
        let text = String::from_utf8(bytes).unwrap();
        let keys: Vec<Key> = text.lines().map(key).collect();
        assert_eq!(keys.len() as u64, events.count());
        (self.before)(&keys)?;
        let mut taken = self.ledger.sinks[self.index].lock().unwrap();
        taken.extend(text.lines().map(str::to_owned));
        Ok(())
    }
}
