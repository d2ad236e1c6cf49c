//! Where events go out: standard output, a file, and Elasticsearch.
//!
//! The first two write the slices of a batch as they are, unbuffered, and remember how far they came
//! when a write fails in the middle, so that the repetition neither tears nor doubles an event.

pub mod elasticsearch;
mod file;
mod resume;
mod secret;
mod site;
mod stdout;
mod trust;

pub use elasticsearch::{
    Answer, Console, Credentials, Elasticsearch, ElasticsearchOptions, Host, Method, Target,
};
pub use file::{Compress, File, FileOptions, OpenError, Rotate};
pub use secret::Secret;
pub use site::Site;
pub use stdout::Stdout;
pub use trust::{Identity, Trust};

/// A sink that cannot be had: a key's value that does not work on this machine.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Unusable(pub String);
