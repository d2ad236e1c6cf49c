//! Roles by name: which member of a JSON record, of whatever layout, is the source's or the
//! destination's address or port.
//!
//! - A member is known by its own name, or by its name behind its parent's or its parents': `ip` in
//!   `src` is `src_ip`. The longest name that is known decides, so that `ip` in `nat` in `source`
//!   is nobody's source. Objects in an array are members of the array's name.
//! - A value counts only if it is of the field's kind. Of an array the first element counts.
//! - Of several members for one field the best name counts, then the least depth, then the first.
//! - A name that does not say the role by itself counts only where the record proves it: see
//!   `decide`.
//! - One pass, linear in the record, in constant memory. Members deeper than [`DEEPEST`] have no
//!   role.

mod decide;
mod value;
mod walk;
mod word;

pub use decide::{Found, Role};
pub use value::worth;
pub use walk::{carried, carries, find, find_in, is_laid_out};

use std::collections::HashSet;

use word::{
    ACTOR, ADDRESS, DESTINATION, ELSEWHERE, ENDS, LOCAL, OWN, PORT, REMOTE, SHORT, SOURCE, SPELLED,
};

use crate::text::alias::{ALIASES, Aliases, LONGEST, Name};
use crate::text::field::Kind;

/// How many objects and arrays a member may lie in.
pub const DEEPEST: u32 = 64;

/// How many parents' names a name may be made of.
pub const PARENTS: usize = 2;

/// Where names that are not in the table stand: behind those that are.
const RANK_OF_SHORT: u16 = 900;

/// How far a name proves its role.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Proof {
    /// By itself.
    Name,
    /// Together with the other end: a lone `server_ip` may be the machine that logs, and `sip` may
    /// be short for it.
    Twin,
    /// In an object that tells who acted: `ipAddress` beside `userPrincipalName`.
    Actor,
}

/// What a name means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Meaning {
    /// Its role; `None` for an address or port of something else.
    pub role: Option<Role>,
    /// Its place among the names for this role.
    pub rank: u16,
    /// What else it takes.
    pub proof: Proof,
}

struct Entry {
    /// The reduced name, last byte first.
    text: Box<[u8]>,
    meaning: Meaning,
}

/// The names of addresses and ports, prepared for look-ups from their ends.
pub struct Names {
    entries: Vec<Entry>,
    /// Indices of entries plus one, by hash; 0 is free.
    slots: Vec<u16>,
    /// Bits of the hashes of what ends some longer name.
    ends: Vec<u64>,
    /// Bits of the last two bytes, in lower case, that members with these names have.
    pairs: [u128; 128],
    /// The same in the cases that they come in, and whether only ports end so.
    pub last: Vec<([u8; 2], bool)>,
}

/// A name put together from its end.
struct Tail {
    bytes: [u8; LONGEST],
    len: usize,
    hash: u64,
}

impl Tail {
    #[inline]
    fn new() -> Tail {
        Tail {
            bytes: [0; LONGEST],
            len: 0,
            hash: 0xcbf2_9ce4_8422_2325,
        }
    }

