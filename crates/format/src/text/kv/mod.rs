//! key=value: Fortinet, SonicWall, Sophos, WatchGuard and others.

use super::Spec;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "kv",
    summary: "key=value: Fortinet, SonicWall, Sophos, WatchGuard and others",
    example: "",
    read,
};

fn read<'a>(_text: &'a [u8], _record: &mut Record<'a>) -> bool {
    false
}
