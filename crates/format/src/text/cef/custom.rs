//! The fields that a device names itself: `cs1` with `cs1Label`, `cn1`, `cfp1`, `c6a1`, `flexString1`,
//! `deviceCustomDate1` and their like, the label in front of the value or behind it.

use super::unescape;
use crate::text::field::Field;
use crate::text::record::Record;

/// How many labels, and how many values in front of theirs, are kept; the rest stays under the
/// names of the format.
const MOST: usize = 16;

/// A list of pairs with a bound.
struct Few<'a> {
    pairs: [(&'a [u8], &'a [u8]); MOST],
    count: usize,
}

impl<'a> Few<'a> {
    fn new() -> Few<'a> {
        Few {
            pairs: [(b"", b""); MOST],
            count: 0,
        }
    }

    fn push(&mut self, key: &'a [u8], value: &'a [u8]) -> bool {
        let free = self.count < MOST;
        if free {
            self.pairs[self.count] = (key, value);
            self.count += 1;
        }
        free
    }

    /// Where the last one of this name is.
    fn last(&self, key: &[u8]) -> Option<usize> {
        self.pairs[..self.count]
            .iter()
            .rposition(|pair| pair.0 == key)
    }
}

/// What was seen of them so far.
pub struct Custom<'a> {
    labels: Few<'a>,
    waiting: Few<'a>,
}

/// Whether `key` is one of them.
#[inline]
pub fn is_custom(key: &[u8]) -> bool {
    let [first, .., last] = key else {
        return false;
    };
    if !last.is_ascii_digit() || !matches!(first, b'c' | b'f' | b'd') {
        return false;
    }
    let letters = key.len() - 1 - usize::from(key[key.len() - 2].is_ascii_digit());
    matches!(
        &key[..letters],
        b"cs"
            | b"cn"
            | b"cfp"
            | b"c6a"
            | b"flexString"
            | b"flexNumber"
            | b"flexDate"
            | b"deviceCustomString"
            | b"deviceCustomNumber"
            | b"deviceCustomDate"
            | b"deviceCustomFloatingPoint"
            | b"deviceCustomIPv6Address"
    )
}

impl<'a> Custom<'a> {
    pub fn new() -> Custom<'a> {
        Custom {
            labels: Few::new(),
            waiting: Few::new(),
        }
    }

    /// Takes the label of the field `key`.
    pub fn label(&mut self, key: &'a [u8], label: &'a [u8], record: &mut Record<'a>) {
        if label.is_empty() {
            return;
        }
        if let Some(index) = self.waiting.last(key) {
            let value = self.waiting.pairs[index].1;
            self.waiting.count -= 1;
            self.waiting.pairs.swap(index, self.waiting.count);
            emit(key, label, value, record);
        }
        self.labels.push(key, label);
    }

    /// Takes the value of the field `key`.
    pub fn value(&mut self, key: &'a [u8], value: &'a [u8], record: &mut Record<'a>) {
        if value.is_empty() {
            return;
        }
        match self.labels.last(key) {
            Some(index) => emit(key, self.labels.pairs[index].1, value, record),
            None if self.waiting.push(key, value) => {}
            None => emit(key, key, value, record),
        }
    }

    /// Adds the values that have no label.
    pub fn finish(self, record: &mut Record<'a>) {
        for &(key, value) in &self.waiting.pairs[..self.waiting.count] {
            emit(key, key, value, record);
        }
    }
}

fn emit<'a>(key: &'a [u8], label: &'a [u8], value: &'a [u8], record: &mut Record<'a>) {
    // The IPv6 addresses are fields of the format: the standard gives them roles by their number,
    // which their labels repeat.
    if key.starts_with(b"c6a") || key.starts_with(b"deviceCustomIPv6Address") {
        return record.pair(label, value);
    }
    if !record.has(Field::RuleName)
        && (label.eq_ignore_ascii_case(b"Rule Name") || label.eq_ignore_ascii_case(b"Rule"))
    {
        let value = unescape(value, record);
        record.set(Field::RuleName, value);
        return;
    }
    let value = unescape(value, record);
    record.vendor(label, value);
}
