//! When an event happened, as its `@timestamp` says: ISO 8601 with or without a zone (then UTC), or
//! milliseconds since 1970, which is what Elasticsearch's `date` reads by itself
//! (`strict_date_optional_time||epoch_millis`).

use std::time::{SystemTime, UNIX_EPOCH};

use knownet_flow::time::{date, days};

use knownet_flow::json::member::find;

/// The field.
pub(super) const FIELD: &str = "@timestamp";
const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// A time in UTC, to the hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Moment {
    pub year: i64,
    pub month: u32,
    pub day: u32,
    pub hour: u32,
}

impl Moment {
    /// When the event happened; `None` if it does not say so.
    pub fn of(event: &[u8]) -> Option<Moment> {
        let value = find(event, FIELD)?;
        let seconds = match value {
            [b'"', text @ .., b'"'] => match std::str::from_utf8(text).ok()?.parse::<i64>() {
                // Four digits are a year.
                Ok(millis) if text.len() > 4 => millis.div_euclid(1_000),
                _ => seconds(text)?,
            },
            number => {
                let number = std::str::from_utf8(number).ok()?;
                let millis = number.parse::<i64>().ok().or_else(|| whole(number))?;
                millis.div_euclid(1_000)
            }
        };
        Moment::at(seconds)
    }

    /// The time at which it is asked.
    pub fn now() -> Moment {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let seconds = since.unwrap_or_default().as_secs();
        let start = Moment {
            year: 1970,
            month: 1,
            day: 1,
            hour: 0,
        };
        i64::try_from(seconds)
            .ok()
            .and_then(Moment::at)
            .unwrap_or(start)
    }

    /// `None` for years that are not written with four digits.
    fn at(seconds: i64) -> Option<Moment> {
        let (year, month, day) = date(seconds.div_euclid(DAY));
        let hour = (seconds.rem_euclid(DAY) / HOUR) as u32;
        (0..=9999).contains(&year).then_some(Moment {
            year,
            month,
            day,
            hour,
        })
    }
}

/// What stands before the point of a number with a fraction or an exponent.
fn whole(number: &str) -> Option<i64> {
    let number = number.parse::<f64>().ok()?.floor();
    // Whole numbers up to there are exact (IEEE 754's 53 bits), and far beyond the year 9999.
    (number.abs() < 9e15).then_some(number as i64)
}

/// Seconds since 1970 of `YYYY-MM-DD`, with a time and a zone behind it or not.
fn seconds(text: &[u8]) -> Option<i64> {
    let (&[y0, y1, y2, y3, b'-', m0, m1, b'-', d0, d1], rest) = text.split_first_chunk::<10>()?
    else {
        return None;
    };
    let year = number(&[y0, y1, y2, y3])?;
    let (month, day) = (number(&[m0, m1])?, number(&[d0, d1])?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let midnight = days(year, month as u32, day as u32) * DAY;
    let rest = match rest {
        [] => return Some(midnight),
        [b'T' | b't' | b' ', rest @ ..] => rest,
        _ => return None,
    };
    let (&[h0, h1], rest) = rest.split_first_chunk::<2>()?;
    let hour = number(&[h0, h1])?;
    let (minute, rest) = match rest {
        [b':', m0, m1, rest @ ..] => (number(&[*m0, *m1])?, rest),
        rest => (0, rest),
    };
    // Seconds and fractions say nothing about the hour.
    let zone = rest
        .iter()
        .position(|b| matches!(b, b'Z' | b'z' | b'+' | b'-'));
    let offset = match zone.map_or(&[][..], |at| &rest[at..]) {
        [sign @ (b'+' | b'-'), h0, h1, rest @ ..] => {
            let minutes = match rest {
                [b':', m0, m1] | [m0, m1] => number(&[*m0, *m1])?,
                [] => 0,
                _ => return None,
            };
            let offset = number(&[*h0, *h1])? * HOUR + minutes * 60;
            if *sign == b'-' { -offset } else { offset }
        }
        _ => 0,
    };
    (hour < 24 && minute < 60).then_some(midnight + hour * HOUR + minute * 60 - offset)
}

fn number(digits: &[u8]) -> Option<i64> {
    digits.iter().try_fold(0, |all, digit| {
        digit
            .is_ascii_digit()
            .then(|| all * 10 + i64::from(digit - b'0'))
    })
}

#[cfg(test)]
#[path = "../tests/elasticsearch/moment.rs"]
mod tests;
