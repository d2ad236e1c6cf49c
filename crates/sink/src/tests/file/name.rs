use std::time::Duration;

use super::*;

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_250_771)
}

#[test]
fn a_name_says_when_and_in_which_order() {
    for (path, expected) in [
        (
            "/var/log/events.ndjson",
            "/var/log/events-20261121T084611Z-000042.ndjson",
        ),
        ("a.b.log", "./a.b-20261121T084611Z-000042.log"),
        ("d/plain", "d/plain-20261121T084611Z-000042"),
    ] {
        let naming = Naming::of(Path::new(path));
        let name = naming.path(42, now());
        assert_eq!(name, Path::new(expected));
        for (suffix, state) in [
            ("", State::Plain),
            (".gz", State::Compressed),
            (".zst", State::Compressed),
            (".zst.part", State::Part),
            (".gz.part", State::Part),
        ] {
            let mut name = name.file_name().unwrap().to_owned();
            name.push(suffix);
            let number = 42;
            assert_eq!(naming.read(&name), Some(Rotated { number, state }));
        }
    }
}

#[test]
fn numbers_grow_beyond_their_zeros() {
    let naming = Naming::of(Path::new("e.log"));
    let path = naming.path(12_345_678, now());
    let rotated = naming.read(path.file_name().unwrap()).unwrap();
    assert_eq!(rotated.number, 12_345_678);
}

#[test]
fn a_name_that_is_not_exactly_such_a_one_is_a_strangers() {
    let naming = Naming::of(Path::new("events.ndjson"));
    for name in [
        "events.ndjson",
        "events-.ndjson",
        "events-20261121T084611Z.ndjson",
        "events-20261121T084611Z-42.ndjson",
        "events-20261121T084611Z-000042.log",
        "events-20261121T084611Z-000042.ndjson.bak",
        "events-20261121T084611Z-000042.ndjson.zst.1",
        "events-20261121T084611Z-000042x.ndjson",
        "events-20261121T084611z-000042.ndjson",
        "events-2026-11-21T08:46-000042.ndjson",
        "events-20261121T084611Z-99999999999999999999999.ndjson",
        "events-b-20261121T084611Z-000042.ndjson",
        "event-20261121T084611Z-000042.ndjson",
    ] {
        assert_eq!(naming.read(OsStr::new(name)), None, "{name}");
    }
}
