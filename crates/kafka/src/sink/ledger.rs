//! What a producer's threads share: how many receipts are open, what has to be sent again, how the
//! brokers fare.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use knownet_flow::Desk;

use super::again::Letter;
use super::open::Open;
use super::shape::Shape;
use crate::trouble::Trouble;

/// The books of one sink.
pub(super) struct Ledger {
    desk: OnceLock<Arc<dyn Desk>>,
    pub open: Open,
    state: Mutex<State>,
    /// Whether what is taken has to stand in line.
    held: AtomicBool,
    /// Whether the desk was told of a failure.
    failing: AtomicBool,
    /// Whether the producer has to be replaced.
    spoiled: AtomicBool,
    closing: AtomicBool,
    pub trouble: Trouble,
    again: metrics::Counter,
}

struct State {
    /// How batches are to look.
    shape: Shape,
    /// Given back by a producer: older than all that waits.
    returned: VecDeque<Letter>,
    waiting: VecDeque<Letter>,
    held: bool,
    /// What is wrong, as far as nothing was delivered since.
    wrong: Option<String>,
}

impl Ledger {
    pub fn new(sink: &str, shape: Shape) -> Ledger {
        Ledger {
            desk: OnceLock::new(),
            open: Open::default(),
            state: Mutex::new(State {
                shape,
                returned: VecDeque::new(),
                waiting: VecDeque::new(),
                held: false,
                wrong: None,
            }),
            held: AtomicBool::new(false),
            failing: AtomicBool::new(false),
            spoiled: AtomicBool::new(false),
            closing: AtomicBool::new(false),
            trouble: Trouble::default(),
            again: metrics::counter!("knownet_kafka_sent_again_total", "sink" => sink.to_owned()),
        }
    }

    pub fn begin(&self, desk: Arc<dyn Desk>) {
        // There is one desk in a run.
        let _ = self.desk.set(desk);
    }

    /// Whether nothing needs to be tried again.
    pub fn is_halted(&self) -> bool {
        self.is_closing() || self.desk.get().is_some_and(|desk| desk.is_halted())
    }

    pub fn opened(&self) {
        self.open.add();
        let state = self.lock();
        // Known before, but nobody was waiting.
        if let Some(reason) = state.wrong.clone()
            && !self.failing.swap(true, Ordering::AcqRel)
        {
            drop(state);
            self.tell(&reason);
        }
    }

    /// Something is wrong that will be tried again.
    pub fn failed(&self, reason: String) {
        let waiting = self.open.is_any();
        let mut state = self.lock();
        let same = state.wrong.as_ref() == Some(&reason);
        state.wrong = Some(reason.clone());
        drop(state);
        if waiting && !(self.failing.swap(true, Ordering::AcqRel) && same) {
            self.tell(&reason);
        }
    }

    fn tell(&self, reason: &str) {
        if let Some(desk) = self.desk.get() {
            desk.failed(reason);
        }
    }

    /// A message was delivered.
    pub fn delivered(&self) {
        if self.failing.load(Ordering::Acquire) && self.failing.swap(false, Ordering::AcqRel) {
            self.lock().wrong = None;
            self.trouble.over();
            if let Some(desk) = self.desk.get() {
                desk.succeeded();
            }
        }
    }

    /// A producer gives a message back that it did not deliver.
    pub fn give_back(&self, letter: Letter) {
        self.again.increment(1);
        self.add(letter, |state, letter| state.returned.push_back(letter));
    }

    /// Puts a message where it belongs; one that comes after the end fails.
    fn add(&self, letter: Letter, put: impl FnOnce(&mut State, Letter)) {
        let mut state = self.lock();
        if self.is_closing() {
            drop(state);
            letter.pending.fail();
            return;
        }
        put(&mut state, letter);
        self.hold(&mut state);
    }

    /// Whether messages stand in line: then those that come have to, too.
    pub fn is_held(&self) -> bool {
        self.held.load(Ordering::Acquire)
    }

    /// Puts a message at the end of the line, if there is one; gives it back if not, unless it `must`.
    pub fn stand(&self, letter: Letter, must: bool) -> Option<Letter> {
        if !must && !self.lock().held {
            return Some(letter);
        }
        self.add(letter, |state, letter| state.waiting.push_back(letter));
        None
    }

    fn hold(&self, state: &mut State) {
        state.held = true;
        self.held.store(true, Ordering::Release);
    }

    /// The first of the line. The line ends when there is none.
    pub fn next(&self) -> Option<Letter> {
        let mut state = self.lock();
        let first = state.returned.pop_front();
        let first = first.or_else(|| state.waiting.pop_front());
        if first.is_none() && !self.is_spoiled() {
            state.held = false;
            self.held.store(false, Ordering::Release);
        }
        first
    }

    /// Puts the first of the line back to its place.
    pub fn put_back(&self, letter: Letter) {
        self.add(letter, |state, letter| state.returned.push_front(letter));
    }

    /// The producer has to be replaced.
    pub fn spoil(&self) {
        self.spoiled.store(true, Ordering::Release);
        self.hold(&mut self.lock());
    }

    /// The brokers take no batches as large as those of this `shape`.
    pub fn shrink(&self, shape: Shape) {
        let mut state = self.lock();
        if state.shape == shape.with(false) {
            state.shape = state.shape.half();
            drop(state);
            self.spoil();
        }
    }

    /// How batches are to look.
    pub fn shape(&self) -> Shape {
        self.lock().shape
    }

    pub fn is_spoiled(&self) -> bool {
        self.spoiled.load(Ordering::Acquire)
    }

    /// It was replaced.
    pub fn mend(&self) {
        self.spoiled.store(false, Ordering::Release);
    }

    /// Nothing is tried again from here on; what stands in line is lost.
    pub fn close(&self) {
        self.closing.store(true, Ordering::Release);
        let mut state = self.lock();
        let mut letters = std::mem::take(&mut state.returned);
        letters.append(&mut state.waiting);
        drop(state);
        for letter in letters {
            letter.pending.fail();
        }
    }

    /// What travels is lost, which ends the run if it has not ended.
    pub fn lost(&self) {
        if let Some(desk) = self.desk.get() {
            desk.lost();
        }
    }

    pub fn is_closing(&self) -> bool {
        self.closing.load(Ordering::Acquire)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
