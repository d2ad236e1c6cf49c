//! The spellings of times.

use super::zone::{letters, offset};
use super::{Clock, Time};

/// What a time says, as far as it is read. The year is 0 where it has none.
#[derive(Clone, Copy, Default)]
struct Parts {
    year: u32,
    month: u32,
    day: u32,
    /// Of the day.
    second: u32,
    nanos: u32,
}

impl Clock {
    /// Reads any time that [`Clock`] lists.
    pub fn read(&self, text: &[u8]) -> Option<(Time, usize)> {
        match text.first()? {
            b'0'..=b'9' => {
                let next = text.iter().position(|byte| !byte.is_ascii_digit());
                match (next, next.map(|next| text[next])) {
                    (Some(4), Some(b'-' | b'/' | b'.')) | (Some(8), Some(b'T')) => self.iso(text),
                    (None | Some(10 | 13 | 16 | 19), _) => {
                        let digits = next.unwrap_or(text.len());
                        matches!(digits, 10 | 13 | 16 | 19)
                            .then(|| epoch(text))
                            .flatten()
                    }
                    (Some(1 | 2 | 4), _) => self.named(text),
                    _ => None,
                }
            }
            b'A'..=b'Z' | b'a'..=b'z' => self.named(text),
            _ => None,
        }
    }

    /// Reads any time that [`Clock`] lists, if `text` has nothing else but blanks around it.
    pub fn whole(&self, text: &[u8]) -> Option<Time> {
        let text = text.trim_ascii();
        let (time, length) = self.read(text)?;
        (length == text.len()).then_some(time)
    }

    /// Reads a time that begins with its year in digits: RFC 3339 and ISO 8601, also with a blank,
    /// `_` or `:` before the hour, with slashes in the date, decimals behind `.` or `,`, a zone
    /// behind a blank or none, or everything without punctuation.
    #[inline]
    pub fn iso(&self, text: &[u8]) -> Option<(Time, usize)> {
        let Some(head) = text.first_chunk::<19>() else {
            return self.compact(text);
        };
        if !matches!(head[4], b'-' | b'/' | b'.') {
            return self.compact(text);
        }
        let fits = head[4] == head[7]
            && matches!(head[10], b'T' | b't' | b' ' | b'_' | b':')
            && head[13] == b':'
            && head[16] == b':';
        if !fits {
            return None;
        }
        let pair = |at: usize| two(head[at], head[at + 1]);
        let parts = Parts {
            year: pair(0)? * 100 + pair(2)?,
            month: pair(5)?,
            day: pair(8)?,
            second: of_day(pair(11)?, pair(14)?, pair(17)?)?,
            nanos: 0,
        };
        self.finish(parts, text, 19)
    }

    /// `20240305T130827.123Z`
    fn compact(&self, text: &[u8]) -> Option<(Time, usize)> {
        let head = text.first_chunk::<15>()?;
        let pair = |at: usize| two(head[at], head[at + 1]);
        if !matches!(head[8], b'T' | b't' | b' ' | b'-') {
            return None;
        }
        let parts = Parts {
            year: pair(0)? * 100 + pair(2)?,
            month: pair(4)?,
            day: pair(6)?,
            second: of_day(pair(9)?, pair(11)?, pair(13)?)?,
            nanos: 0,
        };
        self.finish(parts, text, 15)
    }

