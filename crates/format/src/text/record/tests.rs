use super::*;
use crate::text::time::Clock;

fn context() -> Context {
    Context::new(Clock::at(Time {
        seconds: 1_800_000_000,
        nanos: 0,
    }))
}

#[test]
fn fields_are_nested_and_pairs_stand_under_their_vendor() {
    let context = context();
    let mut record = Record::new(&context);
    record.begin(b"the \"line\"\t\xff");
    assert!(record.set(Field::ObserverVendor, "Check Point"));
    assert!(record.set(Field::SourceIp, b"1.2.3.4:0055"));
    assert!(record.set(Field::SourceNatIp, b"::1"));
    assert!(!record.set(Field::DestinationIp, b"N/A"));
    record.pair(b"dst_port", b"443");
    record.pair(b"layer name", b"x");
    record.pair(b"layer name", b"y");
    record.pair(b"dst", b"host");
    record.tag("_noformat");
    let mut out = Vec::new();
    record.write("kv", &mut out);
    let expected = concat!(
        r#"{"@timestamp":"2027-01-15T08:00:00.000Z","destination":{"port":443},"#,
        r#""observer":{"vendor":"Check Point"},"#,
        r#""source":{"ip":"1.2.3.4","nat":{"ip":"::1"},"port":55},"#,
        r#""message":"the \"line\"\t\\xFF","check_point":{"layer name":"x","dst":"host"},"#,
        r#""tags":["_noformat"]}"#,
        "\n"
    );
    assert_eq!(String::from_utf8(out).expect("UTF-8"), expected);
}

#[test]
fn an_empty_record_is_its_line() {
    let context = context();
    let mut record = Record::new(&context);
    record.begin(b"x");
    let mut out = Vec::new();
    record.write("kv", &mut out);
    assert_eq!(
        out,
        b"{\"@timestamp\":\"2027-01-15T08:00:00.000Z\",\"message\":\"x\"}\n"
    );
}

#[test]
fn values_of_every_length_and_kind_are_written_as_they_are() {
    let context = context();
    let mut out = Vec::new();
    for length in 1..150 {
        for special in ["", "\"", "\\", "\n", "\u{1}", "é"] {
            for place in [0, 1, 15, 16, 31, 32, length] {
                let mut value = "v".repeat(length);
                value.insert_str(place.min(length), special);
                // At the end of the line, and with more behind.
                for more in ["", "more text behind it, long enough for each window"] {
                    let line = format!("{length}{value}{more}");
                    let digits = length.to_string().len();
                    let mut record = Record::new(&context);
                    let found = &line.as_bytes()[digits..digits + value.len()];
                    record.begin(line.as_bytes());
                    record.set(Field::EventSeverity, &line.as_bytes()[..digits]);
                    record.set(Field::DestinationDomain, found);
                    let object = record.own(|own| {
                        own.extend_from_slice(b"{\"a\":\"");
                        own.extend(std::iter::repeat_n(b'j', length));
                        own.extend_from_slice(b"\"}");
                    });
                    record.set(Field::Json, object);
                    let own = record.own(|own| own.extend_from_slice(value.as_bytes()));
                    record.vendor(b"own", own);
                    record.vendor(found, "short");
                    // Often without spare capacity.
                    out = Vec::with_capacity(out.len() % 7);
                    record.write("test", &mut out);
                    let json: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
                    assert_eq!(json["message"], line);
                    assert_eq!(json["destination"]["domain"], value);
                    assert_eq!(json["event"]["severity"], length);
                    assert_eq!(json["json"]["a"], "j".repeat(length));
                    assert_eq!(json["test"]["own"], value);
                    assert_eq!(json["test"][&value], "short");
                }
            }
        }
    }
}
