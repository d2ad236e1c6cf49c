//! How a record's bytes are read and written: one module for each format.

pub mod json;

/// The names of the formats.
pub const KINDS: &[&str] = &["json"];
