//! ArcSight Common Event Format.

use super::Spec;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "cef",
    summary: "ArcSight Common Event Format",
    example: "",
    read,
};

fn read<'a>(_text: &'a [u8], _record: &mut Record<'a>) -> bool {
    false
}
