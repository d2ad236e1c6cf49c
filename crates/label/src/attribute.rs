//! Attribute lists, each distinct one stored once.
//!
//! Guarantees: a list comes back with its pairs in the order they were given; equal lists share
//! their bytes, so that three hundred thousand rows cost what their distinct places cost.

use std::collections::HashMap;

/// Stands for a list in a [`Store`]; 0 is the empty list.
pub(crate) type ListId = u32;

/// All distinct lists, read-only.
///
/// `bytes` holds, for each text, its length (six bits a byte) and its UTF-8; a list is the texts of its
/// keys and values in turn.
#[derive(Debug, Default)]
pub(crate) struct Store {
    bytes: String,
    /// Where each list starts, and after the last one the end.
    starts: Vec<u32>,
}

impl Store {
    /// The pairs of a list.
    pub(crate) fn pairs(&self, list: ListId) -> impl Iterator<Item = (&str, &str)> + Clone {
        let at = list as usize;
        let (start, end) = (self.starts[at] as usize, self.starts[at + 1] as usize);
        let mut rest = &self.bytes[start..end];
        std::iter::from_fn(move || {
            let (key, after) = take(rest)?;
            let (value, after) = take(after)?;
            rest = after;
            Some((key, value))
        })
    }

    pub(crate) fn memory(&self) -> usize {
        self.bytes.capacity() + self.starts.capacity() * size_of::<u32>()
    }
}

/// Collects lists and gives equal ones the same number.
#[derive(Debug)]
pub(crate) struct Interner {
    store: Store,
    known: HashMap<Box<str>, ListId>,
    /// Feeds are sorted by place: most rows repeat the list before them.
    last: (String, ListId),
    scratch: String,
}

impl Interner {
    pub(crate) fn new() -> Interner {
        Interner {
            store: Store {
                bytes: String::new(),
                starts: vec![0, 0],
            },
            known: HashMap::from([("".into(), 0)]),
            last: (String::new(), 0),
            scratch: String::new(),
        }
    }

    pub(crate) fn intern(&mut self, pairs: &[(&str, &str)]) -> ListId {
        self.scratch.clear();
        for (key, value) in pairs {
            put(&mut self.scratch, key);
            put(&mut self.scratch, value);
        }
        if self.scratch == self.last.0 {
            return self.last.1;
        }
        let id = match self.known.get(self.scratch.as_str()) {
            Some(&id) => id,
            None => {
                let id = self.known.len() as ListId;
                self.store.bytes.push_str(&self.scratch);
                let end = u32::try_from(self.store.bytes.len())
                    .expect("attributes of one table take less than 4 GiB");
                self.store.starts.push(end);
                self.known.insert(self.scratch.as_str().into(), id);
                id
            }
        };
        self.last.0.clone_from(&self.scratch);
        self.last.1 = id;
        id
    }

    pub(crate) fn finish(self) -> Store {
        let mut store = self.store;
        store.bytes.shrink_to_fit();
        store.starts.shrink_to_fit();
        store
    }
}

/// Appends a text after its length, lowest bits first.
fn put(out: &mut String, text: &str) {
    let mut len = text.len();
    // Six bits a byte, so that every byte of a length is ASCII: 0x40 marks that more follow.
    while len > 0x3f {
        out.push((0x40 | (len & 0x3f) as u8) as char);
        len >>= 6;
    }
    out.push(len as u8 as char);
    out.push_str(text);
}

/// The first text, and what follows it.
fn take(bytes: &str) -> Option<(&str, &str)> {
    let mut len = 0;
    for (at, byte) in bytes.bytes().enumerate() {
        len |= usize::from(byte & 0x3f) << (6 * at);
        if byte & 0x40 == 0 {
            return bytes[at + 1..].split_at_checked(len);
        }
    }
    None
}
