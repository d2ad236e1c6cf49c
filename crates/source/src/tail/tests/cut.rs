use proptest::prelude::*;

use super::*;

fn cutter(encoding: Encoding, multiline: Option<&Regex>, max_event: usize) -> Cutter<'_> {
    Cutter {
        encoding,
        multiline,
        framing: Framing::default(),
        max_event,
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
        assert_eq!(cutter.cut(text, rest, &mut out), taken);
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
        assert_eq!(cutter.cut(raw, rest, &mut out), taken, "{raw:?}");
        assert_eq!(String::from_utf8(out).unwrap(), expected, "{raw:?}");
    }
}

proptest! {
    /// However the bytes are cut, the same lines come out, and what was taken is whole lines.
    #[test]
    fn bytes_of_any_kind_are_cut_where_lines_end(
        raw in proptest::collection::vec(prop_oneof![Just(10u8), Just(0), Just(b'#'), any::<u8>()], 0..200),
        kind in 0..6usize,
        max_event in 1usize..60,
    ) {
        let first = Regex::new("^#").unwrap();
        let encoding = [Encoding::Bytes, Encoding::Utf16Le, Encoding::Utf16Be][kind % 3];
        let cutter = cutter(encoding, (kind > 2).then_some(&first), max_event);
        let (mut at, mut out) = (0, Vec::new());
        for end in 0..=raw.len() {
            let taken = cutter.cut(&raw[at..end], Rest::Waits, &mut out);
            prop_assert!(at + taken <= end);
            at += taken;
        }
        let mut rest = Vec::new();
        prop_assert_eq!(cutter.cut(&raw[at..], Rest::Nothing, &mut rest), raw.len() - at);
        out.extend(rest);
        let mut whole = Vec::new();
        prop_assert_eq!(cutter.cut(&raw, Rest::Nothing, &mut whole), raw.len());
        prop_assert!(whole.is_empty() || whole.ends_with(b"\n"));
        if kind <= 2 {
            let count = |text: &[u8]| text.iter().filter(|b| **b == b'\n').count();
            prop_assert_eq!(count(&out), count(&whole));
        }
        if kind == 0 {
            prop_assert_eq!(out, whole);
        }
    }
}
