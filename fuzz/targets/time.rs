//! Any bytes as a time: what is read can be written and read again.
#![no_main]

use knownet_format::text::time::{Clock, Time, Zone, epoch, offset};
use knownet_fuzz::text::clock;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Some((&how, text)) = data.split_first() else {
        return;
    };
    let zones = [
        "UTC",
        "Europe/Berlin",
        "America/St_Johns",
        "+05:45",
        "-11:00",
    ];
    let name = zones[usize::from(how) % zones.len()];
    let clock = Clock {
        zone: Zone::parse(name).expect("a zone"),
        ..clock()
    };
    for found in [
        clock.read(text),
        clock.iso(text),
        clock.named(text),
        epoch(text),
    ] {
        let Some((time, length)) = found else {
            continue;
        };
        assert!((1..=text.len()).contains(&length));
        again(time);
    }
    if let Some((time, length)) = clock.read(text) {
        assert_eq!(clock.read(&text[..length]), Some((time, length)));
        assert_eq!(clock.whole(&text[..length]), Some(time));
    }
    if let Some((seconds, length)) = offset(text) {
        assert!(seconds.abs() < 86400 && (1..=text.len()).contains(&length));
    }
    if let Ok(text) = std::str::from_utf8(text) {
        let _ = Zone::parse(text);
    }
    let mut parts = text.splitn(3, |&byte| byte == b'\n');
    if let (Some(date), Some(time)) = (parts.next(), parts.next())
        && let Some(time) = clock.date_time(date, time, parts.next())
    {
        again(time);
    }
});

/// What is written is the same time in any zone.
fn again(time: Time) {
    assert!(time.nanos < 1_000_000_000);
    let mut out = Vec::new();
    time.write(&mut out);
    assert_eq!(out.last(), Some(&b'Z'));
    assert_eq!(
        clock().whole(&out),
        Some(time),
        "{}",
        String::from_utf8_lossy(&out)
    );
}
