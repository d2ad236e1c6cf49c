//! A list of files, read one after the other to their ends.
//!
//! A file that cannot be read is an error that names it; the next file follows. No checkpoint is
//! kept. A file that is read once more, or again after it grew, brings the same lines in the same
//! stream ([`name`] says what names it), so that they are known where they were taken before.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use knownet_flow::{Batch, Read, Source, SourceError, Stop};

use crate::input::Stream;
use crate::lines::{Limits, Lines};
use crate::{name, stdin};

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

    fn open(&self, path: PathBuf) -> Result<Opened, SourceError> {
        let (path, file) = match self.dash && path == Path::new("-") {
            true => {
                let file = stdin::descriptor();
                (
                    PathBuf::from("standard input"),
                    file.map(|file| (file, None)),
                )
            }
            false => {
                let file = open(&path);
                (path, file)
            }
        };
        match file.and_then(|(file, name)| Ok((Stream::new(file)?, name))) {
            Ok((stream, name)) => Ok(Opened { path, stream, name }),
            Err(error) => Err(cannot(&path, &error)),
        }
    }
}

/// A file that is about to be read.
struct Opened {
    path: PathBuf,
    stream: Stream,
    name: Option<Arc<str>>,
}

impl Source for Files {
    fn read(&mut self, batch: &mut Batch, stop: &Stop) -> Result<Read, SourceError> {
        loop {
            let Some((path, stream)) = &mut self.open else {
                let Some(path) = self.paths.pop_front().filter(|_| !stop.is_set()) else {
                    return Ok(Read::End);
                };
                let Opened { path, stream, name } = self.open(path)?;
                self.open = Some((path, stream));
                self.lines.next_stream(name);
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

/// The file, and what its stream is called.
fn open(path: &Path) -> io::Result<(File, Option<Arc<str>>)> {
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
    let mut file = options.open(path)?;
    let name = name::whole(path, &mut file)?;
    Ok((file, name))
}

fn cannot(path: &Path, error: &io::Error) -> SourceError {
    SourceError(format!("{} cannot be read: {error}", path.display()))
}

#[cfg(test)]
#[path = "tests/file.rs"]
mod tests;
