//! What can be wrong with a match.

/// A key of a match that cannot be used as it is written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {message}")]
pub struct MatchError {
    /// The key with its modifier, as it was given.
    pub key: String,
    /// What is wrong and what is allowed.
    pub message: String,
}
