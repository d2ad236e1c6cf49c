//! A sink, the cluster that it writes to, and the desk that it answers to.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use knownet_flow::{
    Ack, Courier, Desk, Events, Id, Messages, Outcome, Parcel, Receipt, Settled, Trace, WriteError,
};
use tokio::runtime::Runtime;

use super::server::{Cluster, Document, Fault, Node};
use crate::elasticsearch::Pauses;
use crate::elasticsearch::state::State;
use knownet_credential::Trust;

use crate::{Elasticsearch, ElasticsearchOptions, Host, Site, Target};

/// Longer than anything here takes, unless it never ends.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What became of batches, by their numbers.
#[derive(Default)]
pub struct Ledger {
    book: Mutex<Book>,
    changed: Condvar,
    pub halted: AtomicBool,
    /// The next that is told of a failure panics.
    pub panics: AtomicBool,
}

#[derive(Default)]
pub struct Book {
    pub outcomes: BTreeMap<usize, Outcome>,
    pub refused: Vec<(String, String)>,
    pub failed: Vec<String>,
    pub succeeded: usize,
}

impl Desk for Ledger {
    fn settle(&self, settled: Settled) {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        let refused = settled.refused.into_iter();
        let refused = refused.map(|refused| (text(refused.event), refused.reason));
        self.change(|book| book.refused.extend(refused));
        settled.ack.confirm();
    }

    fn bury(&self, _: &str, _: Vec<knownet_flow::Refused>) -> bool {
        true
    }

    // The ack says it, too.
    fn lost(&self) {}

    fn failed(&self, reason: &str) {
        assert!(!self.panics.load(Ordering::Relaxed), "as it is told to");
        self.change(|book| book.failed.push(reason.to_owned()));
    }

    fn succeeded(&self) {
        self.change(|book| book.succeeded += 1);
    }

    fn is_halted(&self) -> bool {
        self.halted.load(Ordering::Relaxed)
    }
}

impl Ledger {
    fn change(&self, change: impl FnOnce(&mut Book)) {
        change(&mut self.book.lock().unwrap_or_else(|e| e.into_inner()));
        self.changed.notify_all();
    }

    /// Waits until it is so.
    pub fn wait<T>(&self, until: impl Fn(&Book) -> Option<T>) -> T {
        let mut book = self.book.lock().unwrap();
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = until(&book) {
                return found;
            }
            let (next, waited) = {
                let left = end.saturating_duration_since(Instant::now());
                self.changed.wait_timeout(book, left).unwrap()
            };
            assert!(
                !waited.timed_out(),
                "{:?}; failed: {:?}",
                next.outcomes,
                next.failed.last()
            );
            book = next;
        }
    }
}

/// All of it.
pub struct Rig {
    pub cluster: Cluster,
    pub nodes: Vec<Node>,
    pub desk: Arc<Ledger>,
    pub sink: Option<Elasticsearch>,
    pub options: ElasticsearchOptions,
    pub tokio: Runtime,
    batches: usize,
    events: u128,
}

impl Rig {
    /// With so many nodes, and nothing taken yet.
    pub fn new(nodes: usize) -> Rig {
        let tokio = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .unwrap();
        let cluster = Cluster::default();
        let nodes: Vec<_> = (0..nodes)
            .map(|_| tokio.block_on(cluster.node("127.0.0.1:0", None)))
            .collect();
        let host = |node: &Node| Host::parse(&format!("http://{}", node.address)).unwrap();
        Rig {
            options: ElasticsearchOptions {
                hosts: nodes.iter().map(host).collect(),
                target: Target::data_stream("logs-a-b").unwrap(),
                credentials: None,
                trust: Trust::default(),
                compression: 0,
                bulk_bytes: 1 << 20,
                flush: Duration::from_millis(5),
                concurrency: 3,
                timeout: PATIENCE,
                pauses: Pauses {
                    first: Duration::from_millis(1),
                    longest: Duration::from_millis(10),
                },
            },
            cluster,
            nodes,
            desk: Arc::default(),
            sink: None,
            tokio,
            batches: 0,
            events: 0,
        }
    }

