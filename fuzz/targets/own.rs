//! Any bytes as a record of formats that a user describes.
#![no_main]

use std::sync::LazyLock;

use knownet_format::text::alias::Aliases;
use knownet_format::text::own::Own;
use knownet_format::text::record::Record;
use knownet_fuzz::text::{check, context, written};
use libfuzzer_sys::fuzz_target;

static OWN: LazyLock<Vec<Own>> = LazyLock::new(|| {
    let aliases = Aliases::new(&[]);
    let map = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        let own = |&(from, to): &(&str, &str)| (from.to_owned(), to.to_owned());
        pairs.iter().map(own).collect()
    };
    let names: Vec<String> = ["time", "src_ip", "-", "dst", "dpt", "note", "note"]
        .map(str::to_owned)
        .into();
    let regex = r"(?P<when>\S+) (?P<source_ip>[^ ]+)(?: (?P<note>.*?))?:(?P<dst_port>\d*)";
    let regex_map = map(&[("when", "@timestamp"), ("note", "my.note")]);
    let grok = r"%{TIMESTAMP_ISO8601:timestamp} %{IPORHOST:source_ip}(?: %{WORD:[user][name]})? %{GREEDYDATA:rest}";
    [
        Own::regex(regex, &regex_map, &aliases),
        Own::regex(r"(?s)(?P<message>.*)=(?P<tags>.+)", &[], &aliases),
        Own::grok(grok, &[], &aliases),
        Own::grok("%{COMBINEDAPACHELOG}", &[], &aliases),
        Own::csv(&names, ',', &map(&[("dst", "destination.ip")]), &aliases),
        Own::csv(&names, '\t', &[], &aliases),
        Own::kv(" ", "="),
        Own::kv("; ", ": "),
        Own::kv("||", "="),
    ]
    .into_iter()
    .map(|own| own.expect("a format"))
    .collect()
});

fuzz_target!(|line: &[u8]| {
    let mut record = Record::new(context());
    record.begin(line);
    let blank = check(&record, "text", line);
    for own in OWN.iter() {
        record.begin(line);
        let mark = record.mark();
        match own.read(line, &mut record) {
            true => {
                check(&record, own.name(), line);
            }
            false => {
                record.back(mark);
                assert_eq!(written(&record), blank, "{}", own.name());
            }
        }
    }
});
