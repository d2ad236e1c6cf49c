//! What a file is known by: its inode, its first bytes, and the bytes before the place reached.
//!
//! - A hash is of the same bytes the same for ever: it is kept between runs (FNV-1a, 64 bits).
//! - The first bytes count only as far as they were handed out, so a file that grows keeps its print.

use std::fs::Metadata;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// How many first bytes are known.
pub(crate) const HEAD: usize = 1024;
/// How many bytes before the place reached are known.
pub(crate) const TAIL: usize = 256;

const BASIS: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// A hash of some bytes, and how many they were.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Print {
    pub len: u32,
    pub hash: u64,
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
pub(crate) struct Key {
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

#[cfg(test)]
#[path = "tests/print.rs"]
mod tests;
