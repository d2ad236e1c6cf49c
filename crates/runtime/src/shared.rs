//! What all lanes of a pipeline share.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use arc_swap::ArcSwap;
use knownet_flow::{Courier, Desk, Plan, Sink, Wants};

use crate::budget::Budget;
use crate::clerk::Post;
use crate::halt::Halt;
use crate::message::Message;
use crate::pipeline::Options;
use crate::summary::Summary;
use crate::vital::Vitals;

/// The snapshot that the next batch sees.
pub(crate) type Snapshot = Arc<ArcSwap<Arc<dyn Plan>>>;

/// What a batch sees.
pub(crate) type Planned = Arc<Arc<dyn Plan>>;

/// Takes the messages that a person should see.
pub(crate) type Log = Box<dyn Fn(&Message) + Send + Sync>;

pub(crate) struct Shared {
    pub options: Options,
    pub sinks: Vec<Outlet>,
    pub snapshot: Snapshot,
    pub budget: Arc<Budget>,
    pub halt: Arc<Halt>,
    /// Where dead letters are sent.
    pub letters: Post,
    /// The place of the sink that takes them, if one does.
    pub last: Option<usize>,
    pub totals: Mutex<Summary>,
    pub vitals: Arc<Vitals>,
    pub log: Log,
    /// What is said no more than once, if it was.
    pub said: Mutex<BTreeSet<String>>,
}

/// Where events leave.
pub enum Exit {
    /// A sink that has events safe when its write returns.
    Sink(Box<dyn Sink>),
    /// A sink that says later that it has.
    Courier(Box<dyn Courier>),
}

impl From<Box<dyn Sink>> for Exit {
    fn from(sink: Box<dyn Sink>) -> Exit {
        Exit::Sink(sink)
    }
}

impl From<Box<dyn Courier>> for Exit {
    fn from(courier: Box<dyn Courier>) -> Exit {
        Exit::Courier(courier)
    }
}

/// A sink that lanes write to one at a time.
pub(crate) struct Outlet {
    pub name: String,
    pub exit: Mutex<Exit>,
    /// What it wants to know of each event.
    pub wants: Wants,
    /// Whom it answers to, if it is a courier.
    pub desk: Option<Arc<dyn Desk>>,
    /// Its reader wants no more: nothing is written to it again.
    pub gone: AtomicBool,
}

impl Shared {
    /// Logs `message` unless it was logged before.
    pub fn log_once(&self, message: Message) {
        let mut said = self.said.lock().unwrap_or_else(|e| e.into_inner());
        if !said.contains(&message.text) {
            (self.log)(&message);
            said.insert(message.text);
        }
    }

    /// What the couriers want to know of events, all together.
    pub fn wants(&self) -> Wants {
        let all = self.sinks.iter().map(|outlet| outlet.wants);
        all.fold(Wants::default(), Wants::or)
    }

    pub fn totals(&self) -> MutexGuard<'_, Summary> {
        self.totals.lock().unwrap_or_else(|e| e.into_inner())
    }
}

impl Outlet {
    pub fn is_gone(&self) -> bool {
        self.gone.load(Ordering::SeqCst)
    }

    pub fn lock(&self) -> MutexGuard<'_, Exit> {
        self.exit.lock().unwrap_or_else(|e| e.into_inner())
    }
}

/// What a panic said.
pub(crate) fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}
