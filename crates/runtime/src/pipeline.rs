//! Puts the parts together and runs them to the end.

use std::io::{Write, stderr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex, Weak};
use std::thread::{self, Scope, ScopedJoinHandle};
use std::time::{Duration, Instant};

use arc_swap::ArcSwap;
use knownet_flow::{Desk, Events, MAX_SINKS, Plan, Sink, Source, Stop, Wants, WriteError};

use crate::budget::Budget;
use crate::clerk::{Clerk, Errand, Post};
use crate::delivery;
use crate::desk::Front;
use crate::halt::{Cause, Halt};
use crate::intake::Intake;
use crate::lane;
use crate::message::Message;
use crate::oversized::Oversized;
use crate::retry::say_stopping;
use crate::shared::{Exit, Log, Outlet, Shared, Snapshot, panic_text};
use crate::summary::{Ended, Summary};
use crate::vital::{Health, Vitals};

/// How a pipeline runs.
#[derive(Debug, Clone)]
pub struct Options {
    /// Threads per source; at least one.
    pub workers: usize,
    /// Bytes in flight, over all sources.
    pub in_flight: usize,
    /// Usual bytes of a batch: memory far above this is given back after a huge one.
    pub batch_bytes: usize,
    /// Whether a sink that cannot be reached ends the run instead of being tried for ever.
    pub give_up: bool,
    /// The file for events that cannot be passed on; created when the first one comes.
    pub dead_letter: PathBuf,
    /// The sink that such events go to instead, as far as it takes them; it must be among the sinks.
    pub dead_letter_sink: Option<String>,
    /// The first pause before an attempt is repeated; each further one is twice as long.
    pub first_pause: Duration,
    /// The longest such pause.
    pub longest_pause: Duration,
}

impl Default for Options {
    /// One worker per core, 64 MiB in flight, batches of 256 KiB, pauses from 0.1 s to 10 s,
    /// `dead-letters.ndjson` in the current folder.
    fn default() -> Options {
        Options {
            workers: thread::available_parallelism().map_or(1, |n| n.get()),
            in_flight: 64 << 20,
            batch_bytes: 256 << 10,
            give_up: false,
            dead_letter: PathBuf::from("dead-letters.ndjson"),
            dead_letter_sink: None,
            first_pause: Duration::from_millis(100),
            longest_pause: Duration::from_secs(10),
        }
    }
}

/// A run that could not do its work. What it did until then is in the summary.
#[derive(Debug, thiserror::Error)]
#[error("{cause}")]
pub struct RunError {
    /// What went wrong.
    pub cause: Cause,
    /// What was done before.
    pub summary: Box<Summary>,
}

/// Sources, steps and sinks, ready to run.
pub struct Pipeline {
    sources: Vec<(String, Box<dyn Source>)>,
    sinks: Vec<(String, Exit)>,
    snapshot: Snapshot,
    halt: Arc<Halt>,
    vitals: Arc<Vitals>,
    options: Options,
    log: Log,
}

/// Reaches a pipeline while it runs.
#[derive(Clone)]
pub struct Handle {
    snapshot: Snapshot,
    halt: Arc<Halt>,
    vitals: Arc<Vitals>,
}

impl Handle {
    /// From the next batch of each source on, `plan` is what it sees; no batch sees two, and none a
    /// plan that is older than what the batch before it saw.
    pub fn replace(&self, plan: Arc<dyn Plan>) {
        self.snapshot.store(Arc::new(plan));
    }

    /// How it fares.
    pub fn health(&self) -> Health {
        self.vitals.health()
    }

    /// Ends the run without waiting for sinks that cannot be reached. What they lack stays
    /// unconfirmed.
    pub fn abandon(&self) {
        self.halt.raise(Cause::Abandoned);
    }
}

impl Pipeline {
    /// A pipeline; the bit of an event's `sinks` is the sink's place in the list.
    pub fn new(
        sources: Vec<(String, Box<dyn Source>)>,
        sinks: Vec<(String, impl Into<Exit>)>,
        plan: Arc<dyn Plan>,
        options: Options,
    ) -> Pipeline {
        Pipeline {
            sources,
            sinks: sinks
                .into_iter()
                .map(|(name, sink)| (name, sink.into()))
                .collect(),
            snapshot: Arc::new(ArcSwap::from_pointee(plan)),
            halt: Arc::new(Halt::new()),
            vitals: Arc::default(),
            options,
            // Nobody may read it any more, and that is no reason to end.
            log: Box::new(|message| drop(writeln!(stderr(), "{message}"))),
        }
    }

