//! Whatever the bytes, the quoted text is JSON, and says what they were.

use knownet_flow::{Path, PathError, text};
use proptest::prelude::*;

fn quoted(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    text::quote(bytes, &mut out);
    serde_json::from_slice(&out).unwrap()
}

#[test]
fn invalid_bytes_are_spelled_out() {
    assert_eq!(quoted(b"a\xffb\xc3"), r"a\xFFb\xC3");
    assert_eq!(
        quoted("tab\t quote\" slash\\ é \u{1}\u{7f}".as_bytes()),
        "tab\t quote\" slash\\ é \u{1}\u{7f}"
    );
}

/// Every byte at every place of a text that is longer than a block.
#[test]
fn each_byte_is_escaped_as_json_wants_it() {
    for byte in 0..0x80u8 {
        for at in 0..70 {
            let mut bytes = vec![b'x'; 70];
            bytes[at] = byte;
            let text = String::from_utf8(bytes).unwrap();
            let mut out = Vec::new();
            text::quote(text.as_bytes(), &mut out);
            let expected = serde_json::to_string(&text).unwrap();
            assert_eq!(String::from_utf8(out).unwrap(), expected);
            let plain = expected.len() == text.len() + 2;
            assert_eq!(text::is_plain(text.as_bytes()), plain, "{byte:#x} at {at}");
        }
    }
    assert!(!text::is_plain(&[b'a', 0x80]));
}

proptest! {
    #[test]
    fn valid_text_comes_back(line in "\\PC*|[\\x00-\\x7f]*") {
        prop_assert_eq!(quoted(line.as_bytes()), line);
    }

    #[test]
    fn any_bytes_are_valid_json(bytes in prop::collection::vec(any::<u8>(), 0..80)) {
        quoted(&bytes);
    }

    #[test]
    fn pieces_make_the_same_text(bytes in prop::collection::vec(any::<u8>(), 0..60), cut in 0usize..60) {
        let (first, second) = bytes.split_at(cut.min(bytes.len()));
        let mut out = Vec::new();
        let mut carry = text::escape(first, &mut out).to_vec();
        prop_assert!(carry.len() <= 3);
        carry.extend_from_slice(second);
        let rest = text::escape(&carry, &mut out).to_vec();
        text::invalid(&rest, &mut out);
        let mut whole = Vec::new();
        text::quote(&bytes, &mut whole);
        prop_assert_eq!(&whole[1..whole.len() - 1], &out[..]);
    }
}

#[test]
fn paths_are_segments_between_dots() {
    let path = Path::parse("winlog.event_data.DestinationIp").unwrap();
    assert_eq!(path.leaf(), "DestinationIp");
    assert_eq!(
        path.segments().collect::<Vec<_>>(),
        ["winlog", "event_data", "DestinationIp"]
    );
    for bad in ["", ".", "a..b", ".a", "a."] {
        assert_eq!(Path::parse(bad), Err(PathError::EmptySegment(bad.into())));
    }
    for bad in ["a\"b", "a\\b", "a\nb"] {
        assert_eq!(Path::parse(bad), Err(PathError::Character(bad.into())));
    }
    let parent = Path::parse("winlog").unwrap();
    assert!(parent.is_parent_of(&path));
    assert!(!path.is_parent_of(&path));
    assert!(!Path::parse("win").unwrap().is_parent_of(&path));
}
