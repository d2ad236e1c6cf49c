//! Reading a feed: options in, prefixes out one by one, and a report or everything that is wrong.
//!
//! Guarantees: prefixes arrive in the feed's order, canonical, with the attributes that the feed
//! gives and no empty ones; after an error nothing more arrives. A feed with too much that is
//! wrong is not read to its end.

use crate::error::{FeedError, Place};
use crate::input;
use crate::kind::Kind;
use knownet_label::Prefix;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

/// How many bad lines are told.
const TOLD: usize = 20;

/// Takes each prefix with its attributes (`country`, `service`, …).
pub type Each<'a> = dyn FnMut(Prefix, &[(&str, &str)]) + 'a;

/// How to read a feed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What the feed is; detected if not given.
    pub kind: Option<Kind>,
    /// What to do with a line that is no prefix.
    pub on_bad_line: BadLine,
    /// Which of `0.0.0.0/0` and `::/0` the feed may hold.
    pub allow: Vec<Prefix>,
}

/// What to do with a line that is no prefix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BadLine {
    /// Refuse the feed.
    #[default]
    Error,
    /// Leave the line out and count it.
    Skip,
}

/// What was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What the feed was read as.
    pub kind: Kind,
    /// Prefixes handed on. 0 is no error here: the caller decides about empty feeds.
    pub prefixes: u64,
    /// Prefixes whose host bits were set and have been cleared.
    pub host_bits: u64,
    /// Lines or values left out because they are no prefix.
    pub skipped: u64,
    /// The first prefix with host bits.
    pub first_host_bits: Option<First>,
    /// The first that was left out.
    pub first_skipped: Option<First>,
}

/// The first of something, for a warning that names one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct First {
    /// Where it stands.
    pub place: Place,
    /// Its text, at most 64 characters of it.
    pub text: String,
}

/// Reads a feed from memory, gzipped or not, and calls `each` for every prefix.
///
/// # Errors
/// Every bad line (unless they are skipped) and default route that is not allowed, up to 20; then
/// what ended the reading: broken gzip or JSON, content of no known kind, or one mistake more. `each` may have been called by then; what it got is not the feed.
pub fn read(
    bytes: &[u8],
    options: &Options,
    each: &mut Each<'_>,
) -> Result<Report, Vec<FeedError>> {
    read_from(bytes, None, options, each)
}

/// Reads a feed from a file, as [`read`] does; errors name the file. The file is streamed, not
/// loaded.
///
/// # Errors
/// As [`read`], or the file cannot be read.
pub fn load(path: &Path, options: &Options, each: &mut Each<'_>) -> Result<Report, Vec<FeedError>> {
    let place = Place {
        file: Some(path.to_owned()),
        ..Place::default()
    };
    let file = File::open(path).map_err(|source| vec![FeedError::Unreadable { place, source }])?;
    let raw = BufReader::with_capacity(input::HEAD as usize, file);
    read_from(raw, Some(path), options, each)
}

fn read_from(
    raw: impl io::BufRead,
    file: Option<&Path>,
    options: &Options,
    each: &mut Each<'_>,
) -> Result<Report, Vec<FeedError>> {
    let place = Place {
        file: file.map(Path::to_owned),
        ..Place::default()
    };
    let mut opened = match input::open(raw) {
        Ok(opened) => opened,
        Err(source) => return Err(vec![FeedError::Unreadable { place, source }]),
    };
    let kind = match options.kind.or_else(|| Kind::detect(&opened.head)) {
        Some(kind) => kind,
        None => return Err(vec![FeedError::Unrecognised { place }]),
    };
    let report = Report {
        kind,
        prefixes: 0,
        host_bits: 0,
        skipped: 0,
        first_host_bits: None,
        first_skipped: None,
    };
    let mut rows = Rows {
        file: place.file.clone(),
        line: None,
        tag: None,
        options,
        each,
        report,
        errors: Vec::new(),
        full: false,
    };
    let end = kind.read(&mut opened.all, &mut rows);
    let last = match rows.full {
        true => Some(FeedError::More {
            place: rows.place(),
        }),
        false => end.err(),
    };
    let Rows {
        report, mut errors, ..
    } = rows;
    errors.extend(last);
    if errors.is_empty() {
        Ok(report)
    } else {
        Err(errors)
    }
}

/// Where a kind puts what it finds: applies the options, keeps the report and the mistakes.
pub(crate) struct Rows<'a> {
    file: Option<PathBuf>,
    line: Option<u64>,
    tag: Option<String>,
    options: &'a Options,
    each: &'a mut Each<'a>,
    report: Report,
    /// The first mistakes.
    errors: Vec<FeedError>,
    /// Whether there was another.
    full: bool,
}

impl Rows<'_> {
    /// From here on things stand at this line.
    pub fn at_line(&mut self, line: u64) {
        self.line = Some(line);
    }

    /// From here on things stand in this service tag.
    pub fn at_tag(&mut self, tag: &str) {
        self.tag = Some(tag.to_owned());
    }

    /// Hands on the prefix or address that the text is.
    pub fn prefix(&mut self, text: &[u8], attributes: &[(&str, &str)]) {
        let parsed = match Prefix::parse(text) {
            Ok(parsed) => parsed,
            Err(problem) => return self.left_out(text, problem.to_string()),
        };
        self.take(parsed.prefix, attributes);
        if parsed.host_bits {
            self.report.host_bits += 1;
            if self.report.first_host_bits.is_none() {
                self.report.first_host_bits = Some(self.first(text));
            }
        }
    }

    /// Hands on a prefix.
    pub fn take(&mut self, prefix: Prefix, attributes: &[(&str, &str)]) {
        if prefix.is_default() && !self.options.allow.contains(&prefix) {
            self.wrong(|place| FeedError::Default { place, prefix });
        } else if self.errors.is_empty() {
            self.report.prefixes += 1;
            (self.each)(prefix, attributes);
        }
    }

    /// A text that is no prefix: an error or counted, as the options say.
    pub fn bad(&mut self, text: &[u8]) {
        self.left_out(
            text,
            format!("\"{}\" is not an address or prefix", shown(text)),
        );
    }

    fn left_out(&mut self, text: &[u8], problem: String) {
        if self.options.on_bad_line == BadLine::Error {
            return self.wrong(|place| FeedError::BadLine { place, problem });
        }
        self.report.skipped += 1;
        if self.report.first_skipped.is_none() {
            self.report.first_skipped = Some(self.first(text));
        }
    }

    /// The feed is refused, but read on for what else is wrong with it.
    fn wrong(&mut self, error: impl FnOnce(Place) -> FeedError) {
        if self.errors.len() < TOLD {
            self.errors.push(error(self.place()));
        } else {
            self.full = true;
        }
    }

    /// Whether so much is wrong that reading on is of no use.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// The feed cannot be read on.
    pub fn unreadable(&self, source: io::Error) -> FeedError {
        FeedError::Unreadable {
            place: self.place(),
            source,
        }
    }

    /// The current place.
    pub fn place(&self) -> Place {
        Place {
            file: self.file.clone(),
            line: self.line,
            tag: self.tag.clone(),
        }
    }

    fn first(&self, text: &[u8]) -> First {
        First {
            place: self.place(),
            text: shown(text),
        }
    }
}

/// The text for a message: printable, at most 64 characters.
fn shown(text: &[u8]) -> String {
    let mut shown = text[..text.len().min(64)].escape_ascii().to_string();
    if text.len() > 64 {
        shown.push('…');
    }
    shown
}
