//! Labels into one table: every feed read, every doubt noted.

use std::path::PathBuf;

use anyhow::{Context, bail};
use knownet_feed::{BadLine, Each, First, Options, Report, builtin};
use knownet_label::{FeedId, LabelId, Prefix, Table, TableBuilder};

use crate::config::{Feed, Label, Mistake, Origin, Severity};

/// What an unnamed set of prefixes is called where a lookup names its feed.
const OWN: &str = "cidrs";

/// A table and what should be known about it.
pub struct Compiled {
    /// Labels have the numbers of their places in the list.
    pub table: Table,
    /// What each label was made of, as many as labels.
    pub prefixes: Vec<u64>,
    /// Warnings, or errors if there is one among them; then the table is not to be used.
    pub notes: Vec<Mistake>,
}

/// Reads every feed of `labels`; `file` is the configuration that they stand in.
pub fn compile(labels: &[Label], file: &std::path::Path) -> Compiled {
    let mut builder = TableBuilder::new();
    let mut notes = Vec::new();
    let mut prefixes = vec![0; labels.len()];
    // First all names, so that the numbers are the places.
    let ids: Vec<LabelId> = labels
        .iter()
        .map(|label| builder.label(&label.name, label.threat))
        .collect();
    for ((label, id), count) in labels.iter().zip(ids).zip(&mut prefixes) {
        for feed in &label.feeds {
            let feed_id = builder.feed(&name(&feed.origin));
            let mut add = |prefix: Prefix, attributes: &[(&str, &str)]| {
                builder.insert(id, feed_id, prefix, attributes);
                *count += 1;
            };
            let mut note = |severity, message| {
                let (file, key) = (file.to_owned(), feed.key.clone());
                notes.push(Mistake {
                    severity,
                    file,
                    line: feed.line,
                    key,
                    message,
                });
            };
            match load(feed, &mut add) {
                Ok(None) => {}
                // Without its networks a threat would veto nothing, and nobody would notice.
                Ok(Some(report)) if label.threat && report.prefixes == 0 => {
                    let name = name(&feed.origin);
                    let message = format!("{name} holds no prefix, but {} is a threat", label.name);
                    note(Severity::Error, format!("{message}; fetch the feed again"));
                }
                Ok(Some(report)) => {
                    doubts(feed, &report)
                        .into_iter()
                        .for_each(|d| note(Severity::Warning, d));
                }
                Err(messages) => messages
                    .into_iter()
                    .for_each(|message| note(Severity::Error, message)),
            }
        }
        if !label.cidrs.is_empty() {
            let feed: FeedId = builder.feed(OWN);
            for &prefix in &label.cidrs {
                builder.insert(id, feed, prefix, &[]);
                *count += 1;
            }
        }
    }
    Compiled {
        table: builder.build(),
        prefixes,
        notes,
    }
}

fn name(origin: &Origin) -> String {
    match origin {
        Origin::Builtin(name) => format!("builtin:{name}"),
        Origin::File(path) => path.display().to_string(),
    }
}

fn load(feed: &Feed, add: &mut Each<'_>) -> Result<Option<Report>, Vec<String>> {
    match &feed.origin {
        Origin::Builtin(name) => builtin::read(name, add)
            .map(|_| None)
            .map_err(|error| vec![error.to_string()]),
        Origin::File(path) => {
            let report = knownet_feed::load(path, &feed.options, add);
            report
                .map(Some)
                .map_err(|errors| errors.iter().map(ToString::to_string).collect())
        }
    }
}

