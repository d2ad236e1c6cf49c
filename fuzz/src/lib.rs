//! What the fuzz targets share: the checks, and the generator of records.

#[allow(dead_code)]
#[path = "../../crates/format/tests/model/mod.rs"]
mod model;

pub mod choice;
pub mod grammar;
pub mod json;
pub mod paths;
pub mod text;
pub mod tree;
