//! `knownet lookup`: which labels cover an address.

use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use knownet_label::{Addr, Table};
use serde_json::{Map, Value, json};

use crate::command::check;
use crate::report::NOT_WRITTEN;
use crate::{compile, option};

pub fn lookup(options: &option::Lookup) -> anyhow::Result<ExitCode> {
    let table = match &options.config {
        Some(file) => match labels(file) {
            Some(table) => table,
            None => return Ok(ExitCode::FAILURE),
        },
        None => compile::table(&options.label)?,
    };
    let terminal = io::stdout().is_terminal() && !options.json;
    let mut printer = Printer {
        table,
        terminal,
        out: BufWriter::new(io::stdout().lock()),
        failed: false,
    };
    if terminal {
        writeln!(
            printer.out,
            "{:<40} {:<16} {:<24} FEED",
            "ADDRESS", "LABEL", "PREFIX"
        )
        .context(NOT_WRITTEN)?;
    }
    for address in &options.addresses {
        printer.print(address).context(NOT_WRITTEN)?;
    }
    if options.addresses.is_empty() {
        let mut input = BufReader::new(io::stdin().lock());
        let mut line = Vec::new();
        loop {
            // Whoever waits for the answer before the next question gets it now.
            if input.buffer().is_empty() {
                printer.out.flush().context(NOT_WRITTEN)?;
            }
            let read = input.read_until(b'\n', &mut line);
            if read.context("standard input")? == 0 {
                break;
            }
            let text = String::from_utf8_lossy(&line);
            let text = text.trim_end_matches(['\r', '\n']);
            printer.print(text).context(NOT_WRITTEN)?;
            line.clear();
        }
    }
    printer.out.flush().context(NOT_WRITTEN)?;
    Ok(if printer.failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn labels(file: &Path) -> Option<Table> {
    check::read(file).map(|(_, compiled)| compiled.table)
}

struct Printer<W> {
    table: Table,
    terminal: bool,
    out: W,
    failed: bool,
}

impl<W: Write> Printer<W> {
    fn print(&mut self, text: &str) -> io::Result<()> {
        let Some(addr) = Addr::parse(text.as_bytes()) else {
            self.failed = true;
            let error = "not an address; write one such as 192.0.2.1 or 2001:db8::1";
            return match self.terminal {
                true => writeln!(self.out, "{text:<40} {error}"),
                false => writeln!(self.out, "{}", json!({ "ip": text, "error": error })),
            };
        };
        let entries = self.table.chain(self.table.lookup(addr));
        if self.terminal {
            let mut left = text;
            for entry in entries.clone() {
                let label = self.table.label_name(entry.label);
                let (prefix, feed) = (entry.prefix.to_string(), self.table.feed_name(entry.feed));
                write!(self.out, "{left:<40} {label:<16} {prefix:<24} {feed}")?;
                for (name, value) in entry.attributes() {
                    write!(self.out, " {name}={value}")?;
                }
                writeln!(self.out)?;
                left = "";
            }
            return match entries.count() {
                0 => writeln!(self.out, "{text:<40} {:<16}", "-"),
                _ => Ok(()),
            };
        }
        let mut labels: Vec<&str> = Vec::new();
        let mut matches = Vec::new();
        for entry in entries {
            let label = self.table.label_name(entry.label);
            if !labels.contains(&label) {
                labels.push(label);
            }
            let attributes: Map<String, Value> = entry
                .attributes()
                .map(|(name, value)| (name.to_owned(), value.into()))
                .collect();
            matches.push(json!({
                "label": label,
                "prefix": entry.prefix.to_string(),
                "feed": self.table.feed_name(entry.feed),
                "attributes": attributes,
            }));
        }
        writeln!(
            self.out,
            "{}",
            json!({ "ip": text, "labels": labels, "matches": matches })
        )
    }
}
