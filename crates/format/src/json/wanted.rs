//! What to look for in a record, prepared once: which bytes may end a wanted key, which paths such
//! a key may belong to, and what may undo or hide one.

use std::sync::Arc;

use knownet_flow::{FieldId, Path, ROLES};

use super::lanes::Needles;
use super::name::{Names, Proof, Role, worth};
use super::string;
use crate::text::alias::Aliases;
use crate::text::field::Field;

/// What to look for, prepared.
pub struct Wanted {
    pub fields: Vec<Box<[u8]>>,
    /// The last segments.
    pub leaves: Vec<Key>,
    /// The segments around them: one further on may undo a proof.
    pub parents: Vec<Key>,
    /// The ends of the leaves.
    pub ends: Needles,
    /// The ends of leaves and parents.
    pub all_ends: Needles,
    /// Characters (ASCII) that an escape would have to spell to make a difference.
    pub spelled: u128,
    /// Whether some path has a character beyond ASCII.
    pub wide: bool,
    /// Whether some path has a `/`, which JSON may spell `\/`.
    pub slash: bool,
    /// What is wanted by names, too.
    pub named: Option<Named>,
    /// What is wanted of lines whose roles are known.
    pub written: Written,
}

/// What is wanted of lines that a reader wrote.
#[derive(Default)]
pub struct Written {
    /// The roles that are fields, each by its place among [`ROLES`].
    pub roles: Vec<(usize, FieldId)>,
    /// The fields that are no roles, nor other names of one that is wanted.
    pub others: Vec<FieldId>,
}

impl Written {
    fn new(fields: &[Path], named: Option<&Named>) -> Written {
        let mut written = Written::default();
        let of = |path: &Path| ROLES.iter().position(|(role, _)| *role == path.as_str());
        for (id, path) in (0..).zip(fields) {
            if let Some(role) = of(path) {
                written.roles.push((role, id));
            }
        }
        for (id, path) in (0..).zip(fields) {
            let role = named.and_then(|named| named.role_of(id));
            let wanted = |role| {
                let mut roles = named.iter().flat_map(|named| &named.roles);
                roles.any(|(wanted, _)| *wanted == role)
            };
            if of(path).is_none() && !role.is_some_and(wanted) {
                written.others.push(id);
            }
        }
        written
    }
}

/// The wanted roles, which other names may have.
pub struct Named {
    aliases: Arc<Aliases>,
    /// The ends of leaves, and of leaves and parents, alone.
    exact: [Needles; 2],
    /// The wanted fields that are roles.
    pub roles: Vec<(Role, FieldId)>,
    /// What each wanted field is, by its path as a name.
    role_of: Vec<Option<Role>>,
}

impl Named {
    fn new(fields: &[Path], aliases: Arc<Aliases>, exact: [Needles; 2]) -> Option<Named> {
        let role = |path: &Path| Role::of(Field::of(path.as_str())?);
        let roles: Vec<_> = fields
            .iter()
            .enumerate()
            .filter_map(|(id, path)| Some((role(path)?, id as FieldId)))
            .collect();
        let names = aliases.json();
        let means = |path: &Path| {
            let segments: Vec<&[u8]> = path.segments().rev().map(str::as_bytes).collect();
            let parent = |level: usize| segments.get(level + 1).copied();
            let meaning = names.meaning(names.begin(segments[0])?, parent)?;
            meaning.role.filter(|_| meaning.proof == Proof::Name)
        };
        let role_of = fields.iter().map(means).collect();
        (!roles.is_empty()).then_some(Named {
            aliases,
            exact,
            roles,
            role_of,
        })
    }

    /// The names.
    pub fn names(&self) -> &Names {
        self.aliases.json()
    }

    /// The role that this field has by its path.
    pub fn role_of(&self, field: FieldId) -> Option<Role> {
        self.role_of[usize::from(field)]
    }

    /// Adds the ends of names, and of members that carry a record as text.
    fn ends_in(&self, needles: &mut Needles) {
        let ports = self.roles.iter().any(|(role, _)| role.is_port());
        for &(pair, port) in &self.names().last {
            if ports || !port {
                needles.add(pair);
            }
        }
        needles.add(CARRIED);
    }

    /// Whether the key that ends in `pair` before the quote is a wanted path's by its end, or a
    /// parent's if one was `met`.
    #[inline(always)]
    pub fn is_exact(&self, pair: [u8; 2], met: bool) -> bool {
        self.exact[usize::from(met)].may_be(pair)
    }

