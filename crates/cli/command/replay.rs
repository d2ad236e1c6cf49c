//! `knownet replay`: dead letters, sent again.
//!
//! - What a sink refused goes to that sink alone, as it was given to it. What no sink was given goes
//!   through the steps of its source to every sink that takes it.
//! - What is refused again becomes a dead letter again.
//! - The letters that were sent leave the file when all of them are safe, and not before; letters that
//!   came meanwhile, from a run that goes on or from this one, stay.

mod file;
mod letter;
mod plan;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use knownet_flow::{Source, Stop};
use knownet_runtime::{Pipeline, stop_on_signals};

use super::{check, run};
use crate::compile::Compiled;
use crate::config::Config;
use crate::option;
use crate::report::{self, Said};
use file::Letters;
use letter::Group;
use plan::Plan;

pub fn replay(options: &option::Replay) -> anyhow::Result<ExitCode> {
    let Some((config, compiled)) = check::read(&options.config) else {
        return Ok(ExitCode::FAILURE);
    };
    let Compiled { table, .. } = compiled;
    let ready = run::ready(&config, Arc::new(table))?;
    let letters = Letters::open(&options.file)?;
    let mut groups: Vec<Group> = Vec::new();
    letters.each(|letter| {
        if !groups.contains(&letter.group) {
            groups.push(letter.group.clone());
        }
        Ok(())
    })?;
    let places = groups.iter().map(|group| place(&config, group));
    let places = places.collect::<anyhow::Result<Vec<_>>>()?;
    if groups.is_empty() {
        eprintln!("knownet: {} holds no letter", options.file.display());
        return Ok(ExitCode::SUCCESS);
    }
    let tokio = run::tokio()?;
    let sinks = run::sinks(&config, &config.state_dir(), tokio.handle())?;
    let sources = groups.into_iter().map(|group| {
        let name = group.source.clone();
        let source: Box<dyn Source> = Box::new(letters.of(group)?);
        Ok((name, source))
    });
    let sources = sources.collect::<anyhow::Result<Vec<_>>>()?;
    let runtime = run::runtime_options(&config, run::letters(&config));
    let stop = Arc::new(Stop::new().context("no pipe for signals")?);
    stop_on_signals(stop.clone()).context("signals cannot be handled")?;
    let pipeline = Pipeline::new(sources, sinks, Arc::new(Plan { ready, places }), runtime);
    let outcome = pipeline
        .log_to(|message| eprintln!("knownet: {message}"))
        .run(stop.clone());
    let sent = outcome.as_ref().is_ok_and(|summary| {
        // What was refused again is in the dead letters again.
        summary.is_settled() && summary.source_error_count == 0 && !stop.is_set()
    });
    let code = report::finish(Ok(outcome), Said::Text, false)?;
    match sent {
        true if !options.keep => letters.remove()?,
        true => {}
        false => eprintln!(
            "knownet: not all of them are safe, so {} stays as it is",
            options.file.display()
        ),
    }
    Ok(code)
}

/// Where the letters of a group go.
fn place(config: &Config, group: &Group) -> anyhow::Result<plan::Place> {
    let known = |kind: &str, name: &str, names: Vec<&str>| match names
        .iter()
        .position(|other| *other == name)
    {
        Some(place) => Ok(place),
        None => bail!(
            "a letter is of {kind} {name}, which {} does not have; known: {}",
            config.file.display(),
            names.join(", ")
        ),
    };
    if let Some(sink) = &group.sink {
        let names = config.sinks.iter().map(|sink| sink.name.as_str()).collect();
        return Ok(plan::Place::Sink(known("sink", sink, names)?));
    }
    let names = config.sources.iter().map(|source| source.name.as_str());
    Ok(plan::Place::Source(known(
        "source",
        &group.source,
        names.collect(),
    )?))
}

/// What the file is called in messages and ids.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