    /// Gives the messages that a person should see to `log` instead of standard error.
    pub fn log_to(mut self, log: impl Fn(&Message) + Send + Sync + 'static) -> Pipeline {
        self.log = Box::new(log);
        self
    }

    /// Reaches the pipeline while it runs.
    pub fn handle(&self) -> Handle {
        Handle {
            snapshot: self.snapshot.clone(),
            halt: self.halt.clone(),
            vitals: self.vitals.clone(),
        }
    }

    /// Runs until every source has ended, or `stop` is set and all that was read is safe.
    ///
    /// The other sinks go on without one whose reader goes away; when the last reader has gone the
    /// run ends with success. `stop` is set by the run itself when it ends
    /// early.
    ///
    /// # Errors
    /// A sink that cannot be reached where nobody wants to wait, or a worker that failed.
    pub fn run(self, stop: Arc<Stop>) -> Result<Summary, RunError> {
        let begun = Instant::now();
        let (post, errands) = Post::new();
        let (shared, intakes) = self.assemble(post);
        shared.halt.attach(&stop);
        let budget = shared.budget.clone();
        // What couriers hold might not come back otherwise.
        shared.halt.on_raise(move || budget.close());
        let told = Arc::downgrade(&shared);
        // Who waits for room does not come to say what it waits for.
        stop.on_set(move || {
            if let Some(shared) = told.upgrade() {
                shared.vitals.parts().iter().for_each(|part| {
                    say_stopping(&shared, part);
                });
            }
        });
        begin(&shared);
        if shared.sinks.len() > MAX_SINKS {
            let count = shared.sinks.len();
            shared.halt.raise(Cause::TooManySinks(count));
        } else {
            shared.vitals.set_running(true);
            thread::scope(|scope| {
                // Who waits for the clerk would otherwise wait for ever after a panic here.
                let dismissal = Dismissal(&shared.letters);
                let working = employ(&shared, scope, errands);
                run_lanes(&shared, &intakes, &stop);
                shared.vitals.set_running(false);
                finish_lines(&shared, &intakes);
                finish(&shared, |index| Some(index) != shared.last);
                // What is refused at the end goes to the sink for that before it ends, too.
                drop(dismissal);
                if let Some(working) = working {
                    let _ = working.join();
                }
                finish(&shared, |index| Some(index) == shared.last);
            });
        }
        close(&shared);
        conclude(&shared, intakes, &stop, begun)
    }

    fn assemble(self, post: Post) -> (Arc<Shared>, Vec<Intake>) {
        let intakes = self.sources.into_iter().enumerate().map(|(n, source)| {
            let oversized = Oversized::new(self.options.dead_letter.clone());
            Intake::new((n, source.0), source.1, oversized)
        });
        let intakes = intakes.collect();
        let last = &self.options.dead_letter_sink;
        let last = last.as_ref().and_then(|name| {
            let mut names = self.sinks.iter().map(|(name, _)| name);
            names.position(|other| other == name)
        });
        let outlet = |(name, exit): (String, Exit), shared: &Weak<Shared>| {
            let (wants, desk) = match &exit {
                Exit::Sink(_) => (Wants::default(), None),
                Exit::Courier(courier) => {
                    let desk = Front::new(&name, shared.clone());
                    (courier.wants(), Some(Arc::new(desk) as Arc<dyn Desk>))
                }
            };
            Outlet {
                name,
                exit: Mutex::new(exit),
                wants,
                desk,
                gone: AtomicBool::new(false),
            }
        };
        let shared = Arc::new_cyclic(|shared| Shared {
            sinks: self
                .sinks
                .into_iter()
                .map(|sink| outlet(sink, shared))
                .collect(),
            snapshot: self.snapshot,
            budget: Arc::new(Budget::new(self.options.in_flight)),
            halt: self.halt,
            letters: post,
            last,
            totals: Mutex::default(),
            vitals: self.vitals,
            log: self.log,
            said: Mutex::default(),
            options: self.options,
        });
        (shared, intakes)
    }
}

/// Tells the couriers whom they answer to.
fn begin(shared: &Shared) {
    for outlet in &shared.sinks {
        if let (Exit::Courier(courier), Some(desk)) = (&mut *outlet.lock(), &outlet.desk) {
            courier.begin(desk.clone());
        }
    }
}

