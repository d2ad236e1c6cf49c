//! The one table of field aliases: a vendor's name for a field → the ECS field that it is.
//!
//! - It serves every format whose fields have names: key=value, CEF, LEEF, CSV, W3C, XML and JSON.
//! - Names are compared without regard to case and to the characters between words: `src_ip`,
//!   `SrcIP`, `src-ip` and a JSON member `ip` in `src` are one name.
//! - Of several names for one field in a record the one that stands first in the table counts.
//! - An alias is here only if its name says the role. A device's own address is nobody's source.

mod table;

pub use table::ALIASES;

use super::field::Field;
use crate::json::name::Names;

/// One name that a vendor gives to a field.
#[derive(Clone, Copy, Debug)]
pub struct Alias {
    /// The name as the vendor spells it.
    pub name: &'static str,
    /// What it is.
    pub field: Field,
    /// A product that calls it so.
    pub product: &'static str,
}

/// Names longer than this (without what stands between words) are nobody's alias.
pub const LONGEST: usize = 48;

/// What a name means, and how much it is worth beside others for the same field: less is better.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Meaning {
    /// The ECS field.
    pub field: Field,
    /// Its place among the names of this field.
    pub rank: u16,
}

/// A name reduced to what is compared.
#[derive(Clone, Copy)]
pub struct Name {
    bytes: [u8; LONGEST],
    len: usize,
    /// Of the bytes so far, not mixed yet.
    hash: u64,
}

/// What each byte of a name is reduced to; 0 is left out.
const REDUCED: [u8; 256] = {
    let mut reduced = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        reduced[byte] = match byte as u8 {
            b'_' | b'-' | b'.' | b' ' | b':' | b'@' | b'/' | b'(' | b')' => 0,
            byte => byte.to_ascii_lowercase(),
        };
        byte += 1;
    }
    reduced
};

impl Name {
    /// An empty name, to be put together with [`Name::push`].
    #[inline]
    pub fn new() -> Name {
        Name {
            bytes: [0; LONGEST],
            len: 0,
            hash: 0,
        }
    }

    /// Adds `part`; `false` if the name becomes longer than any alias.
    #[inline]
    pub fn push(&mut self, part: &[u8]) -> bool {
        // Both stay in registers: what is written to memory byte by byte is slow to read in words.
        let (mut len, mut hash) = (self.len, self.hash);
        for &byte in part {
            let byte = REDUCED[usize::from(byte)];
            let Some(place) = self.bytes.get_mut(len) else {
                match byte {
                    0 => continue,
                    _ => return false,
                }
            };
            // Written anyway, counted only if it stays: a branch would be guessed wrong often.
            // Behind the length all is zero.
            *place = byte;
            let kept = byte != 0;
            len += usize::from(kept);
            let more = hash.rotate_left(7) ^ u64::from(byte);
            hash = if kept { more } else { hash };
        }
        (self.len, self.hash) = (len, hash);
        true
    }

    /// What is compared.
    #[inline]
    pub fn text(&self) -> &[u8] {
        &self.bytes[..self.len]
    }

    /// A number that equal names share.
    #[inline]
    fn hash(&self) -> u64 {
        let hash = (self.hash ^ (self.len as u64) << 58).wrapping_mul(MIX);
        hash ^ hash >> 32
    }
}

/// An odd number whose bits are well mixed (the fractional part of the golden ratio).
const MIX: u64 = 0x9e37_79b9_7f4a_7c15;

impl Default for Name {
    fn default() -> Name {
        Name::new()
    }
}

struct Entry {
    name: Box<[u8]>,
    meaning: Meaning,
}

/// What is compared of a name; `None` if nothing is left of it, or more than any alias has.
pub fn reduced(name: &str) -> Option<Vec<u8>> {
    let mut reduced = Name::new();
    (reduced.push(name.as_bytes()) && !reduced.text().is_empty()).then(|| reduced.text().to_vec())
}

/// The table, prepared for look-ups.
pub struct Aliases {
    entries: Vec<Entry>,
    /// Indices of entries plus one, by hash, beside more bits of it; 0 is free.
    slots: Vec<(u16, u16)>,
    /// The same for JSON, made when it is first asked for.
    json: std::sync::OnceLock<Names>,
}

impl std::fmt::Debug for Aliases {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} names", self.entries.len())
    }
}

