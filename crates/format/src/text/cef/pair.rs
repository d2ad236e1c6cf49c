//! Pairs whose values may hold blanks and equals signs: a value ends where the next key begins.
//!
//! A key is letters, digits and `_ . - [ ]`, begins with a letter, a digit or `_`, stands behind a
//! blank (or at the beginning) and in front of an `=`. One pass, whatever the bytes.

use crate::text::near;

/// Bytes of a key.
const KEY: [bool; 256] = {
    let mut key = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        key[byte] = (byte as u8).is_ascii_alphanumeric()
            || matches!(byte as u8, b'_' | b'.' | b'-' | b'[' | b']');
        byte += 1;
    }
    key
};

/// Keys longer than this are text.
const LONGEST: usize = 128;

/// Whether `text` begins with a key and its `=`.
pub fn begins(text: &[u8]) -> bool {
    let text = text.trim_ascii_start();
    let key = text.iter().take(LONGEST).take_while(|&&b| KEY[b as usize]);
    let end = key.count();
    end > 0 && starts_key(text[0]) && text.get(end) == Some(&b'=')
}

fn starts_key(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// The pairs of a text, in order.
pub struct Pairs<'a> {
    text: &'a [u8],
    /// What is behind the last `=`.
    at: usize,
    /// The key that is being read: its beginning and its end, where its `=` is.
    key: Option<(usize, usize)>,
}

impl<'a> Pairs<'a> {
    pub fn new(text: &'a [u8]) -> Pairs<'a> {
        Pairs {
            text,
            at: 0,
            key: None,
        }
    }

    /// Where the key begins that ends at `end`.
    #[inline]
    fn start(&self, end: usize) -> Option<usize> {
        let near = &self.text[end.saturating_sub(LONGEST)..end];
        let key = near
            .iter()
            .rev()
            .take_while(|&&byte| KEY[usize::from(byte)]);
        let start = end - key.count();
        let begins = start < end && starts_key(self.text[start]);
        let free = match start.checked_sub(1).map(|before| self.text[before]) {
            None | Some(b' ' | b'\t' | b'\n' | b'\r') => true,
            // What is left of a header.
            Some(b'|') => self.key.is_none(),
            _ => false,
        };
        (begins && free).then_some(start)
    }

    #[inline]
    fn pair(&self, key: (usize, usize), end: usize) -> (&'a [u8], &'a [u8]) {
        let value = &self.text[key.1 + 1..end];
        (&self.text[key.0..key.1], value.trim_ascii())
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let Some(near) = near::find(b'=', &self.text[self.at..]) else {
                self.at = self.text.len();
                let key = self.key.take()?;
                return Some(self.pair(key, self.text.len()));
            };
            let equals = self.at + near;
            self.at = equals + 1;
            let Some(start) = self.start(equals) else {
                continue;
            };
            if let Some(before) = self.key.replace((start, equals)) {
                return Some(self.pair(before, start));
            }
        }
    }
}