    /// Puts `part` in front; `false` if it becomes longer than any name.
    #[inline]
    fn push(&mut self, part: &[u8]) -> bool {
        for &byte in part.iter().rev() {
            let byte = match byte {
                b'A'..=b'Z' => byte | 0x20,
                b'_' | b'-' | b'.' | b' ' | b':' | b'@' | b'/' | b'(' | b')' => continue,
                byte => byte,
            };
            if self.len == LONGEST {
                return false;
            }
            self.bytes[self.len] = byte;
            self.len += 1;
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
        true
    }

    #[inline]
    fn bit(&self) -> (usize, u32) {
        let mixed = self.hash ^ self.hash >> 32;
        ((mixed >> 6) as usize & 1023, mixed as u32 & 63)
    }
}

impl Names {
    /// Of everything in the table that is an address or a port.
    pub fn new(aliases: &Aliases) -> Names {
        let mut names = Names {
            entries: Vec::new(),
            slots: vec![0; 4096],
            ends: vec![0; 1024],
            pairs: [0; 128],
            last: Vec::new(),
        };
        let builtin: HashSet<Vec<u8>> = ALIASES
            .iter()
            .map(|alias| {
                let mut name = Name::new();
                name.push(alias.name.as_bytes());
                name.text().to_vec()
            })
            .collect();
        for (name, meaning) in aliases.names() {
            let elsewhere = ELSEWHERE.iter().any(|other| other.as_bytes() == name);
            if !elsewhere && matches!(meaning.field.kind(), Kind::Ip | Kind::Port) {
                let proof = match ACTOR.iter().any(|weak| weak.as_bytes() == name) {
                    true => Proof::Actor,
                    false => Proof::Name,
                };
                let twin = Role::of(meaning.field).is_some_and(Role::is_destination)
                    && (name.starts_with(b"server") || name.starts_with(b"origin"));
                names.add(
                    &[name],
                    Meaning {
                        role: Role::of(meaning.field),
                        rank: meaning.rank,
                        proof: if twin { Proof::Twin } else { proof },
                    },
                );
                if let [.., a, b] = *name
                    && Role::of(meaning.field).is_some()
                    && !builtin.contains(name)
                {
                    names.pair([a, b], meaning.field.kind() == Kind::Port, true);
                }
            }
        }
        let (name, role, proof) = SHORT;
        let (role, rank) = (Some(role), RANK_OF_SHORT);
        names.add(&[name.as_bytes()], Meaning { role, rank, proof });
        // Reduced names may end otherwise than they are spelled.
        for alias in ALIASES {
            let mut name = Name::new();
            name.push(alias.name.as_bytes());
            if let [.., a, b] = *alias.name.as_bytes()
                && Role::of(alias.field).is_some()
                && !ELSEWHERE
                    .iter()
                    .any(|other| other.as_bytes() == name.text())
            {
                names.pair([a, b], alias.field.kind() == Kind::Port, false);
            }
        }
        let mut rank = 1000;
        for &(name, role, proof) in OWN {
            rank += 1;
            let role = Some(role);
            names.made(&[b"", name.as_bytes()], Meaning { role, rank, proof });
        }
        for (words, address, port) in [
            (SOURCE, Role::SourceIp, Role::SourcePort),
            (DESTINATION, Role::DestinationIp, Role::DestinationPort),
        ] {
            for &(word, proof) in words {
                for (role, kinds) in [(address, ADDRESS), (port, PORT)] {
                    for kind in kinds {
                        rank += 1;
                        let role = Some(role);
                        let meaning = Meaning { role, rank, proof };
                        names.made(&[word.as_bytes(), kind.as_bytes()], meaning);
                    }
                }
            }
        }
        for (words, address, port) in [
            (LOCAL, Role::LocalIp, Role::LocalPort),
            (REMOTE, Role::RemoteIp, Role::RemotePort),
        ] {
            for word in words {
                for (role, kinds) in [(address, ADDRESS), (port, PORT)] {
                    for kind in kinds {
                        rank += 1;
                        let meaning = Meaning {
                            role: Some(role),
                            rank,
                            proof: Proof::Name,
                        };
                        names.made(&[word.as_bytes(), kind.as_bytes()], meaning);
                    }
                }
            }
        }
        names
    }

    /// Adds the name that `parts` make, if it is new.
    fn add(&mut self, parts: &[&[u8]], meaning: Meaning) {
        let mut tail = Tail::new();
        if !parts.iter().rev().all(|part| tail.push(part)) || self.get(&tail).is_some() {
            return;
        }
        let text: Box<[u8]> = tail.bytes[..tail.len].into();
        self.entries.push(Entry {
            text: text.clone(),
            meaning,
        });
        if self.entries.len() * 2 > self.slots.len() {
            self.slots = vec![0; self.slots.len() * 2];
            for index in 0..self.entries.len() {
                self.slot(index);
            }
        } else {
            self.slot(self.entries.len() - 1);
        }
        let mut part = Tail::new();
        for &byte in &text[..text.len() - 1] {
            part.push(&[byte]);
            let (word, bit) = part.bit();
            self.ends[word] |= 1 << bit;
        }
    }

    /// Adds a name that is spelled as it is made.
    fn made(&mut self, parts: &[&[u8]; 2], meaning: Meaning) {
        self.add(parts, meaning);
        if let ([.., a, b], Some(role)) = (parts[1], meaning.role) {
            self.pair([*a, *b], role.is_port(), false);
        }
    }

