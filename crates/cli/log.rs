//! Messages on standard error: for people, or one JSON object a line.
//!
//! - A message that repeats itself is left out after a while, and how often is said.
//! - What other crates say counts from warnings on; nothing from us above `debug` holds an event.
//! - Text from outside cannot act on a terminal or begin a line of its own.

mod limit;
mod line;

use std::fs::File;
use std::io::{IsTerminal, Write, stderr};
use std::panic::{self, PanicHookInfo};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Instant, SystemTime};

use tracing::level_filters::LevelFilter;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::Level;
use limit::{Limit, Said};
use line::Line;

/// How a message is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `knownet: message`, for a run that comes to its end by itself. Nothing is left out.
    Plain,
    /// With time and level.
    Human,
    /// One object a line, with the names of ECS.
    Json,
}

/// Where messages go.
pub enum Output {
    /// Standard error.
    Standard,
    /// A file; for services that have no standard error.
    #[cfg_attr(not(windows), allow(dead_code))]
    File(File),
}

static LEVEL: AtomicU8 = AtomicU8::new(Level::Info as u8);
static WRITER: OnceLock<Arc<Writer>> = OnceLock::new();

struct Writer {
    form: Form,
    color: bool,
    output: Output,
    limit: Mutex<Limit>,
}

/// Writes messages from now on.
pub fn begin(form: Form, level: Level, output: Output) {
    let color = matches!(output, Output::Standard)
        && stderr().is_terminal()
        && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    let writer = Arc::new(Writer {
        form,
        color,
        output,
        limit: Mutex::default(),
    });
    if WRITER.set(writer.clone()).is_ok() {
        LEVEL.store(level as u8, Ordering::Relaxed);
        // Nobody else is there to set one.
        let _ = tracing_subscriber::registry()
            .with(Messages(writer))
            .try_init();
        if form != Form::Plain {
            panic::set_hook(Box::new(fault));
        }
    }
}

/// Says where a fault is. What it says itself may hold a part of an event.
fn fault(fault: &PanicHookInfo<'_>) {
    let thread = thread::current();
    let thread = thread.name().unwrap_or("a thread").to_owned();
    match fault.location() {
        Some(place) => tracing::error!(thread, "a fault in knownet itself, at {place}"),
        None => tracing::error!(thread, "a fault in knownet itself"),
    }
    tracing::debug!("{fault}");
}

/// Messages below `level` are not written from now on.
pub fn set_level(level: Level) {
    LEVEL.store(level as u8, Ordering::Relaxed);
    tracing::callsite::rebuild_interest_cache();
}

/// Says what was left out and is over; to be called every now and then, and at the end (`all`).
pub fn settle(all: bool) {
    if let Some(writer) = WRITER.get() {
        let over = lock(&writer.limit).over(Instant::now(), all);
        over.into_iter().for_each(|line| writer.write(&line));
    }
}

/// The form that suits a run.
pub fn suitable(live: bool) -> Form {
    match (live, stderr().is_terminal()) {
        (false, _) => Form::Plain,
        (true, true) => Form::Human,
        (true, false) => Form::Json,
    }
}

struct Messages(Arc<Writer>);

impl<S: Subscriber> Layer<S> for Messages {
    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        let ours = metadata.target().starts_with("knownet");
        *metadata.level()
            <= if ours {
                least()
            } else {
                least().min(LevelFilter::WARN)
            }
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(least())
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let line = Line::of(event);
        let writer = &self.0;
        // Who asks for details wants all of them.
        let details = *event.metadata().level() > tracing::Level::INFO;
        if writer.form == Form::Plain || details {
            return writer.write(&line);
        }
        let callsite = event.metadata().callsite();
        let said = lock(&writer.limit).say(&callsite, &line, Instant::now());
        if let Said::Yes(before) = said {
            before.into_iter().for_each(|line| writer.write(&line));
            writer.write(&line);
        }
    }
}

fn least() -> LevelFilter {
    const FILTERS: [LevelFilter; 5] = [
        LevelFilter::ERROR,
        LevelFilter::WARN,
        LevelFilter::INFO,
        LevelFilter::DEBUG,
        LevelFilter::TRACE,
    ];
    FILTERS[usize::from(LEVEL.load(Ordering::Relaxed)).min(4)]
}

impl Writer {
    fn write(&self, line: &Line) {
        let text = line.text(self.form, self.color, SystemTime::now());
        // Where nobody reads there is nobody to tell.
        let _ = match &self.output {
            Output::Standard => stderr().lock().write_all(text.as_bytes()),
            Output::File(file) => (&*file).write_all(text.as_bytes()),
        };
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|e| e.into_inner())
}
