//! A file that only this process knows, where an entry is gathered before it is added as a whole.
//!
//! Its name holds the process and a number, it is created or not taken at all, and it lies beside
//! the file that it is meant for. Nothing of another run is ever touched; what a crash leaves
//! behind where a file cannot lose its name while it is open stays for a person to remove.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process;
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) struct Staged {
    path: PathBuf,
    file: File,
    /// What was added as a whole; anything behind it is overwritten.
    length: u64,
}

impl Staged {
    /// An empty file beside `target`.
    pub fn beside(target: &Path) -> io::Result<Staged> {
        let (path, file) = loop {
            let path = name(target);
            let mut options = OpenOptions::new();
            match options.read(true).write(true).create_new(true).open(&path) {
                // Of a process that had this id before.
                Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
                opened => break (path, opened?),
            }
        };
        // Without its name it is gone with the process, however that ends.
        #[cfg(unix)]
        let _ = fs::remove_file(&path);
        Ok(Staged {
            path,
            file,
            length: 0,
        })
    }

    /// Adds `bytes`; it can be repeated if it fails.
    pub fn add(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.length))?;
        self.file.write_all(bytes)?;
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// How many bytes were added.
    pub fn len(&self) -> u64 {
        self.length
    }

    /// All that was added, from the beginning.
    pub fn content(&mut self) -> io::Result<impl Read> {
        self.file.seek(SeekFrom::Start(0))?;
        Ok((&self.file).take(self.length))
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        // On Unix the name is free since the file was opened, and may be another's by now.
        if cfg!(not(unix)) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn name(target: &Path) -> PathBuf {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let next = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut name = OsString::from(target);
    name.push(format!(".{}-{next}.part", process::id()));
    name.into()
}

#[cfg(test)]
#[path = "tests/staged.rs"]
mod tests;
