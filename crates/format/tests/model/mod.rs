//! The reference: a tree parsed by serde_json that keeps duplicates and the order of the text, the
//! rule for paths written out plainly, and a generator of nasty records.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Node, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Node;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("JSON")
            }
            fn visit_unit<E>(self) -> Result<Node, E> {
                Ok(Node::Null)
            }
            fn visit_bool<E>(self, is: bool) -> Result<Node, E> {
                Ok(Node::Bool(is))
            }
            fn visit_u64<E>(self, n: u64) -> Result<Node, E> {
                Ok(Node::Number(n.to_string()))
            }
            fn visit_i64<E>(self, n: i64) -> Result<Node, E> {
                Ok(Node::Number(n.to_string()))
            }
            fn visit_str<E>(self, text: &str) -> Result<Node, E> {
                Ok(Node::Text(text.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = seq.next_element()? {
                    elements.push(element);
                }
                Ok(Node::Array(elements))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Node, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Node::Object(members))
            }
        }
        from.deserialize_any(Any)
    }
}

/// If `key` begins `path` at a dot, what is left of it.
fn rest<'a>(path: &'a str, key: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(key)?;
    if rest.is_empty() {
        Some(rest)
    } else {
        rest.strip_prefix('.')
    }
}

impl Node {
    pub fn parse(text: &str) -> Node {
        serde_json::from_str(text).unwrap_or_else(|e| panic!("{e}: {text}"))
    }

    /// The member indices that count (the last of duplicates), the last in the text first.
    fn counting(members: &[(String, Node)]) -> Vec<usize> {
        let last = |i: &usize| members[i + 1..].iter().all(|m| m.0 != members[*i].0);
        (0..members.len()).filter(last).rev().collect()
    }

    pub fn find(&self, path: &str) -> Option<Vec<&Node>> {
        match self {
            Node::Object(members) => {
                for index in Node::counting(members) {
                    let (key, value) = &members[index];
                    match rest(path, key) {
                        Some("") => return Some(vec![value]),
                        Some(rest) => {
                            if let Some(found) = value.find(rest) {
                                return Some(found);
                            }
                        }
                        None => {}
                    }
                }
                None
            }
            Node::Array(elements) => {
                let found: Vec<_> = elements.iter().filter_map(|e| e.find(path)).collect();
                if found.is_empty() {
                    None
                } else {
                    Some(found.concat())
                }
            }
            _ => None,
        }
    }

    /// The strings and numbers of `path`, arrays flattened.
    pub fn scalars(&self, path: &str, each: &mut dyn FnMut(&[u8])) {
        fn flat(node: &Node, each: &mut dyn FnMut(&[u8])) {
            match node {
                Node::Text(text) | Node::Number(text) => each(text.as_bytes()),
                Node::Array(elements) => elements.iter().for_each(|e| flat(e, each)),
                _ => {}
            }
        }
        for node in self.find(path).into_iter().flatten() {
            flat(node, each);
        }
    }

    /// Every string in the order of the text, keys included.
    #[allow(dead_code)]
    pub fn strings(&self, each: &mut dyn FnMut(&str)) {
        match self {
            Node::Text(text) => each(text),
            Node::Array(elements) => elements.iter().for_each(|e| e.strings(each)),
            Node::Object(members) => {
                for (key, value) in members {
                    each(key);
                    value.strings(each);
                }
            }
            _ => {}
        }
    }

    /// Where `path` exists: the keys (as member indices) to the value that counts.
    fn locate(&self, path: &str) -> Option<Vec<usize>> {
        let Node::Object(members) = self else {
            return None;
        };
        for index in Node::counting(members) {
            let (key, value) = &members[index];
            match rest(path, key) {
                Some("") => return Some(vec![index]),
                Some(rest) => {
                    if let Some(mut way) = value.locate(rest) {
                        way.insert(0, index);
                        return Some(way);
                    }
                }
                None => {}
            }
        }
        None
    }

