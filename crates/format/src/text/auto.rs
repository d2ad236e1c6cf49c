//! The format of a record, found out: each record by itself, so that one stream may mix them.

use super::field::Field;
use super::record::Record;
use super::{FORMATS, auth, kv, message, syslog};

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
            // Pairs may stand in a sentence that says who it was; a login's may be a new one.
            if (spec.name == kv::SPEC.name || spec.name == auth::SPEC.name)
                && !record.has(Field::SourceIp)
                && !record.has(Field::DestinationIp)
            {
                message::read(text, record);
            }
            return Some(spec.name);
        }
        record.back(mark);
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Context;
    use crate::text::time::{Clock, Time};

    #[test]
    fn every_example_is_read_as_what_it_is_one_of() {
        let context = Context::new(Clock::at(Time::now()));
        for spec in FORMATS {
            let mut record = Record::new(&context);
            let found = read(spec.example.as_bytes(), &mut record);
            assert_eq!(found, Some(spec.name), "{}", spec.example);
        }
    }
}
