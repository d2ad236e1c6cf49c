//! Batches of text rewritten as lines of JSON.

use knownet_flow::{self as flow, Counts, Heading};
use memchr::memchr;

use super::field::Field;
use super::record::Record;
use super::time::{Time, Zone};
use super::{Context, FORMATS, Spec, auto, frame, syslog};

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
}

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
            Choice::Named(spec) => format!("_{}parsefailure", spec.name),
            Choice::Syslog => "_syslogparsefailure".to_owned(),
        };
        TextReader {
            choice,
            context,
            original: options.original,
            failure,
        }
    }

    /// What one record behind `heading` would be taken for.
    pub fn explain(&mut self, record: &[u8], _heading: &Heading) -> Explained {
        self.context.clock.now = Time::now();
        let line = clean(record);
        if matches!(self.choice, Choice::Auto) && is_object(line) {
            return Explained {
                format: Some("json"),
                spans: Vec::new(),
            };
        }
        let mut found = Record::new(&self.context);
        let format = self.choice.read(line, &mut found);
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
}

impl Choice {
    /// Reads one record into `record`; `None` if it is not in the format.
    fn read<'a>(&self, line: &'a [u8], record: &mut Record<'a>) -> Option<&'static str> {
        record.begin(line);
        if line.len() > LONGEST {
            return None;
        }
        let mark = record.mark();
        match self {
            Choice::Auto => return auto::read(line, record),
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

    fn read(&mut self, bytes: &[u8], _: &Heading, out: &mut Vec<u8>, counts: &mut Counts) {
        self.context.clock.now = Time::now();
        let mut record = Record::new(&self.context);
        let auto = matches!(self.choice, Choice::Auto);
        let mut at = 0;
        while at < bytes.len() {
            let end = frame::end(bytes, at);
            let raw = &bytes[at..end];
            at = end;
            let line = clean(raw);
            if line.trim_ascii().is_empty() {
                continue;
            }
            if auto && line.trim_ascii_start().first() == Some(&b'{') {
                copy(raw, out);
                continue;
            }
            let format = self.choice.read(line, &mut record);
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
            record.write(format.unwrap_or("text"), out);
        }
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

fn is_object(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.first() == Some(&b'{') && line.last() == Some(&b'}')
}

/// The names that [`Counts::formats`] counts along.
pub const NAMES: &[&str] = &{
    let mut names = [""; FORMATS.len() + 1];
    let mut index = 0;
    while index < FORMATS.len() {
        names[index] = FORMATS[index].name;
        index += 1;
    }
    names[index] = "syslog";
    names
};
