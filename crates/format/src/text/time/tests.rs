use super::*;

fn time(text: &str) -> Time {
    let clock = Clock::at(Time::default());
    clock.whole(text.as_bytes()).expect(text)
}

fn clock(now: &str, zone: &str) -> Clock {
    Clock {
        now: time(now),
        zone: Zone::parse(zone).expect(zone),
    }
}

fn shown(time: Time) -> String {
    let mut out = Vec::new();
    time.write(&mut out);
    String::from_utf8(out).expect("ASCII")
}

#[test]
fn every_spelling_is_read() {
    let clock = clock("2024-03-06T00:00:00Z", "UTC");
    for (text, wanted) in [
        ("2024-03-05T13:08:27Z", "2024-03-05T13:08:27.000Z"),
        ("2024-03-05T13:08:27.5Z", "2024-03-05T13:08:27.500Z"),
        (
            "2024-03-05t13:08:27,123456+02:00",
            "2024-03-05T11:08:27.123456Z",
        ),
        (
            "2024-03-05T13:08:27.123456789-0430",
            "2024-03-05T17:38:27.123456789Z",
        ),
        ("2024-03-05 13:08:27 +02", "2024-03-05T11:08:27.000Z"),
        ("2024-03-05 13:08:27", "2024-03-05T13:08:27.000Z"),
        ("2024-03-05 13:08:27.123 UTC", "2024-03-05T13:08:27.123Z"),
        ("2024/03/05 13:08:27", "2024-03-05T13:08:27.000Z"),
        ("2024/03/05:13:08:27", "2024-03-05T13:08:27.000Z"),
        ("2024.03.05 13:08:27", "2024-03-05T13:08:27.000Z"),
        ("20240305T130827Z", "2024-03-05T13:08:27.000Z"),
        ("Mar  5 13:08:27", "2024-03-05T13:08:27.000Z"),
        ("Mar 5 13:08:27", "2024-03-05T13:08:27.000Z"),
        ("Mar 05 13:08:27.123", "2024-03-05T13:08:27.123Z"),
        ("Mar  5 2023 13:08:27", "2023-03-05T13:08:27.000Z"),
        ("Mar  5 13:08:27 2023", "2023-03-05T13:08:27.000Z"),
        ("2023 Mar  5 13:08:27", "2023-03-05T13:08:27.000Z"),
        ("Mar 5, 2023 1:08:27 PM", "2023-03-05T13:08:27.000Z"),
        ("Mar 5, 2023 12:08:27 AM", "2023-03-05T00:08:27.000Z"),
        ("Mar  5 13:08:27.471 EDT", "2024-03-05T17:08:27.471Z"),
        ("Mar  5 13:08:27 CEST 2023", "2023-03-05T11:08:27.000Z"),
        ("Sep 05 2023 16:45:08 UTC", "2023-09-05T16:45:08.000Z"),
        ("Jan 17 2019 03:38:06 GMT+00:00", "2019-01-17T03:38:06.000Z"),
        (
            "Jan 17 2019 03:38:06.123 GMT-08:00",
            "2019-01-17T11:38:06.123Z",
        ),
        ("Mon Aug 28 11:53:06 2023", "2023-08-28T11:53:06.000Z"),
        (
            "Mon, 28 Aug 2023 11:53:06 +0200",
            "2023-08-28T09:53:06.000Z",
        ),
        ("28 Aug 2023 11:53:06 GMT", "2023-08-28T11:53:06.000Z"),
        ("26/Dec/2016:16:16:28 +0200", "2016-12-26T14:16:28.000Z"),
        ("26-Dec-2016 16:16:28.123", "2016-12-26T16:16:28.123Z"),
        ("20Dec2019 12:04:05", "2019-12-20T12:04:05.000Z"),
        ("1709644107", "2024-03-05T13:08:27.000Z"),
        ("1709644107.25", "2024-03-05T13:08:27.250Z"),
        ("1709644107123", "2024-03-05T13:08:27.123Z"),
        ("1709644107123456", "2024-03-05T13:08:27.123456Z"),
        ("1709644107123456789", "2024-03-05T13:08:27.123456789Z"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00.000Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"),
    ] {
        let read = clock.whole(text.as_bytes());
        assert_eq!(read.map(shown).as_deref(), Some(wanted), "{text}");
    }
}

#[test]
fn what_is_no_time_is_not_taken_for_one() {
    let clock = clock("2024-03-06T00:00:00Z", "UTC");
    for text in [
        "",
        "2024",
        "2024-13-05T13:08:27Z",
        "2024-00-05T13:08:27Z",
        "2023-02-29T13:08:27Z",
        "2024-03-05T24:08:27Z",
        "2024-03-05T13:60:27Z",
        "2024-03-05T13:08:61Z",
        "2024-03-05X13:08:27Z",
        "2024-03-05",
        "2024-03-0513:08:27Z",
        "Mar 32 13:08:27",
        "Mar 0 13:08:27",
        "Apr 31 13:08:27",
        "Foo  5 13:08:27",
        "Mar  5 13:08",
        "Mar  5 :08:27",
        "March 5 13:08:27",
        "Marathon",
        "May I ask",
        "192.0.2.1",
        "12345",
        "17096441071",
        "99999999999999999999",
    ] {
        assert_eq!(clock.read(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn what_follows_a_time_is_left() {
    let clock = clock("2024-03-06T00:00:00Z", "UTC");
    for (text, rest) in [
        ("Mar  5 13:08:27 host", " host"),
        ("Mar  5 13:08:27 EDTbox x", " EDTbox x"),
        ("Mar  5 13:08:27 EST-1 x", " EST-1 x"),
        ("Mar  5 13:08:27 192.0.2.1 x", " 192.0.2.1 x"),
        ("Mar  5 13:08:27 1992.example x", " 1992.example x"),
        ("Mar  5 13:08:27 EDT: x", ": x"),
        ("Mar  5 13:08:27.1 XYZ: %SYS-5", ": %SYS-5"),
        ("Mar  5 13:08:27 XYZ: link", " XYZ: link"),
        ("Mar  5 13:08:27: x", ": x"),
        ("Mar  5 13:08:27 PMIX x", " PMIX x"),
        ("2024-03-05T13:08:27Zx", "Zx"),
        ("2024-03-05T13:08:27 +02:00 x", " x"),
        ("2024-03-05T13:08:27 -- x", " -- x"),
    ] {
        let (_, length) = clock.read(text.as_bytes()).expect(text);
        assert_eq!(&text[length..], rest, "{text}");
    }
}

#[test]
fn a_time_without_a_year_is_the_last_one() {
    for (now, text, wanted) in [
        (
            "2026-01-01T00:00:05Z",
            "Dec 31 23:59:59",
            "2025-12-31T23:59:59.000Z",
        ),
        (
            "2025-12-31T23:59:59Z",
            "Jan  1 00:00:30",
            "2026-01-01T00:00:30.000Z",
        ),
        (
            "2025-12-31T23:59:59Z",
            "Jan  1 23:59:59",
            "2026-01-01T23:59:59.000Z",
        ),
        (
            "2025-12-31T23:59:58Z",
            "Jan  1 23:59:59",
            "2025-01-01T23:59:59.000Z",
        ),
        (
            "2026-03-01T12:00:00Z",
            "Mar  1 12:00:00",
            "2026-03-01T12:00:00.000Z",
        ),
        (
            "2026-03-01T12:00:00Z",
            "Mar  2 12:00:00",
            "2026-03-02T12:00:00.000Z",
        ),
        (
            "2026-03-01T12:00:00Z",
            "Mar  2 12:00:01",
            "2025-03-02T12:00:01.000Z",
        ),
        (
            "2026-03-01T12:00:00Z",
            "Feb 29 12:00:00",
            "2024-02-29T12:00:00.000Z",
        ),
        (
            "2028-02-28T12:00:00Z",
            "Feb 29 12:00:00",
            "2028-02-29T12:00:00.000Z",
        ),
        (
            "2028-02-28T11:00:00Z",
            "Feb 29 12:00:00",
            "2024-02-29T12:00:00.000Z",
        ),
        (
            "2103-05-01T12:00:00Z",
            "Feb 29 12:00:00",
            "2096-02-29T12:00:00.000Z",
        ),
    ] {
        let read = clock(now, "UTC").whole(text.as_bytes());
        assert_eq!(read.map(shown).as_deref(), Some(wanted), "{text} at {now}");
    }
}

#[test]
fn the_year_turns_where_the_device_stands() {
    for (now, zone, text, wanted) in [
        // Half past midnight in Auckland, still the old year in Greenwich.
        (
            "2025-12-31T11:30:00Z",
            "Pacific/Auckland",
            "Jan  1 00:30:00",
            "2025-12-31T11:30:00.000Z",
        ),
        (
            "2025-12-31T11:30:00Z",
            "+13:00",
            "Jan  1 00:30:00",
            "2025-12-31T11:30:00.000Z",
        ),
        // New Year's Eve in New York, the new year in Greenwich.
        (
            "2026-01-01T03:00:00Z",
            "America/New_York",
            "Dec 31 22:00:00",
            "2026-01-01T03:00:00.000Z",
        ),
        (
            "2026-01-01T03:00:00Z",
            "-05:00",
            "Dec 31 22:00:00",
            "2026-01-01T03:00:00.000Z",
        ),
        // The zone that stands with the time counts more.
        (
            "2026-01-01T03:00:00Z",
            "Asia/Tokyo",
            "Dec 31 22:00:00 EST",
            "2026-01-01T03:00:00.000Z",
        ),
    ] {
        let read = clock(now, zone).whole(text.as_bytes());
        assert_eq!(read.map(shown).as_deref(), Some(wanted), "{text} in {zone}");
    }
}

#[test]
fn clocks_are_put_forward_and_back() {
    let clock = clock("2026-03-01T12:00:00Z", "Europe/Berlin");
    for (text, wanted) in [
        ("2025-01-15 12:00:00", "2025-01-15T11:00:00.000Z"),
        ("2025-07-15 12:00:00", "2025-07-15T10:00:00.000Z"),
        // 02:30 is skipped, and comes twice.
        ("2025-03-30 02:30:00", "2025-03-30T01:30:00.000Z"),
        ("2025-10-26 02:30:00", "2025-10-26T00:30:00.000Z"),
        ("2025-10-26 02:30:00 CET", "2025-10-26T01:30:00.000Z"),
    ] {
        let read = clock.whole(text.as_bytes());
        assert_eq!(read.map(shown).as_deref(), Some(wanted), "{text}");
    }
}

#[test]
fn dates_and_times_that_stand_apart() {
    let clock = clock("2026-03-01T12:00:00Z", "+01:00");
    let at = |date: &str, time: &str, zone: Option<&str>| {
        let zone = zone.map(str::as_bytes);
        clock
            .date_time(date.as_bytes(), time.as_bytes(), zone)
            .map(shown)
            .unwrap_or_default()
    };
    assert_eq!(
        at("2026-02-28", "13:00:00", None),
        "2026-02-28T12:00:00.000Z"
    );
    assert_eq!(
        at("2026-02-28", "13:00:00", Some("-0500")),
        "2026-02-28T18:00:00.000Z"
    );
    assert_eq!(
        at("2026-02-28", "13:00:00", Some("Z")),
        "2026-02-28T13:00:00.000Z"
    );
    assert_eq!(
        at("28Feb2026", "13:00:00", None),
        "2026-02-28T12:00:00.000Z"
    );
    assert_eq!(at("2026-02-28", &"1".repeat(100), None), "");
}

#[test]
fn zones_are_read_and_refused() {
    for (text, seconds) in [("UTC", 0), ("Z", 0), ("+02:00", 7200), ("-0930", -34200)] {
        match Zone::parse(text) {
            Ok(Zone::Offset(found)) => assert_eq!(found, seconds, "{text}"),
            other => panic!("{text}: {other:?}"),
        }
    }
    assert!(matches!(Zone::parse("Europe/Berlin"), Ok(Zone::Named(_))));
    for text in [
        "",
        "Berlin",
        "+25:00",
        "+02:00x",
        "Europe/Nowhere",
        "../etc/passwd",
    ] {
        let error = Zone::parse(text).expect_err(text);
        assert!(error.contains("such as Europe/Berlin"), "{error}");
    }
    let error = Zone::parse("berlin").expect_err("no zone");
    assert!(error.ends_with("there is Europe/Berlin"), "{error}");
}

#[test]
fn every_day_is_the_one_after_the_one_before() {
    let clock = Clock::at(Time::default());
    let mut text = Vec::new();
    for day in -200_000..200_000 {
        let midnight = Time {
            seconds: day * 86400,
            nanos: 0,
        };
        text.clear();
        midnight.write(&mut text);
        assert_eq!(clock.whole(&text), Some(midnight));
    }
}

#[test]
fn no_text_cut_short_is_a_panic() {
    let clock = clock("2026-03-01T12:00:00Z", "UTC");
    for text in [
        "Mon, 28 Aug 2023 11:53:06.123 PM GMT+02:00 2023 UTC",
        "2023 Mar  5 13:08:27.1 CEST: %X",
        "26/Dec/2016:16:16:28 +0200",
        "2024-03-05T13:08:27.123456789+02:00",
        "20240305T130827Z",
        "1709644107.25",
    ] {
        for end in 0..=text.len() {
            let _ = clock.read(&text.as_bytes()[..end]);
        }
    }
}

#[test]
#[ignore = "measures"]
fn speed() {
    let clock = clock("2026-03-01T12:00:00Z", "UTC");
    for text in [
        "2024-03-05T13:08:27.123456+02:00",
        "Mar  5 13:08:27 host",
        "26/Dec/2016:16:16:28 +0200",
    ] {
        let start = std::time::Instant::now();
        let mut sum = 0;
        for _ in 0..5_000_000 {
            sum += clock
                .read(std::hint::black_box(text.as_bytes()))
                .map_or(0, |t| t.0.seconds);
        }
        std::hint::black_box(sum);
        println!("{text}: {:.1} ns", start.elapsed().as_nanos() as f64 / 5e6);
    }
}
