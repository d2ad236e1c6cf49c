//! Which lines make one record.
//!
//! Nearly every record is one line. Two kinds may have several: Windows event XML, from `<Event` to
//! `</Event>`, and a JSON object that was printed for people, from a line `{` to the brace that closes
//! it. Several XML events may also share a line.

use knownet_flow::Heading;
use memchr::memmem;
use memchr::{memchr, memrchr};

use super::header::{Header, is_header};
use super::reader::LONGEST;

const OPEN: &[u8] = b"<Event";
const CLOSE: &[u8] = b"</Event>";

/// How many bytes of `bytes`, whole lines, are whole records: all, unless the last record begun has
/// lines to come.
pub fn whole(bytes: &[u8]) -> usize {
    let Some(rest) = bytes.strip_suffix(b"\n") else {
        return bytes.len();
    };
    let last = memrchr(b'\n', rest).map_or(0, |at| at + 1);
    // One look at the last line is all that lines of JSON or of most text cost.
    if bytes[last] == b'{' && !is_open(&bytes[last..]) {
        return bytes.len();
    }
    match xml_begun(bytes).or_else(|| object_begun(bytes)) {
        Some(begin) => begin,
        None => bytes.len(),
    }
}

/// How many lines of a heading are kept: one for each thing that they say.
const MOST_HEADINGS: usize = 64;

/// What stands before the batch behind `bytes`, whole lines: the last line of each kind among the
/// comments so far, or the first line of the stream if it may be a line of names.
pub fn heading(bytes: &[u8], before: &Heading) -> Option<Heading> {
    let begin = first_line(bytes);
    let end = begin + memchr(b'\n', &bytes[begin..])?;
    let first = &bytes[begin..end];
    let last = memrchr(b'\n', bytes.strip_suffix(b"\n")?).map_or(0, |at| at + 1);
    // Among lines of JSON nothing is looked for.
    if first.first() == Some(&b'{') && bytes[last] == b'{' {
        return None;
    }
    let known: &[u8] = match before {
        Heading::Lines(lines) if lines.starts_with(b"#") => lines,
        _ => b"",
    };
    let mut lines: Vec<&[u8]> = known.split(|&byte| byte == b'\n').collect();
    lines.retain(|line| !line.is_empty());
    let later = memmem::find_iter(&bytes[begin..], b"\n#").map(|at| begin + at + 1);
    let mut changed = false;
    for at in first
        .starts_with(b"#")
        .then_some(begin)
        .into_iter()
        .chain(later)
    {
        let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
        let line = &bytes[at..end];
        if Header::comment(line) {
            changed = true;
            lines.retain(|other| name(other) != name(line));
            if lines.len() < MOST_HEADINGS {
                lines.push(line);
            }
        }
    }
    if changed {
        return Some(Heading::Lines(lines.join(&b'\n').into()));
    }
    let named = *before == Heading::Start && first.first() != Some(&b'{') && is_header(first);
    named.then(|| Heading::Lines(first.into()))
}

/// Where the first line begins that is not blank, behind a byte order mark.
fn first_line(bytes: &[u8]) -> usize {
    let mut at = 0;
    loop {
        if bytes[at..].starts_with(b"\xef\xbb\xbf") {
            at += 3;
        }
        let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
        if end == bytes.len() || !bytes[at..end].trim_ascii().is_empty() {
            return at;
        }
        at = end + 1;
    }
}

/// What a comment is about: its first word.
fn name(line: &[u8]) -> &[u8] {
    let end = line
        .iter()
        .position(|byte| matches!(byte, b':' | b' ' | b'\t'));
    &line[..end.unwrap_or(line.len())]
}

