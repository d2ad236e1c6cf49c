//! Sinks: where events go.

use std::path::PathBuf;

use anyhow::Context;
use knownet_flow as flow;
use knownet_sink::{File, Stdout};

use super::condition::{Condition, conditions};
use super::disk::Access;
use super::section::{Section, Types};

/// One sink.
#[derive(Debug)]
pub struct Sink {
    /// What it is called.
    pub name: String,
    /// Where it stands in the configuration.
    pub line: usize,
    /// Which events it takes: those that fulfil all of these.
    pub conditions: Vec<Condition>,
    /// What it writes.
    pub kind: SinkKind,
}

/// What a sink writes.
#[derive(Debug, PartialEq, Eq)]
pub enum SinkKind {
    /// Standard output.
    Stdout,
    /// A file.
    File {
        /// Its path.
        path: PathBuf,
    },
}

impl Sink {
    /// The part that writes it.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(&self) -> anyhow::Result<Box<dyn flow::Sink>> {
        Ok(match &self.kind {
            SinkKind::Stdout => Box::new(Stdout::new().context("standard output")?),
            SinkKind::File { path } => Box::new(File::open(path)?),
        })
    }
}

const TYPES: &Types<SinkKind> = &[("stdout", stdout), ("file", file)];

pub(super) fn read(section: &Section<'_>) -> Option<Sink> {
    let node = section.node("match");
    Some(Sink {
        name: section.name.clone(),
        line: section.line,
        conditions: node.map_or_else(Vec::new, |node| conditions(section, node)),
        // A mistake is noted where it is missing; the conditions are to be checked all the same.
        kind: section.of_type("sink", TYPES).unwrap_or(SinkKind::File {
            path: PathBuf::new(),
        }),
    })
}

fn stdout(_: &Section<'_>) -> Option<SinkKind> {
    Some(SinkKind::Stdout)
}

fn file(section: &Section<'_>) -> Option<SinkKind> {
    section.require("path", "name a file, such as path = \"events.ndjson\"");
    let path = section.file("path", Access::Write)?;
    Some(SinkKind::File { path })
}
