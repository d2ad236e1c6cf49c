//! Disjoint ranges to the trie's array.
//!
//! Guarantees: memory stays within a small multiple of the number of ranges, whatever their shape.

use super::flatten::{Ranges, flatten};
use super::{BOUNDS, CHILD, KIND_SHIFT, Key, START, Trie};
use crate::table::EntryId;

/// A direct node gets at most one slot for so many bounds inside it, in powers of two.
const SPARSENESS: u32 = 1;
/// The longest stride of a direct node.
const LONGEST: u32 = 16;

impl<K: Key> Trie<K> {
    /// Compiles prefixes that are ordered by address and length; they are numbered from
    /// `offset + 1`, and of equal ones the first is found.
    ///
    /// # Panics
    /// The array would take more than 2^26 words.
    pub(crate) fn build(
        prefixes: impl ExactSizeIterator<Item = (K, u8)>,
        offset: EntryId,
    ) -> Trie<K> {
        let ranges = flatten(prefixes, offset);
        let mut compiler = Compiler {
            ranges,
            words: Vec::new(),
        };
        let bounds = 1..compiler.ranges.starts.len();
        let root = compiler.node(0, bounds);
        let mut words = compiler.words;
        if !words.is_empty() {
            // An ordered node is always compared as if it were full.
            words.resize(words.len() + BOUNDS + 1, 0);
        }
        words.shrink_to_fit();
        Trie {
            root,
            words,
            key: std::marker::PhantomData,
        }
    }
}

struct Compiler<K> {
    ranges: Ranges<K>,
    words: Vec<u32>,
}

impl<K: Key> Compiler<K> {
    /// The slot of the addresses that share their first `depth` bits; `bounds` are the ranges that
    /// start among them, but for one that starts with them.
    fn node(&mut self, depth: u32, bounds: std::ops::Range<usize>) -> u32 {
        if bounds.is_empty() {
            return self.ranges.entries[bounds.start - 1];
        }
        match self.cells(depth, bounds.clone()) {
            Some(cells) => self.ordered(depth, bounds, &cells),
            None => self.direct(depth, bounds),
        }
    }

    /// The bounds of an ordered node over the next 32 bits, or `None` if they are too many. A cell
    /// is 32 bits of address; one that has bounds inside gets a slot of its own.
    fn cells(&self, depth: u32, bounds: std::ops::Range<usize>) -> Option<Vec<u32>> {
        let mut cells: Vec<u32> = Vec::with_capacity(BOUNDS);
        for at in bounds {
            let start = self.ranges.starts[at];
            let cell = start.drop_top(depth).top();
            let inside = K::WIDTH > depth + 32 && start.drop_top(depth).drop_top(32).wide() != 0;
            let ends = [Some(cell), if inside { cell.checked_add(1) } else { None }];
            for end in ends.into_iter().flatten() {
                if end > cells.last().copied().unwrap_or(0) {
                    if cells.len() == BOUNDS {
                        return None;
                    }
                    cells.push(end);
                }
            }
        }
        Some(cells)
    }

    fn ordered(&mut self, depth: u32, bounds: std::ops::Range<usize>, cells: &[u32]) -> u32 {
        let start = self.words.len();
        let slot = child(cells.len(), start);
        // An address is in the slot of as many bounds as are below it: the last cell before each.
        self.words.extend(cells.iter().map(|cell| cell - 1));
        self.words.resize(start + cells.len() * 2 + 1, 0);
        let mut at = bounds.start;
        for run in 0..=cells.len() {
            let first = if run == 0 { 0 } else { cells[run - 1] };
            let next = cells.get(run).copied();
            let (inner, after) = self.within(depth, 32, first, next, at..bounds.end);
            at = after;
            self.words[start + cells.len() + run] = self.node(depth + 32, inner);
        }
        slot
    }

    fn direct(&mut self, depth: u32, bounds: std::ops::Range<usize>) -> u32 {
        let stride = (bounds.len().ilog2().saturating_sub(SPARSENESS))
            .clamp(1, LONGEST)
            .min(K::WIDTH - depth);
        let start = self.words.len();
        let slot = child(BOUNDS + stride as usize, start);
        self.words.resize(start + (1 << stride), 0);
        let mut at = bounds.start;
        for index in 0..1u32 << stride {
            let next = (index + 1 < 1 << stride).then_some(index + 1);
            let (inner, after) = self.within(depth, stride, index, next, at..bounds.end);
            at = after;
            self.words[start + index as usize] = self.node(depth + stride, inner);
        }
        slot
    }

    /// Splits off the bounds inside the slot that goes from index `first` to before `next`, at
    /// `bits` bits a slot: those after its own start, and where the following slot goes on.
    fn within(
        &self,
        depth: u32,
        bits: u32,
        first: u32,
        next: Option<u32>,
        bounds: std::ops::Range<usize>,
    ) -> (std::ops::Range<usize>, usize) {
        let index = |at: usize| self.ranges.starts[at].drop_top(depth).top() >> (32 - bits);
        let mut begin = bounds.start;
        // A range that starts where the slot does is the slot's own.
        if begin < bounds.end {
            let start = self.ranges.starts[begin].drop_top(depth);
            if index(begin) == first
                && (depth + bits >= K::WIDTH || start.drop_top(bits).wide() == 0)
            {
                begin += 1;
            }
        }
        let mut end = begin;
        while end < bounds.end && next.is_none_or(|next| index(end) < next) {
            end += 1;
        }
        (begin..end, end)
    }
}

/// The slot of a node of that kind which starts at that word.
fn child(kind: usize, start: usize) -> u32 {
    assert!(
        start <= START as usize,
        "a lookup table takes at most 2^26 words"
    );
    CHILD | (kind as u32) << KIND_SHIFT | start as u32
}
