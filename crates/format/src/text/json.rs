//! JSON behind a syslog header: roles by name, the object itself kept as it is.

use crate::json::name;

use super::Spec;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "json",
    summary: "JSON of any layout: Suricata, Zeek, Elastic, cloud audit and flow logs",
    example: r#"{"src_ip":"192.0.2.7","src_port":51544,"dest_ip":"198.51.100.9","dest_port":443}"#,
    read,
};

fn read<'a>(text: &'a [u8], record: &mut Record<'a>) -> bool {
    let text = text.trim_ascii();
    // The mark by which rsyslog and others say that JSON follows (CEE).
    let text = match text.strip_prefix(b"@cee:") {
        Some(rest) => rest.trim_ascii_start(),
        None => text,
    };
    if !text.starts_with(b"{") || !text.ends_with(b"}") || !is_json(text) {
        return false;
    }
    let aliases = &record.context.aliases;
    let mut scratch = Vec::new();
    name::find(text, aliases, &mut scratch, |field, span, inside| {
        let value = match inside {
            None => text[span].into(),
            Some(text) => record.own(|own| own.extend_from_slice(&text[span])),
        };
        record.set(field, value);
    });
    // A record is one line, whatever white space the object has.
    let object = match memchr::memchr2(b'\n', b'\r', text) {
        None => text.into(),
        Some(_) => record.own(|own| {
            own.extend(text.iter().map(|&byte| match byte {
                b'\n' | b'\r' => b' ',
                byte => byte,
            }));
        }),
    };
    record.set(super::field::Field::Json, object);
    true
}

fn is_json(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok()
        && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

#[cfg(test)]
mod tests {
    use crate::text::field::Field;
    use crate::text::record::Record;
    use crate::text::time::{Clock, Time};
    use crate::text::{Context, auto};

    #[test]
    fn the_mark_of_cee_stands_before_json() {
        let context = Context::new(Clock::at(Time::default()));
        let mut record = Record::new(&context);
        for (line, format) in [
            (
                r#"<34>Feb  5 13:08:27 box app: @cee: {"src_ip":"192.0.2.7"}"#,
                "json",
            ),
            (
                r#"<34>Feb  5 13:08:27 box app[12]: @cee:{"src_ip":"192.0.2.7"}"#,
                "json",
            ),
            (
                r#"<34>Feb  5 13:08:27 box @cee: {"src_ip":"192.0.2.7"}"#,
                "json",
            ),
            (
                r#"<34>1 2026-02-05T13:08:27Z box app - - - @cee:{"src_ip":"192.0.2.7"}"#,
                "json",
            ),
            (r#"<34>box @cee:{"src_ip":"192.0.2.7"}"#, "json"),
            (r#"@cee: {"src_ip":"192.0.2.7"}"#, "json"),
            (
                r#"<34>Feb  5 13:08:27 box app: @cee: {"src_ip":"192.0.2.7""#,
                "syslog",
            ),
            ("<34>Feb  5 13:08:27 box app: @cee:", "syslog"),
        ] {
            assert_eq!(
                auto::read(line.as_bytes(), &mut record),
                Some(format),
                "{line}"
            );
            if format == "json" {
                let source = record.get(Field::SourceIp);
                assert_eq!(source, Some(&b"192.0.2.7"[..]), "{line}");
                let object = record.get(Field::Json);
                assert_eq!(object, Some(&br#"{"src_ip":"192.0.2.7"}"#[..]), "{line}");
            }
            if line.contains(" box ") {
                assert_eq!(record.get(Field::HostName), Some(&b"box"[..]), "{line}");
            }
        }
    }
}
