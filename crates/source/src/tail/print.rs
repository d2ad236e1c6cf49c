//! What a file is known by: its inode, its first bytes, and the bytes before the place reached.
//!
//! - A hash is of the same bytes the same for ever: it is kept between runs (FNV-1a, 64 bits).
//! - The first bytes count only as far as they were handed out, so a file that grows keeps its print.

use std::collections::VecDeque;
use std::fs::Metadata;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// How many first bytes are known.
pub(super) const HEAD: usize = 1024;
/// How many bytes before the place reached are known.
pub(super) const TAIL: usize = 256;
/// How many first bytes are kept as they are, to tell most files apart without a look at the disk.
const FIRST: usize = 16;
/// How many earlier places are remembered.
const MARKS: usize = 8;

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// A hash of some bytes, and how many they were.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(super) struct Print {
    pub len: u32,
    hash: u64,
}

impl Default for Print {
    fn default() -> Print {
        Print {
            len: 0,
            hash: BASIS,
        }
    }
}

impl Print {
    pub fn of(bytes: &[u8]) -> Print {
        let mut print = Print::default();
        print.extend(bytes);
        print
    }

    /// Takes in bytes that stand behind those before.
    pub fn extend(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.hash = (self.hash ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
        self.len += bytes.len() as u32;
    }

    /// As it is written down: `LENGTH:HASH`.
    pub fn show(self) -> String {
        format!("{}:{:016x}", self.len, self.hash)
    }

    pub fn parse(text: &str) -> Option<Print> {
        let (len, hash) = text.split_once(':')?;
        let print = Print {
            len: len.parse().ok()?,
            hash: u64::from_str_radix(hash, 16).ok()?,
        };
        (print.len as usize <= HEAD).then_some(print)
    }
}

/// Which file of the system it is; a number that is used again comes with another time of birth
/// where the file system knows one.
///
/// Where there are no inodes it is the path that counts, and the content decides.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub(super) struct Key {
    pub device: u64,
    pub inode: u64,
    /// Nanoseconds since 1970.
    pub born: Option<u64>,
}

impl Key {
    #[cfg(unix)]
    pub fn of(_: &Path, file: &Metadata) -> Key {
        use std::os::unix::fs::MetadataExt;
        Key {
            device: file.dev(),
            inode: file.ino(),
            born: born(file),
        }
    }

    #[cfg(not(unix))]
    pub fn of(path: &Path, file: &Metadata) -> Key {
        let path = Print::of(path.as_os_str().as_encoded_bytes());
        Key {
            device: 0,
            inode: path.hash,
            born: born(file),
        }
    }
}

fn born(file: &Metadata) -> Option<u64> {
    let time = file.created().ok()?.duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(time.as_nanos()).ok()
}

/// What was handed out of a file, as far as it has to be known again.
#[derive(Clone, Default, Debug)]
pub(super) struct Trail {
    /// The first bytes.
    pub head: Print,
    /// The bytes before the place reached.
    pub tail: Print,
    /// The same, themselves; empty while nothing was read since the start.
    pub last: Vec<u8>,
    /// The beginning of the first bytes, likewise.
    pub first: Vec<u8>,
    /// Earlier places, and the bytes before them.
    pub marks: VecDeque<(u64, Print)>,
}

impl Trail {
    /// Goes on over `bytes`, which stand at `offset`.
    pub fn pass(&mut self, offset: u64, bytes: &[u8]) {
        if offset == u64::from(self.head.len) {
            let room = HEAD - self.head.len as usize;
            self.head.extend(&bytes[..bytes.len().min(room)]);
        }
        if offset == self.first.len() as u64 {
            let room = FIRST - self.first.len();
            self.first
                .extend_from_slice(&bytes[..bytes.len().min(room)]);
        }
        if offset > 0 {
            if self.marks.len() == MARKS {
                self.marks.pop_front();
            }
            self.marks.push_back((offset, self.tail));
        }
        if bytes.len() < TAIL {
            let over = (self.last.len() + bytes.len()).saturating_sub(TAIL);
            self.last.drain(..over);
            self.last.extend_from_slice(bytes);
        } else {
            self.last.clear();
            self.last.extend_from_slice(&bytes[bytes.len() - TAIL..]);
        }
        self.tail = Print::of(&self.last);
    }
}

#[cfg(test)]
#[path = "tests/print.rs"]
mod tests;
