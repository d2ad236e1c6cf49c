use super::*;

fn of(value: &str) -> Option<(i64, u32, u32, u32)> {
    let event = format!("{{\"a\":1,\"@timestamp\":{value}}}");
    Moment::of(event.as_bytes()).map(|m| (m.year, m.month, m.day, m.hour))
}

#[test]
fn it_is_the_time_in_utc() {
    for (value, moment) in [
        (r#""2026-11-21T08:26:04.123Z""#, (2026, 11, 21, 8)),
        (r#""2026-11-21T08:26:04""#, (2026, 11, 21, 8)),
        (r#""2026-11-21""#, (2026, 11, 21, 0)),
        (r#""2026-01-01T00:30:00+01:00""#, (2025, 12, 31, 23)),
        (r#""2026-12-31T23:30:00.5-0030""#, (2027, 1, 1, 0)),
        (r#""2026-12-31T20-05""#, (2027, 1, 1, 1)),
        ("1795249564123", (2026, 11, 21, 8)),
        (r#""1795249564123""#, (2026, 11, 21, 8)),
        ("-1", (1969, 12, 31, 23)),
        ("1795249564123.75", (2026, 11, 21, 8)),
        ("1.795249564123e12", (2026, 11, 21, 8)),
        ("-0.5", (1969, 12, 31, 23)),
    ] {
        assert_eq!(of(value), Some(moment), "{value}");
    }
}

#[test]
fn what_says_no_time_is_none() {
    for value in [
        "null",
        r#""""#,
        r#""yesterday""#,
        r#""2026-13-01""#,
        r#""2026-11-21T25:00Z""#,
        r#""2026-11-21T1""#,
        r#""2026""#,
        "[1]",
        "1e300",
        "99999999999999999",
    ] {
        assert_eq!(of(value), None, "{value}");
    }
    assert_eq!(Moment::of(b"{\"x\":{\"@timestamp\":1}}"), None);
}

#[test]
fn now_is_after_this_was_written() {
    assert!(Moment::now().year >= 2026);
}
