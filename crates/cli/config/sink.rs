//! Sinks: where events go. A file for the keys of a type that has some.

mod elasticsearch;
mod file;
#[cfg(feature = "kafka")]
mod kafka;

use std::path::PathBuf;

use anyhow::Context;
use knownet_runtime::Exit;
use knownet_sink::{Elasticsearch, ElasticsearchOptions, File, FileOptions, Site, Stdout};

use super::condition::{Condition, conditions};
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
        /// When it is set aside, and how safe a write is.
        options: FileOptions,
    },
    /// A topic.
    #[cfg(feature = "kafka")]
    Kafka(knownet_kafka::SinkOptions),
    /// Elasticsearch or OpenSearch.
    Elasticsearch(Box<ElasticsearchOptions>),
}

impl Sink {
    /// The part that writes it.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(&self, site: &Site) -> anyhow::Result<Exit> {
        Ok(match &self.kind {
            SinkKind::Stdout => Exit::Sink(Box::new(Stdout::new().context("standard output")?)),
            SinkKind::File { path, options } => {
                Exit::Sink(Box::new(File::open(&site.name, path, options)?))
            }
            #[cfg(feature = "kafka")]
            SinkKind::Kafka(options) => Exit::Courier(Box::new(knownet_kafka::Producer::open(
                &site.name,
                options,
                &site.state,
            )?)),
            SinkKind::Elasticsearch(options) => {
                Exit::Courier(Box::new(Elasticsearch::open(site, options)?))
            }
        })
    }
}

const TYPES: &Types<SinkKind> = &[
    ("stdout", stdout),
    ("file", file::read),
    ("kafka", KAFKA),
    ("elasticsearch", elasticsearch::read),
    // The same requests and answers; who runs it looks for this name.
    ("opensearch", elasticsearch::read_opensearch),
];

#[cfg(feature = "kafka")]
const KAFKA: super::section::Read<SinkKind> = kafka::read;
#[cfg(not(feature = "kafka"))]
const KAFKA: super::section::Read<SinkKind> = super::section::without_kafka;

pub(super) fn read(section: &Section<'_>) -> Option<Sink> {
    let node = section.node("match");
    Some(Sink {
        name: section.name.clone(),
        line: section.line,
        conditions: node.map_or_else(Vec::new, |node| conditions(section, node)),
        // A mistake is noted where it is missing; the conditions are to be checked all the same.
        kind: section
            .of_type("a sink", TYPES)
            .unwrap_or_else(file::nowhere),
    })
}

fn stdout(_: &Section<'_>) -> Option<SinkKind> {
    Some(SinkKind::Stdout)
}
