//! Feeds that need no file and no network: compact tables of registration facts.
//!
//! Guarantees: every block is held by whom its feed names, by the register cited beside it; they
//! are a start, not a substitute: the vendor's own feed is the real thing.

mod apple_relay;
mod microsoft;
mod private;
mod special;

use crate::error::UnknownBuiltin;
use crate::read::Each;
use knownet_label::Prefix;

/// One builtin feed.
struct Builtin {
    name: &'static str,
    note: &'static str,
    /// Blocks in CIDR form, under the register that says so.
    blocks: &'static [Block],
}

/// Blocks with one source.
struct Block {
    /// The register or document, and when it said so. Kept beside the facts it supports.
    #[allow(dead_code)]
    source: &'static str,
    prefixes: &'static [&'static str],
}

static BUILTINS: &[Builtin] = &[
    private::FEED,
    special::FEED,
    microsoft::FEED,
    apple_relay::FEED,
];

/// All names: `private`, `special`, `microsoft`, `apple-relay`; in configuration they follow
/// `builtin:`.
pub fn names() -> impl Iterator<Item = &'static str> {
    BUILTINS.iter().map(|feed| feed.name)
}

/// One line on what a builtin feed holds and what the real thing is.
///
/// # Errors
/// No such feed; the error lists those there are.
pub fn note(name: &str) -> Result<&'static str, UnknownBuiltin> {
    find(name).map(|feed| feed.note)
}

/// Calls `each` for every prefix of a builtin feed and says how many there are.
///
/// # Errors
/// No such feed; the error lists those there are.
pub fn read(name: &str, each: &mut Each<'_>) -> Result<u64, UnknownBuiltin> {
    let mut count = 0;
    for text in find(name)?.blocks.iter().flat_map(|block| block.prefixes) {
        let parsed = Prefix::parse(text.as_bytes()).expect("builtin blocks are prefixes");
        each(parsed.prefix, &[]);
        count += 1;
    }
    Ok(count)
}

pub(crate) fn listed() -> String {
    names().collect::<Vec<_>>().join(", ")
}

fn find(name: &str) -> Result<&'static Builtin, UnknownBuiltin> {
    let found = BUILTINS.iter().find(|feed| feed.name == name);
    found.ok_or_else(|| UnknownBuiltin { name: name.into() })
}
