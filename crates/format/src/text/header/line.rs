//! Which lines are a header's, seen from their bytes alone.

use memchr::memmem;

use crate::text::address::is_ip;

/// Directives of W3C extended logs, as far as their colon. Source: W3C, "Extended Log File Format",
/// and what Windows Firewall and Exchange add.
const W3C: &[&str] = &[
    "Fields",
    "Version",
    "Software",
    "Date",
    "Start-Date",
    "End-Date",
    "Remark",
    "Time Format",
    "Log-type",
    "Log-Type",
];

/// Directives of Zeek's logs.
const ZEEK: &[&str] = &[
    "separator",
    "set_separator",
    "empty_field",
    "unset_field",
    "path",
    "open",
    "close",
    "fields",
    "types",
];

/// A header line of names is no longer than this.
const LONGEST: usize = 16 << 10;

/// One line of a header.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line<'a> {
    /// `#Name: value`
    W3c(&'static str, &'a [u8]),
    /// `#name`, a separator and a value.
    Zeek(&'static str, u8, &'a [u8]),
}

/// The line without what some tools leave around it: the mark of UTF-8, half of a line's end.
pub fn clean(line: &[u8]) -> &[u8] {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// The directive on a line, if it is one.
pub fn directive(line: &[u8]) -> Option<Line<'_>> {
    let rest = clean(line).strip_prefix(b"#")?;
    for name in W3C {
        if let Some(value) = rest.strip_prefix(name.as_bytes())
            && let Some(value) = value.strip_prefix(b":")
        {
            return Some(Line::W3c(name, value.trim_ascii()));
        }
    }
    for name in ZEEK {
        if let Some([separator, value @ ..]) = rest.strip_prefix(name.as_bytes()) {
            let fits = match *separator {
                b' ' => *name == "separator",
                other => !other.is_ascii_alphanumeric() && !matches!(other, b'_' | b'-' | b':'),
            };
            if fits {
                return Some(Line::Zeek(name, *separator, value));
            }
        }
    }
    None
}

/// The delimiter of a line that may be names of columns and nothing else.
pub fn delimiter(line: &[u8]) -> Option<u8> {
    if !matches!(
        line.first(),
        Some(b'A'..=b'Z' | b'a'..=b'z' | b'"' | b'_' | b'@')
    ) || line.len() > LONGEST
    {
        return None;
    }
    let mut found = [0u32; 5];
    const DELIMITERS: [u8; 5] = [b'\t', b';', b'|', b',', b' '];
    for &byte in line {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => {}
            b'_' | b'-' | b'.' | b'"' | b'/' | b'(' | b')' | b'@' | b':' => {}
            _ => found[DELIMITERS.iter().position(|known| *known == byte)?] += 1,
        }
    }
    // Names have blanks in them: these separate only where nothing else does.
    let at = found.iter().position(|&count| count > 0)?;
    // Blanks separate only the columns of flow logs; ordinary words have no such name among them.
    let words = DELIMITERS[at] == b' ' && memmem::find(line, b"srcaddr").is_none();
    (!words).then_some(DELIMITERS[at])
}

/// Whether a column may be a name.
pub fn is_name(text: &[u8]) -> bool {
    matches!(text, [b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'@', ..])
        && text.len() <= 96
        && !text.ends_with(b":")
        && !is_ip(text)
}
