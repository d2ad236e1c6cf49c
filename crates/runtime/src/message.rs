//! What a person should see of a run.

use std::fmt;

/// One line for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The sink that it is about, if it is about one.
    pub sink: Option<String>,
    /// Whether trouble is over, rather than there.
    pub good: bool,
    /// What is said, with the name of the part that it is about.
    pub text: String,
}

impl Message {
    /// Trouble with no sink in particular.
    pub(crate) fn trouble(text: String) -> Message {
        Message {
            sink: None,
            good: false,
            text,
        }
    }

    /// Trouble with the sink of this name.
    pub(crate) fn of_sink(name: &str, text: &str) -> Message {
        Message {
            sink: Some(name.to_owned()),
            good: false,
            text: format!("sink {name}: {text}"),
        }
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
