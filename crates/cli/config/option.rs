//! What holds for everything: the keys above the first table.

use std::path::PathBuf;

use super::disk::Access;
use super::format::{self, Reading};
use super::section::Section;
use super::tree::Value;
use super::{count, size};

/// An event longer than this goes to the dead letters, unless the configuration says otherwise.
const MAX_EVENT: u64 = 16 << 20;

/// The options of the whole run.
#[derive(Debug)]
pub struct Options {
    /// How many threads work; as many as there are cores if not given.
    pub workers: Option<usize>,
    /// How many bytes may be on their way at once.
    pub max_in_flight: Option<u64>,
    /// The folder for what is remembered between runs, made when it is needed.
    pub state_dir: Option<PathBuf>,
    /// Where an event goes that nothing will take.
    pub dead_letter: Option<DeadLetter>,
    /// How many bytes one event may have.
    pub max_event: u64,
    /// What is worth a line in the log; `info` if not given.
    pub log_level: Level,
    /// How records are read where a source does not say otherwise.
    pub reading: Reading,
}

/// Where dead letters go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeadLetter {
    /// A file.
    File(PathBuf),
    /// The sink of this name, which takes nothing else.
    Sink(String),
}

/// How much a line in the log matters, at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// Something is lost or ends.
    Error,
    /// Something is not as it should be.
    Warn,
    /// Something began or is over.
    #[default]
    Info,
    /// For whoever looks for a fault; may show parts of events.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    /// By their names.
    pub const ALL: [(&str, Level); 5] = [
        ("error", Level::Error),
        ("warn", Level::Warn),
        ("info", Level::Info),
        ("debug", Level::Debug),
        ("trace", Level::Trace),
    ];
}

pub(super) fn read(top: &Section<'_>) -> Options {
    Options {
        workers: count::read(top, "workers", 1..=1024),
        max_in_flight: size::read(top, "max_in_flight", 1 << 20..=1 << 40),
        state_dir: top.file("state_dir", Access::Folder),
        dead_letter: dead_letter(top),
        max_event: max_event(top).unwrap_or(MAX_EVENT),
        log_level: top
            .one_of("log_level", "a level", &Level::ALL)
            .unwrap_or_default(),
        reading: format::defaults(top),
    }
}

/// `dead_letter`: a sink that there is, or else a path.
fn dead_letter(top: &Section<'_>) -> Option<DeadLetter> {
    if let Some(Value::Text(text)) = top.node("dead_letter").map(|node| &node.value)
        && top.has("sinks", text.value())
    {
        return Some(DeadLetter::Sink(text.value().to_owned()));
    }
    let path = top.file("dead_letter", Access::Write);
    if let Some(Value::Text(text)) = top.node("dead_letter").map(|node| &node.value)
        && !text.value().is_empty()
        && !text.value().contains(['.', '/', '\\'])
    {
        let message = format!(
            "\"{text}\" is no sink, so it is a file of that name; write \"./{text}\" if it should be"
        );
        top.warning("dead_letter", message);
    }
    path.map(DeadLetter::File)
}

/// `max_event` of the document or of one source: a batch holds one whole event, and 4 GiB at most.
pub(super) fn max_event(section: &Section<'_>) -> Option<u64> {
    size::read(section, "max_event", 1 << 10..=1 << 30)
}
