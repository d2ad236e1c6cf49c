//! Times as text, and back.

use std::time::{Duration, UNIX_EPOCH};

use knownet_flow::time::{parse, text as spelled};

/// The last millisecond of the year 9999.
const LAST: u64 = 253_402_300_799_999;

fn text(ms: u64) -> String {
    spelled(UNIX_EPOCH + Duration::from_millis(ms))
}

#[test]
fn times_as_others_write_them() {
    // By `date -u -d @SECONDS +%FT%TZ`.
    for (ms, expected) in [
        (0, "1970-01-01T00:00:00.000Z"),
        (951_782_400_001, "2000-02-29T00:00:00.001Z"),
        (1_795_249_564_123, "2026-11-21T08:26:04.123Z"),
        (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
        (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
        (LAST, "9999-12-31T23:59:59.999Z"),
    ] {
        assert_eq!(text(ms), expected);
    }
    let before = UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(spelled(before), "1970-01-01T00:00:00.000Z");
}

#[test]
fn every_day_follows_the_one_before() {
    let (mut year, mut month, mut day) = (1970, 1, 1);
    for days in 0..200_000 {
        let date = text(days * 86_400_000);
        assert_eq!(date[..10], format!("{year:04}-{month:02}-{day:02}"));
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let length = match month {
            2 if leap => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        day += 1;
        if day > length {
            (month, day) = (month + 1, 1);
        }
        if month > 12 {
            (year, month) = (year + 1, 1);
        }
    }
}

#[test]
fn every_day_comes_back() {
    for day in 0..=LAST / 86_400_000 {
        let ms = day * 86_400_000 + day % 86_400_000;
        let time = parse(text(ms).as_bytes());
        assert_eq!(time, Some(UNIX_EPOCH + Duration::from_millis(ms)), "{day}");
    }
}

#[test]
fn what_is_no_time() {
    for text in [
        "",
        "2026-11-21T08:26:04.123",
        "2026-11-21T08:26:04.123Z ",
        "2026-11-21 08:26:04.123Z",
        "2026-02-29T08:26:04.123Z",
        "2026-02-00T08:26:04.123Z",
        "2026-00-01T08:26:04.123Z",
        "1970-01-00T08:26:04.123Z",
        "2026-13-01T08:26:04.123Z",
        "1969-12-31T08:26:04.123Z",
        "2026-11-21T24:00:00.000Z",
        "2026-11-21T08:60:00.000Z",
        "2026-11-21T08:26:60.000Z",
        "+026-11-21T08:26:04.123Z",
    ] {
        assert_eq!(parse(text.as_bytes()), None, "{text}");
    }
}
