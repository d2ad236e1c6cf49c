//! `knownet setup`: what a search server needs before events are sent to it.
//!
//! - The same requests may be sent again. What an earlier run set up for other data streams stays.
//! - Nothing but what is called knownet is written, and no index that exists is touched.

mod aggregation;
mod dashboard;
mod look;
mod request;
mod send;
mod show;

use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use knownet_sink::ElasticsearchOptions;

use super::check;
use crate::option::{Setup, SetupElasticsearch};
use crate::report::NOT_WRITTEN;
use request::{Plan, Product};
use send::Server;

/// The configuration, if none is named.
const CONFIG: &str = "knownet.toml";
/// The data streams of knownet's own.
const PATTERN: &str = "logs-knownet.*-*";
/// How many days an index stays, if nobody says.
const DAYS: u32 = 90;

pub fn setup(command: &Setup) -> anyhow::Result<ExitCode> {
    let Setup::Elasticsearch(options) = command;
    let mut out = io::stdout().lock();
    let offline = options.print || options.output.is_some();
    let config = match offline && options.config.is_none() && options.sink.is_none() {
        true => None,
        false => {
            let file = options.config.as_deref().unwrap_or(Path::new(CONFIG));
            let Some((config, _)) = check::read(file) else {
                return Ok(ExitCode::FAILURE);
            };
            Some(config)
        }
    };
    let sink = config
        .as_ref()
        .map(|config| send::sink(config, options.sink.as_deref()));
    let sink = sink.transpose()?;
    let stream = sink.and_then(|(_, sink)| sink.target.stream());
    let patterns = patterns(&options.data_stream, stream);
    if let (Some((name, _)), None) = (sink, stream) {
        let patterns = patterns.join(", ");
        eprintln!(
            "warning: sink {name} writes to an index, which gets nothing of this: it is for the data \
             streams {patterns}"
        );
    }
    let plan = Plan {
        product: match options.opensearch {
            true => Product::OpenSearch,
            false => Product::Elasticsearch,
        },
        patterns,
        days: options.keep.unwrap_or(DAYS),
        failure_store: false,
    };
    let good = match (sink, &options.output) {
        (_, Some(folder)) => {
            show::write(folder, &plan, &mut out)?;
            true
        }
        (_, None) if options.print => {
            show::print(&plan.requests()?, &mut out).context(NOT_WRITTEN)?;
            true
        }
        (Some((name, sink)), None) => {
            send(plan, options, sink, &mut out).with_context(|| format!("sink {name}"))?
        }
        (None, None) => false,
    };
    Ok(match good {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// Sends it to the sink's server; whether all was taken.
fn send(
    mut plan: Plan,
    options: &SetupElasticsearch,
    sink: &ElasticsearchOptions,
    out: &mut impl Write,
) -> anyhow::Result<bool> {
    let server = Server::new(sink)?;
    let (product, failure_store) = server.product()?;
    plan.failure_store = failure_store;
    if !options.opensearch {
        plan.product = product;
    }
    let there = server.there(plan.product)?;
    for pattern in there.patterns {
        if !plan.patterns.contains(&pattern) {
            plan.patterns.push(pattern);
        }
    }
    if let (None, Some(days)) = (options.keep, there.days) {
        plan.days = days;
    }
    let good = server.send(&plan.requests()?, out)?;
    let patterns = plan.patterns.join(", ");
    let days = match good {
        true => format!(", whose indices stay for {} days", plan.days),
        // Perhaps that was the policy.
        false => String::new(),
    };
    writeln!(out, "it is for the data streams {patterns}{days}").context(NOT_WRITTEN)?;
    if let Some(stream) = sink.target.stream()
        && server.is_index(stream)?
    {
        eprintln!(
            "warning: {stream} is an index, made by an event before there was a template; it stays what it \
             is and gets nothing of this: reindex it elsewhere and delete it"
        );
    }
    writeln!(
        out,
        "the dashboards are for Kibana, not for the server: --output writes them to a file, to be imported \
         after the first event"
    )
    .context(NOT_WRITTEN)?;
    Ok(good)
}

/// Those that are asked for; else that of the sink's own data stream.
fn patterns(asked: &[String], stream: Option<&str>) -> Vec<String> {
    if !asked.is_empty() {
        return asked.to_vec();
    }
    let usual = |name: &&str| {
        let rest = name.strip_prefix("logs-knownet.");
        rest.is_some_and(|rest| rest.contains('-'))
    };
    let own = stream.filter(|name| !usual(name));
    vec![own.unwrap_or(PATTERN).to_owned()]
}

impl SetupElasticsearch {
    /// A pattern of data streams.
    ///
    /// # Errors
    /// If no data stream can have such a name.
    pub fn pattern(text: &str) -> Result<String, String> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.+*".contains(c);
        // 255 bytes is the server's own limit for names.
        if text.is_empty() || text.len() > 255 || !text.chars().all(plain) {
            return Err(
                "write small letters, digits and - _ . + *, such as logs-knownet.*-*".into(),
            );
        }
        if text.starts_with(['-', '_', '.', '*']) {
            return Err("begin with a letter, such as logs-knownet.*-*".into());
        }
        Ok(text.to_owned())
    }

    /// A number of days, such as `90d`.
    ///
    /// # Errors
    /// If it is something else, or none.
    pub fn days(text: &str) -> Result<u32, String> {
        let days = text.strip_suffix('d').and_then(|days| days.parse().ok());
        days.filter(|days| (1..=36_500).contains(days))
            .ok_or_else(|| "write a number of days, such as 90d".into())
    }
}

#[cfg(test)]
#[path = "setup/tests/setup.rs"]
mod tests;
