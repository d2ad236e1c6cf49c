//! The files of a spool: their names, and how one comes to be there whole or not at all.
//!
//! - `00000000000000000017.zst` holds what was received; files are read in the order of their numbers.
//! - `….part` is being written. One that is found at the start is what a crash left of it.
//! - `….damaged` was set aside: some of it could not be read. Nobody touches it any more.
//! - Everything else in the folder is left alone.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Above every number that a spool reaches; a name beyond is somebody else's.
const NUMBERS: u64 = 1 << 63;
const DIGITS: usize = 20;
/// What the smallest file takes of a disk.
const BLOCK: u64 = 4096;

/// How far a file came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileState {
    /// Whole, and waiting to be read.
    Waiting,
    /// Begun and not finished: being written, or left by a crash.
    Unfinished,
    /// Set aside, as some of it could not be read.
    Damaged,
}

impl FileState {
    const ALL: [(FileState, &str); 3] = [
        (FileState::Waiting, "zst"),
        (FileState::Unfinished, "part"),
        (FileState::Damaged, "damaged"),
    ];
}

/// A file of a spool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolFile {
    /// Its place in the order.
    pub number: u64,
    /// How far it came.
    pub state: FileState,
    /// Its bytes, compressed.
    pub size: u64,
    /// Where it is.
    pub path: PathBuf,
}

/// The files of the spool in `folder`, in order.
///
/// # Errors
/// If the folder cannot be read.
pub fn files(folder: &Path) -> io::Result<Vec<SpoolFile>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let Some((number, state)) = name.to_str().and_then(name_of) else {
            continue;
        };
        match entry.metadata() {
            Ok(data) if data.is_file() => files.push(SpoolFile {
                number,
                state,
                size: data.len(),
                path: entry.path(),
            }),
            Ok(_) => {}
            // It was read to its end meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    files.sort_by_key(|file| (file.number, file.state));
    Ok(files)
}

fn name_of(name: &str) -> Option<(u64, FileState)> {
    let (digits, extension) = name.split_once('.')?;
    let plain = digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit());
    let number = digits.parse().ok().filter(|number| *number < NUMBERS)?;
    let mut all = FileState::ALL.iter();
    let (state, _) = all.find(|(_, known)| *known == extension)?;
    plain.then_some((number, *state))
}

/// What a file of this size takes of the disk.
pub(super) fn on_disk(size: u64) -> u64 {
    size.max(1).next_multiple_of(BLOCK)
}

/// Puts bytes on the disk; a trait, so that a test's disk can be full.
pub(super) trait Disk: Send {
    /// Writes a new file and returns once it is safe.
    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()>;
}

/// The one of this machine.
pub(super) struct Real;

impl Disk for Real {
    fn write(&mut self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = File::create(path)?;
        file.write_all(bytes)?;
        file.sync_all()
    }
}

/// The folder of one spool.
#[derive(Debug, Clone)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Makes it where it is not there; nobody else may look into it.
    pub fn open(path: PathBuf) -> io::Result<Folder> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        builder.create(&path)?;
        Ok(Folder(path))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file with this number.
    pub fn file(&self, number: u64, state: FileState) -> PathBuf {
        let mut all = FileState::ALL.iter();
        let extension = all.find(|(known, _)| *known == state).map_or("", |e| e.1);
        self.0.join(format!("{number:0DIGITS$}.{extension}"))
    }

    /// Writes a file and returns once it is there for good, under its name.
    pub fn save(&self, number: u64, bytes: &[u8], disk: &mut dyn Disk) -> io::Result<()> {
        let part = self.file(number, FileState::Unfinished);
        let whole = self.file(number, FileState::Waiting);
        let written = disk
            .write(&part, bytes)
            .and_then(|()| fs::rename(&part, &whole))
            .and_then(|()| knownet_flow::folder::sync(&self.0));
        if written.is_err() {
            // It is written again from memory; under neither name may it be found before.
            for path in [part, whole] {
                let _ = fs::remove_file(path);
            }
        }
        written
    }

    /// Removes what was read to its end.
    pub fn remove(&self, number: u64, state: FileState) -> io::Result<()> {
        fs::remove_file(self.file(number, state))
    }

    /// Keeps what could not be read, out of the way.
    pub fn set_aside(&self, number: u64, state: FileState) -> io::Result<()> {
        fs::rename(
            self.file(number, state),
            self.file(number, FileState::Damaged),
        )
    }
}

#[cfg(test)]
#[path = "tests/folder.rs"]
mod tests;
