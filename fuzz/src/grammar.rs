//! Records from a small grammar: valid JSON whose names are those that matter, then a few mutations.

use crate::choice::Choices;
use crate::paths::Paths;

/// A batch of records as the choices say.
pub fn batch(choices: &mut Choices<'_>, paths: &Paths) -> Vec<u8> {
    let keys = keys(paths);
    let mut out = Vec::new();
    let mutations = [0, 0, 0, 0, 1, 2, 3, 5][choices.below(8)];
    for _ in 0..1 + choices.below(3) {
        let mut text = String::new();
        Record {
            choices,
            keys: &keys,
            out: &mut text,
            left: 200,
        }
        .record();
        out.extend_from_slice(text.as_bytes());
        if choices.below(8) == 7 {
            out.push(b'\r');
        }
        out.push(b'\n');
    }
    for _ in 0..mutations {
        mutate(choices, &mut out);
    }
    out
}

/// Every run of segments of every path, dotted.
fn keys(paths: &Paths) -> Vec<String> {
    let mut keys: Vec<String> = vec!["tags".into(), "zip".into(), "x\\\"".into(), String::new()];
    for path in paths.fields.iter().chain(paths.targets) {
        let segments: Vec<&str> = path.split('.').collect();
        for from in 0..segments.len() {
            for to in from + 1..=segments.len() {
                let key = segments[from..to].join(".");
                if !keys.contains(&key) {
                    keys.push(key);
                }
            }
        }
    }
    keys
}

struct Record<'a, 'b, 'c> {
    choices: &'a mut Choices<'b>,
    keys: &'c [String],
    out: &'c mut String,
    /// Values that may still be written.
    left: usize,
}

impl Record<'_, '_, '_> {
    fn record(&mut self) {
        match self.choices.below(24) {
            21 => self.out.push('\u{feff}'),
            22 => self.out.push_str("not json "),
            23 => self.out.push(' '),
            _ => {}
        }
        self.object(0);
    }

    fn space(&mut self) {
        let space = self
            .choices
            .pick(&["", "", "", "", "", "", " ", "\t", "  \r", "          "]);
        self.out.push_str(space);
    }

    fn object(&mut self, depth: usize) {
        self.out.push('{');
        self.space();
        let mut first = true;
        while self.choices.more() && self.left > 0 && self.choices.below(5) != 4 {
            if !std::mem::take(&mut first) {
                self.out.push(',');
                self.space();
            }
            let key = self.choices.below(self.keys.len());
            let key = self.keys[key].clone();
            self.string(&key);
            self.space();
            self.out.push(':');
            self.space();
            self.value(depth + 1);
            self.space();
        }
        self.out.push('}');
    }

    /// `raw` (already valid inside quotes), now and then with a character spelled as an escape.
    fn string(&mut self, raw: &str) {
        self.out.push('"');
        let escape = self.choices.below(16) == 15 && !raw.contains('\\');
        let at = if escape {
            self.choices.below(raw.chars().count().max(1))
        } else {
            0
        };
        for (i, c) in raw.chars().enumerate() {
            match escape && i == at {
                true if c == '/' && self.choices.below(2) == 1 => self.out.push_str("\\/"),
                true => self.out.push_str(&format!("\\u{:04X}", c as u32)),
                false => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    fn value(&mut self, depth: usize) {
        const TEXTS: [&str; 15] = [
            "10.0.0.1",
            "ip",
            "",
            "-",
            "\\\"ip\\\":\\\"1.1.1.1\\\"",
            "c:\\\\",
            "}}{[",
            "x\\\\\\\"",
            "2001:db8::1",
            "\\\\u0069p",
            "\\n\\/\\ud83d\\ude00",
            "{\\\"a\\\":{",
            "日本 ip",
            "a.b.ip",
            "_enrichfailure",
        ];
        const PLAIN: [&str; 8] = ["null", "true", "false", "0", "-17", "1.50", "1e400", "[]"];
        self.left = self.left.saturating_sub(1);
        match self.choices.below(if depth > 6 { 6 } else { 12 }) {
            0 => {
                let plain = self.choices.pick(&PLAIN);
                self.out.push_str(plain);
            }
            1..=3 => {
                let text = self.choices.pick(&TEXTS);
                self.string(text);
            }
            4 => {
                // Something wanted as a value, or a long stretch.
                let key = self.choices.below(self.keys.len());
                let key = self.keys[key].clone();
                self.string(&key);
            }
            5 => {
                let pad = "p".repeat(self.choices.below(140));
                self.string(&pad);
            }
            6 | 7 => {
                self.out.push('[');
                for i in 0..self.choices.below(4) {
                    if i > 0 {
                        self.out.push(',');
                    }
                    self.space();
                    self.value(depth + 1);
                    self.space();
                }
                self.out.push(']');
            }
            _ => self.object(depth),
        }
    }
}

fn mutate(choices: &mut Choices<'_>, bytes: &mut Vec<u8>) {
    const BYTES: &[u8] = b"\"\\{}[]:,\0\xff a1\r\nu/";
    if bytes.is_empty() {
        return;
    }
    let at = choices.wide() % bytes.len();
    let byte = BYTES[choices.below(BYTES.len())];
    match choices.below(4) {
        0 => bytes[at] = byte,
        1 => drop(bytes.remove(at)),
        2 => bytes.insert(at, byte),
        _ => {
            let to = (at + choices.below(64)).min(bytes.len());
            let copy = bytes[at..to].to_vec();
            bytes.splice(to..to, copy);
        }
    }
}
