//! Times as RFC 3339 text in UTC: `2026-11-21T08:26:04.123Z`, always 24 bytes, from 1970 to 9999.
//!
//! The calendar is the proleptic Gregorian one; days and dates are reckoned as in Howard Hinnant's
//! "chrono-Compatible Low-Level Date Algorithms".

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bytes of a time.
pub const LEN: usize = 24;
/// The last millisecond of the year 9999.
const LAST: u64 = 253_402_300_799_999;
const DAY: u64 = 86_400_000;

/// Appends `time` to the millisecond; one before or after the years that can be written is the
/// nearest that can.
pub fn write(time: SystemTime, out: &mut Vec<u8>) {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let all = u64::try_from(since.as_millis()).map_or(LAST, |ms| ms.min(LAST));
    let (days, rest) = (all / DAY, all % DAY);
    let (year, month, day) = date(days);
    for (value, digits, end) in [
        (year, 4, b'-'),
        (month, 2, b'-'),
        (day, 2, b'T'),
        (rest / 3_600_000, 2, b':'),
        (rest / 60_000 % 60, 2, b':'),
        (rest / 1_000 % 60, 2, b'.'),
        (rest % 1_000, 3, b'Z'),
    ] {
        let mut unit = 10_u64.pow(digits - 1);
        while unit > 0 {
            out.push(b'0' + (value / unit % 10) as u8);
            unit /= 10;
        }
        out.push(end);
    }
}

/// `time` as [`write()`] spells it.
pub fn text(time: SystemTime) -> String {
    let mut out = Vec::with_capacity(LEN);
    write(time, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

/// The time that `text` says, if it is spelled as [`write()`] does.
pub fn parse(text: &[u8]) -> Option<SystemTime> {
    let text: &[u8; LEN] = text.try_into().ok()?;
    let mut numbers = [0; 7];
    let mut at = 0;
    for (number, (digits, end)) in numbers.iter_mut().zip([
        (4, b'-'),
        (2, b'-'),
        (2, b'T'),
        (2, b':'),
        (2, b':'),
        (2, b'.'),
        (3, b'Z'),
    ]) {
        for &digit in &text[at..at + digits] {
            if !digit.is_ascii_digit() {
                return None;
            }
            *number = *number * 10 + u64::from(digit - b'0');
        }
        at += digits;
        if text[at] != end {
            return None;
        }
        at += 1;
    }
    let [year, month, day, hour, minute, second, milli] = numbers;
    let known = (1970..=9999).contains(&year)
        && (1..=12).contains(&month)
        && hour < 24
        && minute < 60
        && second < 60;
    if !known {
        return None;
    }
    let days = days(year, month, day);
    // A day that the month does not have would be one of the next.
    if date(days) != (year, month, day) {
        return None;
    }
    let all = days * DAY + ((hour * 60 + minute) * 60 + second) * 1_000 + milli;
    Some(UNIX_EPOCH + Duration::from_millis(all))
}

/// Year, month and day of a day counted from 1970-01-01.
fn date(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march + 2) / 5 + 1;
    let month = if march < 10 { march + 3 } else { march - 9 };
    (year + era * 400 + u64::from(month <= 2), month, day)
}

/// The day, counted from 1970-01-01, of a date that is not before it; the day of the month may be 0
/// or beyond its end.
fn days(year: u64, month: u64, day: u64) -> u64 {
    let year = year - u64::from(month <= 2);
    let (era, of_era) = (year / 400, year % 400);
    let march = (month + 9) % 12;
    let of_year = (153 * march + 2) / 5 + day;
    (era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year).saturating_sub(719_469)
}
