//! Holds records of text, and the lines that they become, against what every one must keep to.

use std::collections::HashSet;
use std::fmt;
use std::net::IpAddr;
use std::sync::LazyLock;

use knownet_flow::{ROLES, Roles};
use knownet_format::text::Context;
use knownet_format::text::address::is_ip;
use knownet_format::text::field::{Field, Kind};
use knownet_format::text::record::Record;
use knownet_format::text::time::{Clock, Time};
use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// JSON in whose objects each name stands once.
#[derive(Clone, PartialEq, Debug)]
pub enum Tree {
    /// What is neither text, number, list nor object.
    Other,
    /// A whole number.
    Number(u64),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Tree>),
    /// An object.
    Object(Vec<(String, Tree)>),
}

impl Tree {
    /// What stands at this dotted path.
    pub fn at(&self, path: &str) -> Option<&Tree> {
        path.split('.').try_fold(self, |tree, name| match tree {
            Tree::Object(members) => {
                let found = members.iter().find(|(known, _)| known == name)?;
                Some(&found.1)
            }
            _ => None,
        })
    }
}

struct AnyTree;

impl<'de> Visitor<'de> for AnyTree {
    type Value = Tree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_unit<E>(self) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Tree, E> {
        Ok(Tree::Other)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree, E> {
        Ok(Tree::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree, E> {
        Ok(Tree::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Tree, A::Error> {
        let mut all = Vec::new();
        while let Some(one) = list.next_element()? {
            all.push(one);
        }
        Ok(Tree::List(all))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Tree, A::Error> {
        let (mut all, mut names) = (Vec::new(), HashSet::new());
        while let Some(name) = map.next_key::<String>()? {
            if !names.insert(name.clone()) {
                return Err(A::Error::custom(format!("{name:?} stands twice")));
            }
            // An object of the record itself is left as it came, whatever it repeats.
            let value = match name.as_str() {
                "json" => map
                    .next_value::<serde::de::IgnoredAny>()
                    .map(|_| Tree::Other),
                _ => map.next_value(),
            };
            all.push((name, value?));
        }
        Ok(Tree::Object(all))
    }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Tree, D::Error> {
        from.deserialize_any(AnyTree)
    }
}

/// Noon of 1 March 2026, in UTC.
pub fn clock() -> Clock {
    Clock::at(Time {
        seconds: 1_772_366_400,
        nanos: 0,
    })
}

/// What readers need to know.
pub fn context() -> &'static Context {
    static CONTEXT: LazyLock<Context> = LazyLock::new(|| Context::new(clock()));
    &CONTEXT
}

/// The bytes as `message` has them: each one that is not UTF-8 as `\xNN`.
pub fn shown(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

/// One line of JSON (without its line feed) that a record became, whose text is `line`.
pub fn check_line(json: &[u8], line: &[u8]) -> Tree {
    let text = std::str::from_utf8(json).expect("UTF-8");
    assert!(!text.contains('\n'), "one line: {text}");
    let mut from = serde_json::Deserializer::from_str(text);
    // What stands in the object is as deep as the record's own.
    from.disable_recursion_limit();
    let tree = Tree::deserialize(&mut from).unwrap_or_else(|error| panic!("{error}: {text}"));
    from.end().expect("nothing behind it");
    assert_eq!(tree.at("message"), Some(&Tree::Text(shown(line))), "{text}");
    let Some(Tree::Text(time)) = tree.at("@timestamp") else {
        panic!("no time: {text}");
    };
    assert!(clock().whole(time.as_bytes()).is_some(), "{text}");
    for field in Field::ALL {
        match (field.kind(), tree.at(field.path())) {
            (_, None) | (Kind::Json, Some(_)) => {}
            (Kind::Text, Some(Tree::Text(text))) if !text.is_empty() => {}
            (Kind::Ip, Some(Tree::Text(text))) => {
                assert!(is_ip(text.as_bytes()), "{text}");
                let bare = text.split('%').next().unwrap_or_default();
                assert!(bare.parse::<IpAddr>().is_ok(), "{text}");
            }
            (Kind::Port, Some(Tree::Number(number))) if *number <= 65535 => {}
            (Kind::Number, Some(Tree::Number(_))) => {}
            (_, Some(value)) => panic!("{} is {value:?}: {text}", field.path()),
        }
    }
    tree
}

/// What the record says, written and looked at.
pub fn check(record: &Record<'_>, format: &str, line: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let roles = record.write(format, &mut out);
    assert_eq!(out.pop(), Some(b'\n'));
    check_roles(&check_line(&out, line), &roles, &out);
    out
}

/// The line that the record becomes.
pub fn written(record: &Record<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    record.write("text", &mut out);
    out.pop();
    out
}

/// That each role stands in `out` where it is said to.
pub fn check_roles(tree: &Tree, roles: &Roles, out: &[u8]) {
    for ((path, _), span) in ROLES.iter().zip(roles) {
        let there = String::from_utf8_lossy(&out[*span]);
        match tree.at(path) {
            None => assert!(span.is_empty(), "{path}"),
            Some(Tree::Text(text)) => assert_eq!(*text, there, "{path}"),
            Some(value) => assert_eq!(*value, Tree::Number(there.parse().expect("a number"))),
        }
    }
}
