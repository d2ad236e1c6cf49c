//! Where events go out: standard output, a file, and Elasticsearch.
//!
//! The first two write the slices of a batch as they are, unbuffered, and remember how far they came
//! when a write fails in the middle, so that the repetition neither tears nor doubles an event.

pub mod elasticsearch;
mod file;
mod resume;
mod site;
mod stdout;

pub use elasticsearch::{
    Answer, Console, Credentials, Elasticsearch, ElasticsearchOptions, Host, Method, Target,
};
pub use file::{Compress, File, FileOptions, OpenError, Rotate};
pub use site::Site;
pub use stdout::Stdout;
