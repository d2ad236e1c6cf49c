//! Immutable tables that say whose network an address belongs to.
//!
//! A [`TableBuilder`] takes prefixes with their label, feed and attributes; [`Table`] answers, for
//! one address, *every* label that covers it, the most specific one first.
//!
//! Guarantees:
//! - prefixes are never merged: an answer names the prefix as its feed wrote it;
//! - a table never changes once built and is `Send + Sync`, so readers need no lock;
//! - v4-mapped v6 addresses and prefixes (`::ffff:0:0/96`) are v4 ones everywhere.

pub mod addr;
mod attribute;
pub mod endpoint;
pub mod prefix;
pub mod sets;
pub mod table;
mod trie;

pub use addr::Addr;
pub use prefix::{Parsed, Prefix, PrefixError, PrefixRange};
pub use table::{Entry, EntryId, FeedId, LabelId, Table, TableBuilder};
