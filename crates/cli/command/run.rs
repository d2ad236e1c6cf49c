//! `knownet run`: a configuration, started.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use knownet_flow::{Sink, Source, Stop};
use knownet_format::json;
use knownet_label::{LabelId, Table};
use knownet_rule::{Action, Match, Routes, Rule, Rules, Tags};
use knownet_runtime::{Pipeline, stop_on_signals};
use knownet_sink::{File, Stdout};
use knownet_source::{Files, Limits, Stdin};

use crate::command::check;
use crate::config::{Condition, Config, SinkKind, SourceKind};
use crate::plan::{Fields, Ready};
use crate::{option, report, usual};

/// Where dead letters go, beside the configuration, if it does not say.
const DEAD_LETTERS: &str = "knownet-dead-letters.ndjson";

pub fn run(options: &option::Run) -> anyhow::Result<ExitCode> {
    let Some((config, compiled)) = check::read(&options.config) else {
        return Ok(ExitCode::FAILURE);
    };
    let table = Arc::new(compiled.table);
    let plan = ready(&config, table.clone())?;
    let mut sinks = Vec::new();
    for sink in &config.sinks {
        let part: Box<dyn Sink> = match &sink.kind {
            SinkKind::Stdout => Box::new(Stdout::new().context("standard output")?),
            SinkKind::File { path } => Box::new(File::open(path)?),
        };
        sinks.push((sink.name.clone(), part));
    }
    let mut sources = Vec::new();
    for source in &config.sources {
        let limits = Limits {
            max_event: source.max_event as usize,
            ..Limits::default()
        };
        let part: Box<dyn Source> = match &source.kind {
            SourceKind::File { paths } => Box::new(Files::new(paths.clone(), limits)),
            SourceKind::Stdin => Box::new(Stdin::new(limits)?),
        };
        sources.push((source.name.clone(), part));
    }
    let mut runtime = knownet_runtime::Options::default();
    if let Some(workers) = config.options.workers {
        runtime.workers = workers;
    }
    if let Some(bytes) = config.options.max_in_flight {
        runtime.in_flight = usize::try_from(bytes).unwrap_or(usize::MAX);
    }
    runtime.dead_letter = match &config.options.dead_letter {
        Some(path) => path.clone(),
        None => options
            .config
            .parent()
            .unwrap_or(Path::new(""))
            .join(DEAD_LETTERS),
    };
    let names: Vec<String> = config.rules.iter().enumerate().map(rule_name).collect();
    report::finish(
        start(Pipeline::new(sources, sinks, Arc::new(plan), runtime)),
        &table,
        &names,
        true,
    )
}

/// Runs until the input ends or a signal comes.
pub fn start(
    pipeline: Pipeline,
) -> anyhow::Result<Result<knownet_runtime::Summary, knownet_runtime::RunError>> {
    let stop = Arc::new(Stop::new().context("no pipe for signals")?);
    stop_on_signals(stop.clone()).context("signals cannot be handled")?;
    Ok(pipeline
        .log_to(|message| eprintln!("knownet: {message}"))
        .run(stop))
}

fn rule_name((index, rule): (usize, &crate::config::Rule)) -> String {
    rule.name
        .clone()
        .unwrap_or_else(|| format!("rule {} (line {})", index + 1, rule.line))
}

fn ready(config: &Config, table: Arc<Table>) -> anyhow::Result<Ready> {
    let tags = config.targets();
    let rules = config.rules.iter().map(|rule| {
        Ok(Rule {
            matches: matches(&rule.conditions, &tags, &table)?,
            action: rule.action,
            even_threats: rule.even_threats,
        })
    });
    let rules = rules.collect::<anyhow::Result<Vec<_>>>()?;
    let routes = config
        .sinks
        .iter()
        .map(|sink| matches(&sink.conditions, &tags, &table).map(Some));
    let routes = routes.collect::<anyhow::Result<Vec<_>>>()?;
    let formats = config.sources.iter();
    let mut fields = Fields::of(&config.tags);
    if table.has_threats() && rules.iter().any(|rule| rule.action == Action::Drop) {
        // A threat at either end vetoes a drop, whichever end the tags are about.
        for names in [usual::DESTINATION, usual::SOURCE, usual::RELATED] {
            fields.watch(&usual::paths(names)?);
        }
    }
    Ok(Ready {
        formats: formats
            .map(|source| json::Options {
                validate: source.validate,
                ..Default::default()
            })
            .collect(),
        fields,
        rules: (!rules.is_empty()).then(|| Rules::new(rules, table.clone())),
        only: None,
        routes: Routes::new(routes, table.clone()),
        table,
    })
}

fn matches(conditions: &[Condition], tags: &Tags, table: &Table) -> anyhow::Result<Match> {
    let names: Vec<&str> = (0..table.label_count())
        .map(|label| table.label_name(label as LabelId))
        .collect();
    Match::new(&Condition::pairs(conditions), tags, &names).map_err(|errors| {
        let all: Vec<String> = errors
            .iter()
            .map(|e| format!("{}: {}", e.key, e.message))
            .collect();
        anyhow::anyhow!("{}", all.join("; "))
    })
}
