//! `knownet setup`: what a search server needs before events are sent to it.
//!
//! - The same requests may be sent again: they replace what an earlier run set up.
//! - Nothing but what is called knownet is written, and no index that exists is touched.

mod aggregation;
mod dashboard;
mod look;
mod request;
mod send;

use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;

use super::check;
use crate::option::{Setup, SetupElasticsearch};
use crate::report::NOT_WRITTEN;
use request::{Product, Request};
use send::Server;

/// The file for Kibana beside those for the server.
const DASHBOARDS: &str = "dashboards.ndjson";
/// The data streams of knownet's own.
const PATTERN: &str = "logs-knownet.*-*";

pub fn setup(command: &Setup) -> anyhow::Result<ExitCode> {
    let Setup::Elasticsearch(options) = command;
    let product = match options.opensearch {
        true => Product::OpenSearch,
        false => Product::Elasticsearch,
    };
    let mut out = io::stdout().lock();
    if let Some(folder) = &options.output {
        let patterns = patterns(&options.data_stream, None);
        let dashboards = dashboard::dashboards(&patterns);
        let requests = request::requests(product, &patterns, options.keep)?;
        write(folder, &requests, &dashboards)?;
        explain(folder, product, &requests, &mut out).context(NOT_WRITTEN)?;
    } else if options.print {
        let patterns = patterns(&options.data_stream, None);
        let requests = request::requests(product, &patterns, options.keep)?;
        print(&requests, &mut out).context(NOT_WRITTEN)?;
    } else {
        let Some((config, _)) = check::read(&options.config) else {
            return Ok(ExitCode::FAILURE);
        };
        let (name, sink) = send::sink(&config, options.sink.as_deref())?;
        let cannot = || format!("sink {name}");
        let stream = sink.target.stream();
        let patterns = patterns(&options.data_stream, stream);
        if stream.is_none() {
            let patterns = patterns.join(", ");
            writeln!(
                out,
                "warning: sink {name} writes to an index, which gets nothing of this: it is for the data \
                 streams {patterns}"
            )
            .context(NOT_WRITTEN)?;
        }
        let server = Server::new(sink).with_context(cannot)?;
        let product = match options.opensearch {
            true => product,
            false => server.product().with_context(cannot)?,
        };
        let requests = request::requests(product, &patterns, options.keep)?;
        let sent = server.send(&requests, &mut out).with_context(cannot)?;
        writeln!(
            out,
            "the dashboards are for Kibana, not for the server: --output writes them to a file, to be \
             imported after the first event"
        )
        .context(NOT_WRITTEN)?;
        if !sent {
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
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

/// Every request as Kibana's console takes it.
fn print(requests: &[Request], out: &mut impl Write) -> io::Result<()> {
    for (index, request) in requests.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{} {}", request.method, request.path)?;
        writeln!(out, "{:#}", request.body)?;
    }
    Ok(())
}

fn write(folder: &Path, requests: &[Request], dashboards: &str) -> anyhow::Result<()> {
    let cannot = |path: &Path| format!("{} cannot be written", path.display());
    fs::create_dir_all(folder).with_context(|| cannot(folder))?;
    for request in requests {
        let path = folder.join(request.file);
        fs::write(&path, format!("{:#}\n", request.body)).with_context(|| cannot(&path))?;
    }
    let path = folder.join(DASHBOARDS);
    fs::write(&path, dashboards).with_context(|| cannot(&path))
}

/// How the files are sent.
fn explain(
    folder: &Path,
    product: Product,
    requests: &[Request],
    out: &mut impl Write,
) -> io::Result<()> {
    for request in requests {
        writeln!(
            out,
            "curl -fsS -X {} \"$URL{}\" -H 'content-type: application/json' --data-binary {}",
            request.method,
            request.path,
            quoted(&format!("@{}", folder.join(request.file).display())),
        )?;
    }
    let header = match product {
        Product::Elasticsearch => "kbn-xsrf",
        Product::OpenSearch => "osd-xsrf",
    };
    writeln!(
        out,
        "curl -fsS \"$KIBANA/api/saved_objects/_import?overwrite=true\" -H '{header}: true' --form {}",
        quoted(&format!("file=@{}", folder.join(DASHBOARDS).display())),
    )?;
    writeln!(
        out,
        "# the last one after the first event, so that its fields are known"
    )
}

/// A word of the shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

impl SetupElasticsearch {
    /// A pattern of data streams.
    ///
    /// # Errors
    /// If no data stream can have such a name.
    pub fn pattern(text: &str) -> Result<String, String> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.*".contains(c);
        // 255 bytes is the server's own limit for names.
        if text.is_empty() || text.len() > 255 || !text.chars().all(plain) {
            return Err("write small letters, digits and - _ . *, such as logs-knownet.*-*".into());
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
