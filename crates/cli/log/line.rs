//! One message as a line.

use std::fmt::{Debug, Write as _};
use std::time::SystemTime;

use knownet_flow::time;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

use super::Form;

/// Bytes of a message or a field's value that are shown.
const LONGEST: usize = 2048;

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Line {
    pub(super) level: Level,
    pub(super) message: String,
    pub(super) fields: Vec<(&'static str, Value)>,
}

impl Line {
    pub(super) fn of(event: &Event<'_>) -> Line {
        let mut line = Line {
            level: *event.metadata().level(),
            message: String::new(),
            fields: Vec::new(),
        };
        event.record(&mut line);
        line
    }

    /// The line with its line feed.
    pub(super) fn text(&self, form: Form, color: bool, now: SystemTime) -> String {
        match form {
            Form::Plain => {
                let mut text = "knownet: ".to_owned();
                self.words(&mut text);
                text
            }
            Form::Human => {
                let (on, off) = match (color, self.level) {
                    (false, _) => ("", ""),
                    (true, Level::ERROR) => ("\x1b[31m", "\x1b[0m"),
                    (true, Level::WARN) => ("\x1b[33m", "\x1b[0m"),
                    (true, _) => ("\x1b[2m", "\x1b[0m"),
                };
                let mut text = format!("{} {on}{:5}{off} ", time::text(now), self.level);
                self.words(&mut text);
                text
            }
            Form::Json => {
                let mut object = Map::new();
                object.insert("@timestamp".to_owned(), time::text(now).into());
                let level = self.level.to_string().to_lowercase();
                object.insert("log.level".to_owned(), level.into());
                object.insert("message".to_owned(), self.message.clone().into());
                for (name, value) in &self.fields {
                    object.insert((*name).to_owned(), value.clone());
                }
                format!("{}\n", Value::Object(object))
            }
        }
    }

    fn words(&self, text: &mut String) {
        visible(&self.message, text);
        for (name, value) in &self.fields {
            text.push(' ');
            text.push_str(name);
            text.push('=');
            match value {
                Value::String(plain) if !plain.contains(' ') => visible(plain, text),
                value => visible(&value.to_string(), text),
            }
        }
        text.push('\n');
    }

    fn field(&mut self, field: &Field, value: Value) {
        match field.name() {
            // What the `log` crate's messages bring along.
            name if name.starts_with("log.") => {}
            name => self.fields.push((name, value)),
        }
    }
}

impl Visit for Line {
    fn record_f64(&mut self, field: &Field, value: f64) {
        self.field(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "message" => self.message = shortened(value.to_owned()),
            _ => self.field(field, shortened(value.to_owned()).into()),
        }
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        let mut text = String::new();
        // A string takes whatever is written.
        let _ = write!(text, "{value:?}");
        match field.name() {
            "message" => self.message = shortened(text),
            _ => self.field(field, shortened(text).into()),
        }
    }
}

fn shortened(mut text: String) -> String {
    if text.len() > LONGEST {
        let end = (0..=LONGEST).rev().find(|&end| text.is_char_boundary(end));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
    text
}

/// Appends `text`; what a terminal would act on is shown.
fn visible(text: &str, out: &mut String) {
    for c in text.chars() {
        match c.is_control() {
            true => out.extend(c.escape_default()),
            false => out.push(c),
        }
    }
}

#[cfg(test)]
#[path = "tests/line.rs"]
mod tests;
