//! What is wrong with a configuration, and where.

use std::cell::{Ref, RefCell};
use std::fmt;
use std::path::{Path, PathBuf};

use super::disk::{File, Followed, Trial};

/// How bad a mistake is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// Nothing starts with it.
    Error,
    /// It may be meant.
    Warning,
}

/// One thing to look at, displayed as `file:line: key: message`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// How bad it is.
    pub severity: Severity,
    /// The configuration file.
    pub file: PathBuf,
    /// The line in it, from 1; 1 also where the file as a whole is meant.
    pub line: usize,
    /// The key, dotted, with the place in a list in brackets (`rules[0].action`); may be empty.
    pub key: String,
    /// The value, what is wrong with it, what is allowed.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.file.display(), self.line)?;
        if self.severity == Severity::Warning {
            f.write_str("warning: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Mistake {}

/// Takes mistakes, and the files that are named, from everywhere while a configuration is read.
pub(super) struct Notes {
    file: PathBuf,
    mistakes: RefCell<Vec<Mistake>>,
    files: RefCell<Vec<File>>,
    followed: RefCell<Vec<Followed>>,
    trials: RefCell<Vec<Trial>>,
}

impl Notes {
    pub(super) fn new(file: &Path) -> Notes {
        Notes {
            file: file.to_owned(),
            mistakes: RefCell::default(),
            files: RefCell::default(),
            followed: RefCell::default(),
            trials: RefCell::default(),
        }
    }

    pub(super) fn error(&self, line: usize, key: &str, message: impl Into<String>) {
        self.add(Severity::Error, line, key, message.into());
    }

    pub(super) fn warning(&self, line: usize, key: &str, message: impl Into<String>) {
        self.add(Severity::Warning, line, key, message.into());
    }

    fn add(&self, severity: Severity, line: usize, key: &str, message: String) {
        self.mistakes.borrow_mut().push(Mistake {
            severity,
            file: self.file.clone(),
            line,
            key: visible(key),
            message: visible(&message),
        });
    }

    pub(super) fn file(&self, file: File) {
        self.files.borrow_mut().push(file);
    }

    pub(super) fn files(&self) -> Ref<'_, [File]> {
        Ref::map(self.files.borrow(), Vec::as_slice)
    }

    pub(super) fn followed(&self, followed: Followed) {
        self.followed.borrow_mut().push(followed);
    }

    pub(super) fn all_followed(&self) -> Ref<'_, [Followed]> {
        Ref::map(self.followed.borrow(), Vec::as_slice)
    }

    pub(super) fn trial(&self, trial: Trial) {
        self.trials.borrow_mut().push(trial);
    }

    pub(super) fn trials(&self) -> Ref<'_, [Trial]> {
        Ref::map(self.trials.borrow(), Vec::as_slice)
    }

    /// Whether there is one in the section `place`, or at the key.
    pub(super) fn any_error_in(&self, place: &str) -> bool {
        let mistakes = self.mistakes.borrow();
        let mut errors = mistakes.iter().filter(|m| m.severity == Severity::Error);
        errors.any(|error| error.key.starts_with(place))
    }

    pub(super) fn any_error(&self) -> bool {
        let mistakes = self.mistakes.borrow();
        mistakes.iter().any(|m| m.severity == Severity::Error)
    }

    /// All of them by line, those of one line as they were found.
    pub(super) fn sorted(self) -> Vec<Mistake> {
        let mut mistakes = self.mistakes.into_inner();
        mistakes.sort_by_key(|mistake| mistake.line);
        mistakes
    }
}

/// A mistake is one line, and shows what a terminal would act on.
fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            visible.extend(c.escape_default());
        } else {
            visible.push(c);
        }
    }
    visible
}
