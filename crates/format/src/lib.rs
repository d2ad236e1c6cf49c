//! How a record's bytes are read and written: one module for each format.

pub mod json;
pub mod text;
