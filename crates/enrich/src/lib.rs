//! Addresses to inserts: each module looks something up for an event and records what to write.

mod ecs;
mod label;

pub use ecs::{Ecs, Field as EcsField};
pub use label::{Labels, Tag};
