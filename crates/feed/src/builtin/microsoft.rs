//! `builtin:microsoft`

use super::Builtin;

pub(super) const FEED: Builtin = Builtin {
    name: "microsoft",
    note: "",
    blocks: &[],
};