/// What a reader of the report should hear.
fn doubts(feed: &Feed, report: &Report) -> Vec<String> {
    let name = name(&feed.origin);
    let first = |first: &Option<First>| match first {
        Some(First { place, text }) => format!(", first \"{text}\" at {place}"),
        None => String::new(),
    };
    let mut doubts = Vec::new();
    if report.prefixes == 0 {
        doubts.push(format!("{name} holds no prefix"));
    }
    if report.host_bits > 0 {
        doubts.push(format!(
            "{name}: prefixes with host bits set, which were masked: {}{}",
            report.host_bits,
            first(&report.first_host_bits)
        ));
    }
    if report.skipped > 0 {
        doubts.push(format!(
            "{name}: lines that are no prefix, which were skipped: {}{}",
            report.skipped,
            first(&report.first_skipped)
        ));
    }
    doubts
}

/// The labels that need no configuration.
pub fn builtins() -> Vec<Label> {
    [
        ("Microsoft", "microsoft"),
        ("Apple Relay", "apple-relay"),
        ("Private", "private"),
    ]
    .map(|(label, feed)| Label {
        name: label.to_owned(),
        line: 0,
        threat: false,
        feeds: vec![feed_of(label, Origin::Builtin(feed.to_owned()))],
        cidrs: Vec::new(),
    })
    .into()
}

fn feed_of(label: &str, origin: Origin) -> Feed {
    let options = Options {
        kind: None,
        on_bad_line: BadLine::Error,
        allow: Vec::new(),
    };
    Feed {
        line: 0,
        key: format!("--label {label}"),
        origin,
        options,
    }
}

/// The labels of `NAME=FEED` options, or the builtin ones if there are none.
pub fn from_options(options: &[String]) -> anyhow::Result<Vec<Label>> {
    if options.is_empty() {
        return Ok(builtins());
    }
    let mut labels: Vec<Label> = Vec::new();
    for option in options {
        let (name, feed) = match option.split_once('=') {
            Some((name, feed)) if !name.trim().is_empty() && !feed.is_empty() => (name, feed),
            _ => bail!("--label \"{option}\" is not NAME=FEED, such as Office=203.0.113.0/24"),
        };
        let label = match labels.iter_mut().position(|label| label.name == name) {
            Some(known) => &mut labels[known],
            None => {
                let (feeds, cidrs) = (Vec::new(), Vec::new());
                labels.push(Label {
                    name: name.to_owned(),
                    line: 0,
                    threat: false,
                    feeds,
                    cidrs,
                });
                labels.last_mut().context("it was just added")?
            }
        };
        if let Some(builtin) = feed.strip_prefix("builtin:") {
            builtin::note(builtin).with_context(|| format!("--label {name}"))?;
            label
                .feeds
                .push(feed_of(name, Origin::Builtin(builtin.to_owned())));
        } else if let Some(cidrs) = prefixes(name, feed) {
            label.cidrs.extend(cidrs);
        } else {
            let file = Origin::File(PathBuf::from(feed));
            label.feeds.push(feed_of(name, file));
        }
    }
    Ok(labels)
}

/// The prefixes in `text`, if every part between commas is one.
fn prefixes(label: &str, text: &str) -> Option<Vec<Prefix>> {
    let parse = |part: &str| Prefix::parse(part.trim().as_bytes()).ok();
    let parsed: Vec<_> = text.split(',').map(parse).collect::<Option<_>>()?;
    for parsed in parsed.iter().filter(|parsed| parsed.host_bits) {
        let prefix = parsed.prefix;
        eprintln!("knownet: warning: --label {label}: host bits are set; it is read as {prefix}");
    }
    Some(parsed.into_iter().map(|parsed| parsed.prefix).collect())
}

/// The table of label options; doubts go to standard error.
///
/// # Errors
/// What could not be read.
pub fn table(options: &[String]) -> anyhow::Result<Table> {
    let compiled = compile(&from_options(options)?, std::path::Path::new(""));
    let mut failed = Vec::new();
    for note in compiled.notes {
        match note.severity {
            Severity::Error => failed.push(format!("{}: {}", note.key, note.message)),
            Severity::Warning => {
                eprintln!("knownet: warning: {}: {}", note.key, note.message);
            }
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("\nknownet: "));
    }
    Ok(compiled.table)
}
