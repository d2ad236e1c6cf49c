//! Kafka in and out: a consumer group's partitions become batches, lines become messages.
//!
//! Both ends are here because they share the connection. librdkafka does the talking; what it hands
//! over is copied once, and what it must not decide (when a position is committed, what is refused for
//! good, when to give up) is decided here.

mod client;
mod link;
mod sink;
mod source;
mod trouble;

#[cfg(test)]
#[path = "tests/rig.rs"]
mod tests;

pub use client::{Connection, Extra, Mechanism, Sasl};
pub use link::Link;
pub use sink::{Compression, Headers, Partitioner, Producer, SinkOptions, Transaction};
pub use source::{Consumer, SourceOptions, Start};
