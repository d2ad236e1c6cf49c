//! Puts what was inserted in order and links each entry to the next one that covers it.
//!
//! Guarantees: linear but for the sort, which happens where the records lie; equal prefixes follow
//! each other in order of definition, and the last of them goes on to what covers them all.

use super::entry::{Record, Records};
use super::{EntryId, LabelId, Names};
use crate::trie::Key;
use std::collections::HashSet;

/// Sorts, drops repetitions, links each record to its next covering one and appends the labels.
pub(super) fn settle<A: Copy + Ord, K: Key>(
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
            // Clearing costs what the set once held: a large one is not kept.
            if seen.capacity() > 64 {
                seen = HashSet::new();
            }
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
pub(super) fn threat_bits(names: &Names, labels: &[LabelId], records: &Records) -> Vec<u64> {
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
