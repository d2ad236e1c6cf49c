//! Times as logs write them, and as they leave: RFC 3339 in UTC.
//!
//! A time without a year is the last one that is not more than a day ahead of the reading: a line
//! of 31 December read on 1 January is a year old, and a clock that runs ahead is forgiven.

mod read;
#[cfg(test)]
mod tests;
mod zone;

use knownet_flow::time::date;
pub use knownet_flow::time::days;
pub use read::epoch;
pub use zone::{Zone, offset};

/// A moment: seconds since 1970-01-01T00:00:00Z, and nanoseconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Time {
    /// Whole seconds.
    pub seconds: i64,
    /// The rest, below 1,000,000,000.
    pub nanos: u32,
}

/// What a reader of times must know.
///
/// Each reading function takes the time that stands at the beginning of the text and answers it with
/// its length, zone included; what follows is for the caller to judge. A time without a zone is in
/// [`Clock::zone`].
///
/// | function | reads |
/// |---|---|
/// | [`Clock::read`] | any of these |
/// | [`Clock::whole`] | any of these, where the text is nothing else |
/// | [`Clock::iso`] | `2024-03-05T13:08:27.123+01:00`, `2024/03/05 13:08:27,123`, `20240305T130827Z` |
/// | [`Clock::named`] | `Mar  5 13:08:27`, `Mar 05 2024 13:08:27.123 CET`, `Tue, 5 Mar 2024 13:08:27 +0100`, `05/Mar/2024:13:08:27 +0100` |
/// | [`Clock::date_time`] | a date, a time and a zone that stand apart |
/// | [`epoch`] | `1709640507`, also in milli-, micro- or nanoseconds, or with decimals |
#[derive(Clone, Debug)]
pub struct Clock {
    /// The time of reading.
    pub now: Time,
    /// The zone of the devices that send none.
    pub zone: Zone,
}

impl Clock {
    /// A clock in UTC that stands at this time.
    pub fn at(now: Time) -> Clock {
        Clock {
            now,
            zone: Zone::Offset(0),
        }
    }
}

impl Time {
    /// Now.
    pub fn now() -> Time {
        let since = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .unwrap_or_default();
        Time {
            seconds: since.as_secs() as i64,
            nanos: since.subsec_nanos(),
        }
    }

    /// Appends it as RFC 3339 in UTC, with as many decimals as it needs: three, six or nine.
    pub fn write(self, out: &mut Vec<u8>) {
        let (text, length) = self.text();
        out.extend_from_slice(&text[..length]);
    }

    /// The same, in the first so many bytes.
    pub fn text(self) -> ([u8; 32], usize) {
        let mut text = *b"0000-00-00T00:00:00.000000000Z  ";
        let (days, second) = (
            self.seconds.div_euclid(86400),
            self.seconds.rem_euclid(86400) as u32,
        );
        let (year, month, day) = date(days);
        let year = year.clamp(0, 9999) as u32;
        for (at, number) in [
            (0, year / 100),
            (2, year % 100),
            (5, month),
            (8, day),
            (11, second / 3600),
            (14, second / 60 % 60),
            (17, second % 60),
        ] {
            text[at] += (number / 10) as u8;
            text[at + 1] += (number % 10) as u8;
        }
        let (mut number, width) = match self.nanos {
            0 => (0, 3),
            n if n % 1_000_000 == 0 => (n / 1_000_000, 3),
            n if n % 1000 == 0 => (n / 1000, 6),
            n => (n, 9),
        };
        for place in text[20..20 + width].iter_mut().rev() {
            *place = b'0' + (number % 10) as u8;
            number /= 10;
        }
        text[20 + width] = b'Z';
        (text, 21 + width)
    }
}
