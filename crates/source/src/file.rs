//! A list of files, read one after the other to their ends.
//!
//! A file that cannot be read is an error that names it; the next file follows. No checkpoint is
//! kept.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use knownet_flow::{Batch, Read, Source, SourceError, Stop};

use crate::input::Stream;
use crate::lines::{Limits, Lines};
use crate::stdin;

/// The source of `type = "file"`.
pub struct Files {
    paths: VecDeque<PathBuf>,
    open: Option<(PathBuf, Stream)>,
    lines: Lines,
    dash: bool,
}

impl Files {
    /// Reads `paths` in their order. Nothing is opened yet.
    pub fn new(paths: impl IntoIterator<Item = PathBuf>, limits: Limits) -> Files {
        Files {
            paths: paths.into_iter().collect(),
            open: None,
            lines: Lines::new(limits),
            dash: false,
        }
    }

    /// Reads standard input where a path is `-`, as commands do.
    pub fn with_dash(mut self) -> Files {
        self.dash = true;
        self
    }

    fn open(&self, path: PathBuf) -> Result<(PathBuf, Stream), SourceError> {
        let (path, file) = match self.dash && path == Path::new("-") {
            true => (PathBuf::from("standard input"), stdin::descriptor()),
            false => {
                let file = open(&path);
                (path, file)
            }
        };
        match file.and_then(Stream::new) {
            Ok(stream) => Ok((path, stream)),
            Err(error) => Err(cannot(&path, &error)),
        }
    }
}

impl Source for Files {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        loop {
            let Some((path, stream)) = &mut self.open else {
                let Some(path) = self.paths.pop_front().filter(|_| !stop.is_set()) else {
                    return Ok(Read::End);
                };
                self.open = Some(self.open(path)?);
                self.lines.next_stream();
                continue;
            };
            match self.lines.read(stream, batch, stop) {
                Ok(Read::End) => self.open = None,
                Ok(read) => return Ok(read),
                Err(error) => {
                    let error = cannot(path, &error);
                    self.open = None;
                    return Err(error);
                }
            }
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    if fs::metadata(path)?.is_dir() {
        return Err(io::Error::other("it is a folder; name the files in it"));
    }
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Opening a pipe that nobody writes to yet would wait where no stop is seen.
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    }
    options.open(path)
}

fn cannot(path: &Path, error: &io::Error) -> SourceError {
    SourceError(format!("{} cannot be read: {error}", path.display()))
}

#[cfg(test)]
#[path = "tests/file.rs"]
mod tests;
