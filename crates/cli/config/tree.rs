//! TOML text as a tree in which everything knows its line.
//!
//! Variables are filled in on the way, and values that cannot be read are noted and left out.

use std::ops::Range;
use std::path::Path;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::mistake::Notes;
use super::text::Text;
use super::variable;

/// A value and where it stands.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(Text),
    Integer(i64),
    Float(f64),
    Bool(bool),
    Date,
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
    /// Was noted already; whoever finds it says no more.
    Broken,
}

impl Value {
    /// What it is, for a message.
    pub(super) fn noun(&self) -> &'static str {
        match self {
            Value::Text(_) => "text",
            Value::Integer(_) => "a whole number",
            Value::Float(_) => "a fraction",
            Value::Bool(_) => "a boolean",
            Value::Date => "a date",
            Value::List(_) => "a list",
            Value::Table(_) => "a table",
            Value::Broken => "broken",
        }
    }
}

impl Node {
    /// Whether variables were filled in, in it or in anything that it holds.
    pub(super) fn is_filled(&self) -> bool {
        match &self.value {
            Value::Text(text) => text.written().is_some(),
            Value::List(nodes) => nodes.iter().any(Node::is_filled),
            Value::Table(entries) => entries.iter().any(|(_, node)| node.is_filled()),
            _ => false,
        }
    }
}

/// The document's table; `None` if it is not TOML, which is noted.
pub(super) fn parse(
    text: &str,
    folder: &Path,
    env: &dyn Fn(&str) -> Option<String>,
    notes: &Notes,
) -> Option<Node> {
    let lines = Lines::new(text);
    let (document, errors) = DeTable::parse_recoverable(text);
    let mut last = 0;
    for error in &errors {
        let line = lines.of(&error.span().unwrap_or_default());
        // Of several errors in a line the others follow from the first.
        if line != last {
            let message = error.message().replace('\n', "; ");
            notes.error(line, "", format!("is not TOML here: {message}"));
        }
        last = line;
    }
    let reader = Reader {
        lines,
        folder,
        env,
        notes,
    };
    errors
        .is_empty()
        .then(|| reader.table(document.get_ref(), 1, ""))
}

/// `parent.name`, with quotes where TOML needs them.
pub(super) fn dotted(parent: &str, name: &str) -> String {
    let bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let dot = if parent.is_empty() { "" } else { "." };
    if !name.is_empty() && name.chars().all(bare) {
        format!("{parent}{dot}{name}")
    } else {
        format!("{parent}{dot}\"{name}\"")
    }
}

struct Reader<'a> {
    lines: Lines,
    folder: &'a Path,
    env: &'a dyn Fn(&str) -> Option<String>,
    notes: &'a Notes,
}

impl Reader<'_> {
    fn table(&self, table: &DeTable<'_>, line: usize, key: &str) -> Node {
        let entries = table.iter().map(|(name, value)| {
            // A table's own span is its header's; the name is what a reader looks for.
            let line = self.lines.of(&name.span());
            let name = name.get_ref().to_string();
            let node = self.node(value, line, &dotted(key, &name));
            (name, node)
        });
        Node {
            line,
            value: Value::Table(entries.collect()),
        }
    }

    fn node(&self, value: &Spanned<DeValue<'_>>, line: usize, key: &str) -> Node {
        let broken = |message: String| {
            self.notes.error(line, key, message);
            Value::Broken
        };
        let value = match value.get_ref() {
            DeValue::Table(table) => return self.table(table, line, key),
            DeValue::Array(list) => {
                let nodes = list.iter().enumerate().map(|(index, value)| {
                    let line = self.lines.of(&value.span());
                    self.node(value, line, &format!("{key}[{index}]"))
                });
                Value::List(nodes.collect())
            }
            DeValue::String(text) => match variable::expand(text, self.folder, self.env) {
                Ok(text) => Value::Text(text),
                Err(message) => broken(message),
            },
            DeValue::Integer(whole) => match i64::from_str_radix(whole.as_str(), whole.radix()) {
                Ok(whole) => Value::Integer(whole),
                Err(_) => broken(format!("{whole} does not fit in 64 bits")),
            },
            DeValue::Float(real) => match real.as_str().parse() {
                Ok(real) => Value::Float(real),
                Err(_) => broken(format!("{real} is not a number")),
            },
            DeValue::Boolean(bool) => Value::Bool(*bool),
            DeValue::Datetime(_) => Value::Date,
        };
        Node { line, value }
    }
}

/// Where each line begins.
struct Lines(Vec<usize>);

impl Lines {
    fn new(text: &str) -> Lines {
        let feeds = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n');
        Lines(feeds.map(|(at, _)| at + 1).collect())
    }

    fn of(&self, span: &Range<usize>) -> usize {
        1 + self.0.partition_point(|&begin| begin <= span.start)
    }
}
