//! `knownet run`: a configuration, started.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use knownet_flow::Stop;
use knownet_label::{LabelId, Table};
use knownet_rule::{Match, Routes, Rule, Rules, Tags};
use knownet_runtime::{Pipeline, stop_on_signals};
use knownet_source::Site;

use crate::command::check;
use crate::config::{Condition, Config};
use crate::plan::{Fields, Ready};
use crate::{option, report};

/// The folder beside the configuration for what is remembered between runs.
pub(super) const STATE: &str = "knownet-state";

pub fn run(options: &option::Run) -> anyhow::Result<ExitCode> {
    tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .with_target(false)
        .init();
    let Some((config, compiled)) = check::read(&options.config) else {
        return Ok(ExitCode::FAILURE);
    };
    let table = Arc::new(compiled.table);
    let plan = ready(&config, table.clone())?;
    let sinks = config.sinks.iter();
    let sinks = sinks.map(|sink| Ok((sink.name.clone(), sink.open()?)));
    let sinks = sinks.collect::<anyhow::Result<_>>()?;
    let folder = options.config.parent().unwrap_or(Path::new(""));
    let state = match &config.options.state_dir {
        Some(folder) => folder.clone(),
        None => folder.join(STATE),
    };
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("net")
        .enable_all()
        .build()
        .context("no threads for connections")?;
    let sources = config.sources.iter().map(|source| {
        let site = Site {
            name: source.name.clone(),
            limits: source.limits()?,
            state: state.join(&source.name),
            tokio: tokio.handle().clone(),
        };
        let opened = source.open(&site);
        let opened = opened.with_context(|| format!("source {}", source.name))?;
        Ok((source.name.clone(), opened))
    });
    let sources = sources.collect::<anyhow::Result<_>>()?;
    let mut runtime = knownet_runtime::Options::default();
    if let Some(workers) = config.options.workers {
        runtime.workers = workers;
    }
    if let Some(bytes) = config.options.max_in_flight {
        runtime.in_flight = usize::try_from(bytes).unwrap_or(usize::MAX);
    }
    runtime.dead_letter = match &config.options.dead_letter {
        Some(path) => path.clone(),
        None => folder.join(report::DEAD_LETTERS),
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
    Ok(Ready {
        formats: formats.map(|source| source.reading.clone()).collect(),
        fields: match config.sources.iter().any(|source| source.reading.ecs) {
            true => Fields::of(&config.tags).with_roles()?,
            false => Fields::of(&config.tags),
        },
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
