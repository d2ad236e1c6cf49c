//! Which lines make one record.
//!
//! Nearly every record is one line. Two kinds may have several: Windows event XML, from `<Event` to
//! `</Event>`, and a JSON object that was printed for people, from a line `{` to the line that begins
//! with `}`. Several XML events may also share a line.

use knownet_flow::Heading;
use memchr::memmem;
use memchr::{memchr, memrchr};

use super::header::{Header, is_header};

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
    if bytes[last..].starts_with(b"{\"") {
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
    let first = &bytes[..memchr(b'\n', bytes)?];
    let known: &[u8] = match before {
        Heading::Lines(lines) => lines,
        Heading::Start if !first.starts_with(b"#") => {
            let first = first.strip_prefix(b"\xef\xbb\xbf").unwrap_or(first);
            return (first.first() != Some(&b'{') && is_header(first))
                .then(|| Heading::Lines(first.into()));
        }
        Heading::None if !first.starts_with(b"#") => return None,
        Heading::Start | Heading::None => b"",
    };
    if !known.starts_with(b"#") && !first.starts_with(b"#") {
        return None;
    }
    let mut lines: Vec<&[u8]> = Vec::new();
    let old = known
        .split(|&byte| byte == b'\n')
        .filter(|line| line.starts_with(b"#"));
    let later = memmem::find_iter(bytes, b"\n#").map(|at| at + 1);
    let start = first.starts_with(b"#").then_some(0);
    let new = start.into_iter().chain(later).map(|at| {
        let end = memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |n| at + n);
        &bytes[at..end]
    });
    let mut changed = false;
    for (line, is_new) in old
        .map(|line| (line, false))
        .chain(new.map(|line| (line, true)))
    {
        if is_new && !Header::comment(line) {
            continue;
        }
        changed |= is_new;
        lines.retain(|other| name(other) != name(line));
        if lines.len() < MOST_HEADINGS {
            lines.push(line);
        }
    }
    changed.then(|| Heading::Lines(lines.join(&b'\n').into()))
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
    let finder = memmem::FinderRev::new(OPEN);
    let mut end = bytes.len();
    let open = loop {
        let at = finder.rfind(&bytes[..end])?;
        if opens_event(&bytes[at..]) {
            break at;
        }
        end = at;
    };
    if memmem::find(&bytes[open..], CLOSE).is_some() {
        return None;
    }
    let line = memrchr(b'\n', &bytes[..open]).map_or(0, |at| at + 1);
    begins_xml(&bytes[line..]).then_some(line)
}

/// Where the line `{` is that no line `}` follows.
fn object_begun(bytes: &[u8]) -> Option<usize> {
    let mut end = bytes.len();
    loop {
        let line = memrchr(b'\n', &bytes[..end.checked_sub(1)?]).map_or(0, |at| at + 1);
        match bytes[line] {
            b'{' => return is_open(&bytes[line..end]).then_some(line),
            // Within an object every line is set in.
            b' ' | b'\t' => end = line,
            _ => return None,
        }
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

/// The end of the record that begins at `start`, behind its line feed (or, with several events in a
/// line, behind the event).
pub fn end(bytes: &[u8], start: usize) -> usize {
    let rest = &bytes[start..];
    let line = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
    let len = match rest.first() {
        Some(b'{') if is_open(&rest[..line]) => object(rest, line),
        Some(b'<' | b' ' | b'\t' | 0xef) => xml(rest, line),
        _ => line,
    };
    start + len
}

/// The length of the object that begins with a line of this length; that line's if it does not end.
fn object(rest: &[u8], first: usize) -> usize {
    let mut line = first;
    while line < rest.len() {
        let end = memchr(b'\n', &rest[line..]).map_or(rest.len(), |at| line + at + 1);
        match rest[line] {
            b' ' | b'\t' => line = end,
            b'}' => return end,
            _ => break,
        }
    }
    first
}

fn xml(rest: &[u8], line: usize) -> usize {
    let text = rest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(rest);
    if !begins_xml(text) {
        return line;
    }
    // A declaration may stand in a line of its own.
    let Some(open) = memmem::find(&rest[..rest.len().min(line + 4096)], OPEN) else {
        return line;
    };
    let Some(close) = memmem::find(&rest[open..], CLOSE) else {
        return line;
    };
    let close = open + close + CLOSE.len();
    let end = memchr(b'\n', &rest[close..]).map_or(rest.len(), |at| close + at + 1);
    let behind = rest[close..end].trim_ascii_start();
    match opens_event(behind) {
        true => end - behind.len(),
        false => end,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<&str> {
        let (mut all, mut at) = (Vec::new(), 0);
        while at < text.len() {
            let end = end(text.as_bytes(), at);
            all.push(&text[at..end]);
            at = end;
        }
        all
    }

    #[test]
    fn lines_are_records_and_some_records_have_several() {
        let one = "<Event x='1'>a</Event>\n";
        let two = "<?xml version='1.0'?>\n<Event>\n <System/>\n</Event>\n";
        let json = "{\n  \"a\": {\n  }\n}\n";
        for expected in [
            vec!["a\n", "b\n"],
            vec![one, two, "x\n", two],
            vec![json, json, "{\"a\":1}\n"],
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
            ("{\n  \"a\": 1\n}\n", ""),
            ("a mention of <Event> in text\n", ""),
            ("<Events>\n", ""),
        ] {
            assert_eq!(
                whole(format!("{done}{begun}").as_bytes()),
                done.len(),
                "{done}{begun}"
            );
        }
    }
}
