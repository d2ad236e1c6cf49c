//! Where bytes come in: standard input, files, followed files, and connections.
//!
//! Files and standard input are read straight into the batch that the runtime hands over; gzip and
//! zstd are recognised by their first bytes. What connections send waits in an inbox. Reads that
//! may have to wait end as soon as the stop is set.

mod file;
mod inbox;
mod input;
mod lines;
mod net;
mod site;
mod stdin;
pub mod tail;
mod wait;

pub use file::Files;
pub use lines::Limits;
pub use net::{Listen, Tls};
pub use site::{OpenError, Site};
pub use stdin::Stdin;
