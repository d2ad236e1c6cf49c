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
    let begun = match memmem::find(bytes, OPEN) {
        None => declared(bytes, last).or_else(|| object_begun(bytes)),
        Some(_) if bytes[0] != b'{' && memmem::find(bytes, b"\n{").is_none() => {
            xml_begun(bytes, last)
        }
        // Either kind may have lines in it that look like the beginning of the other.
        Some(_) => begun(bytes, last),
    };
    begun.unwrap_or(bytes.len())
}

/// Where the record begins that has lines to come, seen from all records before it.
fn begun(bytes: &[u8], last: usize) -> Option<usize> {
    let mut records = Records::new(bytes, 0);
    // An event may begin within a line, but batches do not.
    let mut begun = 0;
    loop {
        let at = records.at;
        let record = records.next()?;
        let rest = &bytes[at..];
        if bytes[..at].last().is_none_or(|&byte| byte == b'\n') {
            begun = at;
        }
        match record[0] {
            b'{' if records.unfinished => return Some(begun),
            b'<' | b' ' | b'\t' | 0xef if at == last && declared(bytes, at).is_some() => {
                return Some(begun);
            }
            b'<' | b' ' | b'\t' | 0xef if xml(rest).is_none() => {
                if let Some(open) = opening(rest)
                    && let Some(line) = memchr(b'\n', &rest[open..])
                    && next_event(&rest[open + line + 1..]).is_none()
                {
                    return Some(begun);
                }
            }
            _ => {}
        }
    }
}

