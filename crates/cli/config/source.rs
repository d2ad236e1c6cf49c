//! Sources: where events come from. A file for the keys of each type.

mod beats;
mod file;
mod http;
pub(super) mod listen;
mod tcp;
mod udp;
mod unix;

use std::path::PathBuf;

use knownet_flow as flow;
use knownet_source::tail::{self, Tail};
use knownet_source::{Beats, Files, Http, Limits, Listen, Site, Stdin, Udp, Unix};

use super::format::{self, Reading};
use super::option::{Options, max_event};
use super::section::{Section, Types};

/// One source.
#[derive(Debug)]
pub struct Source {
    /// What it is called.
    pub name: String,
    /// Where it stands in the configuration.
    pub line: usize,
    /// How its records are read.
    pub reading: Reading,
    /// How many bytes one event may have.
    pub max_event: u64,
    /// What it reads.
    pub kind: SourceKind,
}

/// What a source reads.
#[derive(Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// Files, one after the other, to their end.
    File {
        /// At least one.
        paths: Vec<PathBuf>,
    },
    /// Files that grow, without an end.
    Tail(tail::Options),
    /// Standard input.
    Stdin,
    /// Lines and syslog frames over TCP.
    Tcp(Listen),
    /// Datagrams.
    Udp(Udp),
    /// A Unix socket.
    Unix(Unix),
    /// Beats and other clients of Logstash.
    Beats(Beats),
    /// Requests with events, as Elasticsearch takes them too.
    Http(Http),
}

impl Source {
    /// How it cuts what it reads.
    ///
    /// # Errors
    /// If an event may be larger than this machine can address.
    pub fn limits(&self) -> anyhow::Result<Limits> {
        Ok(Limits {
            max_event: usize::try_from(self.max_event)?,
            framing: self.reading.framing(),
            ..Limits::default()
        })
    }

    /// The part that reads it.
    ///
    /// # Errors
    /// If it cannot be had at all; a file that cannot be read is told when its turn comes.
    pub fn open(&self, site: &Site) -> anyhow::Result<Box<dyn flow::Source>> {
        let limits = site.limits;
        Ok(match &self.kind {
            SourceKind::File { paths } => Box::new(Files::new(paths.clone(), limits)),
            SourceKind::Tail(options) => Box::new(Tail::open(options.clone(), site)?),
            SourceKind::Stdin => Box::new(Stdin::new(limits)?),
            SourceKind::Tcp(listen) => knownet_source::tcp(site, listen)?,
            SourceKind::Udp(options) => knownet_source::udp(site, options)?,
            #[cfg(unix)]
            SourceKind::Unix(options) => knownet_source::unix(site, options)?,
            #[cfg(not(unix))]
            SourceKind::Unix(_) => anyhow::bail!("this system has no Unix sockets"),
            SourceKind::Beats(beats) => beats.open(site)?,
            SourceKind::Http(http) => Box::new(http.open(site)?),
        })
    }
}

impl SourceKind {
    /// Whether it goes on until somebody stops it.
    pub fn is_live(&self) -> bool {
        !matches!(self, SourceKind::File { .. } | SourceKind::Stdin)
    }
}

const TYPES: &Types<SourceKind> = &[
    ("file", file::read),
    ("stdin", stdin),
    ("tcp", tcp::read),
    ("udp", udp::read),
    ("unix", unix::read),
    ("beats", beats::read),
    ("http", http::read),
];

pub(super) fn read(section: &Section<'_>, options: &Options) -> Option<Source> {
    let max_event = max_event(section);
    Some(Source {
        name: section.name.clone(),
        line: section.line,
        reading: format::read(section, options),
        max_event: max_event.unwrap_or(options.max_event),
        kind: section.of_type("source", TYPES)?,
    })
}

fn stdin(_: &Section<'_>) -> Option<SourceKind> {
    Some(SourceKind::Stdin)
}
