use proptest::prelude::*;

use super::*;

fn cutter(encoding: Encoding, multiline: Option<&Regex>, max_event: usize) -> Cutter<'_> {
    Cutter {
        encoding,
        multiline,
        framing: Framing::default(),
        max_event,
        offset: 0,
    }
}

#[test]
fn the_end_stays_as_long_as_it_may_go_on() {
    let first = Regex::new("^[0-9]").unwrap();
    let cutter = cutter(Encoding::Bytes, Some(&first), 100);
    let text = b"1 a\n b\n2 c\n d\nhalf";
    for (rest, expected, taken) in [
        (Rest::Waits, "1 a\\n b\n", 7),
        (Rest::Lines, "1 a\\n b\n2 c\\n d\n", 14),
        (Rest::Nothing, "1 a\\n b\n2 c\\n d\\nhalf\n", 18),
    ] {
        let mut out = Vec::new();
        assert_eq!(cutter.cut(text, rest, &mut out, &mut Vec::new()), taken);
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

#[test]
fn damaged_utf_16_is_replaced() {
    let cutter = cutter(Encoding::Utf16Le, None, 100);
    for (raw, rest, expected, taken) in [
        (&b"\xff\xfea\0\n\0b"[..], Rest::Waits, "a\n", 6),
        (b"\x00\xd8\n\0", Rest::Waits, "\u{fffd}\n", 4),
        (b"\x00\xdc\n\0", Rest::Waits, "\u{fffd}\n", 4),
        (b"a\0b", Rest::Nothing, "a\u{fffd}\n", 3),
        // A line feed is one only where a character begins.
        (b"a\x0a\x00\x0a", Rest::Waits, "", 0),
        (b"\xff\xfe", Rest::Nothing, "", 2),
    ] {
        let mut out = Vec::new();
        assert_eq!(
            cutter.cut(raw, rest, &mut out, &mut Vec::new()),
            taken,
            "{raw:?}"
        );
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{raw:?}");
    }
}

/// Each record with the place where it begins, and that the places fit.
fn records(out: &[u8], places: &[Place]) -> Vec<(u64, Vec<u8>)> {
    let mut from = 0;
    let record = |place: &Place| {
        let record = out[from..place.end].to_vec();
        from = place.end;
        (place.position, record)
    };
    let records = places.iter().map(record).collect();
    assert_eq!(from, out.len());
    records
}

proptest! {
    /// However the bytes are cut, the same lines come out, each from the same place, and what was
    /// taken is whole lines.
    #[test]
    fn bytes_of_any_kind_are_cut_where_lines_end(
        raw in proptest::collection::vec(prop_oneof![
            Just(10u8), Just(0), Just(b'#'), Just(0xfe), Just(0xff), any::<u8>()
        ], 0..200),
        kind in 0..6usize,
        max_event in 1usize..60,
        mark: bool,
    ) {
        let first = Regex::new("^#").unwrap();
        let encoding = [Encoding::Bytes, Encoding::Utf16Le, Encoding::Utf16Be][kind % 3];
        let mark: &[u8] = match encoding {
            _ if !mark => b"",
            Encoding::Bytes => b"\xef\xbb\xbf",
            Encoding::Utf16Le => b"\xff\xfe",
            Encoding::Utf16Be => b"\xfe\xff",
        };
        let raw = [mark, &raw].concat();
        let mut cutter = cutter(encoding, (kind > 2).then_some(&first), max_event);
        let (mut at, mut parts) = (0, Vec::new());
        let mut cut = |at: usize, end: usize, rest| {
            let (mut out, mut places) = (Vec::new(), Vec::new());
            cutter.offset = at as u64;
            let taken = cutter.cut(&raw[at..end], rest, &mut out, &mut places);
            (taken, records(&out, &places))
        };
        for end in 0..=raw.len() {
            let (taken, records) = cut(at, end, Rest::Waits);
            prop_assert!(at + taken <= end);
            at += taken;
            parts.extend(records);
        }
        let (taken, rest) = cut(at, raw.len(), Rest::Nothing);
        prop_assert_eq!(taken, raw.len() - at);
        parts.extend(rest);
        let (taken, whole) = cut(0, raw.len(), Rest::Nothing);
        prop_assert_eq!(taken, raw.len());
        prop_assert!(whole.iter().all(|(_, record)| record.ends_with(b"\n")));
        prop_assert_eq!(&parts, &whole);
        prop_assert!(whole.is_sorted_by(|(a, _), (b, _)| a < b));
        // A record begins in the file where it says: there alone, or behind a line feed.
        for (position, _) in &whole {
            let before = &raw[..*position as usize];
            prop_assert!(before.is_empty() || encoding.last_line(before) == Some(before.len()));
        }
    }
}
