//! Where an event goes: a data stream, or an index whose name may have the event's date and fields
//! in it, spelled as Logstash does: `knownet-%{+yyyy.MM.dd}`, `knownet-%{[host.name]}`.
//!
//! - A name begins with text of the configuration: otherwise an event could choose any index, those
//!   of the system included.
//! - What of a field an index's name may not have becomes `_`; an event without the field goes to
//!   the index with `unknown` in its place.
//! - A date is that of the event's own `@timestamp`, in UTC; of an event without one, that of
//!   the day on which it is taken for sending.

use std::io::Write;

use knownet_flow::Path;

use super::moment::Moment;
use knownet_flow::json::member::find;

/// Bytes of a name (Elasticsearch's `create index`: 255).
const LONGEST: usize = 255;
/// Bytes that a field may add to a name.
const FIELD: usize = 64;

/// Where events go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    parts: Vec<Part>,
    stream: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Year,
    Month,
    Day,
    Hour,
    Field(Path),
}

impl Target {
    /// The data stream of this name.
    ///
    /// # Errors
    /// If that is no name.
    pub fn data_stream(name: &str) -> Result<Target, String> {
        let target = Target {
            parts: vec![Part::Text(name.to_owned())],
            stream: true,
        };
        target.checked(name)
    }

    /// Indices of these names.
    ///
    /// # Errors
    /// What is not known between `%{` and `}`, or what a name may not have.
    pub fn index(pattern: &str) -> Result<Target, String> {
        let mut parts = Vec::new();
        let mut rest = pattern;
        while let Some(at) = rest.find("%{") {
            text(&rest[..at], &mut parts);
            let inner = &rest[at + 2..];
            let end = inner
                .find('}')
                .ok_or_else(|| format!("\"{pattern}\" has a %{{ without its }}"))?;
            match &inner[..end] {
                date if date.starts_with('+') => self::date(&date[1..], &mut parts)?,
                name => parts.push(Part::Field(field(name)?)),
            }
            rest = &inner[end + 1..];
        }
        text(rest, &mut parts);
        let stream = false;
        Target { parts, stream }.checked(pattern)
    }

    fn checked(self, spelled: &str) -> Result<Target, String> {
        let Some(Part::Text(first)) = self.parts.first() else {
            return Err(format!(
                "\"{spelled}\" begins with no text, so that events could go to any index; write one \
                 such as \"knownet-%{{+yyyy.MM.dd}}\""
            ));
        };
        if !first.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit()) {
            return Err(format!(
                "\"{spelled}\" is no name; one begins with a small letter or a digit"
            ));
        }
        let mut longest = 0;
        for part in &self.parts {
            longest += match part {
                Part::Text(text) => {
                    if let Some(wrong) = text.chars().find(|c| !is_allowed(*c)) {
                        return Err(format!(
                            "\"{spelled}\" is no name, as it has {wrong:?} in it; small letters, \
                             digits and - _ . + may be"
                        ));
                    }
                    text.len()
                }
                Part::Year => 4,
                Part::Month | Part::Day | Part::Hour => 2,
                Part::Field(_) => FIELD,
            };
        }
        match longest > LONGEST {
            true => Err(format!(
                "\"{spelled}\" may become longer than the {LONGEST} bytes that a name may have; a \
                 field counts as {FIELD}"
            )),
            false => Ok(self),
        }
    }

    /// The data stream, if it is one.
    pub fn stream(&self) -> Option<&str> {
        match &self.parts[..] {
            [Part::Text(name)] if self.stream => Some(name),
            _ => None,
        }
    }

    /// The pattern of Elasticsearch's own templates for data streams that an index of these names may
    /// match (Elastic's guide, "Index templates"): it would become a data stream.
    pub fn builtin(&self) -> Option<&'static str> {
        let Some(Part::Text(first)) = self.parts.first().filter(|_| !self.stream) else {
            return None;
        };
        let patterns = [
            ("logs-", "logs-*-*"),
            ("metrics-", "metrics-*-*"),
            ("synthetics-", "synthetics-*-*"),
        ];
        let (start, pattern) = patterns
            .iter()
            .find(|(start, _)| first.starts_with(start))?;
        let second = self.parts.iter().enumerate().any(|(at, part)| match part {
            Part::Text(text) if at == 0 => text[start.len()..].contains('-'),
            Part::Text(text) => text.contains('-'),
            Part::Field(_) => true,
            _ => false,
        });
        second.then_some(pattern)
    }

    /// Whether it is a data stream, whose events need a time.
    pub(super) fn is_stream(&self) -> bool {
        self.stream
    }

    /// Appends the name of the index for `event`.
    pub(super) fn write(&self, event: &[u8], out: &mut Vec<u8>) {
        let mut moment = None;
        for part in &self.parts {
            let mut number = |of: fn(&Moment) -> i64, digits: usize| {
                let moment =
                    moment.get_or_insert_with(|| Moment::of(event).unwrap_or_else(Moment::now));
                // A write to memory does not fail.
                let _ = write!(out, "{:01$}", of(moment), digits);
            };
            match part {
                Part::Text(text) => out.extend_from_slice(text.as_bytes()),
                Part::Year => number(|m| m.year, 4),
                Part::Month => number(|m| m.month.into(), 2),
                Part::Day => number(|m| m.day.into(), 2),
                Part::Hour => number(|m| m.hour.into(), 2),
                Part::Field(path) => value(find(event, path.as_str()), out),
            }
        }
    }
}

