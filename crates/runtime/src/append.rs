//! Appending to a file so that each addition is there whole or not at all.
//!
//! A failed addition is cut off again, at once or before the next one, so it can be repeated
//! without a torn or doubled entry. The file is created by the first addition.
//!
//! Several processes may append to one file: each holds an advisory lock while it writes an entry
//! or cuts one off.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub(crate) struct Appender {
    path: PathBuf,
    file: Option<File>,
    torn: Option<Torn>,
}

/// What a failed addition left in the file, if it could not be cut off.
struct Torn {
    from: u64,
    to: u64,
}

impl Appender {
    pub fn new(path: PathBuf) -> Appender {
        Appender {
            path,
            file: None,
            torn: None,
        }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds `bytes` and waits until the disk has them.
    pub fn add(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        self.add_from(&mut bytes)
    }

    /// Adds all that `from` holds, in memory of bounded size, and waits until the disk has it.
    pub fn add_from(&mut self, from: &mut dyn Read) -> io::Result<()> {
        let file: &File = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(open(&self.path)?),
        };
        if !file.metadata()?.is_file() {
            let mut device = file;
            return io::copy(from, &mut device).map(drop);
        }
        let _locked = Locked::new(file);
        let length = file.metadata()?.len();
        if let Some(torn) = &self.torn {
            // Otherwise another process has added to it since, and what it added must stay.
            if torn.to == length {
                file.set_len(torn.from)?;
            }
            self.torn = None;
        }
        let before = file.metadata()?.len();
        let added = append(file, before, from);
        if added.is_err() && file.set_len(before).is_err() {
            let to = file.metadata()?.len();
            self.torn = (to > before).then_some(Torn { from: before, to });
        }
        added
    }
}

fn append(mut file: &File, length: u64, from: &mut dyn Read) -> io::Result<()> {
    if length > 0 && last_byte(file)? != b'\n' {
        // An entry that another process left unfinished must not swallow the next one.
        file.write_all(b"\n")?;
    }
    io::copy(from, &mut file)?;
    file.sync_data()
}

fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    // A device or pipe may refuse to be read; only the last byte of a real file matters.
    match options.clone().read(true).open(path) {
        Err(e) if e.kind() == io::ErrorKind::PermissionDenied => options.open(path),
        opened => opened,
    }
}

fn last_byte(mut file: &File) -> io::Result<u8> {
    let mut byte = [b'\n'];
    file.seek(SeekFrom::End(-1))?;
    match file.read_exact(&mut byte) {
        // Opened for writing alone: nothing can be said about it.
        Err(e) if e.kind() != io::ErrorKind::UnexpectedEof => Ok(b'\n'),
        _ => Ok(byte[0]),
    }
}

/// An exclusive advisory lock, until it is dropped.
///
/// On a file system without locks two processes with one file are on their own.
struct Locked<'a>(&'a File);

impl<'a> Locked<'a> {
    fn new(file: &'a File) -> Locked<'a> {
        while file
            .lock()
            .is_err_and(|e| e.kind() == io::ErrorKind::Interrupted)
        {}
        Locked(file)
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
#[path = "tests/append.rs"]
mod tests;
