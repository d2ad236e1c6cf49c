use std::time::{Duration, UNIX_EPOCH};

use knownet_flow::{Buffer, Piece};
use proptest::prelude::*;

use super::{Fault, Header, Kind, Runs, write};

fn piece(first: bool, last: bool) -> Kind {
    Kind::Piece(Piece { first, last })
}

fn sample() -> Vec<u8> {
    let time = UNIX_EPOCH + Duration::from_millis(1_795_249_564_123);
    let peer = Some("192.0.2.1:514".parse().expect("an address"));
    let mut out = Vec::new();
    write(Kind::Lines(2), peer, time, b"one\ntwo\n", &mut out);
    write(Kind::Heading, None, time, b"#Fields: a\n", &mut out);
    write(piece(true, false), None, time, b"long", &mut out);
    write(piece(false, true), None, time, b"", &mut out);
    write(Kind::Start, None, time, b"", &mut out);
    write(Kind::NoHeading, None, time, b"", &mut out);
    let peer = Some("[2001:db8::1]:6514".parse().expect("an address"));
    write(Kind::Lines(1), peer, time, b"\xff\0\n", &mut out);
    out
}

/// The runs that are good, and whether reading came to the end.
fn read(bytes: &[u8]) -> (Vec<(Kind, Vec<u8>)>, bool) {
    let mut runs = Runs::new(bytes);
    let mut all = Vec::new();
    let mut right = true;
    loop {
        let header = match runs.peek() {
            Ok(Some(header)) => header,
            Ok(None) => return (all, right),
            Err(Fault::Damaged(_)) => return (all, false),
            Err(Fault::Disk(error)) => panic!("{error}"),
        };
        let mut into = Buffer::default();
        match runs.take(&mut into) {
            Ok(true) => all.push((header.kind, into.filled().to_vec())),
            Ok(false) => right = false,
            Err(Fault::Damaged(_)) => {
                assert!(into.filled().is_empty());
                return (all, false);
            }
            Err(Fault::Disk(error)) => panic!("{error}"),
        }
    }
}

#[test]
fn a_file_is_text_that_a_person_can_read() {
    let text = String::from_utf8_lossy(&sample()).into_owned();
    // The checksums are those of zlib's crc32.
    assert_eq!(
        text,
        "2026-11-21T08:26:04.123Z 192.0.2.1:514 2 lines 8 bytes crc32 2ea0d2c6\none\ntwo\n\
         2026-11-21T08:26:04.123Z - lines heading 11 bytes crc32 70189682\n#Fields: a\n\n\
         2026-11-21T08:26:04.123Z - first piece 4 bytes crc32 3dbf29f5\nlong\n\
         2026-11-21T08:26:04.123Z - last piece 0 bytes crc32 40fedfb4\n\n\
         2026-11-21T08:26:04.123Z - start heading 0 bytes crc32 b53cdc25\n\n\
         2026-11-21T08:26:04.123Z - no heading 0 bytes crc32 073ed040\n\n\
         2026-11-21T08:26:04.123Z [2001:db8::1]:6514 1 lines 3 bytes crc32 aec60d76\n\u{fffd}\0\n"
    );
}

#[test]
fn what_was_written_comes_back() {
    let (all, right) = read(&sample());
    assert!(right);
    let expected: [(Kind, &[u8]); 7] = [
        (Kind::Lines(2), b"one\ntwo\n"),
        (Kind::Heading, b"#Fields: a\n"),
        (piece(true, false), b"long"),
        (piece(false, true), b""),
        (Kind::Start, b""),
        (Kind::NoHeading, b""),
        (Kind::Lines(1), b"\xff\0\n"),
    ];
    assert_eq!(all, expected.map(|(kind, bytes)| (kind, bytes.to_vec())));
}

#[test]
fn cut_anywhere_whole_runs_come_back_and_nothing_else() {
    let (whole, _) = read(&sample());
    let sample = sample();
    let mut longest = 0;
    for end in 0..sample.len() {
        let (all, right) = read(&sample[..end]);
        assert_eq!(all, whole[..all.len()], "cut at {end}");
        // At the end of a run a cut cannot be seen here; the compression around it tells.
        assert!(!right || all.len() > longest || end == 0, "cut at {end}");
        longest = all.len();
    }
}

#[test]
fn one_wrong_byte_costs_its_run_alone_or_ends_reading() {
    let (whole, _) = read(&sample());
    let sample = sample();
    for at in 0..sample.len() {
        for flip in [1, 0x80, 0x20] {
            let mut bytes = sample.clone();
            bytes[at] ^= flip;
            let (all, right) = read(&bytes);
            assert!(!right, "byte {at}");
            assert!(all.iter().all(|run| whole.contains(run)), "byte {at}");
        }
    }
}

#[test]
fn a_header_is_spelled_in_one_way() {
    const GOOD: &str = "2026-11-21T08:26:04.123Z - 2 lines 8 bytes crc32 6b3dee0c";
    assert!(Header::parse(GOOD.as_bytes()).is_some());
    for (from, to) in [
        ("2 lines", "02 lines"),
        ("2 lines", "+2 lines"),
        ("2 lines", "-2 lines"),
        ("2 lines", " lines"),
        ("2 lines", "99999999999999999999 lines"),
        ("2 lines", "some piece"),
        ("8 bytes", "1073741826 bytes"),
        ("8 bytes", "18446744073709551616 bytes"),
        ("8 bytes", "8 byte"),
        ("bytes crc32", "bytes  crc32"),
        ("6b3dee0c", "6B3DEE0C"),
        ("6b3dee0c", "+b3dee0c"),
        ("6b3dee0c", "6b3dee0c "),
        ("6b3dee0c", "6b3dee0"),
        (" - ", " nobody "),
        (" - ", " 192.0.2.1 "),
        (" - ", " "),
        ("2026", "20260"),
    ] {
        let line = GOOD.replace(from, to);
        assert_eq!(Header::parse(line.as_bytes()), None, "{line}");
    }
}

#[test]
fn a_size_alone_takes_no_memory() {
    let line = "2026-11-21T08:26:04.123Z - 2 lines 1073741825 bytes crc32 6b3dee0c\n";
    let mut runs = Runs::new(line.as_bytes());
    assert!(matches!(runs.peek(), Ok(Some(_))));
    let mut into = Buffer::default();
    assert!(runs.take(&mut into).is_err());
    assert!(into.capacity() <= 1 << 20);
}

proptest! {
    #[test]
    fn garbage_is_no_run(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
        let (all, right) = read(&bytes);
        prop_assert!(all.is_empty());
        prop_assert_eq!(right, bytes.is_empty());
    }
}
