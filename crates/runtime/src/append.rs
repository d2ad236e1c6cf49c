//! Appending to a file so that each addition is there whole or not at all.
//!
//! A failed addition is cut off again, at once or before the next one, so it can be repeated
//! without a torn or doubled entry. The file is created by the first addition.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub(crate) struct Appender {
    path: PathBuf,
    file: Option<File>,
    /// Cut back to this length before the next addition.
    torn: Option<u64>,
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

    /// Adds `bytes`, and waits until the disk has them if `durable`.
    pub fn add(&mut self, mut bytes: &[u8], durable: bool) -> io::Result<()> {
        self.add_from(&mut bytes, durable)
    }

    /// Adds all that `from` holds, in memory of bounded size.
    pub fn add_from(&mut self, from: &mut dyn Read, durable: bool) -> io::Result<()> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(open(&self.path)?),
        };
        let regular = file.metadata()?.is_file();
        if let Some(length) = self.torn.filter(|_| regular) {
            file.set_len(length)?;
        }
        let before = file.metadata()?.len();
        self.torn = Some(before);
        if regular && before > 0 && last_byte(file)? != b'\n' && durable {
            // An entry that another process left unfinished must not swallow the next one.
            file.write_all(b"\n")?;
        }
        io::copy(from, file)?;
        if durable && regular {
            file.sync_data()?;
        }
        self.torn = None;
        Ok(())
    }

    /// Takes back an addition that failed.
    pub fn cut_back(&mut self) {
        if let (Some(length), Some(file)) = (self.torn, &self.file)
            && file.set_len(length).is_ok()
        {
            self.torn = None;
        }
    }
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

fn last_byte(file: &mut File) -> io::Result<u8> {
    let mut byte = [b'\n'];
    file.seek(SeekFrom::End(-1))?;
    match file.read_exact(&mut byte) {
        // Opened for writing alone: nothing can be said about it.
        Err(e) if e.kind() != io::ErrorKind::UnexpectedEof => Ok(b'\n'),
        _ => Ok(byte[0]),
    }
}

#[cfg(test)]
#[path = "tests/append.rs"]
mod tests;
