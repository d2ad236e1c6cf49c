//! web and proxy access logs: common, combined, Squid.

use super::Spec;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "access",
    summary: "web and proxy access logs: common, combined, Squid",
    example: "",
    read,
};

fn read<'a>(_text: &'a [u8], _record: &mut Record<'a>) -> bool {
    false
}
