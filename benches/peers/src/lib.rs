//! The events and the network lists that the peers are measured with.
//!
//! Both are deterministic: the same seed and options give the same bytes on every machine.

pub mod generate;
pub mod network;
