//! The veto: an event that touches a threat is evidence, whatever else it matches.

use knownet_flow::{Event, Format, Work};
use knownet_label::{Addr, Table};

/// Whether any address in the event lies in a threat label, at any prefix length.
///
/// The values of wanted fields come first; then every string of the record that is an address, in
/// whatever field. A caller asks only when the event is about to be dropped.
pub(crate) fn touches(
    bytes: &[u8],
    work: &Work,
    event: &Event,
    format: &mut dyn Format,
    table: &Table,
) -> bool {
    if !table.has_threats() {
        return false;
    }
    let threat = |text: &[u8]| {
        Addr::parse(text).is_some_and(|addr| table.carries_threat(table.lookup(addr)))
    };
    if work.hits[event.hits]
        .iter()
        .any(|hit| threat(work.hit_text(bytes, hit)))
    {
        return true;
    }
    let mut touched = false;
    format.strings(work.record(bytes, event), &mut |text| {
        touched = touched || threat(text);
    });
    touched
}