    /// Reads a time with its month as a word, the day before or behind it, the year before, between
    /// or behind, or nowhere; a weekday may come first.
    #[inline]
    pub fn named(&self, text: &[u8]) -> Option<(Time, usize)> {
        let mut parts = Parts::default();
        let mut at = weekday(text);
        if let Some((year, length)) = year(&text[at..]) {
            parts.year = year;
            at += length + blank(&text[at + length..])?;
        }
        match month(&text[at..]) {
            Some(month) => {
                at += 3;
                parts.month = month;
                at += text.get(at..).and_then(|rest| match rest {
                    [b' ', b' ', ..] => Some(2),
                    [b' ' | b'-' | b'/', ..] => Some(1),
                    _ => None,
                })?;
                let length;
                (parts.day, length) = one_or_two(text.get(at..)?)?;
                at += length;
            }
            None => {
                let length;
                (parts.day, length) = one_or_two(text.get(at..)?)?;
                at += length + separator(text.get(at + length..)?);
                parts.month = month(text.get(at..)?)?;
                at += 3 + separator(text.get(at + 3..)?);
                if let Some((year, length)) = year(text.get(at..)?) {
                    parts.year = year;
                    at += length;
                }
            }
        }
        if parts.year == 0 {
            // `Mar 05 2024`, `Mar 5, 2024`, `Mar-05-2024`
            let gap = match text.get(at..)? {
                [b',', b' ', ..] => 2,
                [b',' | b' ' | b'-' | b'/', ..] => 1,
                _ => 0,
            };
            if let Some((year, length)) = year(&text[at + gap..]) {
                parts.year = year;
                at += gap + length;
            }
        }
        at += match text.get(at..)? {
            [b' ', b' ', ..] | [b',', b' ', ..] => 2,
            [b' ' | b':' | b'T' | b',', ..] => 1,
            _ => return None,
        };
        let length;
        (parts.second, length) = time_of_day(&text[at..])?;
        self.finish(parts, text, at + length)
    }

    /// Reads a time whose date, time of day and zone stand apart (Fortinet `date=`, `time=`, `tz=`;
    /// W3C `date` and `time`, which are in UTC: give `Z`).
    pub fn date_time(&self, date: &[u8], time: &[u8], zone: Option<&[u8]>) -> Option<Time> {
        let mut together = [b' '; 64];
        let zone = zone.unwrap_or_default();
        let mut at = 0;
        for (part, gap) in [(date, 1), (time, 0), (zone, 0)] {
            together.get_mut(at..at + part.len())?.copy_from_slice(part);
            at += part.len() + gap;
        }
        self.whole(together.get(..at)?)
    }

    /// Reads what may stand behind the seconds (decimals, AM or PM, the year, the zone) and puts
    /// everything together.
    #[inline]
    fn finish(&self, mut parts: Parts, text: &[u8], mut at: usize) -> Option<(Time, usize)> {
        if let [b'.' | b',', b'0'..=b'9', ..] = text[at..] {
            let length;
            (parts.nanos, length) = decimals(&text[at + 1..]);
            at += 1 + length;
        }
        let mut east = None;
        match text[at..] {
            [] => {}
            [b'Z' | b'+' | b'-', ..] => {
                if let Some((seconds, length)) = offset(&text[at..]) {
                    (east, at) = (Some(seconds), at + length);
                }
            }
            [
                b' ',
                b'0'..=b'9' | b'+' | b'-' | b'A'..=b'Z' | b'a' | b'p',
                ..,
            ] => {
                at = behind(&mut parts, &mut east, text, at);
            }
            _ => {}
        }
        let seconds = self.resolve(&parts, east)?;
        let nanos = parts.nanos;
        Some((Time { seconds, nanos }, at))
    }

    #[inline]
    fn resolve(&self, parts: &Parts, east: Option<i32>) -> Option<i64> {
        if !(1..=12).contains(&parts.month) || parts.day == 0 || parts.day > 31 {
            return None;
        }
        let at = |year: u32| {
            let days = day(year, parts.month, parts.day);
            let local = days * 86400 + i64::from(parts.second);
            match east {
                Some(east) => local - i64::from(east),
                None => self.zone.seconds(local),
            }
        };
        let exists = |year: u32| parts.day <= 28 || parts.day <= last_day(year, parts.month);
        if parts.year > 0 {
            return exists(parts.year).then(|| at(parts.year));
        }
        let latest = self.now.seconds + 86400;
        // By the mean length of a year: this one, or the next one at its end. Nine years hold a leap
        // day even around 2100.
        let year = 1971 + u32::try_from(latest / 31_556_952).ok()?.min(8000);
        (year - 10..=year)
            .rev()
            .filter(|&year| exists(year))
            .map(at)
            .find(|&seconds| seconds <= latest)
    }
}

