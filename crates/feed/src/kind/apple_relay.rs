//! Apple's list of iCloud Private Relay egress networks, and other geofeeds (RFC 8805).
//!
//! Rows are `prefix,country,region,city,` (Apple ends each with a comma; RFC 8805 puts a postal code
//! there, which is deprecated and not read). Country (ISO 3166-1), region (ISO 3166-2) and city
//! become attributes; empty ones are left out. Lines that begin with `#` are comments; a field may
//! be quoted (RFC 4180) but not go on in the next line.
//!
//! Source: <https://mask-api.icloud.com/egress-ip-ranges.csv>.

use super::Spec;
use crate::error::FeedError;
use crate::input::{Line, lines};
use crate::read::Rows;
use knownet_label::Prefix;
use std::borrow::Cow;
use std::io::BufRead;

pub(super) const SPEC: Spec = Spec {
    name: "apple-relay",
    about: "Apple's egress CSV or another geofeed: prefix,country,region,city",
    detect,
    read,
};

/// What the fields after the prefix are.
const COLUMNS: [&str; 3] = ["country", "region", "city"];

/// How many rows detection looks at.
const SAMPLE: usize = 20;

/// A prefix before a comma on one of the first rows.
fn detect(head: &[u8]) -> bool {
    let rows = head
        .split(|&byte| byte == b'\n')
        .filter(|row| !is_comment(row.trim_ascii()));
    rows.take(SAMPLE).any(|row| {
        let comma = row.iter().position(|&byte| byte == b',');
        comma.is_some_and(|at| Prefix::parse(unquoted(&row[..at])).is_ok())
    })
}

fn read(input: &mut dyn BufRead, rows: &mut Rows<'_>) -> Result<(), FeedError> {
    lines(input, rows, |line, rows| match line {
        Line::TooLong(text) => rows.bad(text),
        Line::Text(text) if is_comment(text) => {}
        Line::Text(text) => row(text, rows),
    })
}

fn row(text: &[u8], rows: &mut Rows<'_>) {
    let mut rest = text;
    let prefix = field(&mut rest);
    let values = COLUMNS.map(|_| field(&mut rest));
    let values = values
        .each_ref()
        .map(|value| String::from_utf8_lossy(value));
    let mut attributes = [("", ""); COLUMNS.len()];
    let mut count = 0;
    for (column, value) in COLUMNS.iter().zip(&values) {
        if !value.is_empty() {
            attributes[count] = (column, value);
            count += 1;
        }
    }
    rows.prefix(&prefix, &attributes[..count]);
}

fn is_comment(text: &[u8]) -> bool {
    matches!(text, [] | [b'#', ..])
}

fn unquoted(text: &[u8]) -> &[u8] {
    match text.trim_ascii() {
        [b'"', inside @ .., b'"'] => inside,
        text => text,
    }
}

/// The next field without its quotes; moves past its comma.
fn field<'a>(rest: &mut &'a [u8]) -> Cow<'a, [u8]> {
    let text = rest.trim_ascii_start();
    if text.first() != Some(&b'"') {
        let end = text
            .iter()
            .position(|&byte| byte == b',')
            .unwrap_or(text.len());
        *rest = text.get(end + 1..).unwrap_or_default();
        return Cow::Borrowed(text[..end].trim_ascii_end());
    }
    let mut value = Vec::new();
    let mut at = 1;
    loop {
        match (text.get(at), text.get(at + 1)) {
            (Some(b'"'), Some(b'"')) => {
                value.push(b'"');
                at += 2;
            }
            (Some(b'"'), _) | (None, _) => break,
            (Some(&byte), _) => {
                value.push(byte);
                at += 1;
            }
        }
    }
    let after = text.get(at + 1..).unwrap_or_default();
    let comma = after
        .iter()
        .position(|&byte| byte == b',')
        .map_or(after.len(), |at| at + 1);
    *rest = &after[comma..];
    Cow::Owned(value)
}
