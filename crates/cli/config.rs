//! The configuration: TOML text into a checked, typed description of what to run.
//!
//! - Every mistake is told at once, with file, line, key and what is allowed there.
//! - What comes out is plain data that fits together: paths start at the file's folder, every label
//!   a rule names is defined, no two parts write the same place.
//! - Labels, sources, sinks, tags and rules keep the file's order.
//!
//! A source or sink of a new type is one line in the table of [`source`] or [`sink`].

mod admin;
mod change;
mod condition;
mod count;
mod credential;
mod disk;
mod duration;
pub mod format;
#[cfg(feature = "kafka")]
mod kafka;
mod label;
mod mistake;
mod option;
mod own;
mod rule;
mod section;
mod sink;
mod size;
mod slip;
mod source;
mod tag;
mod text;
mod tree;
mod variable;
mod whole;

use std::fs;
use std::path::{Path, PathBuf};

use knownet_rule::Tags;

pub use admin::Admin;
pub use change::barriers;
pub use condition::Condition;
#[cfg(unix)]
pub use disk::inode;
pub use label::{Feed, Label, Origin};
pub use mistake::{Mistake, Severity};
pub use option::{DeadLetter, Level, Options};
pub use rule::Rule;
pub use sink::{Sink, SinkKind};
pub use source::{Source, SourceKind};
pub use tag::Tag;

use mistake::Notes;
use section::Section;

/// The folder beside the configuration for what is remembered between runs.
const STATE: &str = "knownet-state";

/// Everything that a configuration says.
#[derive(Debug)]
pub struct Config {
    /// The file, as it was named.
    pub file: PathBuf,
    /// What stands above the first table.
    pub options: Options,
    /// Where events come from; never empty.
    pub sources: Vec<Source>,
    /// The labels, in the order that decides between equal prefixes.
    pub labels: Vec<Label>,
    /// What is looked up and where the answer goes.
    pub tags: Vec<Tag>,
    /// What happens to events, in order.
    pub rules: Vec<Rule>,
    /// Where events go; never empty, at most [`knownet_flow::MAX_SINKS`].
    pub sinks: Vec<Sink>,
    /// Where health and metrics are asked for, if anywhere.
    pub admin: Option<Admin>,
}

impl Config {
    /// Whether it runs until somebody stops it.
    pub fn is_live(&self) -> bool {
        self.sources.iter().any(|source| source.kind.is_live())
    }

    /// The folder for what is remembered between runs.
    pub fn state_dir(&self) -> PathBuf {
        match &self.options.state_dir {
            Some(folder) => folder.clone(),
            None => self.file.parent().unwrap_or(Path::new("")).join(STATE),
        }
    }

    /// The place of the sink for dead letters, if there is one.
    pub fn dead_letter_sink(&self) -> Option<usize> {
        let Some(DeadLetter::Sink(name)) = &self.options.dead_letter else {
            return None;
        };
        self.sinks.iter().position(|sink| sink.name == *name)
    }

    /// The files that its labels are made of.
    pub fn feed_files(&self) -> impl Iterator<Item = &Path> {
        self.labels.iter().flat_map(Label::files)
    }

    /// The tags' targets, as matches read them.
    pub fn targets(&self) -> Tags {
        Tags::new(
            self.tags
                .iter()
                .map(|tag| (tag.into.clone(), tag.all.clone())),
        )
    }
}

/// Reads a configuration file and looks whether the files it names are there: what it says, as far
/// as it could be read, and every mistake and warning, by line.
///
/// With an error among the mistakes the configuration is not to be run.
pub fn load(file: &Path) -> (Option<Config>, Vec<Mistake>) {
    let notes = Notes::new(file);
    let text = match fs::read(file).map(String::from_utf8) {
        Ok(Ok(text)) => text,
        Ok(Err(error)) => {
            let good = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let line = 1 + good.iter().filter(|&&byte| byte == b'\n').count();
            notes.error(line, "", "is not UTF-8 text; save it as UTF-8");
            return (None, notes.sorted());
        }
        Err(error) => {
            notes.error(1, "", format!("cannot be read: {error}"));
            return (None, notes.sorted());
        }
    };
    let config = read(&text, file, &|name| std::env::var(name).ok(), &notes);
    if let Some(config) = &config {
        disk::check(config, &notes);
        if config.is_live() {
            disk::check_state(&config.state_dir(), &notes);
        }
    }
    (config, notes.sorted())
}

/// For tests: reads a configuration from text, without a look at the disk. `env` answers `${NAME}`.
///
/// # Errors
/// Every mistake and warning, by line.
#[cfg(test)]
pub fn parse(
    text: &str,
    file: &Path,
    env: &dyn Fn(&str) -> Option<String>,
) -> Result<(Config, Vec<Mistake>), Vec<Mistake>> {
    let notes = Notes::new(file);
    let config = read(text, file, env, &notes);
    let failed = notes.any_error();
    match config {
        Some(config) if !failed => Ok((config, notes.sorted())),
        _ => Err(notes.sorted()),
    }
}

/// What could be read of the text; complete only if no error was noted.
fn read(
    text: &str,
    file: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    notes: &Notes,
) -> Option<Config> {
    let folder = file.parent().unwrap_or(Path::new(""));
    let root = tree::parse(text, folder, env, notes)?;
    let top = Section::root(&root, folder, notes);
    let options = option::read(&top);
    #[cfg_attr(not(feature = "kafka"), expect(unused_mut))]
    let mut config = Config {
        file: file.to_owned(),
        sources: top.named("sources", |section| source::read(section, &options)),
        labels: top.named("labels", label::read),
        tags: top.each("tags", tag::read),
        rules: top.each("rules", rule::read),
        sinks: top.named("sinks", sink::read),
        admin: admin::read(&top),
        options,
    };
    for (key, remedy) in [
        (
            "sources",
            "there is none; add one, such as [sources.in] with type = \"stdin\"",
        ),
        (
            "sinks",
            "there is none; add one, such as [sinks.out] with type = \"stdout\"",
        ),
    ] {
        if top.names(key).next().is_none() {
            top.error(key, remedy);
        }
    }
    let names: Vec<&str> = top.names("labels").collect();
    top.finish();
    #[cfg(feature = "kafka")]
    kafka::join(&mut config, notes);
    whole::check(&config, &names, notes);
    Some(config)
}

#[cfg(test)]
mod tests;
