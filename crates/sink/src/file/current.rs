//! The file that is being written: which one it is, how long, how old.
//!
//! It is only ever appended to, so that several programs may write to it and each may cut it to
//! nothing without a hole.

use std::fs::{self, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use knownet_flow::Events;

use super::OpenError;
use crate::resume::Resume;

pub(super) struct Current {
    out: Resume<fs::File>,
    /// Bytes of the current events that are in an earlier file.
    carried: usize,
    regular: bool,
    /// Before the current events, as of the last look: another program may write, too.
    length: u64,
    /// The device and the number of the file, and how many names it had.
    #[cfg(unix)]
    identity: (u64, u64),
    #[cfg(unix)]
    names: u64,
    /// How old it was at a moment: a clock that is set afterwards does not age it.
    age: (Duration, Instant),
    /// The last line that was there before still lacks its line feed.
    unfinished: bool,
}

impl Current {
    /// Opens or creates the file at `path`; a new one gets the mode and owner of `like`. The first
    /// `carried` bytes of the events to come are written elsewhere.
    pub fn open(
        path: &Path,
        like: Option<&Metadata>,
        carried: usize,
    ) -> Result<Current, OpenError> {
        let folder = folder_of(path);
        if !folder.is_dir() {
            return Err(OpenError::NoFolder(path.into(), folder.into()));
        }
        if path.is_dir() {
            return Err(OpenError::Folder(path.into()));
        }
        let io = |e| OpenError::Io(path.into(), e);
        let is_new = !path.exists();
        let mut options = fs::OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        if let Some(like) = like {
            use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
            options.mode(like.mode() & 0o777);
        }
        let file = options.open(path).map_err(io)?;
        if is_new {
            if let Some(like) = like {
                imitate(&file, like);
            }
            knownet_flow::folder::sync(folder).map_err(io)?;
        }
        let metadata = file.metadata().map_err(io)?;
        let begun = metadata.created().or_else(|_| metadata.modified());
        let age = begun.map(|begun| SystemTime::now().duration_since(begun).unwrap_or_default());
        Ok(Current {
            out: Resume::at(file, carried),
            carried,
            regular: metadata.is_file(),
            length: metadata.len(),
            #[cfg(unix)]
            identity: identity(&metadata),
            #[cfg(unix)]
            names: std::os::unix::fs::MetadataExt::nlink(&metadata),
            age: (age.unwrap_or_default(), Instant::now()),
            unfinished: is_unfinished(path),
        })
    }

    pub fn is_regular(&self) -> bool {
        self.regular
    }

    pub fn length(&self) -> u64 {
        self.length
    }

    /// Since it was begun; an empty file is begun by its first event.
    pub fn age(&self) -> Duration {
        self.age.0 + self.age.1.elapsed()
    }

    /// Whether a batch is written in part.
    pub fn is_writing(&self) -> bool {
        self.out.done() > 0
    }

    pub fn metadata(&self) -> Option<Metadata> {
        self.out.get_ref().metadata().ok()
    }

    /// Writes what is not written yet of `events`.
    pub fn write(&mut self, events: &Events<'_>) -> io::Result<()> {
        self.end_line()?;
        if self.length == 0 {
            self.age = (Duration::ZERO, Instant::now());
        }
        self.out.write(events)?;
        self.carried = 0;
        Ok(())
    }

    /// Gives the last line that was there before its line feed, if it lacks one: also in a file that
    /// is set aside, since files are read one behind the other.
    pub fn end_line(&mut self) -> io::Result<()> {
        if self.unfinished {
            let mut file = self.out.get_ref();
            file.write_all(b"\n")?;
            self.length += 1;
            self.unfinished = false;
        }
        Ok(())
    }

    pub fn sync_data(&self) -> io::Result<()> {
        match self.regular {
            // A pipe or device has no disk to wait for.
            false => Ok(()),
            true => self.out.get_ref().sync_data(),
        }
    }

    pub fn sync_all(&self) -> io::Result<()> {
        match self.regular {
            false => Ok(()),
            true => self.out.get_ref().sync_all(),
        }
    }

    /// Whether the file has lost its last name since it was opened. Notes its length.
    pub fn is_deleted(&mut self) -> io::Result<bool> {
        if !self.regular {
            return Ok(false);
        }
        let metadata = self.out.get_ref().metadata()?;
        self.length = metadata.len();
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;
            // A file system that does not count names always says 0.
            Ok(metadata.nlink() == 0 && self.names > 0)
        }
        #[cfg(not(unix))]
        Ok(false)
    }

    /// Whether `path` still leads to it. What cannot be told is taken for yes.
    pub fn is_at(&self, path: &Path) -> bool {
        if !self.regular {
            return true;
        }
        match fs::metadata(path) {
            #[cfg(unix)]
            Ok(metadata) => identity(&metadata) == self.identity,
            #[cfg(not(unix))]
            Ok(_) => true,
            Err(error) => error.kind() != ErrorKind::NotFound,
        }
    }

    /// Gives up in the middle of `events`: how many bytes of them, whole events, are in the file.
    ///
    /// The beginning of an event behind them is cut off, unless somebody has written since.
    pub fn end_in_the_middle(&mut self, events: &Events<'_>) -> usize {
        let done = self.out.done();
        let (mut whole, mut at) = (0, 0);
        for slice in events.slices() {
            let taken = &slice[..slice.len().min(done - at)];
            if let Some(end) = taken.iter().rposition(|&byte| byte == b'\n') {
                whole = at + end + 1;
            }
            at += taken.len();
            if at == done {
                break;
            }
        }
        let file = self.out.get_ref();
        let length = file.metadata().map(|metadata| metadata.len());
        if let Ok(length) = length
            && length == self.length + (done - self.carried) as u64
        {
            let _ = file.set_len(length - (done - whole) as u64);
        }
        whole
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

/// Gives `file` the mode and, where that is allowed, the owner of another one.
pub(super) fn imitate(file: &fs::File, like: &Metadata) {
    // Where it does not work, the file is what this process makes by itself.
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, fchown};
        let _ = fchown(file, Some(like.uid()), Some(like.gid()));
    }
    let _ = file.set_permissions(like.permissions());
}

/// The folder that `path` lies in.
pub(super) fn folder_of(path: &Path) -> &Path {
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty());
    parent.unwrap_or(Path::new("."))
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
#[path = "../tests/file/current.rs"]
mod tests;
