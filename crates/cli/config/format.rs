//! Formats: how a source's records are read.

use std::sync::Arc;

use knownet_flow::Framing;
use knownet_format::json;
use knownet_format::text::alias::{self, Aliases};
use knownet_format::text::field::Field;
use knownet_format::text::reader::{self, Choice, HEADED, NAMES};
use knownet_format::text::time::Zone;
use knownet_format::text::{FORMATS, frame};

use super::section::Section;
use super::slip::nearest;
use super::tree::{Value, dotted};

/// How the records of one source are read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The format; `None` if every line is JSON or a mistake.
    pub choice: Option<Choice>,
    /// How text is read.
    pub text: reader::Options,
    /// How JSON is read.
    pub json: json::Options,
    /// Whether the addresses found are written under their ECS names.
    pub ecs: bool,
}

impl Default for Reading {
    /// Any format, in UTC.
    fn default() -> Reading {
        Reading {
            choice: Some(Choice::Auto),
            text: reader::Options::default(),
            json: json::Options {
                aliases: Some(Arc::new(Aliases::new(&[]))),
                ..json::Options::default()
            },
            ecs: false,
        }
    }
}

impl Reading {
    /// How lines make records.
    pub fn framing(&self) -> Framing {
        match self.choice {
            None => Framing::default(),
            Some(_) => Framing {
                whole: frame::whole,
                heading: frame::heading,
            },
        }
    }
}

/// What stands above the first table: what holds for every source that does not say otherwise.
pub(super) fn defaults(top: &Section<'_>) -> Reading {
    let mut reading = Reading::default();
    aliases(top, &mut reading);
    overlay(top, &mut reading);
    reading
}

/// How one source is read.
pub(super) fn read(section: &Section<'_>, options: &super::Options) -> Reading {
    let mut reading = options.reading.clone();
    overlay(section, &mut reading);
    reading
}

fn overlay(section: &Section<'_>, reading: &mut Reading) {
    if let Some(validate) = section.bool("validate") {
        reading.json.validate = validate;
    }
    if let Some(choice) = choice(section, &reading.text.aliases) {
        reading.choice = choice;
    }
    if let Some(zone) = section.text("timezone", |text| text.read(Zone::parse)) {
        reading.text.zone = zone;
    }
    if let Some(ecs) = section.bool("ecs") {
        reading.ecs = ecs;
    }
    if let Some(original) = section.bool("original") {
        reading.text.original = original;
    }
}

/// The format of this name; the inner `None` is JSON and nothing else.
///
/// # Errors
/// The known ones.
pub fn named(name: &str) -> Result<Option<Choice>, String> {
    match name {
        "auto" => Ok(Some(Choice::Auto)),
        "json" => Ok(None),
        "syslog" => Ok(Some(Choice::Syslog)),
        name if HEADED.contains(&name) => {
            let name = HEADED.iter().find(|known| **known == name);
            Ok(name.map(|name| Choice::Headed(name)))
        }
        name => match FORMATS.iter().find(|spec| spec.name == name) {
            Some(spec) => Ok(Some(Choice::Named(spec))),
            None => {
                let known = names();
                let near = nearest(name, &known)
                    .map_or(String::new(), |near| format!(" did you mean {near}?"));
                let known = known.join(", ");
                Err(format!("\"{name}\" is not a format;{near} known: {known}"))
            }
        },
    }
}

/// Every name that [`named`] knows.
pub fn names() -> Vec<&'static str> {
    let mut names = vec!["auto", "json"];
    names.extend(
        NAMES
            .iter()
            .filter(|name| !["json", "regex", "grok"].contains(name)),
    );
    names
}

fn choice(section: &Section<'_>, own: &[(String, Field)]) -> Option<Option<Choice>> {
    let node = section.node("format")?;
    match &node.value {
        Value::Text(_) => section.text("format", |name| {
            name.read(named)
                .map_err(|error| format!("{error}; or a table with regex, grok, csv or kv"))
        }),
        Value::Table(_) => {
            let table = section.inner(node, dotted(&section.key, "format"), "format")?;
            super::own::read(&table, &Aliases::new(own)).map(Some)
        }
        _ => {
            section.wrong(
                node,
                &dotted(&section.key, "format"),
                "a name or a table with regex, grok, csv or kv",
            );
            None
        }
    }
}

/// Names of fields beside the builtin ones: `[aliases]`, a vendor's name to an ECS field.
fn aliases(top: &Section<'_>, reading: &mut Reading) {
    let Some(node) = top.node("aliases") else {
        return;
    };
    let key = dotted(&top.key, "aliases");
    let Value::Table(entries) = &node.value else {
        return top.wrong(
            node,
            &key,
            "a table, such as [aliases] my_source = \"source.ip\"",
        );
    };
    for (name, node) in entries {
        let key = dotted(&key, name);
        match &node.value {
            Value::Text(path) => match path.read(field) {
                Ok(field) => {
                    let reduced = alias::reduced(name);
                    let taken = |(known, _): &&(String, Field)| alias::reduced(known) == reduced;
                    let message = match &reduced {
                        None => format!(
                            "a name has 1 to {} letters, digits or other characters beside those between words",
                            alias::LONGEST
                        ),
                        Some(_) => match reading.text.aliases.iter().find(taken) {
                            Some((known, _)) => format!(
                                "is the same name as {known}: case and what stands between words do not matter"
                            ),
                            None => {
                                reading.text.aliases.push((name.clone(), field));
                                continue;
                            }
                        },
                    };
                    top.notes.error(node.line, &key, message);
                }
                Err(message) => top.notes.error(node.line, &key, message),
            },
            _ => top.wrong(node, &key, "the name of an ECS field"),
        }
    }
    reading.json.aliases = Some(Arc::new(Aliases::new(&reading.text.aliases)));
}

/// The ECS field of this path.
pub(super) fn field(path: &str) -> Result<Field, String> {
    Field::of(path).ok_or_else(|| {
        let known: Vec<&str> = Field::named().map(Field::path).collect();
        let near = nearest(path, &known).map_or(String::new(), |near| format!(" did you mean {near}?"));
        format!("\"{path}\" is not an ECS field that a name can stand for;{near} such as source.ip, destination.port, user.name")
    })
}
