//! The format of a record, found out: each record by itself, so that one stream may mix them.

use super::record::Record;
use super::{FORMATS, syslog};

/// What a record without a format is tagged with.
pub const NO_FORMAT: &str = "_noformat";

/// Reads one record of text and returns the name of its format; `None` if it has none.
pub fn read<'a>(line: &'a [u8], record: &mut Record<'a>) -> Option<&'static str> {
    record.begin(line);
    let mark = record.mark();
    let (text, name) = match syslog::header(line, record) {
        Some(message) => (message, Some("syslog")),
        None => {
            record.back(mark);
            // Its own time, unless its reader knows better.
            if let Some((time, _)) = record.context.clock.read(line) {
                record.at(time);
            }
            (line, None)
        }
    };
    let mark = record.mark();
    for spec in FORMATS {
        if (spec.read)(text, record) {
            return Some(spec.name);
        }
        record.back(mark);
    }
    name
}
