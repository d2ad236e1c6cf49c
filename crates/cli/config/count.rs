//! Whole numbers: how many of something.

use std::ops::RangeInclusive;

use super::section::Section;
use super::tree::Value;

/// The number that `key` gives, if it is there and within `bounds`.
pub(super) fn read(
    section: &Section<'_>,
    key: &'static str,
    bounds: RangeInclusive<usize>,
) -> Option<usize> {
    let count = |value: &Value| {
        let Value::Integer(whole) = value else {
            return None;
        };
        let count = usize::try_from(*whole).ok();
        Some(count.filter(|count| bounds.contains(count)).ok_or_else(|| {
            let (least, most) = (bounds.start(), bounds.end());
            format!("{whole} is out of bounds; from {least} to {most} is allowed")
        }))
    };
    section.value(key, count, "a whole number")
}
