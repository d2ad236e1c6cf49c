//! Windows event XML: <Event> in one line or over several.

use super::Spec;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "xml",
    summary: "Windows event XML: <Event> in one line or over several",
    example: "",
    read,
};

fn read<'a>(_text: &'a [u8], _record: &mut Record<'a>) -> bool {
    false
}