/// Has a clerk work.
fn employ<'scope>(
    shared: &'scope Shared,
    scope: &'scope Scope<'scope, '_>,
    errands: Receiver<Errand>,
) -> Option<ScopedJoinHandle<'scope, ()>> {
    let work = move || {
        let worked = AssertUnwindSafe(|| Clerk::new(shared).work(&errands));
        if let Err(payload) = catch_unwind(worked) {
            shared.halt.raise(Cause::Worker(panic_text(&*payload)));
        }
    };
    let thread = thread::Builder::new().name("clerk".into());
    match thread.spawn_scoped(scope, work) {
        Ok(working) => Some(working),
        Err(error) => {
            let reason = format!("no thread could be started: {error}");
            shared.halt.raise(Cause::Worker(reason));
            None
        }
    }
}

/// Has the clerk end when it is dropped.
struct Dismissal<'a>(&'a Post);

impl Drop for Dismissal<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// Lets go of sinks here, and not wherever the last of their own threads does.
fn close(shared: &Shared) {
    for outlet in &shared.sinks {
        let exit = std::mem::replace(&mut *outlet.lock(), Exit::Sink(Box::new(Closed)));
        drop(exit);
    }
}

/// What stands where a sink was.
struct Closed;

impl Sink for Closed {
    fn write(&mut self, _: &Events<'_>) -> Result<(), WriteError> {
        Err(WriteError::Closed)
    }
}

/// Ends the lines that are too long and have no end.
fn finish_lines(shared: &Shared, intakes: &[Intake]) {
    for intake in intakes {
        if shared.halt.check().is_ok() {
            // A source that ended in the middle of a line that is too long.
            let _ = intake.oversized().finish(shared);
        }
    }
}

/// Makes what the `chosen` sinks took safe, as far as it can be.
fn finish(shared: &Shared, chosen: impl Fn(usize) -> bool) {
    let sinks = shared.sinks.iter().enumerate();
    for (_, outlet) in sinks.filter(|(index, _)| chosen(*index)) {
        if let Err(reason) = delivery::finish(shared, outlet) {
            let message = Message::of_sink(&outlet.name, &reason);
            (shared.log)(&message);
            shared.totals().sink_errors.push(message.text);
        }
    }
}

fn run_lanes(shared: &Shared, intakes: &[Intake], stop: &Stop) {
    thread::scope(|scope| {
        for intake in intakes {
            for n in 0..shared.options.workers.max(1) {
                let work = move || {
                    let worked = AssertUnwindSafe(|| lane::work(shared, intake, stop));
                    if let Err(payload) = catch_unwind(worked) {
                        shared.halt.raise(Cause::Worker(panic_text(&*payload)));
                    }
                };
                let name = format!("{}-{n}", intake.name);
                if let Err(error) = thread::Builder::new().name(name).spawn_scoped(scope, work) {
                    let reason = format!("no thread could be started: {error}");
                    shared.halt.raise(Cause::Worker(reason));
                }
            }
        }
    });
}

fn conclude(
    shared: &Shared,
    intakes: Vec<Intake>,
    stop: &Stop,
    begun: Instant,
) -> Result<Summary, RunError> {
    let cause = shared.halt.cause();
    let mut summary = std::mem::take(&mut *shared.totals());
    for intake in intakes {
        let watermark = intake.watermark.clone();
        let name = intake.name.to_string();
        // An unfinished line lets go of its acks first.
        drop(intake);
        summary.failed_batches += watermark.failed();
        for (partition, position) in watermark.positions() {
            summary
                .positions
                .insert((name.clone(), partition), position);
        }
    }
    let gone = shared.sinks.iter().filter(|outlet| outlet.is_gone());
    summary.gone = gone.map(|outlet| outlet.name.clone()).collect();
    let file = shared.options.dead_letter.display();
    summary.dead_letter = match &shared.options.dead_letter_sink {
        Some(sink) if summary.filed == 0 => format!("sink {sink}"),
        Some(sink) => format!("sink {sink}, {} of them in {file}", summary.filed),
        None => file.to_string(),
    };
    summary.elapsed = begun.elapsed();
    summary.ended = match &cause {
        None if stop.is_set() => Ended::Stopped,
        None => Ended::Input,
        Some(Cause::Closed(_)) => Ended::Closed,
        Some(_) => Ended::Failed,
    };
    match cause {
        Some(cause) if summary.ended == Ended::Failed => Err(RunError {
            cause,
            summary: Box::new(summary),
        }),
        _ => Ok(summary),
    }
}