    /// With one node whose next requests meet these.
    pub fn with(faults: impl IntoIterator<Item = Fault>) -> Rig {
        let rig = Rig::new(1);
        rig.cluster.lock().faults.extend(faults);
        rig
    }

    fn sink(&mut self) -> &mut Elasticsearch {
        let desk = self.desk.clone();
        let site = Site {
            name: "out".to_owned(),
            state: PathBuf::new(),
            tokio: self.tokio.handle().clone(),
        };
        self.sink.get_or_insert_with(|| {
            let mut sink = Elasticsearch::open(&site, &self.options).unwrap();
            sink.begin(desk);
            sink
        })
    }

    /// Gives the sink a batch, whose events get new ids.
    pub fn take<E: AsRef<str>>(&mut self, events: impl IntoIterator<Item = E>) {
        let first = self.events;
        let events: Vec<_> = events.into_iter().collect();
        self.events += events.len() as u128;
        let ids = (first..self.events).map(|id| Some(Id(id.to_be_bytes())));
        let lines: String = events.iter().map(|e| format!("{}\n", e.as_ref())).collect();
        self.take_as(&lines, ids.collect());
    }

    pub fn take_as(&mut self, lines: &str, ids: Vec<Option<Id>>) {
        let number = self.batches;
        self.batches += 1;
        let desk = self.desk.clone();
        let told = desk.clone();
        let traces: Vec<_> = ids
            .into_iter()
            .map(|id| Trace { id, message: None })
            .collect();
        let settled = Settled {
            ack: Ack::new(move |outcome| {
                told.change(|book| {
                    book.outcomes.insert(number, outcome);
                });
            }),
            source: "in".into(),
            events: traces.len() as u64,
            bytes: lines.len() as u64,
            refused: Vec::new(),
            held: None,
        };
        let messages = Messages::default();
        let parcel = Parcel {
            events: Events::lines(lines.as_bytes()),
            traces: &traces,
            messages: &messages,
            partition: 0,
            position: 0,
        };
        let receipt = Receipt::new(desk, settled);
        self.sink().take(&parcel, receipt);
    }

    /// Waits until every batch has an outcome, which is that it is confirmed; tells what was refused.
    pub fn confirmed(&mut self) -> Vec<(String, String)> {
        let batches = self.batches;
        let (outcomes, refused) = self.desk.wait(|book| {
            let all = book.outcomes.len() == batches;
            all.then(|| (book.outcomes.clone(), book.refused.clone()))
        });
        assert!(
            outcomes
                .values()
                .all(|outcome| *outcome == Outcome::Confirmed),
            "{outcomes:?}"
        );
        assert_eq!(self.sink().finish(), Ok(()));
        refused
    }

    /// Waits until the cluster has so many events.
    pub fn has(&self, events: usize) {
        let end = Instant::now() + PATIENCE;
        while self.cluster.lock().documents.len() < events {
            assert!(Instant::now() < end, "{:?}", self.failed().last());
            std::thread::yield_now();
        }
    }

    /// What the sink knows.
    pub fn state<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        let sink = self.sink.as_ref().unwrap();
        look(&sink.engine.state())
    }

    /// Why attempts failed so far.
    pub fn failed(&self) -> Vec<String> {
        self.desk.wait(|book| Some(book.failed.clone()))
    }

    pub fn finish(&mut self) -> Result<(), WriteError> {
        self.sink().finish()
    }

    /// The events that the cluster has, in the order of their ids.
    pub fn events(&self) -> Vec<String> {
        let inner = self.cluster.lock();
        let events = inner
            .documents
            .values()
            .map(|Document { event, .. }| event.clone());
        events.collect()
    }
}

/// So many events, told apart by a number.
pub fn events(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers
        .map(|n| format!("{{\"@timestamp\":\"2026-01-01T00:00:00Z\",\"n\":{n}}}"))
        .collect()
}
