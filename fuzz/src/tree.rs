//! A record as the model's tree, numbers spelled as they came.

use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::model::Node;

/// The tree of `text`; `None` where serde_json refuses it.
pub fn parse(text: &str) -> Option<Node> {
    node(serde_json::from_str(text).ok()?)
}

fn node(raw: &RawValue) -> Option<Node> {
    let text = raw.get().trim();
    match text.as_bytes().first()? {
        b'{' => {
            let members = serde_json::Deserializer::from_str(text)
                .deserialize_map(Members)
                .ok()?;
            let members = members
                .into_iter()
                .map(|(key, value)| Some((key, node(value)?)));
            members.collect::<Option<_>>().map(Node::Object)
        }
        b'[' => {
            let elements = serde_json::Deserializer::from_str(text)
                .deserialize_seq(Elements)
                .ok()?;
            elements
                .into_iter()
                .map(node)
                .collect::<Option<_>>()
                .map(Node::Array)
        }
        b'"' => serde_json::from_str(text).ok().map(Node::Text),
        b't' => Some(Node::Bool(true)),
        b'f' => Some(Node::Bool(false)),
        b'n' => Some(Node::Null),
        _ => Some(Node::Number(text.to_owned())),
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, &'de RawValue)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

struct Elements;

impl<'de> Visitor<'de> for Elements {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(element) = seq.next_element()? {
            elements.push(element);
        }
        Ok(elements)
    }
}

/// How deep arrays lie directly within arrays.
pub fn arrays(node: &Node) -> usize {
    match node {
        Node::Array(elements) => 1 + elements.iter().map(arrays).max().unwrap_or(0),
        Node::Object(members) => {
            // A new run of arrays begins; it counts for itself.
            let inner = members.iter().map(|(_, value)| arrays(value)).max();
            inner.unwrap_or(0)
        }
        _ => 0,
    }
}
