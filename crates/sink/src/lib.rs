//! Where events go out: standard output, and a file.
//!
//! Both write the slices of a batch as they are, unbuffered, and remember how far they came when a
//! write fails in the middle, so that the repetition neither tears nor doubles an event.

mod file;
mod resume;
mod site;
mod stdout;

pub use file::{Compress, File, FileOptions, OpenError, Rotate};
pub use site::Site;
pub use stdout::Stdout;
