use proptest::prelude::*;

use super::{Pattern, Place, doubtful};

fn whole(pattern: &str, text: &str) -> bool {
    Pattern::new(pattern, Place::Whole).matches(text.as_bytes())
}

#[test]
fn plain_text_is_the_whole_value_in_any_case() {
    assert!(whole("WinWord.exe", "WINWORD.EXE"));
    assert!(!whole("winword.exe", "winword.exe "));
    assert!(!whole("winword.exe", "xwinword.exe"));
    assert!(whole("", ""));
    assert!(!whole("", "a"));
}

#[test]
fn case_is_folded_beyond_ascii() {
    assert!(whole("STRASSE ÄÖÜ", "strasse äöü"));
    assert!(whole("Москва", "МОСКВА"));
    assert!(whole("İ", "i"));
    assert!(!whole("straße", "strasse"));
}

#[test]
fn a_star_is_any_text_and_a_question_mark_one_character() {
    assert!(whole("*", ""));
    assert!(whole("*\\winword.exe", "C:\\Office\\WINWORD.EXE"));
    assert!(whole(r"c:\\*\winword.exe", r"C:\Office\winword.exe"));
    assert!(whole("a*b*c", "a-b-b-c"));
    assert!(!whole("a*bb*c", "a-b-b-c"));
    assert!(!whole("ab*bc", "abc"), "head and tail must not overlap");
    assert!(whole("host-??", "HOST-07"));
    assert!(whole("?", "ä"));
    assert!(!whole("?", ""));
    assert!(!whole("??", "ä"));
}

#[test]
fn backslashes_escape_wildcards_and_themselves_only() {
    assert!(whole(r"a\*b", "a*b"));
    assert!(!whole(r"a\*b", "axb"));
    assert!(whole(r"a\?", "a?"));
    assert!(!whole(r"a\?", "ab"));
    assert!(whole(r"C:\Windows\x.dll", r"C:\Windows\x.dll"));
    assert!(whole(r"\\\\server", r"\\server"));
    assert!(whole(r"C:\\Windows", r"C:\Windows"));
    assert!(whole(r"C:\Temp\\*", r"C:\Temp\anything"));
    assert!(!whole(r"C:\Temp\*", r"C:\Temp\anything"));
    assert!(whole(r"ends\", r"ends\"));
}

#[test]
fn an_escaped_wildcard_behind_a_separator_is_doubtful() {
    for (text, literal) in [
        (r"C:\Temp\*", r"\*"),
        (r"C:\*", r"\*"),
        (r"C:\?.exe", r"\?"),
        (r"\Temp\*.exe", r"\*"),
        (r"*\Users\\*\*.exe", r"\*"),
        (r"\\\\server\C$\*", r"\*"),
        (r"C:\Users\?\x", r"\?"),
        (r"\*\AppData", r"\*"),
        (r"CORP\*", r"\*"),
    ] {
        assert_eq!(doubtful(text), Some(literal), "{text}");
    }
    for text in [
        r"C:\Temp\\*",
        r"C:\Temp\\?",
        r"C:\Temp\\\*",
        r"C:\Temp\x*",
        r"C:\x.exe \*",
        r"2 \* 3",
        r"rm *.\*",
        r"a\*b",
        r"**\*\**",
        r"say.php\?id=*",
        r"why\?",
        r"\*",
        r"ends\",
        "",
    ] {
        assert_eq!(doubtful(text), None, "{text}");
    }
}

#[test]
fn places_anchor_one_side_or_none() {
    let at = |place, text: &str| Pattern::new("b?D", place).matches(text.as_bytes());
    assert!(at(Place::Inside, "abcde"));
    assert!(at(Place::Start, "bcde"));
    assert!(!at(Place::Start, "abcd"));
    assert!(at(Place::End, "abcd"));
    assert!(!at(Place::End, "bcde"));
    assert!(at(Place::Whole, "bcd"));
    assert!(!at(Place::Whole, "abcd"));
}

#[test]
fn stray_bytes_are_matched_by_wildcards_only() {
    let matches = |pattern, text: &[u8]| Pattern::new(pattern, Place::Whole).matches(text);
    assert!(matches("a?b", b"a\xffb"));
    assert!(!matches("a?b", b"a\xff\xfeb"));
    assert!(matches("a*b", b"a\xff\xfeb"));
    assert!(matches("*??", b"\xe4\xb8"), "half a character is stray");
    assert!(!matches("a\u{ff}b", b"a\xffb"));
}

/// The text as units, cut from the front by the standard library.
fn units(mut bytes: &[u8]) -> Vec<Option<char>> {
    let mut units = Vec::new();
    while !bytes.is_empty() {
        let good = match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(e) => std::str::from_utf8(&bytes[..e.valid_up_to()]).unwrap(),
        };
        units.extend(good.chars().map(|c| c.to_lowercase().next()));
        bytes = &bytes[good.len()..];
        if !bytes.is_empty() {
            units.push(None);
            bytes = &bytes[1..];
        }
    }
    units
}

/// The obvious recursive definition.
fn simple(pattern: &[char], text: &[Option<char>]) -> bool {
    let lower = |c: char| c.to_lowercase().next();
    match pattern {
        [] => text.is_empty(),
        ['*', rest @ ..] => (0..=text.len()).any(|n| simple(rest, &text[n..])),
        ['?', rest @ ..] => !text.is_empty() && simple(rest, &text[1..]),
        ['\\', c @ ('*' | '?' | '\\'), rest @ ..] | [c, rest @ ..] => {
            text.first() == Some(&lower(*c)) && simple(rest, &text[1..])
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    #[test]
    fn matches_as_the_simple_definition_does(
        pattern in r"[aBä*?\\]{0,8}",
        text in proptest::collection::vec(
            prop_oneof![
                4 => "[AbÄ*?\\\\]".prop_map(String::into_bytes),
                1 => any::<u8>().prop_map(|b| vec![b]),
            ],
            0..9,
        ),
    ) {
        let text = text.concat();
        let chars: Vec<char> = pattern.chars().collect();
        prop_assert_eq!(
            Pattern::new(&pattern, Place::Whole).matches(&text),
            simple(&chars, &units(&text))
        );
        for (place, around) in [
            (Place::Inside, ("*", "*")),
            (Place::End, ("*", "")),
        ] {
            let chars: Vec<char> =
                format!("{}{pattern}{}", around.0, around.1).chars().collect();
            // A backslash at the end would escape the star behind it.
            if pattern.ends_with('\\') && place == Place::Inside {
                continue;
            }
            prop_assert_eq!(
                Pattern::new(&pattern, place).matches(&text),
                simple(&chars, &units(&text))
            );
        }
    }
}
