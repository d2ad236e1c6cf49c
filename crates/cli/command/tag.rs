//! `knownet tag`: the filter for the shell.

use std::path::{Path as FilePath, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use knownet_flow::{Names, Path, RuleName, Sink, Source, Stop};
use knownet_format::text::time::Zone;
use knownet_label::{LabelId, Table};
use knownet_rule::{Action, Match, Routes, Rule, Rules, Scalar, Tags};
use knownet_runtime::{Pipeline, RunError, Summary, stop_on_signals};
use knownet_sink::Stdout;
use knownet_source::{Files, Limits, Stdin};

use crate::config::Tag;
use crate::config::format::{Reading, named};
use crate::plan::{Fields, Only, Ready};
use crate::report::Said;
use crate::{compile, option, report, usual};

/// What `--only` calls an address without a label.
const UNKNOWN: &str = "unknown";

pub fn tag(options: &option::Tag) -> anyhow::Result<ExitCode> {
    let table = Arc::new(compile::table(&options.label)?);
    let tags = tags(options)?;
    let mut rules = Vec::new();
    let mut names = Vec::new();
    let targets = Tags::new(tags.iter().map(|tag| (tag.into.clone(), tag.all.clone())));
    let known: Vec<&str> = (0..table.label_count())
        .map(|label| table.label_name(label as LabelId))
        .collect();
    for name in &options.drop {
        let label = table.label_name(label(&table, "--drop", name)?);
        let condition = (tags[0].into.to_string(), vec![Scalar::Text(literal(label))]);
        let matches = Match::new(&[condition], &targets, &known)
            .map_err(|errors| anyhow::anyhow!("--drop {name}: {}", errors[0].message))?;
        rules.push(Rule {
            matches,
            action: Action::Drop,
            even_threats: false,
        });
        names.push(format!("--drop {name}"));
    }
    let only = match options.only.as_deref() {
        None => None,
        Some(name) => {
            let label = match name {
                UNKNOWN if table.label_id(UNKNOWN).is_none() => None,
                name => Some(label(&table, "--only", name)?),
            };
            names.push(format!("--only {name}"));
            Some(Only {
                label,
                table: table.clone(),
                rule: rules.len() as u16,
            })
        }
    };
    refuse_own_output(&options.files)?;
    let reading = reading(&options.reading)?;
    let plan = Ready {
        formats: vec![reading.clone()],
        fields: match reading.ecs {
            true => Fields::of(&tags).with_roles()?,
            false => Fields::of(&tags),
        },
        rules: (!rules.is_empty()).then(|| Rules::new(rules, table.clone())),
        only,
        routes: Routes::new(vec![None], table.clone()),
        table: table.clone(),
        names: Names {
            labels: known.iter().map(|&name| name.to_owned()).collect(),
            rules: names
                .into_iter()
                .map(|name| RuleName { name, drops: true })
                .collect(),
        },
    };
    let limits = Limits {
        framing: reading.framing(),
        ..Limits::default()
    };
    let standard = options.files.is_empty() || options.files == [FilePath::new("-")];
    let source: Box<dyn Source> = match standard {
        true => Box::new(Stdin::new(limits)?),
        false => Box::new(Files::new(options.files.clone(), limits).with_dash()),
    };
    let sink: Box<dyn Sink> = Box::new(Stdout::new().context("standard output")?);
    let runtime = knownet_runtime::Options {
        give_up: true,
        dead_letter: report::DEAD_LETTERS.into(),
        ..Default::default()
    };
    let pipeline = Pipeline::new(
        vec![("input".to_owned(), source)],
        vec![("stdout".to_owned(), sink)],
        Arc::new(plan),
        runtime,
    );
    let said = match options.stats {
        true => Said::Text,
        false => Said::Nothing,
    };
    report::finish(start(pipeline), said, false)
}

/// Runs until the input ends or a signal comes.
fn start(pipeline: Pipeline) -> anyhow::Result<Result<Summary, RunError>> {
    let stop = Arc::new(Stop::new().context("no pipe for signals")?);
    stop_on_signals(stop.clone()).context("signals cannot be handled")?;
    let pipeline = pipeline.log_to(|message| report::tell(format_args!("knownet: {message}")));
    Ok(pipeline.run(stop))
}

/// How records are read, by the options.
///
/// # Errors
/// An unknown format or zone.
pub fn reading(options: &option::Reading) -> anyhow::Result<Reading> {
    let mut reading = Reading::default();
    if let Some(name) = &options.format {
        reading.choice = named(name).map_err(|error| anyhow::anyhow!("--format {error}"))?;
    }
    if let Some(zone) = &options.timezone {
        let zone = Zone::parse(zone).map_err(|error| anyhow::anyhow!("--timezone: {error}"))?;
        reading.text.zone = zone;
    }
    reading.ecs = options.ecs;
    Ok(reading)
}

/// A file that is read while it grows by what was read of it never ends.
#[cfg(unix)]
fn refuse_own_output(files: &[PathBuf]) -> anyhow::Result<()> {
    use crate::config::inode;
    use std::fs::{File, metadata};
    use std::io::{stdin, stdout};
    use std::os::fd::{AsFd, BorrowedFd};
    let opened =
        |fd: BorrowedFd<'_>| inode(&File::from(fd.try_clone_to_owned().ok()?).metadata().ok()?);
    let Some(output) = opened(stdout().as_fd()) else {
        return Ok(());
    };
    let dash = PathBuf::from("-");
    let inputs = match files {
        [] => std::slice::from_ref(&dash),
        files => files,
    };
    for input in inputs {
        let (name, input) = match *input == dash {
            true => ("standard input".into(), opened(stdin().as_fd())),
            false => (
                input.to_string_lossy(),
                metadata(input).ok().as_ref().and_then(inode),
            ),
        };
        if input == Some(output) {
            bail!("{name} is both input and output; write to another file");
        }
    }
    Ok(())
}

/// Without file identities nothing can be told.
#[cfg(not(unix))]
fn refuse_own_output(_: &[PathBuf]) -> anyhow::Result<()> {
    Ok(())
}

fn tags(options: &option::Tag) -> anyhow::Result<Vec<Tag>> {
    let from = match options.from.is_empty() {
        true => usual::paths(usual::DESTINATION)?,
        false => options.from.clone(),
    };
    let into = match &options.into {
        Some(into) => into.clone(),
        None => Path::parse("IPDestination")?,
    };
    if into.segments().next() == Some("tags") {
        bail!("--into {into}: tags is where failures are noted; choose another field");
    }
    let mut tags = vec![Tag {
        line: 0,
        from,
        into,
        all: None,
    }];
    // Whoever says where to look or to write means one address.
    if options.from.is_empty() && options.into.is_none() {
        tags.push(source_tag()?);
    }
    Ok(tags)
}

fn source_tag() -> anyhow::Result<Tag> {
    Ok(Tag {
        line: 0,
        from: usual::paths(usual::SOURCE)?,
        into: Path::parse("IPSource")?,
        all: None,
    })
}

/// What is looked up and written without configuration.
///
/// # Errors
/// None: the usual names are paths.
pub fn usual_tags() -> anyhow::Result<Vec<Tag>> {
    let destination = Tag {
        line: 0,
        from: usual::paths(usual::DESTINATION)?,
        into: Path::parse("IPDestination")?,
        all: None,
    };
    Ok(vec![destination, source_tag()?])
}

/// The label called `name`, no matter the case.
fn label(table: &Table, option: &str, name: &str) -> anyhow::Result<LabelId> {
    let all = 0..table.label_count() as LabelId;
    let exact = table.label_id(name);
    let found = exact.or_else(|| {
        all.clone()
            .find(|&label| table.label_name(label).to_lowercase() == name.to_lowercase())
    });
    found.ok_or_else(|| {
        let known: Vec<&str> = all.map(|label| table.label_name(label)).collect();
        anyhow::anyhow!(
            "{option} {name}: no label has that name; known: {}",
            known.join(", ")
        )
    })
}

/// `text` as a pattern that means itself.
fn literal(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}