/// The day of a date, counted from 1970-01-01: [`super::days`], faster for years that are not
/// negative.
#[inline]
fn day(year: u32, month: u32, day: u32) -> i64 {
    // From 1 March, so that a leap day is the last one of its year.
    let (year, month) = if month > 2 {
        (year, month - 3)
    } else {
        (year.wrapping_sub(1), month + 9)
    };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    i64::from(days) - 719_469
}

/// Reads seconds since 1970 in front of `text`, or milli-, micro- or nanoseconds, which the number
/// of digits tells apart (up to 10, 13, 16 and 19); seconds may have decimals.
pub fn epoch(text: &[u8]) -> Option<(Time, usize)> {
    let digits = text.iter().take(20).take_while(|b| b.is_ascii_digit());
    let length = digits.count();
    if !(1..=19).contains(&length) {
        return None;
    }
    let number = text[..length]
        .iter()
        .fold(0u64, |n, digit| n * 10 + u64::from(digit - b'0'));
    let unit = match length {
        0..=10 => 1,
        11..=13 => 1_000,
        14..=16 => 1_000_000,
        _ => 1_000_000_000,
    };
    let mut time = Time {
        seconds: (number / unit) as i64,
        nanos: (number % unit * (1_000_000_000 / unit)) as u32,
    };
    let mut at = length;
    if unit == 1
        && let [b'.', b'0'..=b'9', ..] = text[at..]
    {
        let length;
        (time.nanos, length) = decimals(&text[at + 1..]);
        at += 1 + length;
    }
    Some((time, at))
}

/// What stands behind a blank after the seconds, as far as it belongs to the time.
fn behind(parts: &mut Parts, east: &mut Option<i32>, text: &[u8], mut at: usize) -> usize {
    if let [b' ', a @ (b'A' | b'P' | b'a' | b'p'), b'M' | b'm', ..] = text[at..]
        && !text.get(at + 3).is_some_and(u8::is_ascii_alphanumeric)
        && (3600..13 * 3600).contains(&parts.second)
    {
        parts.second %= 12 * 3600;
        parts.second += if a | 0x20 == b'p' { 12 * 3600 } else { 0 };
        at += 3;
    }
    let zone = |at: usize, east: &mut Option<i32>| {
        if east.is_none()
            && text.get(at) == Some(&b' ')
            && let Some((seconds, length)) = offset(&text[at + 1..])
            && ends(&text[at + 1 + length..])
        {
            *east = Some(seconds);
            return at + 1 + length;
        }
        at
    };
    at = zone(at, east);
    if parts.year == 0
        && text.get(at) == Some(&b' ')
        && let Some((year, length)) = year(&text[at + 1..])
        // An IPv6 address may begin so.
        && matches!(text[at + 1 + length..], [] | [b' ' | b']' | b',', ..] | [b':'] | [b':', b' ', ..])
    {
        parts.year = year;
        at = zone(at + 1 + length, east);
    }
    // A zone that is not known, behind which a Cisco mnemonic stands: the configured one.
    if east.is_none() && text.get(at) == Some(&b' ') {
        let length = letters(&text[at + 1..]);
        if length >= 3 && text[at + 1 + length..].starts_with(b": %") {
            at += 1 + length;
        }
    }
    at
}

/// Whether a word is over here.
fn ends(text: &[u8]) -> bool {
    !matches!(text.first(), Some(b) if b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'['))
}

#[inline]
fn two(a: u8, b: u8) -> Option<u32> {
    let (a, b) = (a.wrapping_sub(b'0'), b.wrapping_sub(b'0'));
    (a < 10 && b < 10).then(|| u32::from(a) * 10 + u32::from(b))
}

