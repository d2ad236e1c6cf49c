//! OpenSSH and PAM: who logged in from where.

use super::Spec;
use super::record::Record;

/// How it is known.
pub const SPEC: Spec = Spec {
    name: "auth",
    summary: "OpenSSH and PAM: who logged in from where",
    example: "",
    read,
};

fn read<'a>(_text: &'a [u8], _record: &mut Record<'a>) -> bool {
    false
}
