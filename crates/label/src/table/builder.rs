//! Collects prefixes and compiles them into a table.
//!
//! Guarantees: the table depends only on the order in which labels were defined and prefixes were
//! inserted; the records are sorted where they lie and become the table's own, so that building
//! holds no second copy of them.

use super::entry::{Record, Records, Words, join, split};
use super::{EntryId, FeedId, LabelId, Names, Table};
use crate::addr::Addr;
use crate::attribute::Interner;
use crate::prefix::Prefix;
use crate::trie::{Key, Trie};
use std::collections::HashSet;

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

/// Sorts, drops repetitions, links each record to its next covering one and appends the labels.
fn settle<A: Copy + Ord, K: Key>(
    mut found: Vec<(Record<A>, LabelId)>,
    labels: &mut Vec<LabelId>,
    bits: impl Fn(A) -> K,
) -> Vec<Record<A>> {
    found.sort_unstable_by_key(|(record, label)| (record.addr, record.len, *label, record.next));
    // Repetitions need not be neighbours: among equal prefixes the feed or attributes may alternate.
    let mut seen = HashSet::new();
    let mut kept = 0;
    for at in 0..found.len() {
        let (record, label) = found[at];
        let equal = kept > 0 && {
            let (before, _) = found[kept - 1];
            (before.addr, before.len) == (record.addr, record.len)
        };
        if !equal {
            seen.clear();
        } else if seen.is_empty() {
            // Most prefixes stand alone; only a second one is reason to remember the first.
            let (before, of) = found[kept - 1];
            seen.insert((of, before.feed, before.list));
        }
        if !equal || seen.insert((label, record.feed, record.list)) {
            found[kept] = (record, label);
            kept += 1;
        }
    }
    found.truncate(kept);

    let offset = labels.len() as EntryId;
    labels.extend(found.iter().map(|&(_, label)| label));
    let mut records: Vec<Record<A>> = found.into_iter().map(|(record, _)| record).collect();
    records.shrink_to_fit();
    // The open prefixes around the current one: first entry of each, outermost first.
    let mut open: Vec<usize> = Vec::new();
    for at in 0..records.len() {
        let Record { addr, len, .. } = records[at];
        while let Some(&outer) = open.last() {
            let Record {
                addr: net,
                len: outer_len,
                ..
            } = records[outer];
            if outer_len <= len && bits(net).shares(bits(addr), outer_len) {
                break;
            }
            open.pop();
        }
        match open.last() {
            // One more of an equal prefix: it goes between its predecessor and what covers both.
            Some(&outer) if records[outer].len == len => {
                records[at].next = records[at - 1].next;
                records[at - 1].next = offset + at as EntryId + 1;
            }
            outer => {
                records[at].next = outer.map_or(0, |&outer| offset + outer as EntryId + 1);
                open.push(at);
            }
        }
    }
    records
}

/// A bit per entry number: a threat label at it or further along its chain.
fn threat_bits(names: &Names, labels: &[LabelId], records: &Records) -> Vec<u64> {
    if !names.labels.iter().any(|&(_, threat)| threat) {
        return Vec::new();
    }
    let mut bits = vec![0u64; labels.len() / 64 + 1];
    let next = |id: usize| records.next(id as EntryId) as usize;
    let mut first = 1;
    while first <= labels.len() {
        // Entries of one prefix, whose chain goes up through them and then to a smaller number.
        let mut last = first;
        while next(last) == last + 1 {
            last += 1;
        }
        for id in (first..=last).rev() {
            let further = bits[next(id) / 64] >> (next(id) % 64) & 1 != 0;
            let threat = further || names.labels[usize::from(labels[id - 1])].1;
            bits[id / 64] |= u64::from(threat) << (id % 64);
        }
        first = last + 1;
    }
    bits
}
