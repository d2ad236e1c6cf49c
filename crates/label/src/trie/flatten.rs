//! Nested prefixes to disjoint ranges.
//!
//! Guarantees: ranges ascend, cover the whole family from address 0 on, and neighbours have
//! different entries.

use super::Key;
use crate::table::EntryId;

/// `entries[i]` covers `starts[i]` up to the next start.
pub(super) struct Ranges<K> {
    pub starts: Vec<K>,
    pub entries: Vec<EntryId>,
}

/// Takes prefixes ordered by address and length, numbered from `offset + 1`; the first of equal
/// ones counts.
pub(super) fn flatten<K: Key>(
    prefixes: impl ExactSizeIterator<Item = (K, u8)>,
    offset: EntryId,
) -> Ranges<K> {
    let most = prefixes.len() * 2 + 1;
    let mut ranges = Ranges {
        starts: Vec::with_capacity(most),
        entries: Vec::with_capacity(most),
    };
    ranges.push(0, 0);
    // Open prefixes, outermost first: last address, entry.
    let mut open: Vec<(u128, EntryId)> = Vec::new();
    let mut before = None;
    for (at, (addr, len)) in prefixes.enumerate() {
        if before == Some((addr, len)) {
            continue;
        }
        before = Some((addr, len));
        let first = addr.wide();
        ranges.close(&mut open, |last| last < first);
        let id = offset + at as EntryId + 1;
        ranges.push(first, id);
        let host = u128::MAX
            .checked_shr(128 - K::WIDTH + u32::from(len))
            .unwrap_or(0);
        open.push((first | host, id));
    }
    ranges.close(&mut open, |_| true);
    ranges
}

impl<K: Key> Ranges<K> {
    /// Ends the innermost prefixes for which `ended` holds; what encloses them goes on.
    fn close(&mut self, open: &mut Vec<(u128, EntryId)>, ended: impl Fn(u128) -> bool) {
        while let Some(&(last, _)) = open.last()
            && ended(last)
        {
            open.pop();
            let outer = open.last().map_or(0, |&(_, id)| id);
            let end = u128::MAX >> (128 - K::WIDTH);
            if last < end {
                self.push(last + 1, outer);
            }
        }
    }

    fn push(&mut self, start: u128, id: EntryId) {
        let start = K::narrow(start);
        if self.starts.last() == Some(&start) {
            self.starts.pop();
            self.entries.pop();
        }
        if self.entries.last() != Some(&id) {
            self.starts.push(start);
            self.entries.push(id);
        }
    }
}
