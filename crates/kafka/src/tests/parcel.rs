use proptest::prelude::*;

use super::*;

#[test]
fn a_payload_is_nothing_a_line_or_too_much() {
    let line = |text: &'static str| Cut::Line(Cow::Borrowed(text.as_bytes()));
    for (payload, expected) in [
        (None, Cut::Nothing),
        (Some(""), Cut::Nothing),
        (Some("\r\n\n"), Cut::Nothing),
        (Some("a\n"), line("a")),
        (Some("a\nb"), line("a b")),
        (Some("{\"a\":\"\n\"}"), line("{\"a\":\"\\n\"}")),
        (Some("0123456789\n"), line("0123456789")),
        (Some("01234567890"), Cut::Oversized(b"01234567890")),
        // An escape is longer than what it stands for.
        (Some("{\"a\":\"\n\n\""), Cut::Oversized(b"{\"a\":\"\n\n\"")),
    ] {
        assert_eq!(Cut::of(payload.map(str::as_bytes), 10), expected);
    }
}

proptest! {
    #[test]
    fn a_line_is_one_line_and_not_too_long(payload in "[\"a\\\\{\n\r ]{0,40}", most in 1..40_usize) {
        match Cut::of(Some(payload.as_bytes()), most) {
            Cut::Nothing => prop_assert!(payload.chars().all(|c| matches!(c, '\r' | '\n'))),
            Cut::Line(line) => {
                prop_assert!(!line.is_empty() && line.len() <= most);
                prop_assert!(!line.contains(&b'\n') && !line.contains(&b'\r'));
            }
            Cut::Oversized(event) => prop_assert_eq!(event, payload.trim_end_matches(['\r', '\n']).as_bytes()),
        }
    }
}
