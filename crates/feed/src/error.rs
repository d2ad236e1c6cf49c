//! What can be wrong with a feed, said with the value, the place and the remedy.

use crate::kind::Kind;
use knownet_label::Prefix;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// One reason why a feed was refused. What was read of it is not to be used.
#[derive(Debug, thiserror::Error)]
pub enum FeedError {
    /// The file cannot be opened or read, or its gzip stream is broken.
    #[error("{place}: {source}; check that the file exists, is whole and can be read")]
    Unreadable {
        /// The file.
        place: Place,
        /// What the system says.
        source: io::Error,
    },
    /// The content is of no known kind.
    #[error(
        "{place}: the content is none of the known kinds ({}); check that it is the file you mean, or set kind",
        Kind::names()
    )]
    Unrecognised {
        /// The file.
        place: Place,
    },
    /// A line or value that is no prefix.
    #[error("{place}: {problem}; fix {} or set on_bad_line = \"skip\"", place.noun())]
    BadLine {
        /// Where it stands.
        place: Place,
        /// The value and what it is not.
        problem: String,
    },
    /// A prefix that covers a whole address family.
    #[error(
        "{place}: {prefix} covers every address of its family; remove it or set allow = [\"{prefix}\"]"
    )]
    Default {
        /// Where it stands.
        place: Place,
        /// `0.0.0.0/0` or `::/0`.
        prefix: Prefix,
    },
    /// JSON that is broken or not of the shape its kind has.
    #[error("{place}: {problem}; fetch the feed again")]
    Malformed {
        /// Where it breaks.
        place: Place,
        /// What the parser says.
        problem: String,
    },
    /// There are more mistakes than are told; the feed was not read on.
    #[error("{place}: here is another mistake; the rest was not read")]
    More {
        /// Where the reading ended.
        place: Place,
    },
}

/// Where in a feed something stands. Displayed as `feeds/a.txt:12`, `line 12`, or
/// `feeds/tags.json, tag "Storage"`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, when the feed is one.
    pub file: Option<PathBuf>,
    /// The line, from 1.
    pub line: Option<u64>,
    /// The service tag.
    pub tag: Option<String>,
}

impl Place {
    /// What there is to fix at this place.
    fn noun(&self) -> &'static str {
        if self.tag.is_some() {
            "the tag"
        } else {
            "the line"
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{}:{line}", file.display())?,
            (Some(file), None) => write!(f, "{}", file.display())?,
            (None, Some(line)) => write!(f, "line {line}")?,
            (None, None) => f.write_str("feed")?,
        }
        match &self.tag {
            Some(tag) => write!(f, ", tag {tag:?}"),
            None => Ok(()),
        }
    }
}

/// A name that no kind has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown feed kind {name:?}; known kinds are {}", Kind::names())]
pub struct UnknownKind {
    /// The name.
    pub name: String,
}

/// A name that no builtin feed has.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown builtin feed {name:?}; known ones are {}",
    crate::builtin::listed()
)]
pub struct UnknownBuiltin {
    /// The name, without `builtin:`.
    pub name: String,
}