/// Where the line begins that has an event without an end.
fn xml_begun(bytes: &[u8]) -> Option<usize> {
    // Forward is much faster, and nearly always there is none.
    memmem::find(bytes, OPEN)?;
    let open = last_open(bytes)?;
    if !matches!(event(&bytes[open..]), Event::Begun) {
        return None;
    }
    let mut from = open;
    loop {
        let line = memrchr(b'\n', &bytes[..from]).map_or(0, |at| at + 1);
        if begins_xml(&bytes[line..]) {
            return Some(line);
        }
        // It shares its line with the end of another, which then must come along.
        let before = last_open(&bytes[..line])?;
        match event(&bytes[before..]) {
            Event::Whole(len) if before + len > line => from = before,
            _ => return None,
        }
    }
}

/// Where the last event begins.
fn last_open(bytes: &[u8]) -> Option<usize> {
    let finder = memmem::FinderRev::new(OPEN);
    let mut end = bytes.len();
    loop {
        let at = finder.rfind(&bytes[..end])?;
        if opens_event(&bytes[at..]) {
            return Some(at);
        }
        end = at;
    }
}

/// What the bytes from `<Event` on are.
enum Event {
    /// An event of so many bytes.
    Whole(usize),
    /// One that does not end here.
    Begun,
    /// One that does not end at all: another record begins first, or it is too long.
    Cut,
}

fn event(text: &[u8]) -> Event {
    let mut others = memmem::find_iter(&text[OPEN.len()..], OPEN).map(|at| OPEN.len() + at);
    let other = others.find(|&at| opens_event(&text[at..]));
    let own = &text[..other.unwrap_or(text.len())];
    let close = memmem::find(own, CLOSE);
    let inside = &own[..close.unwrap_or(own.len())];
    // A syslog header is nothing that stands at the beginning of a line within an event.
    let header = |at: usize| inside.get(at + 2).is_some_and(u8::is_ascii_digit);
    match close {
        _ if memmem::find_iter(inside, b"\n<").any(header) => Event::Cut,
        Some(at) => Event::Whole(at + CLOSE.len()),
        None if other.is_some() || inside.len() > LONGEST => Event::Cut,
        None => Event::Begun,
    }
}

/// Where the line `{` is whose object is not closed yet.
fn object_begun(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let line = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
        let mut next = line;
        if is_open(&bytes[at..line]) {
            match object(&bytes[at..]) {
                Object::Whole(len) => next = at + len,
                Object::Begun => return Some(at),
                Object::None(seen) => {
                    let seen = at + seen;
                    let end = memchr(b'\n', bytes.get(seen..)?);
                    next = line.max(seen + end? + 1);
                }
            }
        }
        // Where it is not the next line, only a line that begins so can be one.
        at = match bytes.get(next)? {
            b'{' => next,
            _ => next + memmem::find(&bytes[next..], b"\n{")? + 1,
        };
    }
}

/// Whether `line` is nothing but the beginning of an object.
fn is_open(line: &[u8]) -> bool {
    line.first() == Some(&b'{') && line.trim_ascii_end() == b"{"
}

fn opens_event(text: &[u8]) -> bool {
    text.starts_with(OPEN)
        && matches!(
            text.get(OPEN.len()),
            Some(b' ' | b'>' | b'\t' | b'\r' | b'\n')
        )
}

fn begins_xml(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    opens_event(line) || line.starts_with(b"<?xml") || line.starts_with(CLOSE)
}

/// The records of a batch, one after the other.
pub struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Up to here no object of several lines is looked for: one that began before was none.
    flat: usize,
    /// Whether there is no end of an event any more.
    open: bool,
    /// Where the line ends that the next record begins in; it may hold many.
    line: usize,
}

