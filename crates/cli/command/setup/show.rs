//! Shows what would be sent: as text, or as files with the commands that send them.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use anyhow::Context;

use super::dashboard;
use super::request::{Plan, Product, Request};
use crate::report::NOT_WRITTEN;

/// The file for Kibana beside those for the server.
const DASHBOARDS: &str = "dashboards.ndjson";

/// Every request as Kibana's console takes it.
pub fn print(requests: &[Request], out: &mut impl Write) -> io::Result<()> {
    for (index, request) in requests.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        writeln!(out, "{} {}", request.method, request.path)?;
        writeln!(out, "{:#}", request.body)?;
    }
    Ok(())
}

/// Writes every request's body and the dashboards to a folder, and says how they are sent.
pub fn write(folder: &Path, plan: &Plan, out: &mut impl Write) -> anyhow::Result<()> {
    let requests = plan.requests()?;
    let cannot = |path: &Path| format!("{} cannot be written", path.display());
    fs::create_dir_all(folder).with_context(|| cannot(folder))?;
    for request in &requests {
        let path = folder.join(request.file);
        fs::write(&path, format!("{:#}\n", request.body)).with_context(|| cannot(&path))?;
    }
    let path = folder.join(DASHBOARDS);
    let dashboards = dashboard::dashboards(&plan.patterns);
    fs::write(&path, dashboards).with_context(|| cannot(&path))?;
    explain(folder, plan, &requests, out).context(NOT_WRITTEN)
}

/// How the files are sent.
fn explain(
    folder: &Path,
    plan: &Plan,
    requests: &[Request],
    out: &mut impl Write,
) -> io::Result<()> {
    writeln!(out, "# for the data streams {}", plan.patterns.join(", "))?;
    for request in requests {
        writeln!(
            out,
            "curl -fsS -X {} \"$URL{}\" -H 'content-type: application/json' --data-binary {}",
            request.method,
            request.path,
            quoted(&format!("@{}", folder.join(request.file).display())),
        )?;
    }
    let header = match plan.product {
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
pub fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
