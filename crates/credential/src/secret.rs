//! What must not be told: a password, a key.
//!
//! It comes from the configuration or from a file, and is never shown: not in messages, not by
//! `Debug`.

use std::fmt;
use std::fs;
use std::path::PathBuf;

use knownet_flow::OpenError;

/// A secret, or where it is.
#[derive(Clone, PartialEq, Eq)]
pub enum Secret {
    /// The secret itself.
    Text(String),
    /// The file that holds it; white space around it does not count.
    File(PathBuf),
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Secret::Text(_) => f.write_str("Text(…)"),
            Secret::File(path) => write!(f, "File({path:?})"),
        }
    }
}

impl Secret {
    /// Looks whether it can be had.
    ///
    /// # Errors
    /// If its file cannot be read, or holds nothing.
    pub fn check(&self) -> Result<(), OpenError> {
        self.read().map(drop)
    }

    /// Reads it.
    ///
    /// # Errors
    /// If its file cannot be read, or holds nothing.
    pub fn read(&self) -> Result<String, OpenError> {
        let path = match self {
            Secret::Text(text) => return Ok(text.clone()),
            Secret::File(path) => path,
        };
        let text = fs::read_to_string(path)
            .map_err(|e| OpenError(format!("{} cannot be read: {e}", path.display())))?;
        match text.trim() {
            "" => Err(OpenError(format!("{} is empty", path.display()))),
            secret => Ok(secret.to_owned()),
        }
    }
}

#[cfg(test)]
#[path = "tests/secret.rs"]
mod tests;
