//! Any bytes as a record of text: through the detection, every reader by itself, and the syslog
//! header.
#![no_main]

use knownet_format::text::record::Record;
use knownet_format::text::{FORMATS, auto, syslog};
use knownet_fuzz::text::{check, context, written};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|line: &[u8]| {
    let mut record = Record::new(context());
    record.begin(line);
    let blank = check(&record, "text", line);
    for spec in FORMATS {
        record.begin(line);
        let mark = record.mark();
        match (spec.read)(line, &mut record) {
            true => {
                check(&record, spec.name, line);
            }
            false => {
                record.back(mark);
                assert_eq!(written(&record), blank, "{}", spec.name);
            }
        }
    }
    record.begin(line);
    let mark = record.mark();
    if let Some(message) = syslog::header(line, &mut record) {
        let at = (message.as_ptr() as usize).wrapping_sub(line.as_ptr() as usize);
        assert!(message.is_empty() || at + message.len() <= line.len());
        check(&record, "syslog", line);
    } else {
        record.back(mark);
        assert_eq!(written(&record), blank);
    }
    // What was read before does not count.
    let used = auto::read(line, &mut record);
    let after = check(&record, used.unwrap_or("text"), line);
    let mut fresh = Record::new(context());
    assert_eq!(auto::read(line, &mut fresh), used);
    assert_eq!(check(&fresh, used.unwrap_or("text"), line), after);
});
