//! What goes wrong: begun, and ended again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use serde_json::Value;

use crate::fleet::Fleet;
use crate::patience::until;
use crate::place::Place;
use crate::random::Random;
use crate::rig::skipped;
use crate::search::Search;

/// Requests at once that crowd the server's queue.
const CROWD: usize = 8;
/// Documents of each.
const DOCUMENTS: usize = 500;

/// One thing that goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fault {
    /// An instance is killed, and one is started.
    Kill,
    /// A broker is stopped or killed, and started.
    Broker,
    /// The search server is killed and started.
    Search,
    /// The disk is full for the search server, and has room again.
    Disk,
    /// Others keep the search server's queue full.
    Crowd,
}

/// Those that can be had here; says what cannot.
pub fn possible(faults: &[Fault], place: &Place, search: Option<&Search>) -> Vec<Fault> {
    let brokers = place
        .script
        .as_ref()
        .map_or(0, |script| script.brokers().len());
    let stoppable = |search: &Search| {
        let script = place.script.as_ref();
        script
            .and_then(|script| script.named(&search.address))
            .is_some()
    };
    let is_possible = |fault: &Fault| {
        let why = match fault {
            Fault::Broker if brokers < 2 => {
                "stopping a broker: tests/servers did not start several"
            }
            Fault::Search if !search.is_some_and(stoppable) => {
                "killing the search server: tests/servers did not start it"
            }
            Fault::Crowd if search.is_none_or(|search| search.queue() > 100) => {
                "a full queue of the search server: SERVERS_OPENSEARCH_OPTS makes it no smaller"
            }
            _ => return true,
        };
        skipped(why);
        false
    };
    faults.iter().copied().filter(is_possible).collect()
}

/// One that is going on.
pub enum Trouble<'a> {
    Killed,
    Broker(String),
    Search(&'static str),
    Disk(Full<'a>),
    Crowd(Crowd, &'a Search),
}

/// A disk that counts as full until this is dropped.
pub struct Full<'a> {
    search: &'a Search,
    stream: String,
}

impl Fault {
    pub fn begin<'a>(
        self,
        place: &Place,
        search: Option<(&'a Search, &str)>,
        fleet: &mut Fleet,
        random: &mut Random,
    ) -> Trouble<'a> {
        let script = || place.script.as_ref().expect("a fault that is possible");
        let searched = || search.expect("a fault that is possible");
        random.pause(Duration::from_millis(500));
        match self {
            Fault::Kill => {
                fleet.kill(random);
                Trouble::Killed
            }
            Fault::Broker => {
                let mut brokers = script().brokers();
                let at = random.below(brokers.len() as u64) as usize;
                let broker = brokers.swap_remove(at);
                match random.one_in(2) {
                    true => script().stop(&broker),
                    false => script().kill(&broker),
                }
                Trouble::Broker(broker)
            }
            Fault::Search => {
                let name = script().named(&searched().0.address);
                let name = name.expect("a fault that is possible");
                script().kill(name);
                Trouble::Search(name)
            }
            Fault::Disk => {
                let (search, stream) = searched();
                let stream = stream.to_owned();
                let full = Full { search, stream };
                search.fill(&full.stream);
                Trouble::Disk(full)
            }
            Fault::Crowd => {
                let (search, stream) = searched();
                Trouble::Crowd(Crowd::gather(search, stream), search)
            }
        }
    }
}

impl Trouble<'_> {
    pub fn end(self, place: &Place, fleet: &mut Fleet) {
        let script = || place.script.as_ref().expect("a fault that is possible");
        match self {
            Trouble::Killed => fleet.start(),
            Trouble::Broker(name) => script().start(&name),
            Trouble::Search(name) => script().start(name),
            Trouble::Disk(full) => drop(full),
            Trouble::Crowd(crowd, search) => crowd.end(search),
        }
    }
}

impl Drop for Full<'_> {
    fn drop(&mut self) {
        // A test that has failed already is to say why.
        if !thread::panicking() {
            self.search.empty(&self.stream);
        }
    }
}

/// Those who write more than the server's queue takes, until this is dropped.
pub struct Crowd {
    over: Arc<AtomicBool>,
    refused: Arc<AtomicU64>,
    threads: Vec<JoinHandle<()>>,
    index: String,
}

impl Crowd {
    fn gather(search: &Search, stream: &str) -> Crowd {
        let index = format!("crowd-{stream}");
        let over = Arc::new(AtomicBool::new(false));
        let refused = Arc::new(AtomicU64::new(0));
        let threads = (0..CROWD).map(|_| {
            let (over, refused) = (over.clone(), Arc::clone(&refused));
            let (search, path) = (Search::new(&search.url), format!("/{index}/_bulk"));
            thread::spawn(move || {
                let lines = "{\"index\":{}}\n{\"crowd\":\"of others\"}\n".repeat(DOCUMENTS);
                let lines = Value::from(lines);
                while !over.load(Ordering::Relaxed) {
                    let answer = search.try_ask("POST", &path, &lines);
                    if answer.is_ok_and(|answer| answer.body.contains("\"status\":429")) {
                        refused.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        });
        Crowd {
            threads: threads.collect(),
            over,
            refused,
            index,
        }
    }

    /// Waits until some of what was sent was refused.
    fn end(self, search: &Search) {
        until("a queue that is full", || {
            match self.refused.load(Ordering::Relaxed) {
                refused if refused >= CROWD as u64 => Ok(()),
                refused => Err(refused),
            }
        });
        let index = format!("/{}", self.index);
        drop(self);
        let _ = search.try_ask("DELETE", &index, &Value::Null);
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.over.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