impl Aliases {
    /// The builtin names, with `own` ones before them.
    pub fn new(own: &[(String, Field)]) -> Aliases {
        let mut entries: Vec<Entry> = Vec::new();
        let mut ranks = [0u16; Field::COUNT];
        let own = own.iter().map(|(name, field)| (name.as_str(), *field));
        // An ECS name is the best name of its field.
        let ecs = Field::named().map(|field| (field.path(), field));
        let builtin = ALIASES.iter().map(|alias| (alias.name, alias.field));
        for (text, field) in own.chain(ecs).chain(builtin) {
            let mut name = Name::new();
            if !name.push(text.as_bytes())
                || name.text().is_empty()
                || entries.iter().any(|known| *known.name == *name.text())
            {
                continue;
            }
            let rank = &mut ranks[field as usize];
            *rank += 1;
            entries.push(Entry {
                name: name.text().into(),
                meaning: Meaning { field, rank: *rank },
            });
        }
        let size = (entries.len() * 4).next_power_of_two();
        let mut slots = vec![(0, 0); size];
        for (index, entry) in entries.iter().enumerate() {
            let mut name = Name::new();
            name.push(&entry.name);
            let hash = name.hash();
            let mut slot = hash as usize & (size - 1);
            while slots[slot].0 != 0 {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = (index as u16 + 1, (hash >> 48) as u16);
        }
        Aliases {
            entries,
            slots,
            json: std::sync::OnceLock::new(),
        }
    }

    /// The names of addresses and ports in JSON records.
    pub fn json(&self) -> &Names {
        self.json.get_or_init(|| Names::new(self))
    }

    /// What `name` means.
    #[inline]
    pub fn of(&self, name: &[u8]) -> Option<Meaning> {
        let mut reduced = Name::new();
        match name.len() <= 2 * LONGEST && reduced.push(name) {
            true => self.find(&reduced),
            false => None,
        }
    }

    /// What a name in parts means.
    #[inline]
    pub fn find(&self, name: &Name) -> Option<Meaning> {
        let mask = self.slots.len() - 1;
        let hash = name.hash();
        let mut slot = hash as usize & mask;
        loop {
            let (index, bits) = self.slots[slot];
            let index = usize::from(index).checked_sub(1)?;
            if bits == (hash >> 48) as u16 && *self.entries[index].name == *name.text() {
                return Some(self.entries[index].meaning);
            }
            slot = (slot + 1) & mask;
        }
    }

    /// Every name that is known, reduced, with its meaning.
    pub fn names(&self) -> impl Iterator<Item = (&[u8], Meaning)> {
        self.entries
            .iter()
            .map(|entry| (&*entry.name, entry.meaning))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::field::Kind;

    #[test]
    fn names_are_compared_without_case_and_separators() {
        let aliases = Aliases::new(&[("my source".to_owned(), Field::SourceIp)]);
        let field = |name: &str| aliases.of(name.as_bytes()).map(|meaning| meaning.field);
        for name in [
            "srcip",
            "src_ip",
            "SrcIP",
            "src-ip",
            "SRC IP",
            "source.ip",
            "My_Source",
        ] {
            assert_eq!(field(name), Some(Field::SourceIp), "{name}");
        }
        assert_eq!(field("dst_port"), Some(Field::DestinationPort));
        assert_eq!(field("dvc"), None);
        assert_eq!(field(&"x".repeat(500)), None);
    }

    #[test]
    fn no_name_stands_for_json_text() {
        let aliases = Aliases::new(&[]);
        for &field in Field::ALL {
            let meaning = aliases.of(field.path().as_bytes());
            let named = meaning.is_some_and(|meaning| meaning.field == field);
            assert_eq!(named, field.kind() != Kind::Json, "{}", field.path());
        }
    }

    #[test]
    fn only_names_that_are_short_enough_are_aliases() {
        let longest = "x".repeat(LONGEST);
        let aliases = Aliases::new(&[(longest.clone(), Field::SourceIp)]);
        let knows = |name: &str| aliases.of(name.as_bytes()).is_some();
        assert!(knows(&longest));
        assert!(knows(&format!("_{longest}-")));
        assert!(!knows(&format!("{longest}x")));
        assert!(!knows(&format!("{longest}_x")));
        assert!(!knows(&longest[1..]));
    }

    #[test]
    fn own_names_count_more_than_builtin_ones() {
        let aliases = Aliases::new(&[("peer".to_owned(), Field::DestinationIp)]);
        let own = aliases.of(b"peer").expect("own").rank;
        let builtin = aliases.of(b"dstip").expect("builtin").rank;
        assert!(own < builtin);
    }

    #[test]
    fn no_name_stands_twice_in_the_table() {
        let mut seen = std::collections::HashMap::new();
        for alias in ALIASES {
            let mut name = Name::new();
            assert!(
                name.push(alias.name.as_bytes()),
                "{} is too long",
                alias.name
            );
            let before = seen.insert(name.text().to_vec(), alias.name);
            assert_eq!(before, None, "{} is there already", alias.name);
        }
    }
}
