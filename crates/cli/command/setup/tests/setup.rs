use super::patterns;
use super::show::quoted;
use crate::option::SetupElasticsearch as Options;

#[test]
fn days_are_days() {
    assert_eq!(Options::days("90d"), Ok(90));
    assert_eq!(Options::days("36500d"), Ok(36_500));
    for wrong in [
        "",
        "d",
        "90",
        "0d",
        "36501d",
        "-1d",
        "1.5d",
        "12h",
        "9 d",
        "99999999999d",
    ] {
        let error = Options::days(wrong).expect_err(wrong);
        assert_eq!(error, "write a number of days, such as 90d");
    }
}

#[test]
fn a_pattern_is_what_a_data_stream_may_be_called() {
    for good in ["logs-knownet.*-*", "logs-a_b.c+d-e", "x", "a*"] {
        assert_eq!(Options::pattern(good).as_deref(), Ok(good));
    }
    let long = "a".repeat(256);
    for wrong in [
        "", "Logs", "a b", "a,b", "a/b", "*", ".a", "-a", "_a", "ä", "a\"", &long,
    ] {
        assert!(Options::pattern(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn the_pattern_is_that_of_the_sinks_own_stream() {
    let asked = ["a-b-c".to_owned(), "d".to_owned()];
    assert_eq!(patterns(&asked, Some("logs-x-y")), asked);
    for (stream, pattern) in [
        (None, "logs-knownet.*-*"),
        (Some("logs-knownet.event-default"), "logs-knownet.*-*"),
        (Some("logs-knownet.event"), "logs-knownet.event"),
        (Some("logs-x-y"), "logs-x-y"),
    ] {
        assert_eq!(patterns(&[], stream), [pattern]);
    }
}

#[test]
fn a_folder_may_have_a_quote_in_its_name() {
    assert_eq!(quoted("@it's/x"), "'@it'\\''s/x'");
}
