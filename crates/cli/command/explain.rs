//! `knownet explain`: what is found in records, and what would be made of them.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::ops::Range;
use std::path::Path as FilePath;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context;
use knownet_flow::{
    Batch, Framing, Heading, Names, Output, Plan, Read, Source, Steps, Stop, Work, splice,
};
use knownet_format::text::frame::Records;
use knownet_format::text::reader::{Choice, TextReader};
use knownet_label::endpoint::{endpoint, is_port};
use knownet_rule::Routes;
use knownet_source::{Files, Limits};
use serde_json::{Map, Value, json};

use crate::command::check;
use crate::command::tag::{reading, usual_tags};
use crate::config::Tag;
use crate::config::format::Reading;
use crate::plan::{Fields, Ready};
use crate::report::NOT_WRITTEN;
use crate::{compile, option};

/// How many records are explained if nothing else is said.
const USUAL: u64 = 20;

pub fn explain(options: &option::Explain) -> anyhow::Result<ExitCode> {
    let (table, tags, reading) = match &options.config {
        None => (
            compile::table(&options.label)?,
            usual_tags()?,
            reading(&options.reading)?,
        ),
        Some(file) => {
            let Some((config, compiled)) = check::read(file) else {
                return Ok(ExitCode::FAILURE);
            };
            let named = |name: &String| config.sources.iter().find(|source| source.name == *name);
            let source = match &options.source {
                Some(name) => named(name).with_context(|| {
                    format!("--source {name}: {} has none of that name", file.display())
                })?,
                None => config.sources.first().context("no source")?,
            };
            let reading = source.reading.clone();
            (compiled.table, config.tags, reading)
        }
    };
    let table = Arc::new(table);
    let fields = Fields::of(&tags).with_roles()?;
    let plan = Ready {
        names: Names::default(),
        formats: vec![reading.clone()],
        fields,
        rules: None,
        only: None,
        routes: Routes::new(vec![None], table.clone()),
        table,
    };
    let most = match (options.number, options.json) {
        (Some(number), _) => number,
        (None, true) => u64::MAX,
        (None, false) => USUAL,
    };
    let mut explainer = Explainer {
        steps: plan.steps(0),
        reader: TextReader::new(
            reading.choice.clone().unwrap_or(Choice::Auto),
            &reading.text,
        ),
        reading,
        plan,
        tags,
        out: BufWriter::new(Box::new(io::stdout().lock())),
        json: options.json,
        colour: io::stdout().is_terminal()
            && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
        n: 0,
    };
    let failed = explainer.all(options, most)?;
    explainer.out.flush().context(NOT_WRITTEN)?;
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

struct Explainer {
    plan: Ready,
    steps: Steps,
    reader: TextReader,
    reading: Reading,
    tags: Vec<Tag>,
    out: BufWriter<Box<dyn Write>>,
    json: bool,
    colour: bool,
    n: u64,
}

/// What is said of one record.
struct Found {
    format: Option<&'static str>,
    fields: Map<String, Value>,
    tags: Vec<Value>,
    labels: Map<String, Value>,
    /// Names of fields and where their values stand in the record.
    spans: Vec<(String, Range<usize>)>,
    events: usize,
}

impl Explainer {
    /// Explains the records of every input, at most `most`; whether an input could not be read.
    fn all(&mut self, options: &option::Explain, most: u64) -> anyhow::Result<bool> {
        let framing = self.reading.framing();
        let limits = Limits {
            framing,
            ..Limits::default()
        };
        let files = match options.files.is_empty() {
            true => vec![FilePath::new("-").to_owned()],
            false => options.files.clone(),
        };
        let mut source = Files::new(files, limits).with_dash();
        let stop = Stop::new().context("no pipe for signals")?;
        let mut batch = Batch::default();
        let mut failed = false;
        while self.n < most {
            batch.bytes.clear(1 << 20);
            match source.read(&mut batch, &stop) {
                Ok(Read::End) => break,
                Ok(Read::Lines) => self.batch(&batch, framing, most)?,
                Ok(Read::Oversized(piece)) if piece.first => {
                    self.n += 1;
                    let found = Found {
                        format: None,
                        fields: Map::new(),
                        tags: Vec::new(),
                        labels: Map::new(),
                        spans: Vec::new(),
                        events: 0,
                    };
                    self.print(b"(longer than an event may be)", &found)
                        .context(NOT_WRITTEN)?;
                }
                Ok(Read::Oversized(_)) => {}
                Err(error) => {
                    eprintln!("knownet: {error}");
                    failed = true;
                }
            }
        }
        Ok(failed)
    }

    fn batch(&mut self, batch: &Batch, framing: Framing, most: u64) -> anyhow::Result<()> {
        let bytes = batch.bytes.filled();
        let mut heading = batch.heading.clone();
        let lines = bytes.split_inclusive(|&byte| byte == b'\n');
        let records: Box<dyn Iterator<Item = &[u8]>> = match self.reading.choice {
            Some(_) => Box::new(Records::new(bytes, 0)),
            None => Box::new(lines),
        };
        for record in records {
            if self.n == most {
                break;
            }
            let bare = record.strip_prefix(b"\xef\xbb\xbf").unwrap_or(record);
            if bare.trim_ascii().is_empty() {
                continue;
            }
            self.n += 1;
            // A record that shares its line has no line feed of its own.
            let mut line = record.to_vec();
            if line.last() != Some(&b'\n') {
                line.push(b'\n');
            }
            let found = self.one(&line, &heading);
            heading = match (framing.heading)(&line, &heading) {
                Some(next) => next,
                None if heading == Heading::Start => Heading::None,
                None => heading,
            };
            self.print(record, &found).context(NOT_WRITTEN)?;
        }
        Ok(())
    }

    /// Takes one record through the steps.
    fn one(&mut self, line: &[u8], heading: &Heading) -> Found {
        let (mut work, mut output) = (Work::default(), Output::default());
        let bytes = self.steps.run(line, heading, &mut work);
        splice(bytes, &work, &mut output);
        let explained = self.reader.explain(line, heading);
        let mut found = Found {
            format: match self.reading.choice {
                None => work
                    .events
                    .first()
                    .filter(|event| event.kind == knownet_flow::Kind::Json)
                    .map(|_| "json"),
                Some(_) => explained.format,
            },
            fields: Map::new(),
            tags: Vec::new(),
            labels: Map::new(),
            spans: explained
                .spans
                .into_iter()
                .map(|(field, span)| (field.path().to_owned(), span))
                .collect(),
            events: work.events.len(),
        };
        let rewritten = bytes.as_ptr() != line.as_ptr();
        if let Some(event) = work.events.first() {
            for hit in &work.hits[event.hits] {
                let Some((path, port)) = self.plan.fields.role(hit.field) else {
                    continue;
                };
                let text = work.hit_text(bytes, hit);
                if !rewritten && !hit.unescaped {
                    found.spans.push((path.to_string(), hit.text.range()));
                }
                let value = match port {
                    true => Some(text.trim_ascii())
                        .filter(|text| is_port(text))
                        .and_then(|text| {
                            let number: u64 = std::str::from_utf8(text).ok()?.parse().ok()?;
                            Some(json!(number))
                        }),
                    false => endpoint(text).map(|found| json!(String::from_utf8_lossy(found.ip))),
                };
                if let Some(value) = value {
                    found.fields.entry(path.to_string()).or_insert(value);
                }
            }
            for answer in &work.answers[event.answers] {
                let table = &self.plan.table;
                if let (Some(tag), Some(label)) = (
                    self.tags.get(usize::from(answer.tag)),
                    table.label_of(answer.first),
                ) {
                    let label = table.label_name(label);
                    found.labels.insert(tag.into.to_string(), json!(label));
                }
            }
        }
        let first = output.events(0).slices().next().unwrap_or_default();
        let first = first
            .split(|&byte| byte == b'\n')
            .next()
            .unwrap_or_default();
        if let Ok(Value::Object(event)) = serde_json::from_slice(first)
            && let Some(Value::Array(tags)) = event.get("tags")
        {
            found.tags.clone_from(tags);
        }
        found
    }

    fn print(&mut self, record: &[u8], found: &Found) -> io::Result<()> {
        if self.json {
            let object = json!({
                "n": self.n,
                "format": found.format,
                "fields": found.fields,
                "tags": found.tags,
                "labels": found.labels,
            });
            return writeln!(self.out, "{object}");
        }
        let format = found.format.unwrap_or("no format known");
        writeln!(self.out, "{}: {format}", self.n)?;
        let line = record.trim_ascii_end();
        let painted = paint(line, &found.spans, self.colour);
        writeln!(self.out, "  {painted}")?;
        let mut said: Vec<&str> = Vec::new();
        for (path, span) in &found.spans {
            if said.contains(&path.as_str()) || path == "message" {
                continue;
            }
            said.push(path);
            let value = printable(&record[span.clone()]);
            writeln!(self.out, "    {path:32} {value}")?;
        }
        for (path, value) in found
            .fields
            .iter()
            .filter(|(path, _)| !said.contains(&path.as_str()))
        {
            writeln!(
                self.out,
                "    {path:32} {}",
                value.to_string().trim_matches('"')
            )?;
        }
        if !found.labels.is_empty() {
            for (target, label) in &found.labels {
                writeln!(
                    self.out,
                    "    label {target:26} {}",
                    label.as_str().unwrap_or_default()
                )?;
            }
        } else if found.fields.is_empty() {
            writeln!(
                self.out,
                "    no address was found in a role that its name proves"
            )?;
        } else {
            writeln!(self.out, "    no label covers these addresses")?;
        }
        if !found.tags.is_empty() {
            let tags = found.tags.iter().filter_map(Value::as_str);
            let tags: Vec<String> = tags.map(|tag| printable(tag.as_bytes())).collect();
            writeln!(self.out, "    tags {:27} {}", "", tags.join(", "))?;
        }
        if found.events > 1 {
            writeln!(
                self.out,
                "    becomes {} events; the first is shown",
                found.events
            )?;
        }
        Ok(())
    }
}

/// The record as a terminal may show it, with what was found in colour.
fn paint(line: &[u8], spans: &[(String, Range<usize>)], colour: bool) -> String {
    let mut marks: Vec<(&str, Range<usize>)> = spans
        .iter()
        .filter(|(path, span)| {
            path != "message" && path != "event.original" && span.end <= line.len()
        })
        .map(|(path, span)| (path.as_str(), span.clone()))
        .collect();
    marks.sort_by_key(|(_, span)| (span.start, std::cmp::Reverse(span.end)));
    let (mut text, mut at) = (String::new(), 0);
    for (path, span) in marks {
        if span.start < at || !colour {
            continue;
        }
        text += &printable(&line[at..span.start]);
        let code = match path {
            "source.ip" | "source.port" => "1;32",
            "destination.ip" | "destination.port" => "1;33",
            _ => "36",
        };
        text += &format!("\x1b[{code}m{}\x1b[0m", printable(&line[span.clone()]));
        at = span.end;
    }
    text += &printable(&line[at..]);
    text
}

/// Text without what could steer a terminal.
fn printable(bytes: &[u8]) -> String {
    let mut text = String::new();
    for c in String::from_utf8_lossy(bytes).chars() {
        match c {
            '\t' => text.push('\t'),
            // Marks of direction would show the text in another order.
            '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}' => {
                text.extend(c.escape_unicode());
            }
            c if c.is_control() => text.extend(c.escape_default()),
            c => text.push(c),
        }
    }
    text
}
