//! Feeds: bytes from vendors and lists, read into prefixes with attributes.
//!
//! Guarantees:
//! - what a file is follows from its content, never from its name; gzip is unpacked on the way;
//! - memory does not grow with the size of a line-based feed, nor beyond one service tag's prefixes
//!   for Microsoft's;
//! - nothing is left out silently: a bad line is an error or counted, masked host bits are counted;
//! - a prefix that covers the whole address family is refused unless it is allowed by name.
//!
//! Another kind of feed is one file in `kind/` and one line in the table there.

pub mod builtin;
mod error;
mod input;
mod kind;
mod read;

pub use error::{FeedError, Place, UnknownBuiltin, UnknownKind};
pub use kind::Kind;
pub use read::{BadLine, Each, First, Options, Report, load, read};
