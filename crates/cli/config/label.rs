//! Labels: names for sets of networks, and where their prefixes come from.

use std::path::{Path, PathBuf};

use knownet_feed::{BadLine, Kind, Options, builtin};
use knownet_label::Prefix;

use super::disk::Access;
use super::section::Section;
use super::text::Text;
use super::tree::{Node, Value};

/// One label.
#[derive(Debug)]
pub struct Label {
    /// The name that is written into events.
    pub name: String,
    /// Where it stands in the configuration.
    pub line: usize,
    /// Whether its networks are threats: their events are never dropped.
    pub threat: bool,
    /// Feeds, in order.
    pub feeds: Vec<Feed>,
    /// Prefixes that stand in the configuration itself.
    pub cidrs: Vec<Prefix>,
}

/// Where a label's prefixes come from.
#[derive(Debug)]
pub struct Feed {
    /// Where it stands in the configuration.
    pub line: usize,
    /// Its dotted key there.
    pub key: String,
    /// Which feed.
    pub origin: Origin,
    /// How it is read.
    pub options: Options,
}

/// Which feed it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// One that comes along, by its name without `builtin:`.
    Builtin(String),
    /// A file.
    File(PathBuf),
}

impl Label {
    /// The files that it is made of.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        self.feeds.iter().filter_map(|feed| match &feed.origin {
            Origin::File(path) => Some(path.as_path()),
            Origin::Builtin(_) => None,
        })
    }

    /// Whether it is made of the same feeds and prefixes as `other`.
    pub fn is_made_as(&self, other: &Label) -> bool {
        let origins = |label: &Label| label.feeds.iter().map(|f| f.origin.clone()).collect();
        let (mine, others): (Vec<Origin>, Vec<Origin>) = (origins(self), origins(other));
        mine == others && self.cidrs == other.cidrs
    }
}

pub(super) fn read(section: &Section<'_>) -> Option<Label> {
    let common = options(section, &Options::default());
    let mut feeds = Vec::new();
    for (key, node) in section.list("feeds") {
        feeds.extend(feed(section, key, node, &common));
    }
    let label = Label {
        name: section.name.clone(),
        line: section.line,
        threat: section.bool("threat").unwrap_or(false),
        feeds,
        cidrs: section.texts("cidrs", |text, line, key| {
            let parsed = text.read(|text| Prefix::parse(text.as_bytes()))?;
            let prefix = parsed.prefix;
            if prefix.is_default() && !common.allow.contains(&prefix) {
                return Err(format!(
                    "{prefix} covers every address of its family; if that is meant, set \
                     allow = [\"{prefix}\"]"
                ));
            }
            if parsed.host_bits {
                let read_as = match text.written() {
                    None => format!("; it is read as {prefix}"),
                    Some(_) => ", which are left out".to_owned(),
                };
                let message = format!("\"{text}\" has host bits set{read_as}");
                section.notes.warning(line, key, message);
            }
            Ok(prefix)
        }),
    };
    if section.list("feeds").is_empty() && section.list("cidrs").is_empty() {
        section.notes.warning(
            section.line,
            &section.key,
            "has neither feeds nor cidrs, so that no address carries it",
        );
    }
    section.finish();
    Some(label)
}

fn feed(section: &Section<'_>, key: String, node: &Node, common: &Options) -> Option<Feed> {
    let (origin, options) = match &node.value {
        Value::Text(text) => match origin(section, text, node.line, &key) {
            Ok(origin) => (origin, common.clone()),
            Err(message) => {
                section.notes.error(node.line, &key, message);
                return None;
            }
        },
        Value::Table(_) => {
            let table = section.inner(node, key.clone(), "")?;
            table.require("path", "name a file or builtin:NAME");
            let place = format!("{key}.path");
            let path = table.text("path", |text| origin(&table, text, node.line, &place));
            let mut options = options(&table, common);
            options.kind = kind(&table);
            table.finish();
            (path?, options)
        }
        _ => {
            section.wrong(
                node,
                &key,
                "text or a table such as { path = \"feed.txt\" }",
            );
            return None;
        }
    };
    Some(Feed {
        line: node.line,
        key,
        origin,
        options,
    })
}

fn kind(table: &Section<'_>) -> Option<Kind> {
    let known: Vec<_> = Kind::all().map(|kind| (kind.name(), kind)).collect();
    table.one_of("kind", "a kind of feed", &known)
}

fn origin(section: &Section<'_>, text: &Text, line: usize, key: &str) -> Result<Origin, String> {
    if let Some(name) = text.value().strip_prefix("builtin:") {
        return match builtin::note(name) {
            Ok(_) => Ok(Origin::Builtin(name.to_owned())),
            Err(_) => {
                let known: Vec<_> = builtin::names()
                    .map(|name| format!("builtin:{name}"))
                    .collect();
                Err(format!(
                    "\"{text}\" is not builtin; known: {}",
                    known.join(", ")
                ))
            }
        };
    }
    if text.value().contains("://") {
        return Err(format!(
            "\"{text}\" is an address; feeds are read from files: fetch it and name the file"
        ));
    }
    section
        .path(text, line, key, Access::Read)
        .map(Origin::File)
}

/// How a feed is read, by what `section` says and by `common` where it says nothing.
fn options(section: &Section<'_>, common: &Options) -> Options {
    let answers = [("error", BadLine::Error), ("skip", BadLine::Skip)];
    let on_bad_line = section.one_of("on_bad_line", "an answer to a bad line", &answers);
    let allow = section.texts("allow", |text, _, _| {
        match Prefix::parse(text.value().as_bytes()) {
            Ok(parsed) if parsed.prefix.is_default() => Ok(parsed.prefix),
            _ => Err(format!("\"{text}\" needs no leave; known: 0.0.0.0/0, ::/0")),
        }
    });
    Options {
        kind: None,
        on_bad_line: on_bad_line.unwrap_or(common.on_bad_line),
        allow: match section.node("allow") {
            Some(_) => allow,
            None => common.allow.clone(),
        },
    }
}
