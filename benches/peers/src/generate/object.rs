//! A JSON object under construction, which is written with its keys in random order.

use std::io::Write;

use super::random::Random;

/// Members written so far, not yet in their final order.
#[derive(Default)]
pub struct Object {
    members: Vec<u8>,
    spans: Vec<(usize, usize)>,
}

impl Object {
    /// Adds a string, escaping quotes, backslashes and control characters.
    pub fn text(&mut self, key: &str, value: &str) {
        self.member(key, |bytes| {
            bytes.push(b'"');
            escape(value, bytes);
            bytes.push(b'"');
        });
    }

    /// Adds a number.
    pub fn number(&mut self, key: &str, value: u64) {
        self.member(key, |bytes| {
            write!(bytes, "{value}").expect("memory takes all")
        });
    }

    /// Adds an array of strings.
    pub fn list(&mut self, key: &str, values: &[&str]) {
        self.member(key, |bytes| {
            bytes.push(b'[');
            for (index, value) in values.iter().enumerate() {
                bytes.extend_from_slice(if index == 0 { b"\"" } else { b",\"" });
                escape(value, bytes);
                bytes.push(b'"');
            }
            bytes.push(b']');
        });
    }

    /// Adds `inner` as an object and empties it.
    pub fn object(&mut self, key: &str, inner: &mut Object, random: &mut Random) {
        self.member(key, |bytes| inner.write(random, bytes));
    }

    /// Appends the object to `out` with its keys shuffled, and empties it.
    pub fn write(&mut self, random: &mut Random, out: &mut Vec<u8>) {
        random.shuffle(&mut self.spans);
        out.push(b'{');
        for (index, &(start, end)) in self.spans.iter().enumerate() {
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&self.members[start..end]);
        }
        out.push(b'}');
        self.members.clear();
        self.spans.clear();
    }

    fn member(&mut self, key: &str, value: impl FnOnce(&mut Vec<u8>)) {
        let start = self.members.len();
        self.members.push(b'"');
        self.members.extend_from_slice(key.as_bytes());
        self.members.extend_from_slice(b"\":");
        value(&mut self.members);
        self.spans.push((start, self.members.len()));
    }
}

fn escape(text: &str, out: &mut Vec<u8>) {
    for &byte in text.as_bytes() {
        match byte {
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', byte]),
            b'\n' => out.extend_from_slice(b"\\n"),
            b'\t' => out.extend_from_slice(b"\\t"),
            _ => out.push(byte),
        }
    }
}
