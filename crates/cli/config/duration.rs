//! Spans of time: `"250ms"`, `"30s"`, `"5m"`, `"1h"`, `"7d"`.

use std::time::Duration;

use super::section::Section;
use super::tree::Value;

const UNITS: [(&str, u64); 5] = [
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
];

/// The time that `key` gives, if it is there; never nothing.
pub(super) fn read(section: &Section<'_>, key: &'static str) -> Option<Duration> {
    let duration = |value: &Value| {
        let Value::Text(text) = value else {
            return None;
        };
        Some(parse(text.value()).ok_or_else(|| {
            format!(
                "\"{text}\" is not a time; write a number and a unit such as \"30s\" (ms, s, m, h, d)"
            )
        }))
    };
    section.value(key, duration, "a time such as \"30s\"")
}

fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start();
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
    let milliseconds = number.parse::<u64>().ok()?.checked_mul(*factor)?;
    (milliseconds > 0).then(|| Duration::from_millis(milliseconds))
}
