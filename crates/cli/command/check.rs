//! `knownet check`: every mistake at once.

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use knownet_label::{Prefix, Table, sets::Set};

use crate::compile::{Compiled, compile};
use crate::config::{self, Config, Level, Mistake, Severity};
use crate::option;
use crate::report::{self, NOT_WRITTEN, grouped};

pub fn check(options: &option::Check) -> anyhow::Result<ExitCode> {
    let Some((config, compiled)) = read(&options.config) else {
        return Ok(ExitCode::FAILURE);
    };
    describe(&config, &compiled, &mut io::stdout().lock()).context(NOT_WRITTEN)?;
    Ok(ExitCode::SUCCESS)
}

/// A configuration and its feeds, as far as they could be read.
pub struct Looked {
    config: Option<Config>,
    compiled: Option<Compiled>,
    /// What is wrong, by line.
    pub mistakes: Vec<Mistake>,
}

/// Reads the configuration and its feeds. Mistakes go to standard error; with one worse than a
/// warning among them there is nothing to return.
pub fn read(file: &Path) -> Option<(Config, Compiled)> {
    let looked = look(file);
    for mistake in &looked.mistakes {
        report::tell(format_args!("{mistake}"));
    }
    let errors = looked.errors();
    if errors > 0 {
        report::tell(format_args!("knownet: {}", count(errors, file)));
    }
    looked.good()
}

/// How many mistakes there are, in words.
pub fn count(errors: usize, file: &Path) -> String {
    let s = if errors == 1 { "" } else { "s" };
    format!("{errors} mistake{s} in {}", file.display())
}

impl Looked {
    /// How many mistakes are worse than a warning.
    pub fn errors(&self) -> usize {
        let errors = self.mistakes.iter();
        errors.filter(|m| m.severity == Severity::Error).count()
    }

    /// Whether it says that it runs until it is stopped.
    pub fn is_live(&self) -> bool {
        self.config.as_ref().is_some_and(Config::is_live)
    }

    /// What it says is worth a line in the log.
    pub fn log_level(&self) -> Level {
        let config = self.config.as_ref();
        config
            .map(|config| config.options.log_level)
            .unwrap_or_default()
    }

    /// What can be run.
    pub fn good(self) -> Option<(Config, Compiled)> {
        match self.errors() {
            0 => self.config.zip(self.compiled),
            _ => None,
        }
    }
}

/// Reads the configuration and its feeds, and says nothing.
pub fn look(file: &Path) -> Looked {
    let (config, mut mistakes) = config::load(file);
    // Feeds are read even then, so that their mistakes are told in the same breath.
    let compiled = config.as_ref().map(|config| compile(&config.labels, file));
    if let Some(compiled) = &compiled {
        let known = |note: &&Mistake| mistakes.iter().all(|mistake| mistake.key != note.key);
        let news: Vec<Mistake> = compiled.notes.iter().filter(known).cloned().collect();
        mistakes.extend(news);
        mistakes.sort_by(|a, b| (a.line, &a.key).cmp(&(b.line, &b.key)));
    }
    Looked {
        config,
        compiled,
        mistakes,
    }
}

fn describe(config: &Config, compiled: &Compiled, out: &mut impl Write) -> io::Result<()> {
    let sources: Vec<&str> = config.sources.iter().map(|source| &*source.name).collect();
    let sinks: Vec<&str> = config.sinks.iter().map(|sink| &*sink.name).collect();
    writeln!(out, "{}: can run", config.file.display())?;
    writeln!(out, "  sources: {}", sources.join(", "))?;
    writeln!(out, "  sinks: {}", sinks.join(", "))?;
    if let Some(admin) = &config.admin {
        writeln!(out, "  admin: {}", admin.listen)?;
    }
    let sets = sets(&compiled.table);
    for (label, (count, set)) in config
        .labels
        .iter()
        .zip(compiled.prefixes.iter().zip(&sets))
    {
        let covered = set.coverage();
        writeln!(
            out,
            "  label {}: {} prefixes, {} IPv4 addresses, {} IPv6 /64 networks",
            label.name,
            grouped(*count),
            grouped(covered.v4),
            grouped(covered.v6_networks()),
        )?;
    }
    for (first, a) in sets.iter().enumerate() {
        for (second, b) in sets.iter().enumerate().skip(first + 1) {
            let shared = a.overlap(b).coverage();
            if !shared.is_empty() {
                writeln!(
                    out,
                    "  {} and {} share {} IPv4 addresses, {} IPv6 /64 networks",
                    config.labels[first].name,
                    config.labels[second].name,
                    grouped(shared.v4),
                    grouped(shared.v6_networks()),
                )?;
            }
        }
    }
    Ok(())
}

/// The addresses of each label.
fn sets(table: &Table) -> Vec<Set> {
    let mut prefixes: Vec<Vec<Prefix>> = vec![Vec::new(); table.label_count()];
    for id in 1..=table.len() as u32 {
        if let Some(entry) = table.entry(id) {
            prefixes[usize::from(entry.label)].push(entry.prefix);
        }
    }
    prefixes.into_iter().map(Set::from_iter).collect()
}
