//! Windows Firewall pfirewall.log without its header.

use super::Spec;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "pfirewall",
    summary: "Windows Firewall pfirewall.log without its header",
    example: "",
    read,
};

fn read<'a>(_text: &'a [u8], _record: &mut Record<'a>) -> bool {
    false
}
