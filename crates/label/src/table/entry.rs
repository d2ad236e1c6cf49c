//! What is known of each prefix, in the order of the entries' numbers.
//!
//! Guarantees: v4 entries come first, each family ordered by address, length, label and insertion,
//! so that the next entry of an equal prefix has the next number.

use super::{EntryId, FeedId, LabelId};
use crate::addr::Addr;
use crate::attribute::{ListId, Store};
use crate::prefix::Prefix;

/// One prefix of a feed, as a lookup answers it.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its number in the table.
    pub id: EntryId,
    /// The label it belongs to.
    pub label: LabelId,
    /// The prefix as its feed wrote it, host bits cleared.
    pub prefix: Prefix,
    /// The feed it came from.
    pub feed: FeedId,
    pub(super) list: ListId,
    pub(super) store: &'a Store,
}

impl<'a> Entry<'a> {
    /// The feed's attributes of this prefix (`country`, `service`, …), in the feed's order.
    pub fn attributes(&self) -> impl Iterator<Item = (&'a str, &'a str)> + Clone + use<'a> {
        self.store.pairs(self.list)
    }
}

/// An entry but for its label. `A` is the address in words of four bytes, so that no padding is
/// stored.
#[derive(Clone, Copy, Debug)]
pub(super) struct Record<A> {
    pub addr: A,
    pub list: ListId,
    /// The next covering entry; while the table is built, the place in insertion order.
    pub next: EntryId,
    pub feed: FeedId,
    pub len: u8,
}

/// A v6 address as the records keep it.
pub(super) type Words = [u32; 4];

/// The 128 bits of these words, the first the highest.
pub(super) fn join(words: Words) -> u128 {
    words
        .into_iter()
        .fold(0, |bits, word| bits << 32 | u128::from(word))
}

/// The words of these 128 bits.
pub(super) fn split(bits: u128) -> Words {
    [96, 64, 32, 0].map(|shift| (bits >> shift) as u32)
}

/// All entries: v4 from number 1, then v6.
#[derive(Debug)]
pub(super) struct Records {
    pub v4: Vec<Record<u32>>,
    pub v6: Vec<Record<Words>>,
}

impl Records {
    pub fn get(&self, id: EntryId) -> (Prefix, FeedId, ListId) {
        let at = id as usize - 1;
        let (addr, len, feed, list) = match self.v4.get(at) {
            Some(record) => (Addr::V4(record.addr), record.len, record.feed, record.list),
            None => {
                let record = &self.v6[at - self.v4.len()];
                (
                    Addr::V6(join(record.addr)),
                    record.len,
                    record.feed,
                    record.list,
                )
            }
        };
        let prefix = Prefix::new(addr, len).expect("a stored length fits its family");
        (prefix, feed, list)
    }

    pub fn next(&self, id: EntryId) -> EntryId {
        let at = id as usize - 1;
        match self.v4.get(at) {
            Some(record) => record.next,
            None => self.v6[at - self.v4.len()].next,
        }
    }

    pub fn memory(&self) -> usize {
        self.v4.capacity() * size_of::<Record<u32>>()
            + self.v6.capacity() * size_of::<Record<Words>>()
    }
}