    /// Whether the key with that closing quote is worth a look at its name, by its end and by the
    /// first bytes of its value.
    #[inline(always)]
    pub fn is_worth(&self, bytes: &[u8], pair: [u8; 2], quote: usize) -> bool {
        let mut at = quote + 1;
        while matches!(bytes.get(at), Some(b':' | b' ' | b'\t')) {
            at += 1;
        }
        self.names().ends_some(pair) && worth(bytes, at)
    }
}

/// With the quote behind it the beginning of a record that is carried as text.
pub const CARRIED: [u8; 2] = *b"{\\";

/// One segment of some paths.
pub struct Key {
    pub text: Box<[u8]>,
    /// Its last eight bytes, and which of them there are.
    pub end: (u64, u64),
    pub fields: Vec<FieldId>,
}

impl Key {
    fn new(text: &str) -> Key {
        let (mut end, mut there) = ([0; 8], [0; 8]);
        for (at, &byte) in text.as_bytes().iter().rev().take(8).enumerate() {
            (end[7 - at], there[7 - at]) = (byte, 0xff);
        }
        let end = (u64::from_le_bytes(end), u64::from_le_bytes(there));
        Key {
            text: text.as_bytes().into(),
            end,
            fields: Vec::new(),
        }
    }

    /// Adds the segment `text` of field number `id` to `keys`.
    fn note(keys: &mut Vec<Key>, text: &str, id: usize) {
        let at = keys.iter().position(|key| *key.text == *text.as_bytes());
        let at = at.unwrap_or_else(|| {
            keys.push(Key::new(text));
            keys.len() - 1
        });
        keys[at].fields.push(id as FieldId);
    }

    /// Adds the end of the key to `needles`.
    fn end_in(&self, needles: &mut Needles) {
        match *self.text {
            // A key of one character has a quote or the dot of a flat spelling before it.
            [only] => [b'"', b'.']
                .into_iter()
                .for_each(|c| needles.add([c, only])),
            [.., a, b] => needles.add([a, b]),
            [] => {}
        }
    }

    /// Whether the key that ends before `close` ends like this. `last` are its last eight bytes.
    #[inline(always)]
    pub fn ends(&self, record: &[u8], close: usize, last: u64) -> bool {
        // Before a short beginning `last` is padded with zeros, which a name may hold.
        last & self.end.1 == self.end.0
            && close >= self.text.len()
            && (self.text.len() <= 8 || record[..close].ends_with(&self.text))
    }

    /// Whether the key that ends like this before `close` may stand for an object that a later one
    /// of the same name replaces, by the values found so far.
    pub fn undoes(&self, record: &[u8], close: usize, found: &[Option<usize>]) -> bool {
        let before = record[..close - self.text.len()].last();
        matches!(before, Some(b'"' | b'.'))
            && self
                .fields
                .iter()
                .any(|&id| found[usize::from(id)].is_some())
    }
}

impl Wanted {
    pub fn new(fields: &[Path], targets: &[Path], aliases: Option<Arc<Aliases>>) -> Wanted {
        let mut wanted = Wanted {
            fields: fields
                .iter()
                .map(|path| path.as_str().as_bytes().into())
                .collect(),
            leaves: Vec::new(),
            parents: Vec::new(),
            ends: Needles::default(),
            all_ends: Needles::default(),
            spelled: 0,
            wide: false,
            slash: false,
            named: None,
            written: Written::default(),
        };
        for (id, path) in fields.iter().enumerate() {
            Key::note(&mut wanted.leaves, path.leaf(), id);
            for parent in path.segments().rev().skip(1) {
                Key::note(&mut wanted.parents, parent, id);
            }
        }
        for key in &wanted.leaves {
            key.end_in(&mut wanted.ends);
            key.end_in(&mut wanted.all_ends);
        }
        for key in &wanted.parents {
            key.end_in(&mut wanted.all_ends);
        }
        // An object is no address; a parent is one.
        wanted.ends.not = b'{';
        let exact = [wanted.ends.clone(), wanted.all_ends.clone()];
        wanted.named = aliases.and_then(|aliases| Named::new(fields, aliases, exact));
        wanted.written = Written::new(fields, wanted.named.as_ref());
        if let Some(named) = &wanted.named {
            named.ends_in(&mut wanted.ends);
            named.ends_in(&mut wanted.all_ends);
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
