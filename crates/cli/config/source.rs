//! Sources: where events come from. A file for the keys of each type.

mod beats;
mod file;
pub(super) mod http;
#[cfg(feature = "kafka")]
mod kafka;
pub(super) mod listen;
mod spool;
mod tcp;
mod udp;
mod unix;

use std::net::SocketAddr;
use std::path::PathBuf;

use knownet_flow as flow;
use knownet_source::tail::{self, Tail};
use knownet_source::{Beats, Files, Http, Limits, Listen, Site, Spool, Spooled, Stdin, Udp, Unix};

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
    /// Whether what it brings is written to disk first.
    pub spool: Option<Spool>,
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
    /// Topics, as a member of a consumer group.
    #[cfg(feature = "kafka")]
    Kafka(knownet_kafka::SourceOptions),
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
        let source = self.open_kind(site)?;
        Ok(match self.spool {
            None => {
                knownet_source::spool::warn_of_files(site);
                source
            }
            Some(spool) => Box::new(Spooled::open(source, site, spool)?),
        })
    }

    fn open_kind(&self, site: &Site) -> anyhow::Result<Box<dyn flow::Source>> {
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
            #[cfg(feature = "kafka")]
            SourceKind::Kafka(options) => Box::new(knownet_kafka::Consumer::open(
                &site.name,
                options,
                limits.batch,
                limits.max_event,
            )?),
        })
    }
}

impl SourceKind {
    /// Where it listens on the network, and by which protocol.
    pub fn address(&self) -> Option<(&'static str, SocketAddr)> {
        match self {
            SourceKind::Tcp(listen) => Some(("TCP", listen.address)),
            SourceKind::Beats(beats) => Some(("TCP", beats.listen.address)),
            SourceKind::Http(http) => Some(("TCP", http.listen.address)),
            SourceKind::Udp(udp) => Some(("UDP", udp.address)),
            SourceKind::File { .. }
            | SourceKind::Tail(_)
            | SourceKind::Stdin
            | SourceKind::Unix(_) => None,
            #[cfg(feature = "kafka")]
            SourceKind::Kafka(_) => None,
        }
    }

    /// Whether it goes on until somebody stops it.
    pub fn is_live(&self) -> bool {
        !matches!(self, SourceKind::File { .. } | SourceKind::Stdin)
    }

    /// Whether its senders cannot be asked again, so that it is spooled unless somebody says no.
    fn is_spooled(&self) -> bool {
        matches!(
            self,
            SourceKind::Tcp(_) | SourceKind::Udp(_) | SourceKind::Unix(_)
        )
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
    ("kafka", KAFKA),
];

#[cfg(feature = "kafka")]
const KAFKA: super::section::Read<SourceKind> = kafka::read;
#[cfg(not(feature = "kafka"))]
const KAFKA: super::section::Read<SourceKind> = super::section::without_kafka;

pub(super) fn read(section: &Section<'_>, options: &Options) -> Option<Source> {
    let max_event = max_event(section);
    let reading = format::read(section, options);
    let spool = spool::read(section);
    let kind = section.of_type("a source", TYPES)?;
    if matches!(spool, spool::Choice::Yes(_)) && !kind.is_live() {
        section.error(
            "spool",
            "is for sources that go on; this one can be read again",
        );
    }
    Some(Source {
        name: section.name.clone(),
        line: section.line,
        reading,
        max_event: max_event.unwrap_or(options.max_event),
        spool: spool.or_usual(kind.is_spooled()),
        kind,
    })
}

fn stdin(_: &Section<'_>) -> Option<SourceKind> {
    Some(SourceKind::Stdin)
}
