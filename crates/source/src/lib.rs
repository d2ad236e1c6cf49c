//! Where bytes come in: standard input, and files read to their end.
//!
//! Both read whole lines straight into the batch that the runtime hands them; gzip and zstd input
//! is recognised by its first bytes. Reads that may have to wait end as soon as the stop is set.

mod file;
mod input;
mod lines;
mod stdin;
mod wait;

pub use file::Files;
pub use lines::Limits;
pub use stdin::Stdin;
