//! Cisco ASA, FTD, IOS: %ASA-6-302013 and its family.

use super::Spec;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "cisco",
    summary: "Cisco ASA, FTD, IOS: %ASA-6-302013 and its family",
    example: "",
    read,
};

fn read<'a>(_text: &'a [u8], _record: &mut Record<'a>) -> bool {
    false
}
