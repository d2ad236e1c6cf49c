//! The sink: lines become messages of one topic.
//!
//! - An event is safe when the brokers that must have it say so; its batch is confirmed after that.
//! - Nothing times out: what cannot be delivered now is tried for ever, in the order in which it came.
//!   The brokers throw away what they get twice because an answer was lost. Neither holds beyond the
//!   transactions where they refuse something: what was sent with it goes again, behind what was on its
//!   way, and where the producer had to be replaced some of it may be there already.
//! - What the brokers refuse for good, alone and not only together with its neighbours, is refused.

mod again;
mod bundle;
mod compose;
mod instance;
mod key;
mod ledger;
mod open;
mod pending;
mod plain;
mod report;
mod shape;
mod transaction;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use knownet_flow::{Courier, Desk, OpenError, Parcel, Path as Field, Receipt, Wants, WriteError};

use crate::client::{Connection, SINK};
use crate::link::Link;
use plain::Plain;
use transaction::Transactional;

/// How long the end waits before it says that it does.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is produced, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SinkOptions {
    /// How the brokers are reached.
    pub connection: Connection,
    /// Where messages go.
    pub topic: String,
    /// The field that holds the key; without it, the key that the event came with.
    pub key: Option<Field>,
    /// Which partition a key belongs to.
    pub partitioner: Partitioner,
    /// How runs of messages are compressed.
    pub compression: Compression,
    /// What becomes of the headers that an event came with.
    pub headers: Headers,
    /// Whether messages go in transactions, and which.
    pub transaction: Option<Transaction>,
}

/// Messages and the positions behind them in one transaction.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Transaction {
    /// What the `transactional.id` begins with; a number of this instance is added.
    pub id: String,
    /// The source whose positions these are.
    pub link: Link,
}

/// Which partition a key belongs to. Without a key any of them does.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Partitioner {
    /// As Java's clients reckon it.
    #[default]
    Murmur2,
    /// As librdkafka's clients do by default.
    Consistent,
    /// As Sarama, a client in Go, does by default.
    Fnv1a,
    /// The key does not matter.
    Random,
}

/// How runs of messages are compressed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Compression {
    /// Not at all.
    None,
    /// By gzip.
    Gzip,
    /// By Snappy.
    Snappy,
    /// By LZ4.
    #[default]
    Lz4,
    /// By zstd.
    Zstd,
}

/// What becomes of the headers that an event came with.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Headers {
    /// They go with it.
    #[default]
    Keep,
    /// They are left out.
    Drop,
}

impl Partitioner {
    /// The known ones, by name.
    pub const ALL: [(&str, Partitioner); 4] = [
        ("murmur2_random", Partitioner::Murmur2),
        ("consistent_random", Partitioner::Consistent),
        ("fnv1a_random", Partitioner::Fnv1a),
        ("random", Partitioner::Random),
    ];
}

impl Compression {
    /// The known ones, by name.
    pub const ALL: [(&str, Compression); 5] = [
        ("none", Compression::None),
        ("gzip", Compression::Gzip),
        ("snappy", Compression::Snappy),
        ("lz4", Compression::Lz4),
        ("zstd", Compression::Zstd),
    ];
}

impl Headers {
    /// The known ones, by name.
    pub const ALL: [(&str, Headers); 2] = [("keep", Headers::Keep), ("drop", Headers::Drop)];
}

fn name_of<T: Copy + PartialEq>(value: T, all: &[(&'static str, T)]) -> &'static str {
    let found = all.iter().find(|(_, other)| *other == value);
    found.map_or("", |(name, _)| name)
}

/// The sink.
pub struct Producer(Kind);

enum Kind {
    Plain(Plain),
    Transactional(Transactional),
}

impl Producer {
    /// A producer for the sink of this `name`. Brokers that cannot be reached are tried for ever.
    /// What tells it from other instances is kept in the folder `state`.
    ///
    /// # Errors
    /// If an option does not work on this machine.
    pub fn open(name: &str, options: &SinkOptions, state: &Path) -> Result<Producer, OpenError> {
        let mut config = options.connection.config(name, SINK)?;
        // A gigabyte would be memory that nothing else counts.
        let connection = &options.connection;
        connection.usual(&mut config, "queue.buffering.max.kbytes", "65536");
        config.set("acks", "all");
        config.set("enable.idempotence", "true");
        let partitioner = name_of(options.partitioner, &Partitioner::ALL);
        config.set("partitioner", partitioner);
        let compression = name_of(options.compression, &Compression::ALL);
        config.set("compression.codec", compression);
        let Some(transaction) = &options.transaction else {
            config.set("message.timeout.ms", "0");
            return Ok(Producer(Kind::Plain(Plain::start(name, options, config)?)));
        };
        let number = instance::number(state).map_err(|error| {
            let state = state.display();
            OpenError(format!(
                "{state} cannot keep the number of this instance: {error}"
            ))
        })?;
        config.set("transactional.id", format!("{}-{number}", transaction.id));
        let link = transaction.link.clone();
        let started = Transactional::start(name, options, link, config)?;
        Ok(Producer(Kind::Transactional(started)))
    }
}

impl Courier for Producer {
    fn wants(&self) -> Wants {
        Wants {
            messages: true,
            positions: matches!(self.0, Kind::Transactional(_)),
            ..Wants::default()
        }
    }

    fn begin(&mut self, desk: Arc<dyn Desk>) {
        match &self.0 {
            Kind::Plain(plain) => plain.begin(desk),
            Kind::Transactional(transactional) => transactional.begin(desk),
        }
    }

    fn take(&mut self, parcel: &Parcel<'_>, receipt: Receipt) {
        match &self.0 {
            Kind::Plain(plain) => plain.take(parcel, receipt),
            Kind::Transactional(transactional) => transactional.take(parcel, receipt),
        }
    }

    fn finish(&mut self) -> Result<(), WriteError> {
        match &self.0 {
            Kind::Plain(plain) => plain.finish(PATIENCE),
            Kind::Transactional(transactional) => transactional.finish(PATIENCE),
        }
    }
}

#[cfg(test)]
#[path = "tests/sink.rs"]
mod tests;
