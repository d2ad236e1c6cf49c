//! IBM QRadar Log Event Extended Format 1.0 and 2.0.

use super::Spec;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "leef",
    summary: "IBM QRadar Log Event Extended Format 1.0 and 2.0",
    example: "",
    read,
};

fn read<'a>(_text: &'a [u8], _record: &mut Record<'a>) -> bool {
    false
}
