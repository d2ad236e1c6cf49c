//! A match's keys and values as they stand in the file; a nested table means the dotted path.

use knownet_rule::Scalar;

use super::section::Section;
use super::tree::{Node, Value, dotted};

/// One key of a match, with the values of which one must fit.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The path, with its modifier.
    pub key: String,
    /// The values.
    pub values: Vec<Scalar>,
    /// Where it stands in the configuration.
    pub line: usize,
    /// Its dotted key there.
    pub place: String,
    /// Whether variables were filled in.
    pub filled: bool,
}

impl Condition {
    /// As [`knownet_rule::Match::new`] takes them.
    pub fn pairs(conditions: &[Condition]) -> Vec<(String, Vec<Scalar>)> {
        conditions
            .iter()
            .map(|condition| (condition.key.clone(), condition.values.clone()))
            .collect()
    }
}

/// The conditions of the table `node`, which is the `match` of `section`.
pub(super) fn conditions(section: &Section<'_>, node: &Node) -> Vec<Condition> {
    let mut all = Vec::new();
    let place = dotted(&section.key, "match");
    match &node.value {
        Value::Table(entries) => flatten(section, entries, "", &place, &mut all),
        _ => {
            section.wrong(node, &place, "a table such as { field = \"value\" }");
        }
    }
    all
}

fn flatten(
    section: &Section<'_>,
    entries: &[(String, Node)],
    parent: &str,
    place: &str,
    all: &mut Vec<Condition>,
) {
    for (name, node) in entries {
        let place = dotted(place, name);
        let key = match parent {
            "" => name.clone(),
            parent => format!("{parent}.{name}"),
        };
        let values = match &node.value {
            Value::Table(_) if name.contains('|') => {
                let message = "a modifier stands behind the whole path, not before a table";
                section.notes.error(node.line, &place, message);
                continue;
            }
            Value::Table(inner) if inner.is_empty() => {
                let message = "an empty table matches nothing; give a value or leave the key out";
                section.notes.error(node.line, &place, message);
                continue;
            }
            Value::Table(inner) => {
                flatten(section, inner, &key, &place, all);
                continue;
            }
            Value::List(list) => {
                let scalars: Vec<_> = list
                    .iter()
                    .enumerate()
                    .filter_map(|(n, node)| scalar(section, node, &format!("{place}[{n}]")))
                    .collect();
                if scalars.len() < list.len() {
                    continue;
                }
                scalars
            }
            _ => match scalar(section, node, &place) {
                Some(scalar) => vec![scalar],
                None => continue,
            },
        };
        all.push(Condition {
            key,
            values,
            line: node.line,
            place,
            filled: node.is_filled(),
        });
    }
}

fn scalar(section: &Section<'_>, node: &Node, place: &str) -> Option<Scalar> {
    match &node.value {
        Value::Text(text) => Some(Scalar::Text(text.value().to_owned())),
        Value::Integer(whole) => Some(Scalar::Integer(*whole)),
        Value::Float(real) => Some(Scalar::Float(*real)),
        Value::Bool(bool) => Some(Scalar::Bool(*bool)),
        Value::Date | Value::List(_) | Value::Table(_) | Value::Broken => {
            section.wrong(node, place, "text, a number or a boolean");
            None
        }
    }
}
