//! Sizes in bytes: `16777216`, `"16MiB"`, `"16 MB"`.

use std::ops::RangeInclusive;

use super::section::Section;
use super::tree::Value;

const UNITS: [(&str, u64); 7] = [
    ("B", 1),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
];

/// The size that `key` gives, if it is there and within `bounds`.
pub(super) fn read(
    section: &Section<'_>,
    key: &'static str,
    bounds: RangeInclusive<u64>,
) -> Option<u64> {
    let size = |value: &Value| {
        let (spelled, size) = match value {
            Value::Integer(whole) => (whole.to_string(), u64::try_from(*whole).ok()),
            Value::Text(text) => (format!("\"{text}\""), parse(text.value())),
            _ => return None,
        };
        Some(match size {
            None => Err(format!(
                "{spelled} is not a size; write a number of bytes or text such as \"64MiB\" \
                 (B, kB, MB, GB, KiB, MiB, GiB)"
            )),
            Some(size) if !bounds.contains(&size) => Err(format!(
                "{spelled} is out of bounds; from {} to {} is allowed",
                show(*bounds.start()),
                show(*bounds.end())
            )),
            Some(size) => Ok(size),
        })
    };
    section.value(key, size, "a size such as \"64MiB\"")
}

fn parse(text: &str) -> Option<u64> {
    let text = text.trim();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit = unit.trim_start();
    let factor = match unit {
        "" => 1,
        unit => {
            UNITS
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(unit))?
                .1
        }
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

fn show(size: u64) -> String {
    match UNITS
        .iter()
        .rev()
        .find(|(_, factor)| size.is_multiple_of(*factor) && size >= *factor)
    {
        Some((unit, factor)) => format!("{}{unit}", size / factor),
        None => format!("{size}B"),
    }
}
