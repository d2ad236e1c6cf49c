//! Addresses to inserts: each module looks something up for an event and records what to write.

mod label;

pub use label::{Labels, Tag};
