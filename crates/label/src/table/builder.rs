//! Collects prefixes and compiles them into a table.
//!
//! Guarantees: the table depends only on the order in which labels were defined and prefixes were
//! inserted.

use super::entry::{Record, Records, Words, join, split};
use super::settle::{settle, threat_bits};
use super::{EntryId, FeedId, LabelId, Names, Table};
use crate::addr::Addr;
use crate::attribute::Interner;
use crate::prefix::Prefix;
use crate::trie::Trie;

/// Takes labels, feeds and prefixes; [`TableBuilder::build`] compiles them.
#[derive(Debug)]
pub struct TableBuilder {
    names: Names,
    v4: Vec<(Record<u32>, LabelId)>,
    v6: Vec<(Record<Words>, LabelId)>,
    attributes: Interner,
}

impl Default for TableBuilder {
    fn default() -> TableBuilder {
        TableBuilder::new()
    }
}

impl TableBuilder {
    /// An empty builder.
    pub fn new() -> TableBuilder {
        TableBuilder {
            names: Names::default(),
            v4: Vec::new(),
            v6: Vec::new(),
            attributes: Interner::new(),
        }
    }

    /// The label of that name, defined now if it was not. Once a threat, always a threat.
    ///
    /// # Panics
    /// More than 65,536 labels.
    pub fn label(&mut self, name: &str, threat: bool) -> LabelId {
        if let Some(&id) = self.names.label_ids.get(name) {
            self.names.labels[usize::from(id)].1 |= threat;
            return id;
        }
        let id = LabelId::try_from(self.names.labels.len()).expect("at most 65,536 labels");
        self.names.labels.push((name.into(), threat));
        self.names.label_ids.insert(name.into(), id);
        id
    }

    /// The feed of that name, defined now if it was not.
    ///
    /// # Panics
    /// More than 65,536 feeds.
    pub fn feed(&mut self, name: &str) -> FeedId {
        let at = self
            .names
            .feeds
            .iter()
            .position(|known| **known == *name)
            .unwrap_or_else(|| {
                self.names.feeds.push(name.into());
                self.names.feeds.len() - 1
            });
        FeedId::try_from(at).expect("at most 65,536 feeds")
    }

    /// Adds one prefix of a feed to a label. An exact repetition (label, feed, prefix and
    /// attributes) is kept once.
    ///
    /// # Panics
    /// The label or feed is not of this builder.
    pub fn insert(
        &mut self,
        label: LabelId,
        feed: FeedId,
        prefix: Prefix,
        attributes: &[(&str, &str)],
    ) {
        assert!(
            usize::from(label) < self.names.labels.len(),
            "label {label} is not defined"
        );
        assert!(
            usize::from(feed) < self.names.feeds.len(),
            "feed {feed} is not defined"
        );
        let list = self.attributes.intern(attributes);
        let len = prefix.len();
        match prefix.addr() {
            Addr::V4(addr) => {
                let next = self.v4.len() as u32;
                self.v4.push((
                    Record {
                        addr,
                        list,
                        next,
                        feed,
                        len,
                    },
                    label,
                ));
            }
            Addr::V6(bits) => {
                let (addr, next) = (split(bits), self.v6.len() as u32);
                self.v6.push((
                    Record {
                        addr,
                        list,
                        next,
                        feed,
                        len,
                    },
                    label,
                ));
            }
        }
    }

    /// Number of prefixes inserted so far, repetitions included.
    pub fn len(&self) -> usize {
        self.v4.len() + self.v6.len()
    }

    /// Whether nothing was inserted yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Compiles the table.
    ///
    /// # Panics
    /// So many prefixes that a trie would take more than 256 MB (several millions).
    pub fn build(self) -> Table {
        let TableBuilder {
            names,
            v4,
            v6,
            attributes,
        } = self;
        let attributes = attributes.finish();
        let mut labels = Vec::with_capacity(v4.len() + v6.len());
        let v4 = settle(v4, &mut labels, |addr| addr);
        let v6 = settle(v6, &mut labels, join);
        labels.shrink_to_fit();
        let split = v4.len() as EntryId;
        let v4_trie = Trie::build(v4.iter().map(|record| (record.addr, record.len)), 0);
        let v6_trie = Trie::build(
            v6.iter().map(|record| (join(record.addr), record.len)),
            split,
        );
        let records = Records { v4, v6 };
        let threats = threat_bits(&names, &labels, &records);
        Table {
            v4: v4_trie,
            v6: v6_trie,
            labels,
            threats,
            records,
            attributes,
            names,
        }
    }
}
