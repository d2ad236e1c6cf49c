//! A table of the configuration, read key by key.
//!
//! The keys that were asked for are the known ones: whatever else stands there is told by
//! [`Section::finish`], so no list of names has to be kept beside the reading.

mod value;

use std::cell::RefCell;
use std::path::Path;

use knownet_flow::OpenError;

use super::disk::Trial;
use super::mistake::Notes;
use super::slip::nearest;
use super::tree::{Node, Value, dotted};

pub(super) struct Section<'a> {
    /// Its dotted key.
    pub(super) key: String,
    /// Where it begins.
    pub(super) line: usize,
    /// What it is called within its parent.
    pub(super) name: String,
    pub(super) notes: &'a Notes,
    folder: &'a Path,
    entries: &'a [(String, Node)],
    asked: RefCell<Vec<&'static str>>,
}

/// The types of a source or sink: name, and what reads the rest of its table.
pub(super) type Types<T> = [(&'static str, Read<T>)];

/// What reads the table of one type.
pub(super) type Read<T> = fn(&Section<'_>) -> Option<T>;

/// Stands for the type that this build leaves out.
#[cfg(not(feature = "kafka"))]
pub(super) fn without_kafka<T>(section: &Section<'_>) -> Option<T> {
    // Their values do not matter; they are no mistakes besides.
    for key in [
        "brokers",
        "tls",
        "sasl",
        "librdkafka",
        "topics",
        "group",
        "start",
        "drain_timeout",
        "topic",
        "key",
        "partitioner",
        "compression",
        "headers",
    ] {
        section.node(key);
    }
    let message = "\"kafka\" is not in this build; take one that was built with the feature kafka";
    section.error("type", message);
    None
}

impl<'a> Section<'a> {
    /// The whole document; relative paths in it start at `folder`.
    pub(super) fn root(root: &'a Node, folder: &'a Path, notes: &'a Notes) -> Section<'a> {
        Section {
            key: String::new(),
            line: 1,
            name: String::new(),
            notes,
            folder,
            entries: match &root.value {
                Value::Table(entries) => entries,
                _ => &[],
            },
            asked: RefCell::default(),
        }
    }

    /// `node` as a table; anything else is noted.
    pub(super) fn inner(&self, node: &'a Node, key: String, name: &str) -> Option<Section<'a>> {
        let Value::Table(entries) = &node.value else {
            self.wrong(node, &key, "a table");
            return None;
        };
        Some(Section {
            key,
            line: node.line,
            name: name.to_owned(),
            notes: self.notes,
            folder: self.folder,
            entries,
            asked: RefCell::default(),
        })
    }

    /// Reads each table of the table `key`, such as `[sources.NAME]`.
    pub(super) fn named<T>(
        &self,
        key: &'static str,
        read: impl Fn(&Section<'a>) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let Some(table) = self.inner(node, dotted(&self.key, key), key) else {
            return Vec::new();
        };
        let mut all = Vec::new();
        for (name, node) in table.entries {
            let key = dotted(&table.key, name);
            if name.is_empty() {
                self.notes
                    .error(node.line, &key, "a name must not be empty");
            }
            if let Some(section) = self.inner(node, key, name) {
                all.extend(read(&section));
            }
        }
        all
    }

    /// The names of the tables in the table `key`, whether they can be read or not.
    pub(super) fn names(&self, key: &'static str) -> impl Iterator<Item = &'a str> {
        let entries = match self.node(key).map(|node| &node.value) {
            Some(Value::Table(entries)) => entries.as_slice(),
            _ => &[],
        };
        entries.iter().map(|(name, _)| name.as_str())
    }

    /// Whether there is a table `[KEY.NAME]`. The key does not count as asked for.
    pub(super) fn has(&self, key: &str, name: &str) -> bool {
        let table = self.entries.iter().find(|(other, _)| other == key);
        match table.map(|(_, node)| &node.value) {
            Some(Value::Table(entries)) => entries.iter().any(|(other, _)| other == name),
            _ => false,
        }
    }

    /// Reads each table of the list `key`, such as `[[rules]]`.
    pub(super) fn each<T>(
        &self,
        key: &'static str,
        read: impl Fn(&Section<'a>) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let key = dotted(&self.key, key);
        let Value::List(list) = &node.value else {
            self.wrong(node, &key, &format!("a list of tables, written [[{key}]]"));
            return Vec::new();
        };
        let mut all = Vec::new();
        for (index, node) in list.iter().enumerate() {
            if let Some(section) = self.inner(node, format!("{key}[{index}]"), "") {
                all.extend(read(&section));
            }
        }
        all
    }

    /// Whether variables were filled in anywhere in it.
    pub(super) fn is_filled(&self) -> bool {
        self.entries.iter().any(|(_, node)| node.is_filled())
    }

    /// The value of `key`, if it is there.
    pub(super) fn node(&self, key: &'static str) -> Option<&'a Node> {
        if !self.asked.borrow().contains(&key) {
            self.asked.borrow_mut().push(key);
        }
        self.entries
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, node)| node)
    }

    /// Notes that `key` is missing if it is.
    pub(super) fn require(&self, key: &'static str, remedy: &str) -> Option<&'a Node> {
        let node = self.node(key);
        if node.is_none() {
            self.error(key, format!("is missing; {remedy}"));
        }
        node
    }

    /// Notes those of `keys` that are there as in need of something else that is not.
    pub(super) fn unfit(&self, keys: &[&'static str], remedy: &str) {
        for key in keys {
            if self.entries.iter().any(|(name, _)| name == key) {
                self.node(key);
                self.error(key, remedy);
            }
        }
    }

    /// Notes an error at `key`, or at the section if the key is not there.
    pub(super) fn error(&self, key: &'static str, message: impl Into<String>) {
        let dotted = dotted(&self.key, key);
        self.notes.error(self.line_of(key), &dotted, message);
    }

    /// Notes a warning at `key`, or at the section if the key is not there.
    pub(super) fn warning(&self, key: &'static str, message: impl Into<String>) {
        let dotted = dotted(&self.key, key);
        self.notes.warning(self.line_of(key), &dotted, message);
    }

    /// Tries what `key` names once the disk is looked at; what fails is noted there.
    pub(super) fn trial(
        &self,
        key: &'static str,
        attempt: impl Fn() -> Result<(), OpenError> + 'static,
    ) {
        let (line, key) = (self.line_of(key), dotted(&self.key, key));
        let attempt = Box::new(attempt);
        self.notes.trial(Trial { line, key, attempt });
    }

    fn line_of(&self, key: &'static str) -> usize {
        let entry = self.entries.iter().find(|(name, _)| name == key);
        entry.map_or(self.line, |(_, node)| node.line)
    }

    /// Reads the rest by the type that `type` names; `noun` is what has the type, with its article.
    pub(super) fn of_type<T>(&self, noun: &str, types: &Types<T>) -> Option<T> {
        let read = self.require_one_of("type", noun, types)?;
        let kind = read(self);
        self.finish();
        kind
    }

    /// Notes every key that nobody asked for.
    pub(super) fn finish(&self) {
        let asked = self.asked.borrow();
        for (name, node) in self.entries {
            if asked.contains(&name.as_str()) {
                continue;
            }
            let nearest = match nearest(name, &asked) {
                Some(known) => format!(" did you mean {known}?"),
                None => String::new(),
            };
            let message = format!("unknown key;{nearest} known: {}", asked.join(", "));
            self.notes
                .error(node.line, &dotted(&self.key, name), message);
        }
    }

    /// Notes that `node` is something else than what is wanted.
    pub(super) fn wrong(&self, node: &Node, key: &str, wanted: &str) {
        if !matches!(node.value, Value::Broken) {
            let message = format!("takes {wanted}, not {}", node.value.noun());
            self.notes.error(node.line, key, message);
        }
    }
}
