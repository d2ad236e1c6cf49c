//! `knownet formats`: what can be read.

use std::io::{self, Write};
use std::process::ExitCode;

use anyhow::Context;
use knownet_format::text::FORMATS;

use crate::report::NOT_WRITTEN;

/// Formats that no reader of single records stands for.
const OTHERS: &[(&str, &str, &str)] = &[
    (
        "auto",
        "Each record in the format it is recognised by; the default",
        "",
    ),
    (
        "json",
        "JSON lines of any layout; stay as they are",
        r#"{"winlog":{"event_data":{"SourceIp":"10.0.0.1","DestinationIp":"192.0.2.7"}}}"#,
    ),
    (
        "syslog",
        "A header of RFC 3164 or RFC 5424 before plain text",
        "<34>1 2026-03-01T12:00:00Z host su 42 - - 'su root' failed on /dev/pts/8",
    ),
    (
        "w3c",
        "W3C extended logs, whose #Fields: line names the columns: IIS, Windows Firewall",
        "#Fields: date time c-ip s-ip s-port\n2026-03-01 12:00:00 192.0.2.7 198.51.100.1 443",
    ),
    (
        "zeek",
        "Zeek's logs with #fields",
        "#fields\tts\tid.orig_h\tid.resp_h\n1772366400.0\t192.0.2.7\t198.51.100.1",
    ),
    (
        "csv",
        "Columns named by the first line",
        "time,src_ip,dst_ip\n2026-03-01T12:00:00Z,192.0.2.7,198.51.100.1",
    ),
];

pub fn formats() -> anyhow::Result<ExitCode> {
    print(&mut io::stdout().lock()).context(NOT_WRITTEN)?;
    Ok(ExitCode::SUCCESS)
}

fn print(out: &mut impl Write) -> io::Result<()> {
    let builtin = FORMATS
        .iter()
        .filter(|spec| OTHERS.iter().all(|(name, ..)| *name != spec.name))
        .map(|spec| (spec.name, spec.summary, spec.example));
    for (name, summary, example) in OTHERS.iter().copied().chain(builtin) {
        writeln!(out, "{name:12} {summary}")?;
        for line in example.lines() {
            writeln!(out, "{:12}   {line}", "")?;
        }
    }
    writeln!(
        out,
        "\nOf your own, in a configuration:\n  \
         format = {{ regex = '(?P<source_ip>\\S+) -> (?P<destination_ip>\\S+)' }}\n  \
         format = {{ grok = '%{{IP:source_ip}} %{{WORD:action}} %{{IP:destination_ip}}' }}\n  \
         format = {{ csv = [\"time\", \"src\", \"dst\"] }}\n  \
         format = {{ kv = {{ pair = \" \", value = \"=\" }} }}"
    )
}
