//! `builtin:apple-relay`

use super::Builtin;

pub(super) const FEED: Builtin = Builtin {
    name: "apple-relay",
    note: "",
    blocks: &[],
};
