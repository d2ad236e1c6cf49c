//! Batches of text rewritten as lines of JSON.

use knownet_flow::{self as flow, Counts, Heading, Lines, Span};
use std::fmt;
use std::sync::Arc;

use memchr::memchr;

use super::field::Field;
use super::frame::Records;
use super::header::{Header, is_header};
use super::own::Own;
use super::record::Record;
use super::time::{Time, Zone};
use super::{Context, FORMATS, Spec, auto, syslog};
use crate::json::{name, nsg};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Records of more bytes are not looked at: they become an envelope around the line.
pub const LONGEST: usize = 1 << 20;

/// Which format the records of a source have.
#[derive(Clone)]
pub enum Choice {
    /// Found out for each record.
    Auto,
    /// This one.
    Named(&'static Spec),
    /// A syslog header and a message, which is not looked into for another format.
    Syslog,
    /// This format, whose columns a line of the stream names.
    Headed(&'static str),
    /// One that the user describes.
    Own(Arc<Own>),
}

/// The formats whose columns a line of the stream names.
pub const HEADED: &[&str] = &["w3c", "zeek", "csv"];

/// What is said beside the format.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The zone of times without one.
    pub zone: Zone,
    /// Names of fields in addition to the builtin ones.
    pub aliases: Vec<(String, Field)>,
    /// Whether `event.original` repeats the line.
    pub original: bool,
}

/// Rewrites the records of one source.
pub struct TextReader {
    choice: Choice,
    context: Context,
    original: bool,
    /// The heading that was read last, and what it says.
    heading: (Heading, Option<Header>),
    /// The tag of a record that is not in the format that was named.
    failure: String,
}

/// What a record was taken for.
pub struct Explained {
    /// The format, if it has one.
    pub format: Option<&'static str>,
    /// Where each field's value stands in the record.
    pub spans: Vec<(Field, std::ops::Range<usize>)>,
}

impl TextReader {
    /// A reader of this format.
    pub fn new(choice: Choice, options: &Options) -> TextReader {
        let mut context = Context::new(super::time::Clock {
            now: Time::now(),
            zone: options.zone.clone(),
        });
        context.aliases = super::alias::Aliases::new(&options.aliases);
        let failure = match &choice {
            Choice::Auto => auto::NO_FORMAT.to_owned(),
            choice => format!("_{}parsefailure", choice.name()),
        };
        TextReader {
            choice,
            context,
            original: options.original,
            heading: (Heading::None, None),
            failure,
        }
    }

    /// What one record behind `heading` would be taken for.
    pub fn explain(&mut self, record: &[u8], heading: &Heading) -> Explained {
        self.context.clock.now = Time::now();
        let line = clean(record);
        if matches!(self.choice, Choice::Auto) && is_object(line) {
            return Explained {
                format: Some("json"),
                spans: Vec::new(),
            };
        }
        let header = self.header(heading);
        let start = *heading == Heading::Start;
        if let Some(header) = self.names(header.as_ref(), line, start) {
            return Explained {
                format: Some(header.map_or("text", |header| header.name())),
                spans: Vec::new(),
            };
        }
        let mut found = Record::new(&self.context);
        let format = self.choice.read(line, header.as_ref(), &mut found);
        let place = |&field: &Field| {
            let value = found.get_raw(field)?;
            let at = (value.as_ptr() as usize).checked_sub(record.as_ptr() as usize)?;
            (at + value.len() <= record.len()).then(|| (field, at..at + value.len()))
        };
        let spans = match format {
            Some(_) => Field::ALL.iter().filter_map(place).collect(),
            None => Vec::new(),
        };
        Explained { format, spans }
    }

    /// What the lines of a heading say.
    fn header(&mut self, heading: &Heading) -> Option<Header> {
        if self.heading.0 != *heading {
            let mut header = None;
            if let Heading::Lines(lines) = heading {
                for line in lines.split(|&byte| byte == b'\n') {
                    header = Header::of(header.as_ref(), clean(line), &self.context.aliases);
                }
            }
            self.heading = (heading.clone(), header);
        }
        self.heading.1.clone()
    }

    /// If `line` is no record but says how the others are read: what it says.
    fn names(&self, header: Option<&Header>, line: &[u8], start: bool) -> Option<Option<Header>> {
        if !matches!(self.choice, Choice::Auto | Choice::Headed(_)) {
            return None;
        }
        if line.first() == Some(&b'#') {
            return Header::comment(line).then(|| Header::of(header, line, &self.context.aliases));
        }
        let named = start && is_header(line);
        let header = named.then(|| Header::of(None, line, &self.context.aliases));
        header.flatten().map(Some)
    }
}

impl fmt::Debug for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Choice {
    /// What the format is called.
    pub fn name(&self) -> &'static str {
        match self {
            Choice::Auto => "auto",
            Choice::Named(spec) => spec.name,
            Choice::Syslog => "syslog",
            Choice::Headed(name) => name,
            Choice::Own(own) => own.name(),
        }
    }

