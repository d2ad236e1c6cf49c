//! The name of a field: dotted segments such as `destination.ip`.

use std::fmt;

/// A field's dotted path. `destination.ip` names the member `ip` of the object `destination`, the
/// flat key `"destination.ip"`, and, for longer paths, every mixture of the two.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Path(Box<str>);

/// Why a text is no path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// Nothing, or nothing between two dots.
    #[error("\"{0}\" has an empty segment; write a path such as destination.ip")]
    EmptySegment(String),
    /// A character that JSON must escape: no raw key could ever spell it.
    #[error("\"{0}\" holds a quote, backslash or control character, which no field name may")]
    Character(String),
}

impl Path {
    /// Reads a dotted path.
    ///
    /// # Errors
    /// If a segment is empty or a character would need escaping in JSON.
    pub fn parse(text: &str) -> Result<Path, PathError> {
        if text.split('.').any(str::is_empty) {
            return Err(PathError::EmptySegment(text.to_owned()));
        }
        if text.bytes().any(|b| b < 0x20 || b == b'"' || b == b'\\') {
            return Err(PathError::Character(text.to_owned()));
        }
        Ok(Path(text.into()))
    }

    /// The dotted text.
    #[inline]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The segments, first to last; never empty.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.')
    }

    /// The last segment.
    pub fn leaf(&self) -> &str {
        self.0.rsplit('.').next().unwrap_or(&self.0)
    }

    /// Whether `self` names an object that `other` lies in.
    pub fn is_parent_of(&self, other: &Path) -> bool {
        other
            .0
            .strip_prefix(&*self.0)
            .is_some_and(|rest| rest.starts_with('.'))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Path({})", self.0)
    }
}
