//! Zones: of the devices that send none, and as they stand behind a time.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Which zone a time without one is in.
#[derive(Clone, Debug)]
pub enum Zone {
    /// So many seconds east of Greenwich.
    Offset(i32),
    /// A place, with its summer times.
    Named(TimeZone),
}

impl Default for Zone {
    /// UTC.
    fn default() -> Zone {
        Zone::Offset(0)
    }
}

impl Zone {
    /// Reads `UTC`, an offset such as `+02:00`, or a name such as `Europe/Berlin`.
    ///
    /// The names are in the binary: nothing need be installed where it runs.
    ///
    /// # Errors
    /// Says what is not known, with the names most like it.
    pub fn parse(text: &str) -> Result<Zone, String> {
        match offset(text.as_bytes()) {
            Some((seconds, length)) if length == text.len() => return Ok(Zone::Offset(seconds)),
            _ => {}
        }
        if text.contains('/')
            && let Ok(zone) = TimeZone::get(text)
        {
            return Ok(Zone::Named(zone));
        }
        let wanted = text.rsplit('/').next().unwrap_or(text).to_lowercase();
        let like: Vec<String> = jiff::tz::db()
            .available()
            .map(|name| name.to_string())
            .filter(|name| wanted.len() > 2 && name.to_lowercase().contains(&wanted))
            .take(5)
            .collect();
        let hint = match like.as_slice() {
            [] => String::new(),
            names => format!("; there is {}", names.join(", ")),
        };
        Err(format!(
            "unknown zone `{text}`: write UTC, an offset such as +02:00, or a name such as Europe/Berlin{hint}"
        ))
    }

    /// Seconds since 1970 in UTC of a local time, given as if it were UTC.
    ///
    /// Where clocks are put back an hour comes twice: the first one counts. An hour that they skip
    /// is taken as if they had not been put forward yet.
    #[inline]
    pub(super) fn seconds(&self, local: i64) -> i64 {
        match self {
            Zone::Offset(offset) => local - i64::from(*offset),
            Zone::Named(zone) => named(zone, local),
        }
    }
}

fn named(zone: &TimeZone, local: i64) -> i64 {
    let (year, month, day) = super::date(local.div_euclid(86400));
    let second = local.rem_euclid(86400);
    let date = DateTime::new(
        year as i16,
        month as i8,
        day as i8,
        (second / 3600) as i8,
        (second / 60 % 60) as i8,
        (second % 60) as i8,
        0,
    );
    date.and_then(|date| zone.to_ambiguous_timestamp(date).compatible())
        .map_or(local, |time| time.as_second())
}

/// Reads an offset in front of `text`: `Z`, `+02:00`, `-0430`, `+02`, `GMT+00:00`, or one of the
/// abbreviations in common use, and its length. Seconds east of Greenwich.
pub fn offset(text: &[u8]) -> Option<(i32, usize)> {
    match *text.first()? {
        b'+' | b'-' => numeric(text),
        b'Z' | b'z' if !text.get(1).is_some_and(u8::is_ascii_alphanumeric) => Some((0, 1)),
        b'A'..=b'Z' => {
            if let [b'G', b'M', b'T', rest @ ..] | [b'U', b'T', b'C', rest @ ..] = text
                && let Some((seconds, length)) = numeric(rest)
            {
                return Some((seconds, 3 + length));
            }
            let length = letters(text);
            Some((abbreviation(&text[..length])?, length))
        }
        _ => None,
    }
}

/// How many capital letters `text` begins with, if no other word character follows them; else 0.
pub(super) fn letters(text: &[u8]) -> usize {
    let length = text.iter().take(6).take_while(|b| b.is_ascii_uppercase());
    let length = length.count();
    match text.get(length) {
        Some(b'_' | b'.' | b'-') => 0,
        Some(next) if next.is_ascii_alphanumeric() => 0,
        _ => length,
    }
}

/// Reads `+02:00`, `+0200` or `+02`.
fn numeric(text: &[u8]) -> Option<(i32, usize)> {
    let two = |at: usize| match *text.get(at..at + 2)? {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(i32::from(a - b'0') * 10 + i32::from(b - b'0')),
        _ => None,
    };
    let sign = match text.first()? {
        b'+' => 1,
        b'-' => -1,
        _ => return None,
    };
    let hours = two(1)?;
    let (minutes, length) = match (text.get(3), two(4), two(3)) {
        (Some(b':'), Some(minutes), _) => (minutes, 6),
        (_, _, Some(minutes)) => (minutes, 5),
        _ => (0, 3),
    };
    let ends = !text.get(length).is_some_and(u8::is_ascii_digit);
    (ends && hours <= 15 && minutes < 60).then_some((sign * (hours * 60 + minutes) * 60, length))
}

/// The offset that an abbreviation stands for, where it is in common use. Several places call
/// theirs CST, IST or BST: Chicago, India and London are meant here, as devices do.
fn abbreviation(text: &[u8]) -> Option<i32> {
    let minutes = match text {
        b"UTC" | b"GMT" | b"WET" | b"UCT" => 0,
        b"CET" | b"BST" | b"WEST" | b"MEZ" => 60,
        b"CEST" | b"EET" | b"SAST" | b"MESZ" => 120,
        b"EEST" | b"MSK" => 180,
        b"GST" => 240,
        b"PKT" => 300,
        b"IST" => 330,
        b"ICT" | b"WIB" => 420,
        b"AWST" | b"SGT" | b"HKT" => 480,
        b"JST" | b"KST" => 540,
        b"ACST" => 570,
        b"AEST" => 600,
        b"ACDT" => 630,
        b"AEDT" => 660,
        b"NZST" => 720,
        b"NZDT" => 780,
        b"BRT" => -180,
        b"EDT" => -240,
        b"EST" | b"CDT" => -300,
        b"CST" | b"MDT" => -360,
        b"MST" | b"PDT" => -420,
        b"PST" | b"AKDT" => -480,
        b"AKST" => -540,
        b"HST" => -600,
        _ => return None,
    };
    Some(minutes * 60)
}
