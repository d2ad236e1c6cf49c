//! The veto: an event that touches a threat is evidence, whatever else it matches.

use knownet_flow::{Event, Work};
use knownet_label::{Addr, Table};

/// Whether any address that the event carries in a wanted field lies in a threat label, at any
/// prefix length.
///
/// The wanted fields count even where a tag took its answer from another one, so their addresses
/// are looked up here; a caller asks only when the event is about to be dropped.
pub(crate) fn touches(bytes: &[u8], work: &Work, event: &Event, table: &Table) -> bool {
    table.has_threats()
        && work.hits[event.hits].iter().any(|hit| {
            Addr::parse(work.hit_text(bytes, hit))
                .is_some_and(|addr| table.carries_threat(table.lookup(addr)))
        })
}
