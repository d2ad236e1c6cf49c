//! Whatever the text is, reading it ends in a configuration or in mistakes with real lines.

use proptest::prelude::*;

use super::read;

/// Lines that mean something, and some that nearly do.
const LINES: &[&str] = &[
    "[sources.in]",
    "[sinks.out]",
    "[sinks.'a.b']",
    "[labels.A]",
    "[labels.\"\"]",
    "[[tags]]",
    "[[rules]]",
    "[rules.match]",
    "[tags.x]",
    "type = \"stdin\"",
    "type = \"stdout\"",
    "type = \"file\"",
    "type = 3",
    "paths = [\"a\", \"${B:-c}\", 1]",
    "path = \"x\"",
    "path = []",
    "match = { IPDestination = [\"A\", 1], \"a|re\" = \"(\" , b.c = true }",
    "match = { a = { } , \"|\" = 1, \"\" = 2 }",
    "action = \"drop\"",
    "action = 1979-05-27T07:32:00Z",
    "from = [\"a\", \"b..c\"]",
    "into = \"IPDestination\"",
    "all = \"IPDestination.x\"",
    "feeds = [\"builtin:private\", { path = \"f\", allow = [\"::/0\"] }, [ ]]",
    "cidrs = [\"10.0.0.0/8\", \"${X}\"]",
    "max_event = \"99999999999999999999GiB\"",
    "workers = -1",
    "validate = nan",
    "a = 'ü",
    "]",
];

fn check(text: &str) -> Result<(), TestCaseError> {
    let lines = text.matches('\n').count() + 1;
    let found = match read(text) {
        Ok((config, warnings)) => {
            prop_assert!(!config.sources.is_empty() && !config.sinks.is_empty());
            warnings
        }
        Err(mistakes) => {
            prop_assert!(!mistakes.is_empty());
            mistakes
        }
    };
    for mistake in found {
        prop_assert!((1..=lines).contains(&mistake.line), "{mistake}");
        prop_assert!(
            !mistake.message.is_empty() && !mistake.to_string().contains(char::is_control),
            "{mistake}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn shuffled_lines_never_panic(
        lines in proptest::collection::vec(proptest::sample::select(LINES), 0..24),
    ) {
        check(&lines.join("\n"))?;
    }

    #[test]
    fn any_text_never_panics(text in "\\PC{0,60}") {
        check(&text)?;
    }

    #[test]
    fn broken_lines_never_panic(
        lines in proptest::collection::vec(proptest::sample::select(LINES), 1..12),
        at in any::<proptest::sample::Index>(),
        with in "[\\[\\]{}\"'=.,#\\\\\\n${}a-]{0,3}",
    ) {
        let mut text = lines.join("\n");
        let places: Vec<usize> = (0..=text.len()).filter(|&n| text.is_char_boundary(n)).collect();
        text.insert_str(*at.get(&places), &with);
        check(&text)?;
    }
}
