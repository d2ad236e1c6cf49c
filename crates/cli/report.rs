//! What a run did, in a few lines on standard error.

use std::fmt;
use std::io::{self, Write};
use std::process::ExitCode;

use knownet_format::text::reader::NAMES;
use knownet_runtime::{Ended, RunError, Summary};

/// What is said where a command's own output fails.
pub const NOT_WRITTEN: &str = "standard output cannot be written";

/// Where dead letters go if nothing else is said: beside the configuration, or in the current folder.
pub const DEAD_LETTERS: &str = "knownet-dead-letters.ndjson";

/// How a run's summary is told.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// Not at all, but for what was lost.
    Nothing,
    /// In a few lines for people.
    Text,
    /// As a message like others.
    Message,
}

/// Says it in a line of standard error. Nobody may read that any more, and that is no reason to end.
pub fn tell(text: fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// Reports the run and turns it into an exit code.
///
/// A run that goes on until it is stopped has said long ago what went to the dead letters: that it
/// ends when it is told to is success.
pub fn finish(
    outcome: anyhow::Result<Result<Summary, RunError>>,
    said: Said,
    is_live: bool,
) -> anyhow::Result<ExitCode> {
    let (summary, failure) = match outcome? {
        Ok(summary) => (summary, None),
        Err(error) => (*error.summary, Some(error.cause)),
    };
    match said {
        Said::Nothing => {}
        Said::Text => tell(format_args!(
            "{}",
            describe(&summary).trim_end_matches('\n')
        )),
        Said::Message => log(&summary),
    }
    match &failure {
        None => {}
        Some(cause) if said == Said::Message => tracing::error!("{cause}"),
        Some(cause) => tell(format_args!("knownet: {cause}")),
    }
    if summary.dead_letters > 0 && said == Said::Nothing {
        let (events, path) = (events(summary.dead_letters), &summary.dead_letter);
        tell(format_args!("knownet: {events} went to {path}"));
    }
    let well = match is_live && summary.ended == Ended::Stopped {
        true => summary.is_settled(),
        false => summary.is_complete(),
    };
    Ok(match failure.is_none() && well {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// The sums, as fields of one message.
fn log(summary: &Summary) {
    let counts = &summary.counts;
    tracing::info!(
        events_in = counts.events,
        events_out = counts.passed,
        bytes_in = summary.bytes_in,
        bytes_out = summary.bytes_out,
        labelled = counts.labelled,
        dropped = counts.dropped,
        unrouted = counts.unrouted,
        unparsed = counts.unparsed,
        dead_letters = summary.dead_letters,
        retries = summary.retries,
        unconfirmed_batches = summary.failed_batches,
        seconds = summary.elapsed.as_secs_f64(),
        "{}",
        match summary.ended {
            Ended::Input => "ended",
            Ended::Failed => "failed",
            Ended::Stopped => "stopped by a signal",
            Ended::Closed => "ended: the reader has gone",
        }
    );
}

/// The lines: always what came in and went out, the rest where there was some.
fn describe(summary: &Summary) -> String {
    let counts = &summary.counts;
    let seconds = summary.elapsed.as_secs_f64();
    let ended = match summary.ended {
        Ended::Input | Ended::Failed => "",
        Ended::Stopped => "; stopped by a signal",
        Ended::Closed => "; the reader has gone",
    };
    let mut text = format!(
        "knownet: {} in, {} out in {seconds:.2} s ({} bytes in){ended}\n",
        events(counts.events),
        grouped(counts.passed),
        grouped(summary.bytes_in),
    );
    let mut line = |name: &str, what: String| text.push_str(&format!("  {name:<12} {what}\n"));
    let written = counts.labels.iter().enumerate().filter(|(_, n)| **n > 0);
    let labels: Vec<String> = written
        .map(|(label, n)| {
            let name = summary.names.labels.get(label);
            format!("{} {}", name.map_or("label", String::as_str), grouped(*n))
        })
        .collect();
    if !labels.is_empty() {
        let labels = labels.join(", ");
        line("labelled", format!("{}: {labels}", events(counts.labelled)));
    }
    let read = counts.formats.iter().zip(NAMES).filter(|(n, _)| **n > 0);
    let read: Vec<String> = read
        .map(|(n, name)| format!("{name} {}", grouped(*n)))
        .collect();
    if !read.is_empty() {
        line("formats", read.join(", "));
    }
    if counts.dropped > 0 {
        line("dropped", events(counts.dropped));
    }
    for (rule, n) in counts.rules.iter().enumerate().filter(|(_, n)| **n > 0) {
        let name = summary.names.rules.get(rule);
        let name = name.map_or("rule", |rule| rule.name.as_str());
        line("rule", format!("{name}: {}", events(*n)));
    }
    for (name, n, why) in [
        ("unrouted", counts.unrouted, "no sink takes them"),
        (
            "unparsed",
            counts.unparsed,
            "not in their format; passed on with a tag such as _jsonparsefailure",
        ),
        (
            "no format",
            counts.no_format,
            "text in no format that is known: _noformat",
        ),
        ("long", counts.long, "over 1 MiB, not looked at"),
        (
            "not written",
            counts.enrich_failures,
            "a field on the way is no object: _enrichfailure",
        ),
        ("retries", summary.retries, "writes that were repeated"),
    ] {
        if n > 0 {
            line(name, format!("{} ({why})", grouped(n)));
        }
    }
    if summary.dead_letters > 0 {
        let (n, path) = (grouped(summary.dead_letters), &summary.dead_letter);
        line("dead letters", format!("{n} (in {path})"));
    }
    if summary.source_error_count > 0 {
        line(
            "not read",
            format!("{} inputs", grouped(summary.source_error_count)),
        );
    }
    text
}

fn events(n: u64) -> String {
    format!("{} event{}", grouped(n), if n == 1 { "" } else { "s" })
}

/// A number with its thousands apart.
pub fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
