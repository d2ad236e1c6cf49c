//! The kinds of feeds: how each is recognised and read.
//!
//! Guarantees: a kind is recognised from content alone, by the first in the table that claims it.

mod apple_relay;
mod azure_service_tags;
mod list;

use crate::error::{FeedError, UnknownKind};
use crate::read::Rows;
use std::fmt;
use std::io::BufRead;
use std::str::FromStr;

/// What a kind's file provides.
#[derive(Debug)]
struct Spec {
    /// The name in configuration.
    name: &'static str,
    /// One line for help texts.
    about: &'static str,
    /// Whether a feed that begins with these bytes is of this kind.
    detect: fn(&[u8]) -> bool,
    /// Reads it all.
    read: fn(&mut dyn BufRead, &mut Rows<'_>) -> Result<(), FeedError>,
}

/// Every kind, the most particular first: detection takes the first that fits.
static KINDS: &[Spec] = &[azure_service_tags::SPEC, apple_relay::SPEC, list::SPEC];

/// A kind of feed.
#[derive(Clone, Copy)]
pub struct Kind(&'static Spec);

impl Kind {
    /// Every kind.
    pub fn all() -> impl Iterator<Item = Kind> {
        KINDS.iter().map(Kind)
    }

    /// The kind that the first bytes of a feed (unpacked, without byte-order mark) show.
    pub fn detect(head: &[u8]) -> Option<Kind> {
        Kind::all().find(|kind| (kind.0.detect)(head))
    }

    /// Its name in configuration: `list`, `apple-relay`, `azure-service-tags`.
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// What it is, in one line.
    pub fn about(self) -> &'static str {
        self.0.about
    }

    pub(crate) fn read(
        self,
        input: &mut dyn BufRead,
        rows: &mut Rows<'_>,
    ) -> Result<(), FeedError> {
        (self.0.read)(input, rows)
    }

    /// All names, for messages.
    pub(crate) fn names() -> String {
        Kind::all().map(Kind::name).collect::<Vec<_>>().join(", ")
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Kind) -> bool {
        self.name() == other.name()
    }
}

impl Eq for Kind {}

impl fmt::Debug for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Kind({})", self.name())
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Kind, UnknownKind> {
        Kind::all()
            .find(|kind| kind.name() == name)
            .ok_or_else(|| UnknownKind { name: name.into() })
    }
}
