//! `spool`: whether what a source receives is written to disk first, and how much of it.

use knownet_source::{Spool, WhenFull};

use crate::config::section::Section;
use crate::config::size;
use crate::config::tree::{Value, dotted};

/// What is done when it is as large as it may be: nothing more is received, or the oldest goes.
const ANSWERS: [(&str, WhenFull); 2] = [
    ("block", WhenFull::Block),
    ("drop-oldest", WhenFull::DropOldest),
];

/// What a source says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Choice {
    /// Nothing: its type decides.
    Usual,
    No,
    Yes(Spool),
}

impl Choice {
    /// The spool of a source whose type usually has one or not.
    pub fn or_usual(self, usual: bool) -> Option<Spool> {
        match self {
            Choice::Usual => usual.then(Spool::default),
            Choice::No => None,
            Choice::Yes(spool) => Some(spool),
        }
    }
}

/// Reads the key: `true`, `false`, or a table with the size.
pub(super) fn read(section: &Section<'_>) -> Choice {
    let Some(node) = section.node("spool") else {
        return Choice::Usual;
    };
    let key = dotted(&section.key, "spool");
    match &node.value {
        Value::Bool(true) => Choice::Yes(Spool::default()),
        Value::Bool(false) => Choice::No,
        Value::Table(_) => {
            let inner = section.inner(node, key, "spool");
            inner.map_or(Choice::Usual, |inner| Choice::Yes(table(&inner)))
        }
        _ => {
            let wanted = "true, false, or a table such as { max_size = \"1GiB\" }";
            section.wrong(node, &key, wanted);
            Choice::Usual
        }
    }
}

fn table(section: &Section<'_>) -> Spool {
    let usual = Spool::default();
    let spool = Spool {
        max_size: size::read(section, "max_size", 1 << 20..=1 << 40).unwrap_or(usual.max_size),
        when_full: section
            .one_of("when_full", "an answer to a full spool", &ANSWERS)
            .unwrap_or(usual.when_full),
    };
    section.finish();
    spool
}
