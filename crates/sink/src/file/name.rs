//! The names of rotated files: `events-20261121T084611Z-000042.ndjson.zst` for `events.ndjson`.
//!
//! The number counts up and alone decides which file is older, so that a clock that is set back
//! confuses nothing; the time, UTC, is when the file was set aside and is for people.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use knownet_flow::time;

use super::Compress;
use super::current::folder_of;

/// `20261121T084611Z`
const STAMP: &[u8] = b"ddddddddTddddddZ";

/// What every rotated file of one path has in its name.
#[derive(Clone)]
pub(super) struct Naming {
    folder: PathBuf,
    stem: OsString,
    /// With its dot; empty if there is none.
    extension: OsString,
}

/// A rotated file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Rotated {
    pub number: u64,
    pub state: State,
}

/// How far it is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum State {
    /// As it was set aside.
    Plain,
    /// On the way to a compressed one: worth nothing by itself.
    Part,
    /// Complete.
    Compressed,
}

impl Compress {
    /// What is added to the name.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Compress::None => "",
            Compress::Gzip => ".gz",
            Compress::Zstd => ".zst",
        }
    }
}

impl Naming {
    pub fn of(path: &Path) -> Naming {
        let mut extension = OsString::new();
        if let Some(rest) = path.extension() {
            extension.push(".");
            extension.push(rest);
        }
        Naming {
            folder: folder_of(path).into(),
            stem: path.file_stem().unwrap_or_default().into(),
            extension,
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of the file with this number that is set aside now.
    pub fn path(&self, number: u64, now: SystemTime) -> PathBuf {
        let now = time::text(now);
        let second = now[..19].chars().filter(|c| !matches!(c, '-' | ':'));
        let stamp: String = second.collect();
        let mut name = self.stem.clone();
        name.push(format!("-{stamp}Z-{number:06}"));
        name.push(&self.extension);
        self.folder.join(name)
    }

    /// What a file with this name is, if it is a rotated one.
    pub fn read(&self, name: &OsStr) -> Option<Rotated> {
        let rest = name.as_encoded_bytes();
        let rest = rest.strip_prefix(self.stem.as_encoded_bytes())?;
        let rest = rest.strip_prefix(b"-")?;
        let (stamp, rest) = rest.split_at_checked(STAMP.len())?;
        let fits = |(wanted, byte): (&u8, &u8)| match wanted {
            b'd' => byte.is_ascii_digit(),
            _ => wanted == byte,
        };
        if !STAMP.iter().zip(stamp).all(fits) {
            return None;
        }
        let rest = rest.strip_prefix(b"-")?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = rest.split_at(digits);
        let number = std::str::from_utf8(number).ok().filter(|n| n.len() >= 6)?;
        let rest = rest.strip_prefix(self.extension.as_encoded_bytes())?;
        Some(Rotated {
            number: number.parse().ok()?,
            state: match rest {
                b"" => State::Plain,
                b".gz" | b".zst" => State::Compressed,
                b".gz.part" | b".zst.part" => State::Part,
                _ => return None,
            },
        })
    }
}

#[cfg(test)]
#[path = "../tests/file/name.rs"]
mod tests;
