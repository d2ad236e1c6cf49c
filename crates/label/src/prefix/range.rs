//! The fewest prefixes that make up a range of addresses.
//!
//! Guarantees: prefixes come in ascending order, hold exactly the range, and no two of them make
//! one longer prefix.

use super::Prefix;
use crate::addr::Addr;

/// Iterator over the prefixes of a range; made by [`Prefix::range`].
#[derive(Clone, Debug)]
pub struct PrefixRange {
    /// What is left, both ends included; v4 in the low 32 bits.
    left: Option<(u128, u128)>,
    width: u8,
}

impl PrefixRange {
    pub(super) fn new(first: Addr, last: Addr) -> PrefixRange {
        let (left, width) = match (first, last) {
            (Addr::V4(first), Addr::V4(last)) => ((first.into(), last.into()), 32),
            (Addr::V6(first), Addr::V6(last)) => ((first, last), 128),
            _ => ((1, 0), 32),
        };
        PrefixRange {
            left: (left.0 <= left.1).then_some(left),
            width,
        }
    }
}

impl Iterator for PrefixRange {
    type Item = Prefix;

    fn next(&mut self) -> Option<Prefix> {
        let (first, last) = self.left?;
        // As many host bits as the start is aligned to, and no more than fit before the end.
        let aligned = first.trailing_zeros().min(self.width.into());
        let fits = match (last - first).checked_add(1) {
            Some(count) => count.ilog2(),
            None => 128,
        };
        let host = aligned.min(fits);
        let end = first | u128::MAX.checked_shr(128 - host).unwrap_or(0);
        self.left = (end < last).then(|| (end + 1, last));
        let addr = match self.width {
            32 => Addr::V4(first as u32),
            _ => Addr::V6(first),
        };
        Prefix::new(addr, self.width - host as u8)
    }
}