    fn slot(&mut self, index: usize) {
        let mut tail = Tail::new();
        for &byte in &self.entries[index].text {
            tail.push(&[byte]);
        }
        let mask = self.slots.len() - 1;
        let mut slot = tail.hash as usize & mask;
        while self.slots[slot] != 0 {
            slot = (slot + 1) & mask;
        }
        self.slots[slot] = index as u16 + 1;
    }

    fn pair(&mut self, pair: [u8; 2], port: bool, own: bool) {
        let [a, b] = pair.map(|byte| byte.to_ascii_lowercase());
        if !a.is_ascii() || !b.is_ascii() {
            return;
        }
        self.pairs[usize::from(a)] |= 1 << b;
        if !own && [a, b] == *b"id" {
            // Few members end in capitals (`CallingStationID`), many in other spellings of it.
            self.last.push((*b"ID", port));
            return;
        }
        if !own && !ENDS.contains(&&[a, b]) {
            return;
        }
        let (big_a, big_b) = (a.to_ascii_uppercase(), b.to_ascii_uppercase());
        for pair in [[a, b], [big_a, b], [big_a, big_b]] {
            match self.last.iter_mut().find(|known| known.0 == pair) {
                Some(known) => known.1 &= port,
                None => self.last.push((pair, port)),
            }
        }
    }

    /// Whether some member with a role may end in these bytes.
    #[inline(always)]
    pub fn ends_some(&self, pair: [u8; 2]) -> bool {
        let [a, b] = pair.map(|byte| byte.to_ascii_lowercase());
        (a | b) < 0x80 && self.pairs[usize::from(a)] >> b & 1 == 1
    }

    #[inline]
    fn get(&self, name: &Tail) -> Option<Meaning> {
        let mask = self.slots.len() - 1;
        let mut slot = name.hash as usize & mask;
        loop {
            let entry = &self.entries[usize::from(self.slots[slot]).checked_sub(1)?];
            if *entry.text == name.bytes[..name.len] {
                return Some(entry.meaning);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Begins with the member `key`; `None` if it has no role wherever it is.
    #[inline]
    pub fn begin(&self, key: &[u8]) -> Option<Begun> {
        let mut name = Tail::new();
        if key.len() > 2 * LONGEST || !name.push(key) {
            return None;
        }
        let mut alone = self.get(&name);
        if key.len() <= 6 && key.get(1) == Some(&b'-') {
            let mut spelled = SPELLED.iter();
            if let Some(&(_, role, proof)) =
                spelled.find(|spelled| key.eq_ignore_ascii_case(spelled.0.as_bytes()))
            {
                let (role, rank) = (Some(role), RANK_OF_SHORT);
                alone = Some(Meaning { role, rank, proof });
            }
        }
        (alone.is_some() || self.goes_on(&name)).then_some(Begun { name, alone })
    }

    /// Whether some longer name ends so.
    #[inline]
    fn goes_on(&self, name: &Tail) -> bool {
        let (word, bit) = name.bit();
        self.ends[word] >> bit & 1 == 1
    }

    /// What a member means wherever it is, if that is so.
    #[inline]
    pub fn anywhere(&self, begun: &Begun) -> Option<Meaning> {
        let meaning = begun.alone?;
        (meaning.proof != Proof::Actor && !self.goes_on(&begun.name)).then_some(meaning)
    }

    /// What a member means in objects called so, the innermost first.
    #[inline]
    pub fn meaning<'a>(
        &self,
        begun: Begun,
        mut parent: impl FnMut(usize) -> Option<&'a [u8]>,
    ) -> Option<Meaning> {
        let Begun {
            mut name,
            alone: mut best,
        } = begun;
        for level in 0..PARENTS {
            if !self.goes_on(&name) {
                break;
            }
            match parent(level) {
                Some(part) if !part.is_empty() && part.len() <= 2 * LONGEST && name.push(part) => {}
                _ => break,
            }
            best = self.get(&name).or(best);
        }
        best
    }
}

/// A name whose parents are still to be seen.
pub struct Begun {
    name: Tail,
    alone: Option<Meaning>,
}

#[cfg(test)]
mod tests;