/// The last line, if it is an XML declaration whose event is to come.
fn declared(bytes: &[u8], last: usize) -> Option<usize> {
    is_declaration(&bytes[last..]).then_some(last)
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

/// Where the line begins with which an event begins that has no end.
fn xml_begun(bytes: &[u8], last: usize) -> Option<usize> {
    let mut begun = declared(bytes, last);
    let mut end = bytes.len();
    loop {
        let close = memmem::rfind(&bytes[..end], CLOSE);
        let from = close.map_or(0, |at| at + CLOSE.len());
        let shared = close.filter(|_| opens_event(blank(&bytes[from..end]).1));
        if let Some(close) = shared {
            // Behind one that ends on this line, and may have begun on an earlier one.
            let line = memrchr(b'\n', &bytes[..close]).map_or(0, |at| at + 1);
            begun = Some(line);
            end = line;
            continue;
        }
        return opened(&bytes[..end], from).or(begun);
    }
}

/// The last line behind `from` (where no event ends any more) with which an event begins.
fn opened(bytes: &[u8], from: usize) -> Option<usize> {
    let first = match from {
        0 => 0,
        _ => from + memchr(b'\n', &bytes[from..])? + 1,
    };
    let (mut line, mut open) = next_event(&bytes[first..])?;
    // One that is followed by another has no end.
    loop {
        let feed = memchr(b'\n', &bytes[first + open..]);
        let next = feed.map(|feed| open + feed + 1);
        let Some((found, opens)) = next.and_then(|next| {
            let (line, open) = next_event(&bytes[first + next..])?;
            Some((next + line, next + open))
        }) else {
            break;
        };
        (line, open) = (found, opens);
    }
    let line = first + line;
    // A declaration may stand in a line of its own.
    let before = memrchr(b'\n', &bytes[..line.saturating_sub(1)]).map_or(0, |at| at + 1);
    match before >= first && before < line && is_declaration(&bytes[before..line]) {
        true => Some(before),
        false => Some(line),
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

/// Whether the first line of the text is nothing but the beginning of an object.
fn begins_open(text: &[u8]) -> bool {
    let blanks = text[1..].iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
    text[0] == b'{' && matches!(text.get(1 + blanks.count()), None | Some(b'\n'))
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

/// The blanks in front of the text, with the mark of UTF-8, and what follows them.
fn blank(text: &[u8]) -> (usize, &[u8]) {
    let rest = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t'));
    let rest = &rest[blanks.count()..];
    (text.len() - rest.len(), rest)
}

/// Whether the line is an XML declaration, and no event stands behind it.
fn is_declaration(line: &[u8]) -> bool {
    blank(line).1.starts_with(b"<?xml") && in_line(line).is_none()
}

/// Where an event opens in a line.
fn in_line(line: &[u8]) -> Option<usize> {
    memmem::find_iter(line, OPEN).find(|&at| opens_event(&line[at..]))
}

/// Where the event opens with which the record begins that begins the text.
fn opening(text: &[u8]) -> Option<usize> {
    let (start, rest) = blank(text);
    if opens_event(rest) {
        return Some(start);
    }
    let declared = rest.starts_with(b"<?xml");
    if !declared && !rest.starts_with(CLOSE) {
        return None;
    }
    let line = memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
    if let Some(open) = in_line(&rest[..line]) {
        return Some(start + open);
    }
    let (blanks, next) = blank(&rest[line..]);
    (declared && opens_event(next)).then_some(start + line + blanks)
}

/// The first line with which an event begins, and where it opens; the text begins with a line.
fn next_event(text: &[u8]) -> Option<(usize, usize)> {
    let mut from = 0;
    loop {
        let at = from + memmem::find(&text[from..], OPEN)?;
        let line = memrchr(b'\n', &text[from..at]).map_or(from, |feed| from + feed + 1);
        if let Some(open) = opening(&text[line..]) {
            return Some((line, line + open));
        }
        from = at + memchr(b'\n', &text[at..])? + 1;
    }
}

/// The records of a batch, one after the other.
pub struct Records<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Up to here no object of several lines is looked for: one that began before was none.
    flat: usize,
    /// Whether the record is the beginning of an object that does not end here.
    unfinished: bool,
}

impl<'a> Records<'a> {
    /// The records from `at` on.
    pub fn new(bytes: &'a [u8], at: usize) -> Records<'a> {
        Records {
            bytes,
            at,
            flat: 0,
            unfinished: false,
        }
    }

    /// The length of the object that begins the text, if it ends.
    fn object(&mut self, rest: &[u8]) -> Option<usize> {
        match object(rest) {
            Object::Whole(len) => return Some(len),
            Object::Begun => {
                self.flat = self.bytes.len();
                self.unfinished = true;
            }
            Object::None(seen) => self.flat = self.at + seen,
        }
        None
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = &'a [u8];

    /// The next record with its line feed (which one of several events in a line lacks).
    fn next(&mut self) -> Option<&'a [u8]> {
        let rest = &self.bytes[self.at..];
        let several = match rest.first()? {
            b'{' if self.at >= self.flat && begins_open(rest) => self.object(rest),
            b'<' | b' ' | b'\t' | 0xef => xml(rest),
            _ => None,
        };
        let line = || memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
        let len = several.unwrap_or_else(line);
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
            _ => {}
        }
        at += 1;
    }
    match end == rest.len() {
        true => Object::Begun,
        false => Object::None(end),
    }
}

/// The length of the event or events that begin the text, if they end.
fn xml(rest: &[u8]) -> Option<usize> {
    let open = opening(rest)?;
    let close = open + close(&rest[open..])? + CLOSE.len();
    let (blanks, behind) = blank(&rest[close..]);
    // Whether or not the line ends soon: it may be the only one of a file.
    if opens_event(behind) {
        return Some(close + blanks);
    }
    Some(memchr(b'\n', behind).map_or(rest.len(), |at| close + blanks + at + 1))
}

/// Where the event ends that opens the text. One that has no end ends at the next: what is looked
/// through for it is not looked through again.
fn close(event: &[u8]) -> Option<usize> {
    let mut window = 4096;
    loop {
        let text = &event[..event.len().min(window)];
        let close = memmem::find(text, CLOSE);
        let inside = &text[OPEN.len()..close.unwrap_or(text.len())];
        let line = memchr(b'\n', inside).map(|at| at + 1);
        if line.is_some_and(|line| next_event(&inside[line..]).is_some()) {
            return None;
        }
        if close.is_some() || text.len() == event.len() {
            return close;
        }
        window *= 2;
    }
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
            vec!["{\n", "\"a\": [\n", "{\n", "\"a\": [\n", "x\n"],
            vec!["{\n", "x\n", "}\n"],
            vec!["<Event>\n", "x\n"],
            vec!["<EventX>\n", "x</Event>\n"],
            // An event does not hold another one, nor a declaration what is not an event.
            vec!["<Event>\n", one, " <Event>\n", " <Event>\n</Event>\n"],
            vec!["<?xml version='1.0'?>\n", "x\n", one],
            vec!["</Event>\n", "x\n", one],
            vec![" \n", one, "\u{feff}<?xml?>\n<Event>\n</Event>\n"],
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
            ("x\n{\n\"a\": 1\n}\nx\n", "{\n\"a\": [\n{\n}\n"),
            ("{\n\"a\": 1\n} x\nx\n", ""),
            ("{\n  \"a\": 1\n}\n", ""),
            ("a mention of <Event> in text\n", ""),
            ("x\n", "<Event>\n a\n</Event><Event>\n"),
            ("x\n", "<Event>\na</Event><Event>\n</Event> <Event>\n"),
            ("", "<Event>\na mention of <Event>\n"),
            ("<Event>\n", "<Event>\n"),
            ("x\n", "<?xml version='1.0'?>\n"),
            ("x\n", "<?xml version='1.0'?>\n<Event>\n"),
            ("x\n", "\u{feff}<Event>\n"),
            ("x\n", "{\n\"a\":\n <Event>\n"),
            ("{\n", "<Event>\n</Event><Event>a</Event><Event>\n"),
            ("x\n", "<Event>\n{\n \"a\":1\n"),
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