fn text(text: &str, parts: &mut Vec<Part>) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Text(last)) => last.push_str(text),
        _ => parts.push(Part::Text(text.to_owned())),
    }
}

/// Letters of Joda's patterns, as far as an index's name has a use for them.
fn date(pattern: &str, parts: &mut Vec<Part>) -> Result<(), String> {
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        let end = rest.find(|c| c != first).unwrap_or(rest.len());
        match &rest[..end] {
            "yyyy" | "YYYY" => parts.push(Part::Year),
            "MM" => parts.push(Part::Month),
            "dd" => parts.push(Part::Day),
            "HH" => parts.push(Part::Hour),
            other if first.is_ascii_alphabetic() => {
                return Err(format!(
                    "\"%{{+{pattern}}}\" has \"{other}\", which is no part of a date here; known: \
                     yyyy, MM, dd, HH"
                ));
            }
            other => text(other, parts),
        }
        rest = &rest[end..];
    }
    Ok(())
}

/// `[host][name]`, or `[host.name]`.
fn field(name: &str) -> Result<Path, String> {
    let inner = name.strip_prefix('[').and_then(|n| n.strip_suffix(']'));
    let dotted = inner.map(|inner| inner.replace("][", "."));
    match dotted.filter(|dotted| !dotted.contains(['[', ']'])) {
        Some(dotted) => Path::parse(&dotted).map_err(|e| e.to_string()),
        None => Err(format!(
            "\"%{{{name}}}\" is not known; write a date such as %{{+yyyy.MM.dd}} or a field such as \
             %{{[host.name]}}"
        )),
    }
}

fn value(value: Option<&[u8]>, out: &mut Vec<u8>) {
    let value = match value {
        Some([b'"', text @ .., b'"']) => text,
        Some(b"null" | [b'{' | b'[', ..]) | None => b"",
        Some(other) => other,
    };
    if value.is_empty() {
        out.extend_from_slice(b"unknown");
        return;
    }
    out.extend(value.iter().take(FIELD).map(|byte| {
        let small = byte.to_ascii_lowercase();
        match is_allowed(char::from(small)) {
            true => small,
            false => b'_',
        }
    }));
}

/// Less than Elasticsearch allows, and the same for everything that talks to it.
fn is_allowed(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.' | '+')
}

#[cfg(test)]
#[path = "../tests/elasticsearch/target.rs"]
mod tests;
