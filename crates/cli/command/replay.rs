//! `knownet replay`: dead letters, sent again.
//!
//! - What a sink refused goes to that sink alone, as it was given to it. What no sink was given goes
//!   through the steps of its source to every sink that takes it.
//! - What is refused again becomes a dead letter again.
//! - The letters that were sent leave the file when all of them are safe, and not before. Letters that
//!   came meanwhile, from a run that goes on or from this one, stay, and so does what cannot be sent.
//! - An event has the id that its letter says, so that the same event twice is one document, however often
//!   it was refused or sent.

mod file;
mod letter;
mod plan;

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
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

/// How many letters that stay are told one by one.
const TOLD: u64 = 10;

pub fn replay(options: &option::Replay) -> anyhow::Result<ExitCode> {
    let Some((config, compiled)) = check::read(&options.config) else {
        return Ok(ExitCode::FAILURE);
    };
    let Compiled { table, .. } = compiled;
    let ready = run::ready(&config, Arc::new(table))?;
    let letters = Letters::open(&options.file, options.keep)?;
    let mut groups: Vec<(Group, plan::Place)> = Vec::new();
    let (mut kept, mut told) = (Vec::new(), 0_u64);
    letters.each(|line, stretch, letter| {
        let reason = match letter {
            Ok(letter) if letter.event.len() as u64 > config.options.max_event => {
                "is of an event longer than max_event".to_owned()
            }
            Ok(letter) if groups.iter().any(|(group, _)| *group == letter.group) => return,
            Ok(letter) => match place(&config, &letter.group) {
                Ok(place) => return groups.push((letter.group, place)),
                Err(reason) => reason,
            },
            Err(reason) => reason,
        };
        told += 1;
        if told <= TOLD {
            report::tell(format_args!(
                "{}:{line}: {reason}; it stays",
                options.file.display()
            ));
        }
        kept.push(stretch);
    })?;
    if told > TOLD {
        report::tell(format_args!("knownet: {} more letters stay", told - TOLD));
    }
    if groups.is_empty() {
        if kept.is_empty() {
            report::tell(format_args!(
                "knownet: {} holds no letter",
                options.file.display()
            ));
        }
        return Ok(match kept.is_empty() {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        });
    }
    let tokio = run::tokio()?;
    // Not the run's own folder: a run that goes on uses that.
    let state = config.state_dir().join("replay");
    // What two share there, such as the names of transactions, each would take from the other.
    let _locked = run::Lock::take(&state)?;
    let sinks = run::sinks(&config, &state, tokio.handle())?;
    let (groups, places): (Vec<_>, Vec<_>) = groups.into_iter().unzip();
    let longest = config.options.max_event;
    let sources = groups.into_iter().map(|group| {
        let source: Box<dyn Source> = Box::new(letters.of(group.clone(), longest));
        (group.source, source)
    });
    let runtime = run::runtime_options(&config, run::letters(&config));
    let stop = Arc::new(Stop::new().context("no pipe for signals")?);
    stop_on_signals(stop.clone()).context("signals cannot be handled")?;
    let plan = Arc::new(Plan { ready, places });
    let pipeline = Pipeline::new(sources.collect(), sinks, plan, runtime);
    let outcome = pipeline
        .log_to(|message| report::tell(format_args!("knownet: {message}")))
        .run(stop.clone());
    let sent = outcome.as_ref().is_ok_and(|summary| {
        // What was refused again is in the dead letters again.
        summary.is_settled()
            && summary.source_error_count == 0
            && summary.gone.is_empty()
            && !stop.is_set()
    });
    let code = report::finish(Ok(outcome), Said::Text, false)?;
    let all = kept.is_empty();
    match sent {
        true if !options.keep => letters.remove(&kept)?,
        true => {}
        false => report::tell(format_args!(
            "knownet: not all of them are safe, so {} stays as it is",
            options.file.display()
        )),
    }
    Ok(match all && sent {
        true => code,
        false => ExitCode::FAILURE,
    })
}

/// Where the letters of a group go.
///
/// # Errors
/// That there is no such part any more.
fn place(config: &Config, group: &Group) -> Result<plan::Place, String> {
    let known = |kind: &str, name: &str, names: Vec<&str>| match names
        .iter()
        .position(|other| *other == name)
    {
        Some(place) => Ok(place),
        None => Err(format!(
            "is of {kind} {name}, which {} does not have (known: {})",
            config.file.display(),
            names.join(", ")
        )),
    };
    if let Some(sink) = &group.sink {
        let last = config.dead_letter_sink().map(|n| &config.sinks[n].name);
        if last == Some(sink) {
            return Err(format!(
                "is of sink {sink}, which takes the dead letters themselves; name another dead_letter in {} \
                 to have it sent",
                config.file.display()
            ));
        }
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
