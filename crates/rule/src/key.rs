//! A match's key: a path and how its values are compared.

use knownet_flow::Path;

use crate::wildcard::Place;

/// How values are compared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Modifier {
    Plain,
    Contains,
    StartsWith,
    EndsWith,
    Cidr,
    Exists,
    Regex,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
}

const NAMES: [(&str, Modifier); 10] = [
    ("contains", Modifier::Contains),
    ("startswith", Modifier::StartsWith),
    ("endswith", Modifier::EndsWith),
    ("cidr", Modifier::Cidr),
    ("exists", Modifier::Exists),
    ("re", Modifier::Regex),
    ("gt", Modifier::Greater),
    ("gte", Modifier::GreaterOrEqual),
    ("lt", Modifier::Less),
    ("lte", Modifier::LessOrEqual),
];

impl Modifier {
    /// Where a pattern lies in the text; `None` if the comparison is not one of text.
    pub(crate) fn place(self) -> Option<Place> {
        match self {
            Modifier::Plain => Some(Place::Whole),
            Modifier::Contains => Some(Place::Inside),
            Modifier::StartsWith => Some(Place::Start),
            Modifier::EndsWith => Some(Place::End),
            _ => None,
        }
    }
}

/// Reads `path` or `path|modifier`.
pub(crate) fn parse(key: &str) -> Result<(Path, Modifier), String> {
    let mut parts = key.split('|');
    let path = Path::parse(parts.next().unwrap_or_default()).map_err(|e| e.to_string())?;
    let modifier = match parts.next() {
        None => Modifier::Plain,
        Some(text) => modifier(text)?,
    };
    match parts.next() {
        None => Ok((path, modifier)),
        Some(second) => Err(format!(
            "\"|{second}\" is one modifier too many; a key takes one of {}",
            known()
        )),
    }
}

fn modifier(text: &str) -> Result<Modifier, String> {
    NAMES
        .iter()
        .find(|(name, _)| *name == text)
        .map(|&(_, modifier)| modifier)
        .ok_or_else(|| format!("\"|{text}\" is not a modifier; known: {}", known()))
}

fn known() -> String {
    NAMES.map(|(name, _)| name).join(", ")
}
