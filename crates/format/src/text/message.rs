//! addresses in a plain syslog message.

use super::Spec;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "message",
    summary: "addresses in a plain syslog message",
    example: "",
    read,
};

pub fn read<'a>(_text: &'a [u8], _record: &mut Record<'a>) -> bool {
    false
}
