//! Longest-prefix match in one flat array.
//!
//! A compressed multibit trie of two kinds of node, chosen where the table is built by how densely
//! its prefixes lie:
//!
//! - **direct**: `2^s` slots, indexed by the next `s` bits (`s` from 1 to 16);
//! - **ordered**: up to fifteen sorted bounds over the next 32 bits and one slot more; the slot of an address is the number of bounds
//!   below it.
//!
//! A slot is an entry's number, or a child: bit 31, the kind in bits 26 to 30 (1 to 15: ordered with
//! so many bounds; 16 to 31: direct with 1 to 16 bits), and where it starts in the lower 26 bits.
//!
//! Guarantees: a few prefixes make one node of a cache line; each level is one dependent read of the
//! array; reads are bounds-checked.

mod compile;
mod flatten;

use crate::table::EntryId;

/// Addresses of one family.
pub(crate) trait Key: Copy + Ord + std::fmt::Debug {
    /// Address bits.
    const WIDTH: u32;
    /// The highest 32 bits.
    fn top(self) -> u32;
    /// Without the `count` highest bits, shifted up. `count` is less than `WIDTH`: more is never
    /// needed, and what comes out then is of no use.
    fn drop_top(self, count: u32) -> Self;
    /// Whether the first `len` bits agree.
    fn shares(self, other: Self, len: u8) -> bool;
    /// In the low bits of a wide number.
    fn wide(self) -> u128;
    /// From the low bits of a wide number.
    fn narrow(bits: u128) -> Self;
}

impl Key for u32 {
    const WIDTH: u32 = 32;

    #[inline(always)]
    fn top(self) -> u32 {
        self
    }

    #[inline(always)]
    fn drop_top(self, count: u32) -> u32 {
        self.wrapping_shl(count)
    }

    fn shares(self, other: u32, len: u8) -> bool {
        len == 0 || (self ^ other) >> (32 - len) == 0
    }

    fn wide(self) -> u128 {
        self.into()
    }

    fn narrow(bits: u128) -> u32 {
        bits as u32
    }
}

impl Key for u128 {
    const WIDTH: u32 = 128;

    #[inline(always)]
    fn top(self) -> u32 {
        (self >> 96) as u32
    }

    #[inline(always)]
    fn drop_top(self, count: u32) -> u128 {
        self.wrapping_shl(count)
    }

    fn shares(self, other: u128, len: u8) -> bool {
        len == 0 || (self ^ other) >> (128 - len) == 0
    }

    fn wide(self) -> u128 {
        self
    }

    fn narrow(bits: u128) -> u128 {
        bits
    }
}

const CHILD: u32 = 1 << 31;
const KIND_SHIFT: u32 = 26;
const START: u32 = (1 << KIND_SHIFT) - 1;
/// The most bounds of an ordered node; also how many words are compared at once.
const BOUNDS: usize = 15;

/// Addresses to entries, read-only.
#[derive(Debug)]
pub(crate) struct Trie<K> {
    root: u32,
    words: Vec<u32>,
    key: std::marker::PhantomData<K>,
}

impl<K: Key> Trie<K> {
    /// The most specific entry that covers the address, or 0.
    #[inline]
    pub(crate) fn lookup(&self, key: K) -> EntryId {
        let mut slot = self.root;
        let mut key = key;
        while slot & CHILD != 0 {
            let kind = slot >> KIND_SHIFT & 31;
            let start = (slot & START) as usize;
            if kind > BOUNDS as u32 {
                let stride = kind - BOUNDS as u32;
                slot = self.words[start + (key.top() >> (32 - stride)) as usize];
                key = key.drop_top(stride);
            } else {
                let window = &self.words[start..start + BOUNDS + 1];
                slot = self.words[start + kind as usize + below(window, kind, key.top())];
                key = key.drop_top(32);
            }
        }
        slot
    }

    /// Heap bytes.
    pub(crate) fn memory(&self) -> usize {
        self.words.capacity() * size_of::<u32>()
    }
}

/// How many of the first `count` words are less than `top`, without a branch on either.
#[inline(always)]
fn below(words: &[u32], count: u32, top: u32) -> usize {
    let words: &[u32; BOUNDS + 1] = words.try_into().expect("a window of words");
    let mut less = 0u32;
    for (at, &word) in words.iter().enumerate() {
        less += u32::from(word < top) & u32::from((at as u32) < count);
    }
    less as usize
}
