//! Times as RFC 3339 text in UTC: `2026-11-21T08:26:04.123Z`, always 24 bytes, from 1970 to 9999.
//!
//! The calendar is the proleptic Gregorian one; days and dates are reckoned as in Howard Hinnant's
//! "chrono-Compatible Low-Level Date Algorithms".

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Bytes of a time.
pub const LEN: usize = 24;
/// The last millisecond of the year 9999.
const LAST: i64 = 253_402_300_799_999;
const DAY: i64 = 86_400_000;

/// Appends `time` to the millisecond; one before or after the years that can be written is the
/// nearest that can.
pub fn write(time: SystemTime, out: &mut Vec<u8>) {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let all = i64::try_from(since.as_millis()).map_or(LAST, |ms| ms.min(LAST));
    let (days, rest) = (all / DAY, all % DAY);
    let (year, month, day) = date(days);
    for (value, digits, end) in [
        (year, 4, b'-'),
        (i64::from(month), 2, b'-'),
        (i64::from(day), 2, b'T'),
        (rest / 3_600_000, 2, b':'),
        (rest / 60_000 % 60, 2, b':'),
        (rest / 1_000 % 60, 2, b'.'),
        (rest % 1_000, 3, b'Z'),
    ] {
        let mut unit = 10_i64.pow(digits - 1);
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
            *number = *number * 10 + i64::from(digit - b'0');
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
    let (month, day) = (month as u32, day as u32);
    let days = days(year, month, day);
    // A day that the month does not have would be one of the next.
    if date(days) != (year, month, day) {
        return None;
    }
    let all = days * DAY + ((hour * 60 + minute) * 60 + second) * 1_000 + milli;
    Some(UNIX_EPOCH + Duration::from_millis(all as u64))
}

/// Year, month and day of a day counted from 1970-01-01 (proleptic Gregorian calendar), by counting
/// from 1 March in eras of 400 years.
#[inline]
pub fn date(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (
        day - (153 * month + 2) / 5 + 1,
        if month < 10 { month + 3 } else { month - 9 },
    );
    (
        year + era * 400 + i64::from(month <= 2),
        month as u32,
        day as u32,
    )
}

/// The day of a date, counted from 1970-01-01; the day of the month may
/// be 0 or beyond its end.
#[inline]
pub fn days(year: i64, month: u32, day: u32) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year) = (year.div_euclid(400), year.rem_euclid(400));
    let month = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let day = (153 * month + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year * 365 + year / 4 - year / 100 + day - 719_468
}
