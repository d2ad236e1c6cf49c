//! A text of the configuration: what it says, and how messages show it.
//!
//! A text with variables may hold a secret, wherever somebody puts it. So displaying one gives it as
//! it is written; only [`Text::value`] gives what it holds, and that is for no message.

use std::fmt;

/// Said of a value where the words for what is wrong with it would show it.
pub(super) const FILLED: &str =
    "is filled in with what does not fit here; look at what its variables hold";

/// A text, displayed as it is written.
#[derive(Debug)]
pub(super) struct Text {
    value: String,
    /// With its variables, if it has some.
    written: Option<String>,
}

impl Text {
    /// One that holds what is written.
    pub fn plain(value: String) -> Text {
        Text {
            value,
            written: None,
        }
    }

    /// One that holds `value`, with the variables of `written` filled in.
    pub fn filled(value: String, written: &str) -> Text {
        Text {
            value,
            written: Some(written.to_owned()),
        }
    }

    /// What it holds.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// How it is written, if variables were filled in.
    pub fn written(&self) -> Option<&str> {
        self.written.as_deref()
    }

    /// What `read`, which knows nothing of variables, makes of the value.
    ///
    /// # Errors
    /// In its own words, unless they might show what was filled in.
    pub fn read<T, E: fmt::Display>(
        &self,
        read: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, String> {
        read(&self.value).map_err(|error| match self.written {
            None => error.to_string(),
            Some(_) => format!("\"{self}\" {FILLED}"),
        })
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.written().unwrap_or(&self.value))
    }
}
