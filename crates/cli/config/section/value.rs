//! The values of a section's keys: read, checked, and noted where they are wrong.

use std::path::{Component, PathBuf};

use knownet_source::tail::Glob;

use super::Section;
use crate::config::disk::{Access, File, Followed};
use crate::config::text::Text;
use crate::config::tree::{Node, Value, dotted};

impl<'a> Section<'a> {
    /// True or false.
    pub(in crate::config) fn bool(&self, key: &'static str) -> Option<bool> {
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
    pub(in crate::config) fn text<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&'a Text) -> Result<T, String>,
    ) -> Option<T> {
        let read = |value: &'a Value| match value {
            Value::Text(text) => Some(read(text)),
            _ => None,
        };
        self.value(key, read, "text")
    }

    /// What the text names; of a name that is not known, the known ones are told. `noun` is what
    /// they are, with its article.
    pub(in crate::config) fn one_of<T: Copy>(
        &self,
        key: &'static str,
        noun: &str,
        known: &[(&str, T)],
    ) -> Option<T> {
        self.text(key, |text| {
            let found = known.iter().find(|(name, _)| *name == text.value());
            found
                .map(|&(_, value)| value)
                .ok_or_else(|| format!("\"{text}\" is not {noun}; known: {}", names(known)))
        })
    }

    /// The same of a key that must be there.
    pub(in crate::config) fn require_one_of<T: Copy>(
        &self,
        key: &'static str,
        noun: &str,
        known: &[(&str, T)],
    ) -> Option<T> {
        self.require(key, &format!("known: {}", names(known)))?;
        self.one_of(key, noun, known)
    }

    /// What `read` makes of a value; its error is noted, and `None` means that `wanted` is.
    pub(in crate::config) fn value<T>(
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
    pub(in crate::config) fn list(&self, key: &'static str) -> Vec<(String, &'a Node)> {
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
    pub(in crate::config) fn texts<T>(
        &self,
        key: &'static str,
        read: impl Fn(&Text, usize, &str) -> Result<T, String>,
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
    pub(in crate::config) fn require_list(&self, key: &'static str, remedy: &str) {
        if self.require(key, remedy).is_some() && self.list(key).is_empty() {
            self.error(key, format!("is an empty list; {remedy}"));
        }
    }

    /// The file that `key` names.
    pub(in crate::config) fn file(&self, key: &'static str, access: Access) -> Option<PathBuf> {
        let line = self.line_of(key);
        let dotted = dotted(&self.key, key);
        self.text(key, |text| self.path(text, line, &dotted, access))
    }

    /// A file's name as a path that starts at the configuration's folder.
    pub(in crate::config) fn path(
        &self,
        text: &Text,
        line: usize,
        key: &str,
        access: Access,
    ) -> Result<PathBuf, String> {
        let value = text.value();
        if value.is_empty() || value.contains('\0') {
            return Err(format!("\"{text}\" is not a path"));
        }
        // Without `.` in it, so that messages and comparisons see one spelling.
        let path = self.folder.join(value);
        let path: PathBuf = path
            .components()
            .filter(|part| *part != Component::CurDir)
            .collect();
        let path = match path.as_os_str().is_empty() {
            true => PathBuf::from("."),
            false => path,
        };
        self.notes.file(File {
            path: path.clone(),
            written: text.written().map(ToOwned::to_owned),
            line,
            key: key.to_owned(),
            access,
        });
        Ok(path)
    }

    /// A pattern of files' names that starts at the configuration's folder.
    pub(in crate::config) fn pattern(
        &self,
        text: &Text,
        line: usize,
        key: &str,
    ) -> Result<Glob, String> {
        let value = text.value();
        if value.is_empty() || value.contains('\0') {
            return Err(format!("\"{text}\" is not a path"));
        }
        let glob = text.read(|text| Glob::new(self.folder, text))?;
        self.notes.followed(Followed {
            glob: glob.clone(),
            path: self.folder.join(value),
            text: text.to_string(),
            line,
            key: key.to_owned(),
        });
        Ok(glob)
    }
}

fn names<T>(known: &[(&str, T)]) -> String {
    let names: Vec<_> = known.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}
