//! A file that events are appended to.
//!
//! It is created if it is not there. A last line that another program left without its line feed
//! gets one before the first event. What was written is in the hands of the system after each
//! batch, and on the disk at the end.

use std::fs;
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use knownet_flow::{Events, Sink, WriteError};

use crate::resume::Resume;

/// Why a file cannot be written to.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder that it would lie in is not there.
    #[error("{}: its folder {} does not exist; create it", .0.display(), .1.display())]
    NoFolder(PathBuf, PathBuf),
    /// The path names a folder.
    #[error("{} is a folder; name a file in it", .0.display())]
    Folder(PathBuf),
    /// Anything else, as the system says it.
    #[error("{path} cannot be opened for writing: {1}", path = .0.display())]
    Io(PathBuf, io::Error),
}

/// The sink of `type = "file"`.
pub struct File {
    path: PathBuf,
    out: Resume<fs::File>,
    /// The last line that was there before still lacks its line feed.
    unfinished: bool,
}

impl File {
    /// Opens or creates the file at `path`.
    ///
    /// # Errors
    /// If it cannot be opened for writing.
    pub fn open(path: &Path) -> Result<File, OpenError> {
        let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
        if let Some(folder) = parent
            && !folder.is_dir()
        {
            return Err(OpenError::NoFolder(path.into(), folder.into()));
        }
        if path.is_dir() {
            return Err(OpenError::Folder(path.into()));
        }
        let mut options = fs::OpenOptions::new();
        let file = options.append(true).create(true).open(path);
        Ok(File {
            out: Resume::new(file.map_err(|e| OpenError::Io(path.into(), e))?),
            unfinished: is_unfinished(path),
            path: path.into(),
        })
    }

    fn failed(&self, error: &io::Error) -> WriteError {
        match error.kind() {
            // Only a named pipe says this.
            ErrorKind::BrokenPipe => WriteError::Closed,
            _ => {
                let path = self.path.display();
                WriteError::Unreachable(format!("{path} cannot be written: {error}"))
            }
        }
    }
}

impl Sink for File {
    fn write(&mut self, events: &Events<'_>) -> Result<(), WriteError> {
        if self.unfinished {
            let mut file = self.out.get_ref();
            file.write_all(b"\n").map_err(|e| self.failed(&e))?;
            self.unfinished = false;
        }
        self.out.write(events).map_err(|e| self.failed(&e))
    }

    fn finish(&mut self) -> Result<(), WriteError> {
        let file = self.out.get_ref();
        let regular = file.metadata().is_ok_and(|m| m.is_file());
        match regular {
            // A pipe or device has no disk to wait for.
            false => Ok(()),
            true => file.sync_all().map_err(|e| self.failed(&e)),
        }
    }
}

/// Whether the file at `path` ends in the middle of a line, as far as one may read it.
fn is_unfinished(path: &Path) -> bool {
    let last = || -> io::Result<u8> {
        // Opening a pipe for reading would wait for its writer, which is this process.
        if !fs::metadata(path)?.is_file() {
            return Ok(b'\n');
        }
        let mut file = fs::File::open(path)?;
        file.seek(SeekFrom::End(-1))?;
        let mut byte = [0];
        file.read_exact(&mut byte)?;
        Ok(byte[0])
    };
    last().is_ok_and(|byte| byte != b'\n')
}

#[cfg(test)]
#[path = "tests/file.rs"]
mod tests;
