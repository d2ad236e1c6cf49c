//! Numbers as events spell them, compared by value.
//!
//! Whole numbers compare exactly; where either side has a fraction or an exponent, both are compared
//! as doubles.

use std::cmp::Ordering;

/// A number.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Number {
    Whole(i128),
    Real(f64),
}

impl Number {
    /// The number that `text` spells, as JSON would (leading zeros and `+` are forgiven).
    pub(crate) fn parse(text: &[u8]) -> Option<Number> {
        let text = text.trim_ascii();
        if !text.last()?.is_ascii_digit() && !text.ends_with(b".") {
            return None;
        }
        let spelled = |b: &u8| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        if !text.iter().all(spelled) {
            return None;
        }
        let text = std::str::from_utf8(text).ok()?;
        match text.parse() {
            Ok(whole) => Some(Number::Whole(whole)),
            Err(_) => text.parse().ok().map(Number::Real),
        }
    }

    pub(crate) fn compare(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Whole(a), Number::Whole(b)) => Some(a.cmp(&b)),
            (a, b) => a.real().partial_cmp(&b.real()),
        }
    }

    fn real(self) -> f64 {
        match self {
            Number::Whole(whole) => whole as f64,
            Number::Real(real) => real,
        }
    }
}

#[cfg(test)]
mod tests;