/// A number of one or two digits, and how many they are; a blank may stand for the first one.
fn one_or_two(text: &[u8]) -> Option<(u32, usize)> {
    match *text {
        [b' ', b @ b'1'..=b'9', ..] => Some((u32::from(b - b'0'), 2)),
        [a @ b'0'..=b'9', b @ b'0'..=b'9', ..] => two(a, b).map(|n| (n, 2)),
        [a @ b'0'..=b'9', ..] => Some((u32::from(a - b'0'), 1)),
        _ => None,
    }
}

/// The second of a day. A leap second is the first one of the next minute.
#[inline]
fn of_day(hour: u32, minute: u32, second: u32) -> Option<u32> {
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3600 + minute * 60 + second)
}

/// `13:08:27` or `1:08:27`, as second of the day.
fn time_of_day(text: &[u8]) -> Option<(u32, usize)> {
    let (hour, length) = match *text {
        [a, b, b':', ..] => (two(a, b)?, 2),
        [a, b':', ..] => (two(b'0', a)?, 1),
        _ => return None,
    };
    match text[length..] {
        [b':', a, b, b':', c, d, ..] => Some((of_day(hour, two(a, b)?, two(c, d)?)?, length + 6)),
        _ => None,
    }
}

/// Decimals of a second as nanoseconds, and how many digits there are.
#[inline]
fn decimals(text: &[u8]) -> (u32, usize) {
    let (mut nanos, mut unit, mut length) = (0, 100_000_000, 0);
    for digit in text.iter().map(|byte| byte.wrapping_sub(b'0')) {
        if digit > 9 {
            break;
        }
        nanos += u32::from(digit) * unit;
        unit /= 10;
        length += 1;
    }
    (nanos, length)
}

/// A year of four digits in this or the last century, if it ends there.
fn year(text: &[u8]) -> Option<(u32, usize)> {
    match *text {
        [a @ b'1'..=b'2', b, c, d, ref rest @ ..]
            if !rest
                .first()
                .is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'.') =>
        {
            let year = two(a, b)? * 100 + two(c, d)?;
            (1970..2200).contains(&year).then_some((year, 4))
        }
        _ => None,
    }
}

/// The month of the three letters in front.
#[inline]
fn month(text: &[u8]) -> Option<u32> {
    let &[a, b, c, ..] = text else { return None };
    let month = match &[a | 0x20, b | 0x20, c | 0x20] {
        b"jan" => 1,
        b"feb" => 2,
        b"mar" => 3,
        b"apr" => 4,
        b"may" => 5,
        b"jun" => 6,
        b"jul" => 7,
        b"aug" => 8,
        b"sep" => 9,
        b"oct" => 10,
        b"nov" => 11,
        b"dec" => 12,
        _ => return None,
    };
    Some(month)
}

/// The length of a weekday with what separates it from the date; 0 if there is none.
fn weekday(text: &[u8]) -> usize {
    let &[a, b, c, d, ..] = text else { return 0 };
    if !matches!(d, b' ' | b',') {
        return 0;
    }
    match &[a | 0x20, b | 0x20, c | 0x20] {
        b"mon" | b"tue" | b"wed" | b"thu" | b"fri" | b"sat" | b"sun" => {
            4 + usize::from(d == b',' && text.get(4) == Some(&b' '))
        }
        _ => 0,
    }
}

/// The length of the one blank or two in front.
fn blank(text: &[u8]) -> Option<usize> {
    match text {
        [b' ', b' ', ..] => Some(2),
        [b' ', ..] => Some(1),
        _ => None,
    }
}

fn separator(text: &[u8]) -> usize {
    usize::from(matches!(text, [b' ' | b'-' | b'/', ..]))
}

fn last_day(year: u32, month: u32) -> u32 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}
