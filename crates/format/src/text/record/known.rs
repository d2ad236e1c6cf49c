//! Names that were met before, and what they mean: a stream has a few names over and over.
//!
//! What is remembered is what the table of aliases answers, so that no record depends on another.

use crate::text::alias::{Aliases, Meaning};

/// So many names are remembered.
const SLOTS: usize = 256;

/// A name's length and its first and last bytes: all there is of a name of up to sixteen.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Ends {
    first: u64,
    last: u64,
    length: usize,
}

impl Ends {
    /// Those of a name.
    #[inline]
    pub fn of(name: &[u8]) -> Ends {
        let (first, last) = match (name.first_chunk::<8>(), name.last_chunk::<8>()) {
            (Some(first), Some(last)) => (u64::from_le_bytes(*first), u64::from_le_bytes(*last)),
            _ => match (name.first_chunk::<4>(), name.last_chunk::<4>()) {
                (Some(first), Some(last)) => (
                    u64::from(u32::from_le_bytes(*first)),
                    u64::from(u32::from_le_bytes(*last)),
                ),
                _ => (
                    name.iter()
                        .fold(0, |ends, &byte| ends << 8 | u64::from(byte)),
                    0,
                ),
            },
        };
        Ends {
            first,
            last,
            length: name.len(),
        }
    }

    /// A number that equal names share, its high bits well mixed.
    #[inline]
    pub fn hash(self) -> u64 {
        (self.first ^ self.last.rotate_left(23) ^ (self.length as u64) << 27)
            .wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    /// Whether both are ends of equal names; the names themselves are looked at where they are long.
    #[inline]
    pub fn same(self, name: &[u8], other: Ends, other_name: &[u8]) -> bool {
        self == other && (self.length <= 16 || name == other_name)
    }
}

#[derive(Clone, Copy)]
struct Slot<'a> {
    ends: Ends,
    name: &'a [u8],
    meaning: Option<Meaning>,
}

/// What is remembered.
pub struct Known<'a> {
    slots: Vec<Slot<'a>>,
}

impl<'a> Known<'a> {
    pub fn new() -> Known<'a> {
        // No alias is empty.
        let empty = Slot {
            ends: Ends::default(),
            name: b"",
            meaning: None,
        };
        Known {
            slots: vec![empty; SLOTS],
        }
    }

    /// What a name means.
    #[inline]
    pub fn meaning(&mut self, name: &'a [u8], ends: Ends, aliases: &Aliases) -> Option<Meaning> {
        let index = ends.hash() >> (64 - SLOTS.trailing_zeros());
        let slot = &mut self.slots[index as usize];
        if !slot.ends.same(slot.name, ends, name) {
            *slot = Slot {
                ends,
                name,
                meaning: aliases.of(name),
            };
        }
        slot.meaning
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_answer_what_the_table_does_whatever_was_asked_before() {
        let aliases = Aliases::new(&[]);
        let mut known = Known::new();
        let own: Vec<Vec<u8>> = crate::text::alias::ALIASES
            .iter()
            .map(|alias| alias.name.as_bytes().to_vec())
            .chain((0..2000).map(|n| format!("some_name_with_{n}_in_the_middle").into_bytes()))
            .chain([&b""[..], b"\0", b"\0\0", b"s", b"src", b"src\0"].map(<[u8]>::to_vec))
            .collect();
        for _ in 0..2 {
            for name in own.iter().chain(own.iter().rev()) {
                let meaning = known.meaning(name, Ends::of(name), &aliases);
                assert_eq!(meaning, aliases.of(name), "{name:?}");
            }
        }
    }
}
