//! The compiled table: addresses to entries, and what an entry says.
//!
//! Guarantees: nothing changes after [`TableBuilder::build`]; a lookup allocates nothing, takes no
//! lock and ends after 32 steps at most, usually after two to four; every prefix that was inserted
//! is an entry of its own.

mod builder;
mod entry;
mod settle;

use crate::addr::Addr;
use crate::attribute::Store;
use crate::trie::Trie;
use std::collections::HashMap;

pub use builder::TableBuilder;
pub use entry::Entry;
use entry::Records;

/// A label's number, in order of definition from 0.
pub type LabelId = u16;
/// A feed's number, in order of definition from 0.
pub type FeedId = u16;
/// An entry's number from 1; 0 means that no entry covers the address.
pub type EntryId = u32;

/// An immutable lookup table; made by [`TableBuilder`].
#[derive(Debug)]
pub struct Table {
    v4: Trie<u32>,
    v6: Trie<u128>,
    /// Label of each entry, apart from the records because the hot path reads it.
    labels: Vec<LabelId>,
    /// One bit per entry: a threat label somewhere in its chain.
    threats: Vec<u64>,
    records: Records,
    attributes: Store,
    names: Names,
}

/// What labels and feeds are called.
#[derive(Debug, Default)]
struct Names {
    labels: Vec<(Box<str>, bool)>,
    label_ids: HashMap<Box<str>, LabelId>,
    feeds: Vec<Box<str>>,
}

impl Table {
    /// The most specific entry that covers the address, or 0. Of equal prefixes, the one whose
    /// label was defined first.
    #[inline]
    pub fn lookup(&self, addr: Addr) -> EntryId {
        match addr {
            Addr::V4(bits) => self.v4.lookup(bits),
            Addr::V6(bits) => self.v6.lookup(bits),
        }
    }

    /// The entry, then each next one that covers it, most specific first; equal prefixes in order
    /// of definition. Empty for 0.
    pub fn chain(&self, id: EntryId) -> impl Iterator<Item = Entry<'_>> + Clone {
        std::iter::successors(self.entry(id), |entry| {
            self.entry(self.records.next(entry.id))
        })
    }

    /// One entry; `None` for 0 and for numbers of other tables.
    pub fn entry(&self, id: EntryId) -> Option<Entry<'_>> {
        let label = self.label_of(id)?;
        let (prefix, feed, list) = self.records.get(id);
        Some(Entry {
            id,
            label,
            prefix,
            feed,
            list,
            store: &self.attributes,
        })
    }

    /// The label of an entry; `None` for 0.
    #[inline]
    pub fn label_of(&self, id: EntryId) -> Option<LabelId> {
        self.labels.get((id as usize).wrapping_sub(1)).copied()
    }

    /// Whether the entry or one that covers it has a threat label. No for 0.
    #[inline]
    pub fn carries_threat(&self, id: EntryId) -> bool {
        self.threats
            .get(id as usize / 64)
            .is_some_and(|word| word >> (id % 64) & 1 != 0)
    }

    /// A label's name.
    ///
    /// # Panics
    /// The number is not one of this table's.
    pub fn label_name(&self, label: LabelId) -> &str {
        &self.names.labels[usize::from(label)].0
    }

    /// The number of a label by its name, compared exactly.
    pub fn label_id(&self, name: &str) -> Option<LabelId> {
        self.names.label_ids.get(name).copied()
    }

    /// How many labels are defined, also those without a prefix.
    pub fn label_count(&self) -> usize {
        self.names.labels.len()
    }

    /// Whether a label marks threats; no for numbers of other tables.
    #[inline]
    pub fn is_threat(&self, label: LabelId) -> bool {
        self.names
            .labels
            .get(usize::from(label))
            .is_some_and(|&(_, threat)| threat)
    }

    /// Whether any label marks threats.
    pub fn has_threats(&self) -> bool {
        self.names.labels.iter().any(|&(_, threat)| threat)
    }

    /// A feed's name.
    ///
    /// # Panics
    /// The number is not one of this table's.
    pub fn feed_name(&self, feed: FeedId) -> &str {
        &self.names.feeds[usize::from(feed)]
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no entry at all.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Heap bytes in use: tries, entries, attributes and names.
    pub fn memory(&self) -> usize {
        let names = self
            .names
            .labels
            .iter()
            .map(|(name, _)| 2 * name.len() + 48)
            .sum::<usize>()
            + self
                .names
                .feeds
                .iter()
                .map(|name| name.len() + 16)
                .sum::<usize>();
        self.trie_memory()
            + self.labels.capacity() * size_of::<LabelId>()
            + self.threats.capacity() * size_of::<u64>()
            + self.records.memory()
            + self.attributes.memory()
            + names
    }

    /// Heap bytes of the two tries alone, which is what lookups touch.
    pub fn trie_memory(&self) -> usize {
        self.v4.memory() + self.v6.memory()
    }
}