    /// The object to extend, with the rest of the path: the deepest, then the last in the text.
    fn deepest<'a>(&self, path: &'a str) -> Option<(Vec<usize>, &'a str)> {
        let Node::Object(members) = self else {
            return None;
        };
        let mut best: Option<(Vec<usize>, &'a str)> = None;
        let mut leads = false;
        for index in Node::counting(members) {
            let (key, value) = &members[index];
            let Some(rest) = rest(path, key) else {
                continue;
            };
            leads = true;
            if let Some((mut way, rest)) = value.deepest(rest)
                && best.as_ref().is_none_or(|b| rest.len() < b.1.len())
            {
                way.insert(0, index);
                best = Some((way, rest));
            }
        }
        if leads {
            best
        } else {
            Some((Vec::new(), path))
        }
    }

    fn at(&mut self, way: &[usize]) -> &mut Node {
        match (way, self) {
            ([], node) => node,
            ([first, rest @ ..], Node::Object(members)) => members[*first].1.at(rest),
            _ => unreachable!("the way leads through objects"),
        }
    }

    pub fn set(&mut self, path: &str, value: Node) -> bool {
        if let Some(way) = self.locate(path) {
            *self.at(&way) = value;
            return true;
        }
        let Some((way, rest)) = self.deepest(path) else {
            return false;
        };
        let mut keys: Vec<&str> = rest.split('.').collect();
        let first = keys.remove(0);
        let value = keys
            .iter()
            .rev()
            .fold(value, |v, key| Node::Object(vec![(key.to_string(), v)]));
        match self.at(&way) {
            Node::Object(members) => members.push((first.to_owned(), value)),
            _ => return false,
        }
        true
    }

    pub fn tag(&mut self, tag: &str) {
        let tag = Node::Text(tag.to_owned());
        let tags = match self.locate("tags").map(|way| self.at(&way).clone()) {
            None | Some(Node::Null) => vec![tag],
            Some(Node::Array(mut tags)) => {
                if !tags.contains(&tag) {
                    tags.push(tag);
                }
                tags
            }
            Some(other) => vec![other, tag],
        };
        self.set("tags", Node::Array(tags));
    }

    /// As a reader sees it: duplicates gone, members in no order.
    pub fn settle(self) -> Node {
        match self {
            Node::Array(elements) => Node::Array(elements.into_iter().map(Node::settle).collect()),
            Node::Object(members) => {
                let counting = Node::counting(&members);
                let mut members: Vec<_> = members.into_iter().map(Some).collect();
                let mut settled: Vec<_> = counting
                    .into_iter()
                    .filter_map(|i| members[i].take())
                    .map(|(key, value)| (key, value.settle()))
                    .collect();
                settled.sort_by(|a, b| a.0.cmp(&b.0));
                Node::Object(settled)
            }
            other => other,
        }
    }
}

/// A small seeded generator (xorshift64*), so that a failure names its seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x2545_f491_4f6c_dd1d | 1)
    }

    pub fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % n as u64) as usize
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// One line of JSON: an object.
    pub fn record(&mut self) -> String {
        let mut out = String::new();
        out.push_str(self.pick(&["", "", "", " ", "\t "]));
        self.object(&mut out, 0);
        out.push_str(self.pick(&["", "", "", " ", "\r", " \t\r"]));
        out
    }

    fn space(&mut self, out: &mut String) {
        out.push_str(self.pick(&["", "", "", "", "", "", " ", "  ", "\t"]));
    }

    fn object(&mut self, out: &mut String, depth: usize) {
        const KEYS: [&str; 20] = [
            "ip", "a", "b", "a.b", "a.ip", "b.ip", "a.b.ip", "t", "a.t", "c", "c.d", "d", "e", "f",
            "tags", "zip", "é", "é.x", "x", "ip\\\"",
        ];
        let members = [0, 1, 2, 3, 4, 6][self.below(if depth > 3 { 3 } else { 6 })];
        out.push('{');
        self.space(out);
        for i in 0..members {
            if i > 0 {
                out.push(',');
                self.space(out);
            }
            let key = self.pick(&KEYS);
            self.string(out, key);
            self.space(out);
            out.push(':');
            self.space(out);
            self.value(out, depth + 1);
            self.space(out);
        }
        out.push('}');
    }

    /// `raw` (already valid inside quotes), now and then with a character spelled as an escape.
    fn string(&mut self, out: &mut String, raw: &str) {
        out.push('"');
        let escape = self.below(12) == 0 && !raw.contains('\\');
        let at = self.below(raw.chars().count().max(1));
        for (i, c) in raw.chars().enumerate() {
            match escape && i == at {
                true => out.push_str(&format!("\\u{:04x}", c as u32)),
                false => out.push(c),
            }
        }
        out.push('"');
    }

    fn value(&mut self, out: &mut String, depth: usize) {
        const TEXTS: [&str; 14] = [
            "10.0.0.1",
            "ip",
            "",
            "-",
            "a\\\"ip\\\":\\\"1.1.1.1\\\"",
            "c:\\\\",
            "}}{[",
            "x\\\\\\\"",
            "2001:db8::1",
            "\\\\u0069p",
            "\\n\\/",
            "{\\\"a\\\":{",
            "日本 ip",
            "a.b.ip",
        ];
        match self.below(if depth > 4 { 8 } else { 14 }) {
            0 => out.push_str("null"),
            1 => out.push_str("true"),
            2 => out.push_str("17"),
            3..=6 => {
                let text = self.pick(&TEXTS);
                self.string(out, text);
            }
            7 if self.below(4) == 0 => {
                let pad = "p".repeat(self.below(200));
                self.string(out, &pad);
            }
            7 => out.push_str("-3"),
            8 | 9 => {
                out.push('[');
                for i in 0..self.below(4) {
                    if i > 0 {
                        out.push(',');
                    }
                    self.space(out);
                    self.value(out, depth + 1);
                    self.space(out);
                }
                out.push(']');
            }
            _ => self.object(out, depth),
        }
    }
}