impl<'a> Records<'a> {
    /// The records from `at` on.
    pub fn new(bytes: &'a [u8], at: usize) -> Records<'a> {
        Records {
            bytes,
            at,
            flat: 0,
            open: false,
            line: 0,
        }
    }

    /// Where the next record begins.
    pub fn place(&self) -> usize {
        self.at
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = &'a [u8];

    /// The next record with its line feed (which one of several events in a line lacks).
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        if rest.is_empty() {
            return None;
        }
        if self.line <= self.at {
            self.line = line_end(self.bytes, self.at);
        }
        let line = self.line - self.at;
        let len = match rest[0] {
            b'{' if self.at >= self.flat && is_open(&rest[..line]) => match object(rest) {
                Object::Whole(len) if is_json(&rest[..len]) => len,
                Object::Whole(len) => {
                    self.flat = self.at + len;
                    line
                }
                Object::Begun => {
                    self.flat = self.bytes.len();
                    line
                }
                Object::None(seen) => {
                    self.flat = self.at + seen;
                    line
                }
            },
            b'<' | b' ' | b'\t' | 0xef if !self.open => match xml(rest, line) {
                Some((len, line)) => {
                    self.line = self.at + line;
                    len
                }
                None => {
                    self.open = true;
                    line
                }
            },
            _ => line,
        };
        self.at += len;
        Some(&rest[..len])
    }
}

enum Object {
    /// So long, with the line feed.
    Whole(usize),
    /// It does not end here.
    Begun,
    /// It is none, as so many bytes show.
    None(usize),
}

fn is_json(text: &[u8]) -> bool {
    serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

/// The object that the line `{` at the beginning of `rest` opens.
fn object(rest: &[u8]) -> Object {
    let members = rest[1..].trim_ascii_start();
    match members.first() {
        Some(b'"' | b'}') => {}
        None => return Object::Begun,
        Some(_) => return Object::None(0),
    }
    let (mut depth, mut at) = (0usize, 0);
    let end = rest.len().min(LONGEST);
    while at < end {
        match rest[at] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    let line = memchr(b'\n', &rest[at..]).map_or(rest.len(), |n| at + n + 1);
                    return match rest[at + 1..line].trim_ascii().is_empty() {
                        true => Object::Whole(line),
                        false => Object::None(at),
                    };
                }
            }
            b'"' => loop {
                at += 1;
                match rest[at..end]
                    .iter()
                    .position(|byte| matches!(byte, b'"' | b'\\' | b'\n'))
                {
                    Some(n) if rest[at + n] == b'"' => {
                        at += n;
                        break;
                    }
                    Some(n) if rest[at + n] == b'\\' => at += n + 1,
                    // A string does not go over lines.
                    Some(_) => return Object::None(at),
                    None => at = end,
                }
                if at >= end {
                    break;
                }
            },
            b'\n' => {
                let next = rest[at..end].trim_ascii_start();
                if next.first().is_some_and(|&byte| !may_begin(byte)) {
                    return Object::None(at);
                }
            }
            _ => {}
        }
        at += 1;
    }
    match end == rest.len() {
        true => Object::Begun,
        false => Object::None(end),
    }
}

/// Whether a line of JSON may begin so.
fn may_begin(byte: u8) -> bool {
    matches!(
        byte,
        b'"' | b'{' | b'}' | b'[' | b']' | b',' | b':' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n'
    )
}

/// The length of the record that may be an event, and where its last line ends; `None` if it is one
/// that does not end here.
fn xml(rest: &[u8], line: usize) -> Option<(usize, usize)> {
    let text = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
    if !begins_xml(text) {
        return Some((line, line));
    }
    // A declaration may stand in a line of its own.
    let Some(open) = memmem::find(&rest[..rest.len().min(line + 4096)], OPEN) else {
        return Some((line, line));
    };
    let close = match event(&rest[open..]) {
        Event::Whole(len) => open + len,
        Event::Cut => return Some((line, line)),
        Event::Begun => return None,
    };
    let end = match close < line {
        true => line,
        false => line_end(rest, close),
    };
    let behind = rest[close..end].trim_ascii_start();
    match opens_event(behind) {
        true => Some((end - behind.len(), end)),
        false => Some((end, end)),
    }
}

