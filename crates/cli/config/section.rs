//! A table of the configuration, read key by key.
//!
//! The keys that were asked for are the known ones: whatever else stands there is told by
//! [`Section::finish`], so no list of names has to be kept beside the reading.

use std::cell::RefCell;
use std::path::{Component, Path, PathBuf};

use super::disk::{Access, File};
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
pub(super) type Types<T> = [(&'static str, fn(&Section<'_>) -> Option<T>)];

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

    pub(super) fn bool(&self, key: &'static str) -> Option<bool> {
        let node = self.node(key)?;
        match node.value {
            Value::Bool(bool) => Some(bool),
            _ => {
                self.wrong(node, &dotted(&self.key, key), "true or false");
                None
            }
        }
    }

    /// What `read` makes of a text; its error is noted.
    pub(super) fn text<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&'a str) -> Result<T, String>,
    ) -> Option<T> {
        let read = |value: &'a Value| match value {
            Value::Text(text) => Some(read(text)),
            _ => None,
        };
        self.value(key, read, "text")
    }

    /// What `read` makes of a value; its error is noted, and `None` means that `wanted` is.
    pub(super) fn value<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&'a Value) -> Option<Result<T, String>>,
        wanted: &str,
    ) -> Option<T> {
        let node = self.node(key)?;
        match read(&node.value) {
            Some(Ok(value)) => Some(value),
            Some(Err(message)) => {
                self.error(key, message);
                None
            }
            None => {
                self.wrong(node, &dotted(&self.key, key), wanted);
                None
            }
        }
    }

    /// The elements of a list with the key of each; one value stands for a list of one.
    pub(super) fn list(&self, key: &'static str) -> Vec<(String, &'a Node)> {
        let Some(node) = self.node(key) else {
            return Vec::new();
        };
        let key = dotted(&self.key, key);
        match &node.value {
            Value::List(list) => {
                let nodes = list.iter().enumerate();
                nodes
                    .map(|(n, node)| (format!("{key}[{n}]"), node))
                    .collect()
            }
            _ => vec![(key, node)],
        }
    }

    /// What `read` makes of each text of a list; its errors are noted.
    pub(super) fn texts<T>(
        &self,
        key: &'static str,
        read: impl Fn(&str, usize, &str) -> Result<T, String>,
    ) -> Vec<T> {
        let mut all = Vec::new();
        for (key, node) in self.list(key) {
            match &node.value {
                Value::Text(text) => match read(text, node.line, &key) {
                    Ok(value) => all.push(value),
                    Err(message) => self.notes.error(node.line, &key, message),
                },
                _ => {
                    self.wrong(node, &key, "text");
                }
            }
        }
        all
    }

    /// A list that must be there and not be empty; `remedy` shows one.
    pub(super) fn require_list(&self, key: &'static str, remedy: &str) {
        if self.require(key, remedy).is_some() && self.list(key).is_empty() {
            self.error(key, format!("is an empty list; {remedy}"));
        }
    }

    /// The file that `key` names.
    pub(super) fn file(&self, key: &'static str, access: Access) -> Option<PathBuf> {
        let line = self.line_of(key);
        let dotted = dotted(&self.key, key);
        self.text(key, |text| self.path(text, line, &dotted, access))
    }

    /// A file's name as a path that starts at the configuration's folder.
    pub(super) fn path(
        &self,
        text: &str,
        line: usize,
        key: &str,
        access: Access,
    ) -> Result<PathBuf, String> {
        if text.is_empty() {
            return Err("\"\" is not a path".to_owned());
        }
        if text.contains('\0') {
            return Err(format!("{text:?} is not a path"));
        }
        // Without `.` in it, so that messages and comparisons see one spelling.
        let path = self.folder.join(text);
        let path: PathBuf = path
            .components()
            .filter(|part| *part != Component::CurDir)
            .collect();
        self.notes.file(File {
            path: path.clone(),
            line,
            key: key.to_owned(),
            access,
        });
        Ok(path)
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

    fn line_of(&self, key: &'static str) -> usize {
        let entry = self.entries.iter().find(|(name, _)| name == key);
        entry.map_or(self.line, |(_, node)| node.line)
    }

    /// Reads the rest by the type that `type` names; `noun` is what has the type.
    pub(super) fn of_type<T>(&self, noun: &str, types: &Types<T>) -> Option<T> {
        let names: Vec<_> = types.iter().map(|(name, _)| *name).collect();
        let known = names.join(", ");
        self.require("type", &format!("known: {known}"))?;
        let read = self.text("type", |wanted| {
            let found = types.iter().find(|(name, _)| *name == wanted);
            found
                .map(|(_, read)| read)
                .ok_or_else(|| format!("\"{wanted}\" is not a {noun}; known: {known}"))
        })?;
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
