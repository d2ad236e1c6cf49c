//! What to look for in a record, prepared once: which bytes may end a wanted key, which paths such
//! a key may belong to, and what may undo or hide one.

use knownet_flow::{FieldId, Path};
use memchr::memmem::Finder;

use super::lanes::Needles;
use super::string;

/// What to look for, prepared.
pub struct Wanted {
    pub fields: Vec<Box<[u8]>>,
    pub leaves: Vec<Leaf>,
    pub needles: Needles,
    /// The keys around the last one: one further on may undo a proof.
    pub parents: Vec<Parent>,
    /// Characters (ASCII) that an escape would have to spell to make a difference.
    pub spelled: u128,
    /// Whether some path has a character beyond ASCII.
    pub wide: bool,
    /// Whether some path has a `/`, which JSON may spell `\/`.
    pub slash: bool,
}

/// A key on the way to some paths.
pub struct Parent {
    /// The key with its closing quote.
    end: Finder<'static>,
    pub fields: Vec<FieldId>,
}

impl Parent {
    /// Whether something in `rest` may be this key, alone or at the end of a flat spelling.
    pub fn may_be_in(&self, rest: &[u8]) -> bool {
        self.end
            .find_iter(rest)
            .any(|at| at > 0 && matches!(rest[at - 1], b'"' | b'.'))
    }
}

/// The last segment of some paths.
pub struct Leaf {
    pub text: Box<[u8]>,
    /// Its last eight bytes, and which of them there are.
    pub end: (u64, u64),
    pub fields: Vec<FieldId>,
}

impl Leaf {
    fn new(text: &[u8]) -> Leaf {
        let (mut end, mut there) = ([0; 8], [0; 8]);
        for (at, &byte) in text.iter().rev().take(8).enumerate() {
            (end[7 - at], there[7 - at]) = (byte, 0xff);
        }
        let end = (u64::from_le_bytes(end), u64::from_le_bytes(there));
        Leaf {
            text: text.into(),
            end,
            fields: Vec::new(),
        }
    }

    /// Whether the key that ends before `close` ends like this. `last` are its last eight bytes.
    #[inline(always)]
    pub fn ends(&self, record: &[u8], close: usize, last: u64) -> bool {
        last & self.end.1 == self.end.0
            && (self.text.len() <= 8 || record[..close].ends_with(&self.text))
    }
}

impl Wanted {
    pub fn new(fields: &[Path], targets: &[Path]) -> Wanted {
        let mut wanted = Wanted {
            fields: fields
                .iter()
                .map(|path| path.as_str().as_bytes().into())
                .collect(),
            leaves: Vec::new(),
            needles: Needles::default(),
            parents: Vec::new(),
            spelled: 0,
            wide: false,
            slash: false,
        };
        let mut parents: Vec<(&str, Vec<FieldId>)> = Vec::new();
        for (id, path) in fields.iter().enumerate() {
            let text = path.leaf().as_bytes();
            let at = wanted.leaves.iter().position(|leaf| &*leaf.text == text);
            let at = at.unwrap_or_else(|| {
                wanted.leaves.push(Leaf::new(text));
                wanted.leaves.len() - 1
            });
            wanted.leaves[at].fields.push(id as FieldId);
            for parent in path.segments().rev().skip(1) {
                match parents.iter_mut().find(|known| known.0 == parent) {
                    Some(known) => known.1.push(id as FieldId),
                    None => parents.push((parent, vec![id as FieldId])),
                }
            }
        }
        let parent = |(key, fields): (&str, Vec<FieldId>)| Parent {
            end: Finder::new(&format!("{key}\"")).into_owned(),
            fields,
        };
        wanted.parents = parents.into_iter().map(parent).collect();
        for (index, leaf) in wanted.leaves.iter().enumerate() {
            match *leaf.text {
                // A key of one character has a quote or the dot of a flat spelling before it.
                [only] => [b'"', b'.']
                    .into_iter()
                    .for_each(|c| wanted.needles.add(index, [c, only])),
                [.., a, b] => wanted.needles.add(index, [a, b]),
                [] => {}
            }
        }
        for byte in fields
            .iter()
            .chain(targets)
            .flat_map(|path| path.as_str().bytes())
        {
            match byte {
                0..0x80 => wanted.spelled |= 1 << byte,
                _ => wanted.wide = true,
            }
            wanted.slash |= byte == b'/';
        }
        wanted
    }

    /// Whether the escape `\uXXXX` at `at` could be part of a name that matters.
    pub fn spells(&self, line: &[u8], at: usize) -> bool {
        let run = line[..at].iter().rev().take_while(|&&c| c == b'\\').count();
        if run % 2 == 1 {
            return false; // the backslash is itself escaped
        }
        match string::unit(&line[at..]) {
            Some(unit @ 0..0x80) => self.spelled >> unit & 1 == 1,
            Some(_) => self.wide,
            None => false,
        }
    }
}