/// Where the line at `at` ends, behind its line feed.
fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<&str> {
        let records = Records::new(text.as_bytes(), 0);
        records
            .map(|record| std::str::from_utf8(record).expect("UTF-8"))
            .collect()
    }

    #[test]
    fn lines_are_records_and_some_records_have_several() {
        let one = "<Event x='1'>a</Event>\n";
        let two = "<?xml version='1.0'?>\n<Event>\n <System/>\n</Event>\n";
        let json = "{\n  \"a\": {\n  }\n}\n";
        let flush = "{\n\"a\": [\n{\n\"b\": \"}\\\"}\"\n}\n],\n\"c\": 1}\n";
        for expected in [
            vec!["a\n", "b\n"],
            vec![one, two, "x\n", two],
            vec![json, json, "{\"a\":1}\n", flush, json],
            vec!["{\n", "\"a\": \"\n", "}\n"],
            vec!["{\n", "\"a\": \"}"],
            vec!["{\n", "\"a\": [\n", "src=x\n", "]}\n"],
            vec!["{\n", "\"a\": [\n", "2026 x\n", "]}\n"],
            vec![
                "<Event>\n",
                "x\n",
                one,
                "x\n",
                "<Event>\n",
                "<13>x\n",
                "</Event>\n",
            ],
            vec!["{\n", "\"a\": [\n", "{\n", "\"a\": [\n", "x\n"],
            vec!["{\n", "x\n", "}\n"],
            vec!["<Event>\n", "x\n"],
            vec!["<EventX>\n", "x</Event>\n"],
            vec![
                "<Event>a</Event>",
                "<Event>b</Event> ",
                "<Event>c</Event>\n",
                "x\n",
            ],
        ] {
            assert_eq!(records(&expected.concat()), expected);
        }
    }

    #[test]
    fn the_last_comment_of_each_kind_is_the_heading() {
        let lines = |text: &str| Heading::Lines(text.as_bytes().into());
        let next = |text: &str, before: &Heading| heading(text.as_bytes(), before);
        let begun = lines("#Version: 1.0\n#Fields: c-ip s-ip");
        let file = "#Version: 1.0\n#Fields: c-ip s-ip\n1.2.3.4 5.6.7.8\n";
        assert_eq!(next(file, &Heading::Start), Some(begun.clone()));
        assert_eq!(next("1.2.3.4 5.6.7.8\n", &begun), None);
        let restarted = next("x\n#Fields: s-ip\n# no comment of a format\n", &begun);
        assert_eq!(restarted, Some(lines("#Version: 1.0\n#Fields: s-ip")));
        let names = "src_ip,dst_ip";
        assert_eq!(
            next(&format!("{names}\nx\n"), &Heading::Start),
            Some(lines(names))
        );
        assert_eq!(next(&format!("{names}\nx\n"), &Heading::None), None);
        for before in ["\u{feff}", "\n \n", "x\n", "{\"a\":1}\n"] {
            assert_eq!(
                next(&format!("{before}{file}"), &Heading::Start),
                Some(begun.clone())
            );
        }
        let spaced = next(&format!("\u{feff}\n{names}\nx\n"), &Heading::Start);
        assert_eq!(spaced, Some(lines(names)));
        assert_eq!(next("{\"a\":1,\"b\":2}\n", &Heading::Start), None);
    }

    #[test]
    fn an_unfinished_record_is_left_for_the_next_batch() {
        for (done, begun) in [
            ("a\n", ""),
            ("{\"a\":1}\n", ""),
            ("a\n", "<Event>\n  <System>\n"),
            ("<Event>\n</Event>\n", ""),
            ("<Event>\n</Event>\n", "  <Event x='1'>\nfree text\n"),
            ("", "<Event>\n"),
            ("{\"a\":1}\n", "{\n  \"a\": {\n"),
            ("{\n  \"a\": 1\n}\n", "{\n"),
            ("x\n{\n\"a\": 1\n}\nx\n", "{\n\"a\": [\n{\n}\n"),
            ("{\n\"a\": 1\n} x\nx\n", ""),
            ("{\n  \"a\": 1\n}\n", ""),
            ("a mention of <Event> in text\n", ""),
            ("<Events>\n", ""),
            ("x\n", "<Event>\na</Event> <Event>\nb\n"),
        ] {
            assert_eq!(
                whole(format!("{done}{begun}").as_bytes()),
                done.len(),
                "{done}{begun}"
            );
        }
    }
}
