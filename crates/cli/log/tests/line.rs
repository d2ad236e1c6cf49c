use std::time::{Duration, UNIX_EPOCH};

use super::*;

fn line() -> Line {
    Line {
        level: Level::WARN,
        message: "gone: \x1b[2J\nknownet: all is well".to_owned(),
        fields: vec![
            ("source", "in".into()),
            ("reason", "two words".into()),
            ("count", 3.into()),
        ],
    }
}

#[test]
fn a_message_is_one_line_in_every_form_and_acts_on_no_terminal() {
    let now = UNIX_EPOCH + Duration::from_millis(1500);
    let shown = r#"gone: \u{1b}[2J\nknownet: all is well source=in reason="two words" count=3"#;
    assert_eq!(
        line().text(Form::Plain, true, now),
        format!("knownet: {shown}\n")
    );
    let human = line().text(Form::Human, false, now);
    assert_eq!(human, format!("1970-01-01T00:00:01.500Z WARN  {shown}\n"));
    let colored = line().text(Form::Human, true, now);
    assert_eq!(colored, human.replace("WARN ", "\x1b[33mWARN \x1b[0m"));
    let json = line().text(Form::Json, true, now);
    assert_eq!(json.lines().count(), 1);
    let value: Value = serde_json::from_str(&json).unwrap();
    let expected = serde_json::json!({
        "@timestamp": "1970-01-01T00:00:01.500Z", "log.level": "warn",
        "message": "gone: \u{1b}[2J\nknownet: all is well",
        "source": "in", "reason": "two words", "count": 3,
    });
    assert_eq!(value, expected);
}

#[test]
fn what_is_long_is_cut() {
    let text = shortened("ä".repeat(LONGEST));
    assert_eq!(text.len(), LONGEST + '…'.len_utf8());
    assert!(text.ends_with("ä…"));
}