    /// Reads one record into `record`; `None` if it is not in the format.
    fn read<'a>(
        &'a self,
        line: &'a [u8],
        header: Option<&'a Header>,
        record: &mut Record<'a>,
    ) -> Option<&'static str> {
        record.begin(line);
        if line.len() > LONGEST {
            return None;
        }
        let mark = record.mark();
        match self {
            Choice::Auto | Choice::Headed(_) => {
                if let Some(header) = header
                    && header.read(line, record)
                {
                    return Some(header.name());
                }
                record.back(mark);
                if matches!(self, Choice::Auto) {
                    return auto::read(line, record);
                }
            }
            Choice::Own(own) => {
                if own.read(line, record) {
                    return Some(own.name());
                }
            }
            Choice::Syslog => {
                if let Some(message) = syslog::header(line, record) {
                    super::message::read(message, record);
                    return Some("syslog");
                }
            }
            Choice::Named(spec) => {
                if let Some(message) = syslog::header(line, record)
                    && (spec.read)(message, record)
                {
                    return Some(spec.name);
                }
                record.back(mark);
                if (spec.read)(line, record) {
                    return Some(spec.name);
                }
            }
        }
        record.back(mark);
        None
    }
}

impl flow::Reader for TextReader {
    fn leaves_own(&self) -> bool {
        matches!(self.choice, Choice::Auto)
    }

    fn read(&mut self, bytes: &[u8], heading: &Heading, out: &mut Lines, counts: &mut Counts) {
        self.context.clock.now = Time::now();
        let mut header = self.header(heading);
        let mut records = Records::new(bytes, 0);
        // A record may borrow from the header, so each header has a record of its own.
        while records.place() < bytes.len() {
            let start = records.place() == 0 && *heading == Heading::Start;
            let mut record = Record::new(&self.context);
            let next = self.records(
                &mut records,
                start,
                header.as_ref(),
                &mut record,
                out,
                counts,
            );
            drop(record);
            if let Some(next) = next {
                header = next;
            }
        }
    }
}

impl TextReader {
    /// Reads records until one says how those behind it are read, and returns what it says.
    fn records<'a, 'b: 'a>(
        &'a self,
        records: &mut Records<'b>,
        mut start: bool,
        header: Option<&'a Header>,
        record: &mut Record<'a>,
        out: &mut Lines,
        counts: &mut Counts,
    ) -> Option<Option<Header>> {
        let auto = matches!(self.choice, Choice::Auto);
        while let Some(raw) = records.next() {
            let place = Span::new(records.place() - raw.len(), records.place());
            let line = clean(raw);
            let Some(&first) = line.trim_ascii_start().first() else {
                continue;
            };
            if auto && first == b'{' && (is_object(line) || is_member(line)) {
                if !self.has_flows(line) || nsg::expand(line, &mut out.bytes) == 0 {
                    copy(raw, &mut out.bytes);
                }
                out.records.push((out.bytes.len(), place));
                start = false;
                continue;
            }
            let next = match first == b'#' || start {
                true => self.names(header, line, std::mem::take(&mut start)),
                false => None,
            };
            let format = match &next {
                Some(header) => {
                    record.begin(line);
                    Some(header.as_ref().map_or("text", Header::name))
                }
                None => self.choice.read(line, header, record),
            };
            match format {
                Some(name) => {
                    if let Some(index) = NAMES.iter().position(|known| *known == name) {
                        Counts::bump(&mut counts.formats, index);
                    }
                }
                None if auto => counts.no_format += 1,
                None => counts.unparsed += 1,
            }
            if format.is_none() {
                record.tag(&self.failure);
            }
            if self.original {
                record.set(Field::EventOriginal, line);
            }
            let start = out.bytes.len();
            let roles = record.write(format.unwrap_or("text"), &mut out.bytes);
            let line = Span::new(start, out.bytes.len());
            out.written.push((line, roles));
            out.records.push((out.bytes.len(), place));
            if next.is_some() {
                return next;
            }
        }
        None
    }
}

impl TextReader {
    /// Whether a record of JSON may hold flows to be taken apart. [`Json`](crate::json::Json) tells
    /// the same by the same signs.
    fn has_flows(&self, line: &[u8]) -> bool {
        let line = line.trim_ascii();
        if !nsg::is_nsg(line) {
            return false;
        }
        let mut has_destination = false;
        let aliases = &self.context.aliases;
        name::find(line, aliases, &mut Vec::new(), |field, _, _| {
            has_destination |= field == Field::DestinationIp;
        });
        !has_destination
    }
}

/// A record of JSON on one line, as it is; line feeds between its members become spaces.
fn copy(raw: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.extend_from_slice(raw.strip_suffix(b"\n").unwrap_or(raw));
    let mut from = start;
    while let Some(at) = memchr(b'\n', &out[from..]) {
        out[from + at] = b' ';
        from += at + 1;
    }
    out.push(b'\n');
}

/// The record without line end and byte order mark.
fn clean(raw: &[u8]) -> &[u8] {
    let line = raw.strip_suffix(b"\n").unwrap_or(raw);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    line.strip_prefix(BYTE_ORDER_MARK).unwrap_or(line)
}

/// Whether the line begins as an object does, even if it is cut.
fn is_member(line: &[u8]) -> bool {
    let inside = line.trim_ascii_start().get(1..).unwrap_or_default();
    inside
        .trim_ascii_start()
        .first()
        .is_none_or(|&first| first == b'"')
}

fn is_object(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.first() == Some(&b'{') && line.last() == Some(&b'}')
}

/// The names that [`Counts::formats`] counts along.
pub const NAMES: &[&str] = &{
    let others = ["syslog", "w3c", "zeek", "csv", "regex", "grok"];
    let mut names = [""; FORMATS.len() + 6];
    let mut index = 0;
    while index < names.len() {
        names[index] = match index < FORMATS.len() {
            true => FORMATS[index].name,
            false => others[index - FORMATS.len()],
        };
        index += 1;
    }
    names
};
